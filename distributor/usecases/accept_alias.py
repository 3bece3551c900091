"""Accept that an entry of a footer means a known body or group: its name becomes an alias."""

from distributor import access, recipients
from distributor.access import Act, Actor
from distributor.errors import NotFound, Refused
from distributor.model.history import BookAct, RecordedAct, Subject
from distributor.model.recipient import Group
from distributor.recipients import Edit
from distributor.store import address_book
from distributor.usecases.context import Context
from distributor.usecases.edit_book import edit_book


async def accept_alias(context: Context, actor: Actor, target: str, alias: str) -> RecordedAct | None:
    """Add an alias to a body or group; None when it is known by that name already.

    Args:
        context: the installation.
        actor: who accepts it.
        target: id or any name of the body or group.
        alias: the name as the footer has it.

    Raises:
        NotFound: `body-unknown` with names that look like the target.
        Refused: `alias-taken` when another body or group has the name, or an `edit-…` code.
    """
    access.require(actor, Act.EDIT_BOOK)
    async with context.database.read() as connection:
        directory = recipients.Directory(await address_book.load_outline(connection))
    found = directory.get(target) or directory.find(target)
    if found is None:
        raise NotFound("body-unknown", name=target, suggestions="、".join(directory.suggestions(target)) or "—")
    owner = directory.exact(alias)
    if owner is not None:
        if owner.id != found.id:
            raise Refused("alias-taken", alias=alias, name=owner.name)
        return None
    subject = Subject.GROUP if isinstance(found, Group) else Subject.ORGANIZATION
    edit = Edit(subject, found.id, {"aliases": (*found.aliases, alias)})
    return await edit_book(context, actor, [edit], act=BookAct.ALIAS)
