"""Several workers at once, under either engine: what one leaves behind when it is killed, the others finish."""

from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from distributor.model.run import DeliveryState
from distributor.store.engine import Database
from tests.faults.conftest import Size
from tests.faults.test_killed_worker import finished, outcome, report, until_taken
from tests.support.databases import postgres_url
from tests.support.ledger import counts_of, make_run
from tests.support.smtp_script import After, Script, Step
from tests.support.smtp_server import ScriptedServer
from tests.support.workers import WorkerProcess, worker_environment

pytestmark = [pytest.mark.anyio, pytest.mark.fault, pytest.mark.slow, pytest.mark.postgres]


@pytest.mark.parametrize("engine", ["embedded", "procrastinate"])
async def test_three_workers_finish_a_run_although_one_is_killed(
    request: pytest.FixtureRequest, tmp_path: Path, size: Size, engine: str
) -> None:
    size.leave_out(unless=engine == "procrastinate")
    database = Database(postgres_url(request))
    run = await make_run(database, size.recipients)
    async with ScriptedServer(Script(answers={Step.DOT: After(0.03, "250 2.0.0 taken")})) as server:
        settings = {"SMTP__CONNECTIONS": "2", "DELIVERY__ENGINE": engine}
        # in the full set each on a machine of its own, where no journal of another one can be seen
        machines = 3 if size.is_full else 1
        environments = [
            worker_environment(tmp_path / f"machine{number % machines}", database.url, server.port, **settings)
            for number in range(3)
        ]
        with (
            WorkerProcess(environments[0], tmp_path / "0.log") as first,
            WorkerProcess(environments[1], tmp_path / "1.log"),
            WorkerProcess(environments[2], tmp_path / "2.log"),
        ):
            await until_taken(server, size.recipients // 3)
            await anyio.to_thread.run_sync(first.kill)
            await until_taken(server, size.recipients // 2)
            with WorkerProcess(environments[0], tmp_path / "0.log"):
                await finished(database, run)
        found = await outcome(database, run, server)
    report(f"three workers, {engine}", database, Size(size.recipients, 1, 2), found)
    assert (found.lost, found.in_doubt) == (0, 0)
    assert found.duplicates <= 2
    assert (await counts_of(database, run)).of(DeliveryState.SENT) == size.recipients
    await database.dispose()
