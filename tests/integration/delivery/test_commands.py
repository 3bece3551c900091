"""The commands of the operator, as a shell calls them."""

import asyncio
import json
from pathlib import Path

import pytest
from sqlalchemy import update

from distributor.cli.main import main
from distributor.model.run import DeliveryState, PauseReason, Run
from distributor.store import runs, tables
from distributor.store.engine import Database
from tests.support.databases import sqlite_url
from tests.support.ledger import make_run

_S = DeliveryState


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """An installation with a run of three deliveries."""
    monkeypatch.setenv("DISTRIBUTOR_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DISTRIBUTOR_LANGUAGE", "en")
    url = sqlite_url(tmp_path)

    async def prepare() -> Run:
        database = Database(url)
        made = await make_run(database, 3)
        await database.dispose()
        return made

    return asyncio.run(prepare())


def stand(folder: Path, run: Run) -> tuple[PauseReason | None, list[str]]:
    """Why a run is paused, and where its deliveries stand."""

    async def look() -> tuple[PauseReason | None, list[str]]:
        database = Database(f"sqlite+aiosqlite:///{folder / 'distributor.sqlite3'}")
        async with database.read() as connection:
            found = await runs.get(connection, run.id)
            counts = (await runs.counts(connection, [run.id]))[run.id]
        await database.dispose()
        return found.pause_reason, sorted(
            state.value for state, number in counts.by_state.items() for _ in range(number)
        )

    return asyncio.run(look())


def bring(folder: Path, **changes: object) -> None:
    """Bring all deliveries to a state behind the back of the program."""

    async def change() -> None:
        database = Database(f"sqlite+aiosqlite:///{folder / 'distributor.sqlite3'}")
        async with database.write() as connection:
            if changes["state"] is _S.IN_DOUBT:
                changes.update(lease_until=await database.now(connection), warned=True, worker=None)
            await connection.execute(update(tables.deliveries).values(changes))
        await database.dispose()

    asyncio.run(change())


def test_pausing_and_resuming(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pause", run.id, "--as", "wang"]) == 0
    assert stand(tmp_path, run)[0] is PauseReason.PERSON
    assert main(["pause", run.id, "--as", "wang"]) == 0
    assert main(["resume", run.id, "--as", "li"]) == 0
    assert stand(tmp_path, run)[0] is None
    capsys.readouterr()
    assert main(["history", run.id, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(event["actor"], event["act"]) for event in told] == [("wang", "pause"), ("li", "resume")]
    assert main(["history", run.id]) == 0
    assert "wang" in capsys.readouterr().out


def test_retrying_all_or_one(run: Run, tmp_path: Path) -> None:
    bring(tmp_path, state=_S.FAILED)
    assert main(["retry", run.id, "--delivery", "unknown", "--as", "wang"]) == 0
    assert stand(tmp_path, run)[1] == ["failed"] * 3
    assert main(["retry", run.id, "--as", "wang"]) == 0
    assert stand(tmp_path, run)[1] == ["pending"] * 3


@pytest.mark.parametrize(("fate", "state"), [("sent", "sent"), ("again", "pending"), ("failed", "failed")])
def test_settling_doubt(run: Run, tmp_path: Path, fate: str, state: str) -> None:
    bring(tmp_path, state=_S.IN_DOUBT)
    assert main(["resolve", run.id, fate, "--as", "wang"]) == 0
    assert stand(tmp_path, run)[1] == [state] * 3


def test_settling_doubt_wants_to_know_what_became_of_it(run: Run) -> None:
    assert main(["resolve", run.id, "perhaps"]) == 2
    assert main(["resolve", run.id]) == 2


def test_cancelling(run: Run, tmp_path: Path) -> None:
    assert main(["cancel", run.id, "--as", "wang"]) == 0
    assert stand(tmp_path, run) == (PauseReason.CANCELLED, ["cancelled"] * 3)
    assert main(["resume", run.id, "--as", "wang"]) == 2


def test_reopening(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cancel", run.id, "--as", "wang"]) == 0
    capsys.readouterr()
    assert main(["reopen", run.id, "--as", "li"]) == 0
    assert f"distributor resume {run.id}" in capsys.readouterr().out
    assert stand(tmp_path, run) == (PauseReason.PERSON, ["pending"] * 3)
    assert main(["reopen", run.id, "--as", "li"]) == 0
    assert run.id in capsys.readouterr().out


def test_what_may_not_be_sent_again_is_refused_in_one_sentence(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cancel", run.id, "--as", "wang"]) == 0
    bring(tmp_path, state=_S.FAILED)
    capsys.readouterr()
    assert main(["retry", run.id, "--as", "li"]) == 2
    assert "was cancelled by wang" in capsys.readouterr().err
    bring(tmp_path, state=_S.IN_DOUBT)
    assert main(["resolve", run.id, "again", "--as", "li"]) == 2
    assert stand(tmp_path, run)[1] == ["in doubt"] * 3


def test_a_run_that_is_not_there_is_refused(run: Run) -> None:
    assert main(["pause", "unknown", "--as", "wang"]) == 2
