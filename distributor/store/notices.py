"""Notices: one of each kind about one thing, sent at least once with one Message-ID."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.model.notice import Notice, NoticeKind
from distributor.model.recipient import MailboxRole, address_key
from distributor.model.run import FINAL_STATES, DeliveryState, Run
from distributor.store.tables import contacts, deliveries, delivery_events, notices, organizations, runs
from distributor.store.values import restore

_LONGEST_ANSWER = 500


async def add(connection: AsyncConnection, notice: Notice, due: datetime) -> bool:
    """Owe a notice unless one of its kind about the same thing is owed or was sent; returns whether it is new.

    Args:
        connection: an open writing transaction.
        notice: the notice.
        due: when it is to be sent, by the clock of the database.
    """
    add_row = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
    row = {name: getattr(notice, name) for name in Notice.__dataclass_fields__}
    statement = add_row(notices).values(**row, next_attempt=due)
    fresh = statement.on_conflict_do_nothing(index_elements=["kind", "object_id"]).returning(notices.c.id)
    return await connection.scalar(fresh) is not None


async def are_due(connection: AsyncConnection, now: datetime) -> bool:
    """Whether a notice is to be sent.

    Args:
        connection: an open transaction.
        now: the clock of the database.
    """
    return bool(await connection.scalar(select(notices.c.id).where(*_due(now)).limit(1)))


async def claim(connection: AsyncConnection, now: datetime, until: datetime, limit: int) -> tuple[Notice, ...]:
    """Take notices that are due; if nobody settles them, they are due again when the lease ends.

    Args:
        connection: an open writing transaction.
        now: the clock of the database.
        until: end of the lease.
        limit: how many at most.
    """
    query = select(notices).where(*_due(now)).order_by(notices.c.next_attempt).limit(limit)
    rows = (await connection.execute(query.with_for_update(skip_locked=True))).mappings()
    names = tuple(Notice.__dataclass_fields__)
    taken = restore(tuple[Notice, ...], [{name: row[name] for name in names} for row in rows])
    mine = update(notices).where(notices.c.id.in_([notice.id for notice in taken]))
    await connection.execute(mine.values(next_attempt=until, attempts=notices.c.attempts + 1))
    return taken


async def set_sent(connection: AsyncConnection, notice_id: str, answer: str, moment: datetime) -> None:
    """Note that the relay has a notice."""
    await _settle(connection, notice_id, answer, sent=moment)


async def set_failed(connection: AsyncConnection, notice_id: str, answer: str, moment: datetime) -> None:
    """Note that a notice cannot be sent."""
    await _settle(connection, notice_id, answer, failed=moment)


async def give_up(connection: AsyncConnection, answer: str, moment: datetime) -> int:
    """Send nothing more of what is owed; returns how many notices that were."""
    owed = update(notices).where(notices.c.sent.is_(None), notices.c.failed.is_(None))
    return (await connection.execute(owed.values(answer=answer, failed=moment))).rowcount


async def renew(connection: AsyncConnection, notice_id: str, held: datetime, until: datetime) -> bool:
    """Keep a notice for longer; returns False when somebody else has it by now.

    Args:
        connection: an open writing transaction.
        notice_id: the notice.
        held: until when it was kept.
        until: until when it is from now on.
    """
    mine = update(notices).where(
        notices.c.id == notice_id, notices.c.sent.is_(None), notices.c.failed.is_(None), notices.c.next_attempt == held
    )
    return (await connection.execute(mine.values(next_attempt=until))).rowcount == 1


async def give_back(connection: AsyncConnection, notice_id: str, due: datetime) -> None:
    """Give a notice back that was not tried.

    Args:
        connection: an open writing transaction.
        notice_id: the notice.
        due: when it may be sent.
    """
    this = update(notices).where(notices.c.id == notice_id)
    await connection.execute(this.values(next_attempt=due, attempts=notices.c.attempts - 1))


async def put_off(connection: AsyncConnection, notice_id: str, answer: str, until: datetime) -> None:
    """Send a notice later."""
    await _settle(connection, notice_id, answer, next_attempt=until)


async def report_anew(connection: AsyncConnection, run_id: str) -> None:
    """Let a run be reported once more when it has come to its end again; reports that were sent are kept.

    Args:
        connection: an open writing transaction.
        run_id: the run.
    """
    reports = (notices.c.object_id == run_id, notices.c.kind.in_((NoticeKind.RUN_REPORT, NoticeKind.BOUNCE_REPORT)))
    await connection.execute(delete(notices).where(*reports, notices.c.sent.is_(None)))
    former = notices.c.object_id + "/" + notices.c.id
    await connection.execute(update(notices).where(*reports).values(object_id=former))


async def unreported_runs(connection: AsyncConnection, since: datetime) -> tuple[Run, ...]:
    """Give the runs that have come to an end and of which the secretariat was not told.

    Args:
        connection: an open transaction.
        since: no runs that were frozen before, so that an old database does not tell of everything.
    """
    told = exists().where(notices.c.kind == NoticeKind.RUN_REPORT, notices.c.object_id == runs.c.id)
    mine = deliveries.c.run_id == runs.c.id
    under_way = exists().where(mine, deliveries.c.state.not_in(FINAL_STATES))
    query = select(runs).where(
        runs.c.ready.is_not(None), runs.c.created >= since, exists().where(mine), ~told, ~under_way
    )
    rows = await connection.execute(query.order_by(runs.c.created))
    return restore(tuple[Run, ...], [dict(row) for row in rows.mappings()])


async def doubts(connection: AsyncConnection, run_id: str) -> int:
    """Count the deliveries of a run of which it was once unknown whether the relay had taken them.

    Args:
        connection: an open transaction.
        run_id: the run.
    """
    # a mark before the final dot bears no answer; one that does was left in doubt
    doubted = exists().where(
        delivery_events.c.delivery_id == deliveries.c.id,
        delivery_events.c.state == DeliveryState.IN_DOUBT,
        delivery_events.c.text.is_not(None),
    )
    found = await connection.execute(select(deliveries.c.id).where(deliveries.c.run_id == run_id, doubted))
    return len(found.all())


async def reached(connection: AsyncConnection, bulletin_id: str, body: str) -> tuple[str, ...]:
    """Give the addresses of a body that a bulletin reached.

    Args:
        connection: an open transaction.
        bulletin_id: the bulletin.
        body: id of the body.
    """
    query = select(deliveries.c.address).where(
        deliveries.c.bulletin_id == bulletin_id,
        deliveries.c.organization == body,
        deliveries.c.state == DeliveryState.SENT,
    )
    return tuple((await connection.execute(query.order_by(deliveries.c.position))).scalars())


async def untried_backups(connection: AsyncConnection, bulletin_id: str, body: str) -> tuple[str, ...]:
    """Give the backup mailboxes of a body that a bulletin was not sent to.

    Args:
        connection: an open transaction.
        bulletin_id: the bulletin.
        body: id of the body.
    """
    tried = select(deliveries.c.address).where(deliveries.c.bulletin_id == bulletin_id)
    query = select(contacts.c.address).where(
        contacts.c.organization == body,
        contacts.c.mailbox == MailboxRole.BACKUP,
        contacts.c.address.not_in(tried),
    )
    return tuple((await connection.execute(query.order_by(contacts.c.position))).scalars())


async def bodies_of(connection: AsyncConnection, address: str) -> tuple[str, ...]:
    """Give the names of the bodies that an address belongs to, in any case."""
    query = select(organizations.c.name).where(
        contacts.c.organization == organizations.c.id, contacts.c.address_key == address_key(address)
    )
    return tuple((await connection.execute(query.order_by(organizations.c.position))).scalars())


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return notices.c.sent.is_(None), notices.c.failed.is_(None), notices.c.next_attempt <= now


async def _settle(connection: AsyncConnection, notice_id: str, answer: str, **moments: datetime) -> None:
    this = update(notices).where(notices.c.id == notice_id)
    await connection.execute(this.values(answer=answer[:_LONGEST_ANSWER], **moments))
