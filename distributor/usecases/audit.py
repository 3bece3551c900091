"""Write an act into the audit log, within the transaction of the act itself."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import access
from distributor.access import Actor
from distributor.clock import as_utc
from distributor.model.audit import AuditAct, AuditEntry, Touched
from distributor.model.canonical import digest
from distributor.store import audit


class TellsTime(Protocol):
    """An installation that knows the present moment."""

    def now(self) -> datetime:
        """Give the present moment."""


async def record_act(
    connection: AsyncConnection,
    context: TellsTime,
    actor: Actor,
    act: AuditAct,
    touched: Touched,
    details: Mapping[str, object] | None = None,
) -> AuditEntry:
    """Add an act to the audit log; if the transaction fails, neither the act nor its entry remains.

    Call it last in a transaction: from here to the commit nobody else can add an entry.

    Args:
        connection: the open writing transaction of the act.
        context: the installation.
        actor: who acts.
        act: what is done.
        touched: the object, with its digests before and after.
        details: what else there is to say; plain values, never a secret.
    """
    position, previous = await audit.take_end(connection)
    entry = access.seal(
        AuditEntry(
            position=position + 1,
            at=as_utc(context.now()),
            actor=actor.name,
            origin=actor.origin.value,
            act=act.value,
            touched=touched,
            previous=previous,
            hash="",
            details=details or {},
        ),
    )
    await audit.append(connection, entry)
    return entry


def fingerprint(value: object) -> str:
    """Digest an object of an act, so that it has one digest whatever zone its moments are given in.

    Args:
        value: a value of the model.
    """
    return digest(_in_utc(value))


def _in_utc(value: object) -> object:
    if isinstance(value, datetime):
        return as_utc(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _in_utc(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _in_utc(entry) for key, entry in value.items()}
    return [_in_utc(entry) for entry in value] if isinstance(value, tuple | list) else value
