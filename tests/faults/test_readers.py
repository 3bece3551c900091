"""Readers who leave, and mails that come back, while their run goes on."""

from pathlib import Path

import anyio
import pytest

from distributor.model.run import DeliveryState
from distributor.store.engine import Database
from distributor.usecases.drain_deliveries import Worker, drain
from distributor.usecases.follow_up_failures import follow_up_failures
from distributor.usecases.send_due import worker_name
from distributor.usecases.take_bounce import take_bounce
from tests.faults.test_killed_worker import until_taken
from tests.support.ledger import counts_of, make_context, make_run, rows_of, transport_to
from tests.support.returning import report_about
from tests.support.smtp_script import After, Script, Step
from tests.support.smtp_server import ScriptedServer

pytestmark = [pytest.mark.anyio, pytest.mark.fault, pytest.mark.slow]


async def test_a_mail_that_comes_back_while_its_run_goes_on_fails_alone(database: Database, tmp_path: Path) -> None:
    run = await make_run(database, 60)
    context = make_context(database, tmp_path)
    script = Script(answers={Step.DOT: After(0.02, "250 2.0.0 taken")})
    async with (
        ScriptedServer(script) as server,
        transport_to(server.port) as transport,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(drain, context, Worker(worker_name(), transport, 2))
        await until_taken(server, 20)
        first = (await rows_of(database, run))[0].delivery
        while first.state is not DeliveryState.SENT:
            await anyio.sleep(0.01)
            first = (await rows_of(database, run))[0].delivery
        await take_bounce(context, report_about(first))
        await follow_up_failures(context)
        assert (await counts_of(database, run)).is_balanced
    assert len(server.ledger) == 60
    counts = await counts_of(database, run)
    assert (counts.of(DeliveryState.SENT), counts.of(DeliveryState.FAILED)) == (59, 1)
    (failed,) = [row for row in await rows_of(database, run) if row.delivery.state is DeliveryState.FAILED]
    assert failed.delivery.address == first.address
