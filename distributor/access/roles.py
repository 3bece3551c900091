"""Roles of the secretariat and the acts each may do."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from distributor.errors import Refused


class AccessRole(StrEnum):
    """What a person of the secretariat is; each role may do what those before it may."""

    READER = "reader"
    EDITOR = "editor"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"


class Act(StrEnum):
    """What can be done with the product."""

    READ = "read"
    RECEIVE = "receive"
    SIGN_OFF = "sign off"
    PUBLISH = "publish"
    SEND = "send"
    CONFIGURE = "configure"


_LEAST_ROLE: Mapping[Act, AccessRole] = {
    Act.READ: AccessRole.READER,
    Act.RECEIVE: AccessRole.EDITOR,
    Act.PUBLISH: AccessRole.APPROVER,
    Act.SIGN_OFF: AccessRole.APPROVER,
    Act.SEND: AccessRole.APPROVER,
    Act.CONFIGURE: AccessRole.ADMINISTRATOR,
}
_RANK = tuple(AccessRole)


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts, by name; the ledger and every sign-off name them.

    Args:
        name: name of the person, or of the part of the program.
        role: what they may do; whoever has the shell of the machine administers it.
    """

    name: str
    role: AccessRole = AccessRole.ADMINISTRATOR


def may(actor: Actor, act: Act) -> bool:
    """Whether an actor may do something."""
    return _RANK.index(actor.role) >= _RANK.index(_LEAST_ROLE[act])


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
    if not may(actor, act):
        raise Refused("not-permitted", actor=actor.name, act=act.value, role=_LEAST_ROLE[act].value)
