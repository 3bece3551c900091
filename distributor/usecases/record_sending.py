"""Write into the audit log which runs were started, within the transaction that started them."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.access import Actor
from distributor.model.audit import AuditAct, Touched
from distributor.store import bulletins
from distributor.usecases.audit import record_act
from distributor.usecases.context import Context
from distributor.usecases.freeze_runs import FrozenRun


async def record_sending(
    connection: AsyncConnection, context: Context, actor: Actor, started: Iterable[FrozenRun]
) -> None:
    """Write an entry for each run; call it last in a transaction. Nobody left to serve is no act.

    Args:
        connection: the open writing transaction in which they were started.
        context: the installation.
        actor: who has started them; the program for an occurrence of a schedule.
        started: the runs.
    """
    for frozen in started:
        run = frozen.run
        record = await bulletins.get(connection, run.bulletin_id)
        touched = Touched("bulletin", run.bulletin_id, record.content_hash, record.content_hash)
        details: dict[str, object] = {"run": run.id, "list": run.list_id}
        if frozen.deliveries:
            details["addresses"] = len(frozen.deliveries)
        if run.occurrence is not None:
            details |= {"schedule": run.schedule_id, "occurrence": run.occurrence.isoformat()}
        await record_act(connection, context, actor, AuditAct.SEND, touched, details)
