"""A worker whose relay refuses our credentials: it tries once, rests, and goes on when a person lets the run go on."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest

from distributor.access import Actor
from distributor.bootstrap import Container
from distributor.deliver.transport import AllowListTransport
from distributor.errors import RelayTrouble
from distributor.model.run import DeliveryState, PauseReason, Run
from distributor.settings import Security, Settings
from distributor.store import runs
from distributor.store.engine import Database
from distributor.usecases.resume_run import resume_run
from distributor.worker import loop, rest
from distributor.worker.rest import Rest
from tests.support.certificates import make_certificate
from tests.support.databases import postgres_url
from tests.support.ledger import counts_of, make_context, make_run, transport_to, until
from tests.support.smtp_script import Script, Step
from tests.support.smtp_server import ScriptedServer
from tests.support.transports import ScriptedTransport

pytestmark = pytest.mark.anyio

USER = {"bulletin@xiefa.example": "open sesame"}
CLOSED = Script(answers={Step.AUTH: "535 5.7.8 service not enabled for this account"}, credentials=USER)
OPEN = Script(credentials=USER)
EDITOR = Actor("编辑部")
TROUBLE = RelayTrouble("relay-authentication", relay="r", reply="535")


async def paused(database: Database, run: Run) -> PauseReason | None:
    async with database.read() as connection:
        return (await runs.get(connection, run.id)).pause_reason


async def become(condition: Callable[[], Awaitable[bool]]) -> None:
    with anyio.fail_after(30):
        while not await condition():  # noqa: ASYNC110  the database tells nobody
            await anyio.sleep(0.05)


@asynccontextmanager
async def signed_in_worker(
    database: Database, folder: Path, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, engine: str
) -> AsyncIterator[Container]:
    """A worker that keeps one way to a relay on loopback that wants a password; of its life only the relay is ours."""
    assert server.certificate is not None
    trust = server.certificate.public

    @asynccontextmanager
    async def way(_: Container) -> AsyncIterator[AllowListTransport]:
        given = {"username": "bulletin@xiefa.example", "password": "open sesame", "trust": trust}
        inner = transport_to(server.port, security=Security.STARTTLS, host="localhost", **given)
        async with AllowListTransport(inner, ()) as guarded:
            yield guarded

    monkeypatch.setattr(Container, "transport", way)
    settings = Settings(data_dir=folder, sending="live", delivery={"engine": engine})  # type: ignore[arg-type]  as read
    stopping = anyio.Event()
    with anyio.fail_after(60):
        async with anyio.create_task_group() as tasks:
            container = Container(settings, make_context(database, folder))
            tasks.start_soon(loop.run, container, stopping)
            yield container
            stopping.set()


async def goes_on_when_resumed(
    database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch, engine: str = "embedded"
) -> None:
    run = await make_run(database, 3)
    async with (
        ScriptedServer(CLOSED, certificate=make_certificate(folder)) as server,
        signed_in_worker(database, folder, server, monkeypatch, engine) as container,
    ):

        async def stands_still() -> bool:
            return await paused(database, run) is PauseReason.RELAY

        await become(stands_still)
        tried = server.logins
        # nothing is tried again although another run is due
        other = await make_run(database, 2)
        await anyio.sleep(2.5)
        assert server.logins == tried
        server.script = OPEN
        assert await resume_run(container.context, EDITOR, run.id)
        await until(lambda: len(server.ledger) == 5)
    for sent, number in ((run, 3), (other, 2)):
        assert (await counts_of(database, sent)).of(DeliveryState.SENT) == number


@pytest.mark.slow
async def test_a_resumed_run_goes_on_in_the_same_worker_once_the_relay_lets_us_in(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await goes_on_when_resumed(database, tmp_path, monkeypatch)


@pytest.mark.slow
@pytest.mark.postgres
async def test_jobs_rest_as_well_and_go_on_when_a_run_is_resumed(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(postgres_url(request))
    await goes_on_when_resumed(database, tmp_path, monkeypatch, "procrastinate")
    await database.dispose()


async def test_a_rest_ends_by_itself(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    resting = Rest(database, ScriptedTransport())
    assert await resting.is_over()
    await resting.begin(TROUBLE)
    assert not await resting.is_over()
    monkeypatch.setattr(rest, "_REST_SECONDS", 0)
    await resting.begin(TROUBLE)
    assert not await resting.is_over(), "further trouble makes it no shorter and no longer"
    after = Rest(database, ScriptedTransport())
    await after.begin(TROUBLE)
    assert await after.is_over()


async def test_a_rest_without_a_database_lasts_its_time(tmp_path: Path) -> None:
    away = Database(f"sqlite+aiosqlite:///{tmp_path}/no/such/folder.sqlite3")
    resting = Rest(away, ScriptedTransport())
    await resting.begin(TROUBLE)
    assert not await resting.is_over()
    await away.dispose()
    stopping = anyio.Event()
    stopping.set()
    with anyio.fail_after(5):
        await resting.end(stopping)


async def test_a_database_that_goes_away_during_a_rest_does_not_end_it(database: Database, tmp_path: Path) -> None:
    resting = Rest(database, ScriptedTransport())
    await resting.begin(TROUBLE)
    resting._database = away = Database(f"sqlite+aiosqlite:///{tmp_path}/no/such/folder.sqlite3")
    assert not await resting.is_over()
    await away.dispose()
