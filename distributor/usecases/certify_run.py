"""The delivery certificate (发送清单) of a run: to whom, when, and what was answered, bound to its sign-off."""

from dataclasses import dataclass
from datetime import datetime

from distributor.errors import NotFound
from distributor.model.ledger import LedgerRow
from distributor.model.record import BulletinRecord
from distributor.model.sign_off import SignOff
from distributor.store import bulletins, run_pages, runs, sign_offs
from distributor.usecases.context import Context
from distributor.usecases.list_runs import RunSummary


@dataclass(frozen=True, slots=True)
class Certificate:
    """What is certified.

    Args:
        summary: the run and its numbers.
        record: the bulletin as it stands now.
        sign_off: the sign-off that the run was frozen under.
        body: name of the one body it is for, or None for all.
        rows: the deliveries, in the order of the plan.
        made: when it was made.
    """

    summary: RunSummary
    record: BulletinRecord
    sign_off: SignOff
    body: str | None
    rows: tuple[LedgerRow, ...]
    made: datetime

    @property
    def variants(self) -> tuple[str, ...]:
        """Digests of the signed renderings that were sent."""
        return tuple(dict.fromkeys(row.delivery.variant for row in self.rows))


async def certify_run(context: Context, run_id: str, organization: str | None = None) -> Certificate:
    """Give the certificate of a run, or of one body in it.

    Args:
        context: the installation.
        run_id: the run.
        organization: id of the body, None for all.

    Raises:
        NotFound: `run-unknown`, or `body-not-in-run`.
    """
    async with context.database.read() as connection:
        run = await runs.get(connection, run_id)
        counts = (await runs.counts(connection, [run_id]))[run_id]
        rows = await run_pages.of_bodies(connection, run_id, organization)
        record = await bulletins.get(connection, run.bulletin_id)
        sign_off = await sign_offs.find(connection, run.sign_off_id)
    if sign_off is None:
        raise NotFound("run-unknown", id=run_id)
    if organization is not None and not rows:
        raise NotFound("body-not-in-run", id=run_id, organization=organization)
    body = rows[0].delivery.organization_name if organization is not None else None
    return Certificate(RunSummary(run, counts), record, sign_off, body, rows, context.now())
