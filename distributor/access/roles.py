"""Roles of the secretariat and the acts each may do."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from distributor.errors import Refused
from distributor.model.audit import Origin
from distributor.model.user import AccessRole


class Act(StrEnum):
    """What can be done with the product."""

    LOG_IN = "log in"
    READ = "read"
    OWN_ACCOUNT = "own account"
    RECEIVE = "receive"
    SETTLE_TICKETS = "settle tickets"
    EDIT_BOOK = "edit address book"
    DESIGN_MAIL = "design mail"
    SIGN_OFF = "sign off"
    PUBLISH = "publish"
    SEND = "send"
    CONFIGURE = "configure"
    MANAGE_USERS = "manage users"
    READ_AUDIT = "read audit"


# None: anybody, also who is not logged in
_LEAST_ROLE: Mapping[Act, AccessRole | None] = {
    Act.LOG_IN: None,
    Act.READ: AccessRole.READER,
    Act.OWN_ACCOUNT: AccessRole.READER,
    Act.RECEIVE: AccessRole.EDITOR,
    Act.SETTLE_TICKETS: AccessRole.EDITOR,
    # what it changes for a bulletin shows in the plan, which an approver signs
    Act.EDIT_BOOK: AccessRole.EDITOR,
    # a sign-off binds what it makes; a test mail goes to no recipient
    Act.DESIGN_MAIL: AccessRole.EDITOR,
    Act.PUBLISH: AccessRole.APPROVER,
    Act.SIGN_OFF: AccessRole.APPROVER,
    Act.SEND: AccessRole.APPROVER,
    Act.CONFIGURE: AccessRole.ADMINISTRATOR,
    Act.MANAGE_USERS: AccessRole.ADMINISTRATOR,
    Act.READ_AUDIT: AccessRole.ADMINISTRATOR,
}
_RANK = tuple(AccessRole)


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts, by name; the ledger, every sign-off and the audit log name them.

    Args:
        name: name of the person, or of the part of the program.
        role: what they may do; whoever has the shell of the machine administers it.
        origin: where the act comes from.
    """

    name: str
    role: AccessRole = AccessRole.ADMINISTRATOR
    origin: Origin = Origin.SHELL


def least_role(act: Act) -> AccessRole | None:
    """Give the lowest role that may do something, or None when anybody may, also who is not logged in."""
    return _LEAST_ROLE[act]


def may(role: AccessRole | None, act: Act) -> bool:
    """Whether a role may do something.

    Args:
        role: the role, None for somebody who is not logged in.
        act: what is to be done.
    """
    least = _LEAST_ROLE[act]
    return least is None or (role is not None and _RANK.index(role) >= _RANK.index(least))


def require(actor: Actor, act: Act) -> None:
    """Refuse an act that the actor may not do, or an actor without a name.

    Args:
        actor: who acts.
        act: what is to be done.

    Raises:
        Refused: `actor-unnamed`, or `not-permitted` with actor, act and the role that may do it.
    """
    if not actor.name.strip():
        raise Refused("actor-unnamed")
    if not may(actor.role, act):
        raise Refused("not-permitted", actor=actor.name, act=act.value, role=str(_LEAST_ROLE[act]))
