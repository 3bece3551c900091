"""What the secretariat is told of before the end of a run: that a guard has stopped it, that servers refuse us."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.ledger import LedgerRow
from distributor.model.notice import NoticeKind
from distributor.model.run import FINAL_STATES, DeliveryState, PauseReason, RefusalClass, Run
from distributor.store.deliveries import ledger_row
from distributor.store.tables import deliveries, notices, runs
from distributor.store.tables import substitutes as instead
from distributor.store.values import restore

_UNPLANNED: Final = (PauseReason.MASS_FAILURE, PauseReason.RELAY, PauseReason.PAST_DUE, PauseReason.RESTORED)
_T = deliveries.c


@dataclass(frozen=True, slots=True)
class Owed:
    """A notice about a run that was owed before.

    Args:
        id: its id.
        about: what it tells of.
        is_open: no attempt was made to send it yet.
    """

    id: str
    about: tuple[str, ...]
    is_open: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """What the servers of one recipient domain refuse.

    Args:
        domain: the domain.
        refusal: class of the refusals.
        count: how many deliveries.
        sample: one of them, with its answer.
    """

    domain: str
    refusal: RefusalClass
    count: int
    sample: LedgerRow


async def stopped_runs(connection: AsyncConnection) -> tuple[Run, ...]:
    """Give the runs that no person has stopped and that have something left to send, oldest first.

    Args:
        connection: an open transaction.
    """
    left = exists().where(_T.run_id == runs.c.id, _T.state.not_in(FINAL_STATES))
    query = select(runs).where(runs.c.paused.is_not(None), runs.c.pause_reason.in_(_UNPLANNED), left)
    rows = await connection.execute(query.order_by(runs.c.created, runs.c.id))
    return restore(tuple[Run, ...], [dict(row) for row in rows.mappings()])


async def refused_domains(
    connection: AsyncConnection, since: datetime, refusals: Collection[RefusalClass]
) -> dict[str, tuple[str, ...]]:
    """Give by the id of each run that goes on the recipient domains whose servers refuse it.

    Args:
        connection: an open transaction.
        since: only runs that were made since then.
        refusals: classes of refusal.
    """
    domain = _domain(connection)
    query = (
        select(_T.run_id, domain.label("domain"))
        .join(runs, runs.c.id == _T.run_id)
        .where(runs.c.paused.is_(None), runs.c.created >= since, _waits(refusals))
        .distinct()
    )
    found: dict[str, tuple[str, ...]] = {}
    for row in await connection.execute(query.order_by(_T.run_id, domain)):
        found[row.run_id] = (*found.get(row.run_id, ()), row.domain)
    return found


async def refused(
    connection: AsyncConnection, run_id: str, refusals: Collection[RefusalClass] = tuple(RefusalClass)
) -> tuple[Refused, ...]:
    """Give what failed in a run or waits because of a refusal, by recipient domain, the most frequent first.

    Args:
        connection: an open transaction.
        run_id: the run.
        refusals: classes of refusal.
    """
    domain, number = _domain(connection), func.count().label("number")
    # one that is being tried again at this moment has not left its refusal behind yet
    settled = _T.state.in_((DeliveryState.SENT, DeliveryState.SUPPRESSED, DeliveryState.CANCELLED))
    grouped = (
        select(domain.label("domain"), _T.refusal, number, func.min(_T.id).label("sample"))
        .where(_T.run_id == run_id, ~settled, _T.refusal.in_(sorted(refusals)))
        .group_by(domain, _T.refusal)
        .order_by(number.desc(), domain, _T.refusal)
    )
    found = (await connection.execute(grouped)).all()
    chosen = select(deliveries).where(_T.id.in_([row.sample for row in found]))
    samples = {row["id"]: ledger_row(row) for row in (await connection.execute(chosen)).mappings()}
    return tuple(Refused(row.domain, RefusalClass(row.refusal), row.number, samples[row.sample]) for row in found)


async def open_among(connection: AsyncConnection, ids: Collection[str]) -> tuple[LedgerRow, ...]:
    """Give those of some deliveries that are not final, in their order.

    Args:
        connection: an open transaction.
        ids: the deliveries.
    """
    query = select(deliveries).where(_T.id.in_(sorted(ids)), _T.state.not_in(FINAL_STATES))
    rows = (await connection.execute(query.order_by(_T.position, _T.id))).mappings()
    return tuple(ledger_row(row) for row in rows)


async def substitutes(connection: AsyncConnection, bulletin_id: str, body: str) -> tuple[str, ...]:
    """Give the backup mailboxes of a body that a bulletin is sent to instead of another address.

    Args:
        connection: an open transaction.
        bulletin_id: the bulletin.
        body: id of the body.
    """
    query = (
        select(_T.address)
        .join(instead, instead.c.delivery_id == _T.id)
        .where(_T.bulletin_id == bulletin_id, _T.organization == body)
    )
    return tuple((await connection.execute(query.order_by(_T.position))).scalars())


async def owed(connection: AsyncConnection, kind: NoticeKind, run_id: str) -> tuple[Owed, ...]:
    """Give the notices of a kind about a run, whatever became of them.

    Args:
        connection: an open transaction.
        kind: their kind.
        run_id: the run.
    """
    mine = notices.c.object_id.startswith(f"{run_id}:", autoescape=True)
    query = select(notices).where(notices.c.kind == kind, mine).order_by(notices.c.created, notices.c.id)
    return tuple(
        Owed(row["id"], tuple(map(str, row["details"].get("about", ()))), _is_open(row["attempts"], row["failed"]))
        for row in (await connection.execute(query)).mappings()
    )


async def add_to(connection: AsyncConnection, notice_id: str, about: Collection[str]) -> bool:
    """Let a notice that was not tried yet tell of more; returns False when a worker has taken it meanwhile.

    Args:
        connection: an open writing transaction.
        notice_id: the notice.
        about: all it tells of.
    """
    untried = update(notices).where(notices.c.id == notice_id, notices.c.attempts == 0, notices.c.failed.is_(None))
    return (await connection.execute(untried.values(details={"about": list(about)}))).rowcount == 1


def _is_open(attempts: int, failed: datetime | None) -> bool:
    return attempts == 0 and failed is None


def _waits(refusals: Collection[RefusalClass]) -> ColumnElement[bool]:
    return and_(_T.state == DeliveryState.DEFERRED, _T.refusal.in_(sorted(refusals)))


def _domain(connection: AsyncConnection) -> ColumnElement[str]:
    at = func.instr if connection.dialect.name == "sqlite" else func.strpos
    return func.lower(func.substr(_T.address, at(_T.address, "@") + 1))
