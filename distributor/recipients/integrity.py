"""What must hold in an address book as a whole: unique ids, names and labels, known members, no circles."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from distributor.model.recipient import AddressBook, Contact, Group, Organization, RecipientList, address_key
from distributor.recipients.names import name_key
from distributor.recipients.rows import Place

PlacedOrganizations = tuple[tuple[Place, Organization], ...]


@dataclass(frozen=True, slots=True)
class PlacedBook:
    """The rows of an address book, each with the place an error names."""

    organizations: PlacedOrganizations = ()
    groups: tuple[tuple[Place, Group], ...] = ()
    contacts: tuple[tuple[Place, Contact], ...] = ()
    lists: tuple[tuple[Place, RecipientList], ...] = ()

    @property
    def book(self) -> AddressBook:
        """The address book without its places."""
        return AddressBook(
            tuple(organization for _, organization in self.organizations),
            tuple(contact for _, contact in self.contacts),
            tuple(group for _, group in self.groups),
            tuple(recipient_list for _, recipient_list in self.lists),
        )


def verify(placed: PlacedBook) -> None:
    """Refuse a book that contradicts itself, at the first row that does.

    Raises:
        Misconfigured: `book-duplicate-id`, `book-shared-name`, `book-unknown-organization`, `book-parent-cycle`,
            `book-unknown-member`, `book-group-cycle`, `book-duplicate-contact` or `book-shared-label`.
    """
    verify_organizations(placed.organizations)
    bodies: list[tuple[Place, Organization | Group]] = [*placed.organizations, *placed.groups]
    _refuse_shared_ids(bodies)
    _refuse_shared_ids(placed.lists)
    _refuse_shared_names(bodies)
    _verify_groups(placed)
    _verify_contacts(placed)
    _verify_lists(placed)


def verify_organizations(placed: PlacedOrganizations) -> None:
    """Refuse bodies that share an id or a name, or whose parents do not exist or turn in circles."""
    _refuse_shared_ids(placed)
    _refuse_shared_names(placed)
    parents = {organization.id: (organization.parent,) if organization.parent else () for _, organization in placed}
    finished: set[str] = set()
    for place, organization in placed:
        if organization.parent is not None and organization.parent not in parents:
            raise place.wrong("book-unknown-organization", organization=organization.parent)
    for place, organization in placed:
        if circle := _circle(organization.id, parents, finished):
            raise place.wrong("book-parent-cycle", path=" → ".join(circle))


def _refuse_shared_ids(placed: Iterable[tuple[Place, Organization | Group | RecipientList]]) -> None:
    seen: dict[str, Place] = {}
    for place, value in placed:
        if value.id in seen:
            raise place.wrong("book-duplicate-id", id=value.id, other=seen[value.id].entry)
        seen[value.id] = place


def _refuse_shared_names(placed: Iterable[tuple[Place, Organization | Group]]) -> None:
    seen: dict[str, tuple[str, Place]] = {}
    for place, value in placed:
        for name in value.names:
            owner, other = seen.setdefault(name_key(name), (value.id, place))
            if owner != value.id:
                raise place.wrong("book-shared-name", name=name, other=other.entry)


def _verify_groups(placed: PlacedBook) -> None:
    groups = {group.id: group.members for _, group in placed.groups}
    known = groups.keys() | {organization.id for _, organization in placed.organizations}
    for place, group in placed.groups:
        for member in group.members:
            if member not in known:
                raise place.wrong("book-unknown-member", member=member)
    finished: set[str] = set()
    for place, group in placed.groups:
        if circle := _circle(group.id, groups, finished):
            raise place.wrong("book-group-cycle", path=" → ".join(circle))


def _verify_contacts(placed: PlacedBook) -> None:
    known = {organization.id for _, organization in placed.organizations}
    seen: dict[tuple[str, str], Place] = {}
    for place, contact in placed.contacts:
        if contact.organization not in known:
            raise place.wrong("book-unknown-organization", organization=contact.organization)
        key = (contact.organization, address_key(contact.address))
        if key in seen:
            raise place.wrong("book-duplicate-contact", address=contact.address, other=seen[key].entry)
        seen[key] = place


def _verify_lists(placed: PlacedBook) -> None:
    known = {value.id for _, value in placed.organizations} | {value.id for _, value in placed.groups}
    labels: dict[str, tuple[str, Place]] = {}
    for place, recipient_list in placed.lists:
        by_id = (target for target in recipient_list.members if "@" not in target)
        for target in (*recipient_list.default, *by_id):
            if target not in known:
                raise place.wrong("book-unknown-member", member=target)
        for label in recipient_list.labels:
            owner, other = labels.setdefault(name_key(label), (recipient_list.id, place))
            if owner != recipient_list.id:
                raise place.wrong("book-shared-label", label=label, other=other.entry)


def _circle(start: str, edges: Mapping[str, tuple[str, ...]], finished: set[str]) -> list[str]:
    """Find a circle below a node, depth first; an explicit stack, since a file may nest very deep.

    Args:
        start: the node to begin at.
        edges: the nodes each node leads to.
        finished: nodes known to lead into no circle; added to.
    """
    path: dict[str, Iterator[str]] = {} if start in finished else {start: iter(edges[start])}
    while path:
        node, below = next(reversed(path.items()))
        following = next((name for name in below if name in edges and name not in finished), None)
        if following is None:
            finished.add(node)
            del path[node]
        elif following in path:
            nodes = list(path)
            return [*nodes[nodes.index(following) :], following]
        else:
            path[following] = iter(edges[following])
    return []
