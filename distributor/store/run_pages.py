"""What the pages of a run count and list."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, case, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.ledger import LedgerRow
from distributor.model.progress import BodyProgress, LedgerQuery, Pulse, Reason, SentMail
from distributor.model.recipient import address_key
from distributor.model.run import FINAL_STATES, DeliveryState, RefusalClass, RunCounts
from distributor.store.deliveries import ledger_row
from distributor.store.tables import deliveries, runs

_MINUTE = timedelta(minutes=1)
_T = deliveries.c


async def page(
    connection: AsyncConnection, run_id: str, query: LedgerQuery, limit: int, offset: int = 0
) -> tuple[LedgerRow, ...]:
    """Give a page of the deliveries of a run that are looked for, in their order.

    Args:
        connection: an open transaction.
        run_id: the run.
        query: which.
        limit: how many.
        offset: how many before them.
    """
    chosen = select(deliveries).where(*_conditions(run_id, query)).order_by(_T.position, _T.id)
    rows = (await connection.execute(chosen.limit(limit).offset(offset))).mappings()
    return tuple(ledger_row(row) for row in rows)


async def count(connection: AsyncConnection, run_id: str, query: LedgerQuery) -> int:
    """Count the deliveries of a run that are looked for.

    Args:
        connection: an open transaction.
        run_id: the run.
        query: which.
    """
    chosen = select(func.count()).select_from(deliveries).where(*_conditions(run_id, query))
    return int(await connection.scalar(chosen) or 0)


async def find(connection: AsyncConnection, run_id: str, delivery_id: str) -> LedgerRow | None:
    """Give one delivery of a run, or None.

    Args:
        connection: an open transaction.
        run_id: the run.
        delivery_id: the delivery.
    """
    chosen = select(deliveries).where(_T.run_id == run_id, _T.id == delivery_id)
    row = (await connection.execute(chosen)).mappings().first()
    return None if row is None else ledger_row(row)


async def bodies(connection: AsyncConnection, run_id: str, limit: int) -> tuple[BodyProgress, ...]:
    """Give how far the bodies of a run were reached, those with something amiss first.

    Args:
        connection: an open transaction.
        run_id: the run.
        limit: how many bodies at most.
    """
    amiss = func.sum(case((_T.state.in_((DeliveryState.FAILED, DeliveryState.IN_DOUBT)), 1), else_=0))
    waiting = func.sum(case((_T.state.in_(FINAL_STATES), 0), else_=1))
    chosen = (
        select(_T.organization, _T.organization_name)
        .where(_T.run_id == run_id)
        .group_by(_T.organization, _T.organization_name)
        .order_by(amiss.desc(), waiting.desc(), func.min(_T.position))
        .limit(limit)
    )
    found = [(row.organization, row.organization_name) for row in await connection.execute(chosen)]
    names = [name for _, name in found]
    counted = (
        select(_T.organization, _T.organization_name, _T.state, func.count().label("number"))
        .where(_T.run_id == run_id, _T.organization_name.in_(names))
        .group_by(_T.organization, _T.organization_name, _T.state)
    )
    by_body: dict[tuple[str | None, str], dict[DeliveryState, int]] = {key: {} for key in found}
    for row in await connection.execute(counted):
        if (row.organization, row.organization_name) in by_body:
            by_body[row.organization, row.organization_name][DeliveryState(row.state)] = row.number
    return tuple(BodyProgress(*key, RunCounts(sum(states.values()), states)) for key, states in by_body.items())


async def count_bodies(connection: AsyncConnection, run_id: str) -> int:
    """Count the bodies of a run.

    Args:
        connection: an open transaction.
        run_id: the run.
    """
    distinct = select(_T.organization, _T.organization_name).where(_T.run_id == run_id).distinct().subquery()
    return int(await connection.scalar(select(func.count()).select_from(distinct)) or 0)


async def reasons(connection: AsyncConnection, run_id: str) -> tuple[Reason, ...]:
    """Group what failed or waits by its reason, the most frequent first.

    Args:
        connection: an open transaction.
        run_id: the run.
    """
    judgement = case((_T.reply_code == 0, _T.reply_text), else_=literal("")).label("judgement")
    number = func.count().label("number")
    chosen = (
        select(_T.state, _T.refusal, judgement, number)
        .where(_T.run_id == run_id, _T.state.in_((DeliveryState.FAILED, DeliveryState.DEFERRED)))
        .group_by(_T.state, _T.refusal, judgement)
        .order_by(number.desc(), _T.state.desc(), _T.refusal, judgement)
    )
    return tuple(
        Reason(
            DeliveryState(row.state),
            None if row.refusal is None else RefusalClass(row.refusal),
            row.judgement or "",
            row.number,
        )
        for row in await connection.execute(chosen)
    )


async def pulse(connection: AsyncConnection, run_id: str, counts: RunCounts, now: datetime) -> Pulse:
    """Say how fast a run goes.

    Args:
        connection: an open transaction.
        run_id: the run.
        counts: its deliveries by state.
        now: the clock of the database.
    """
    recent = (_T.run_id == run_id, _T.state == DeliveryState.SENT, _T.finished > now - _MINUTE)
    sent = await connection.scalar(select(func.count()).select_from(deliveries).where(*recent))
    return Pulse(int(sent or 0), counts.total - counts.of(*FINAL_STATES), now)


async def of_bodies(connection: AsyncConnection, run_id: str, organization: str | None) -> tuple[LedgerRow, ...]:
    """Give the deliveries of a run in the order of its bodies, for a certificate.

    Args:
        connection: an open transaction.
        run_id: the run.
        organization: this body alone, None for all.
    """
    chosen = select(deliveries).where(_T.run_id == run_id).order_by(_T.position)
    if organization is not None:
        chosen = chosen.where(_T.organization == organization)
    return tuple(ledger_row(row) for row in (await connection.execute(chosen)).mappings())


async def spellings_of(connection: AsyncConnection, address: str) -> tuple[str, ...]:
    """Give the spellings of an address that stand in the ledger; case makes no difference.

    Args:
        connection: an open transaction.
        address: the address, in any case.
    """
    # reads the index of addresses from end to end: this page is opened by hand
    same = select(_T.address).where(func.lower(_T.address) == address_key(address)).distinct()
    return tuple(sorted({address, address_key(address), *(await connection.execute(same)).scalars()}))


async def sent_to(
    connection: AsyncConnection, spellings: Sequence[str], limit: int, offset: int = 0
) -> tuple[SentMail, ...]:
    """Give everything that ever went to an address, the newest first.

    Args:
        connection: an open transaction.
        spellings: the address as it stands in the ledger.
        limit: how many.
        offset: how many before them.
    """
    chosen = (
        _sent(spellings, select(deliveries, runs.c.created.label("made")))
        .order_by(runs.c.created.desc(), _T.position)
        .limit(limit)
        .offset(offset)
    )
    rows = (await connection.execute(chosen)).mappings()
    return tuple(SentMail(ledger_row(row), row["bulletin_id"], row["mailing"], row["made"]) for row in rows)


async def count_sent_to(connection: AsyncConnection, spellings: Sequence[str]) -> int:
    """Count everything that ever went to an address.

    Args:
        connection: an open transaction.
        spellings: the address as it stands in the ledger.
    """
    return int(await connection.scalar(_sent(spellings, select(func.count()))) or 0)


def _sent(spellings: Sequence[str], query: Select[*tuple[object, ...]]) -> Select[*tuple[object, ...]]:
    joined = deliveries.join(runs, runs.c.id == _T.run_id)
    return query.select_from(joined).where(_T.address.in_(spellings))


def _conditions(run_id: str, query: LedgerQuery) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [_T.run_id == run_id]
    if query.state is not None:
        conditions.append(_T.state == query.state)
    if query.refusal is not None:
        conditions.append(_T.refusal == query.refusal)
    if query.organization is not None:
        conditions.append(_T.organization == query.organization)
    if query.word:
        pattern = query.word.lower()
        conditions.append(
            or_(
                func.lower(_T.address).contains(pattern, autoescape=True),
                func.lower(_T.organization_name).contains(pattern, autoescape=True),
            )
        )
    return conditions
