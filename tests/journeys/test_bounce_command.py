"""`distributor bounce` at the end of a mail server's pipe, and a worker that looks into a Maildir."""

import os
import subprocess
import sys
import time
from pathlib import Path

import anyio
import pytest

from distributor.model.run import DeliveryState
from distributor.store.engine import Database
from tests.support.databases import sqlite_url
from tests.support.ledger import counts_of
from tests.support.returning import SPARE, ledger_of, make_sent_run, report_about, sealed_address, set_state
from tests.support.workers import WorkerProcess, worker_environment

pytestmark = pytest.mark.anyio


def run_bounce(folder: Path, url: str, mail: bytes, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    environment = worker_environment(folder, url, 1)
    (folder / "secrets").mkdir(exist_ok=True)
    (folder / "secrets" / "tokens.key").write_text("a key for tests\n")
    command = [sys.executable, "-c", "from distributor.cli.main import run; run()", "bounce", *arguments]
    return subprocess.run(command, input=mail, env=environment, capture_output=True, check=False, timeout=60)


async def test_a_report_from_a_pipe_is_taken_and_taken_once(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path)
    database = Database(url)
    context, run, (first, second) = await make_sent_run(database, tmp_path)
    sealed = sealed_address(context, first)
    for _ in range(2):
        done = run_bounce(tmp_path, url, report_about(second), "--recipient", sealed)
        assert (done.returncode, done.stderr) == (os.EX_OK, b"")
    assert (await ledger_of(database, run))[first.address].delivery.state is DeliveryState.FAILED
    assert (await counts_of(database, run)).of(DeliveryState.SENT) == 1
    assert run_bounce(tmp_path, url, b"", "--quiet").stdout == b""
    await set_state(database, [second], DeliveryState.CLAIMED, worker="w")
    assert run_bounce(tmp_path, url, report_about(second, number=2)).returncode == os.EX_TEMPFAIL
    broken = run_bounce(tmp_path, f"sqlite+aiosqlite:///{tmp_path}/secrets/tokens.key/x.sqlite3", report_about(first))
    assert broken.returncode == os.EX_TEMPFAIL
    assert broken.stderr.count(b"\n") == 1
    await database.dispose()


async def test_a_worker_takes_reports_from_a_maildir_and_listens(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path)
    database = Database(url)
    _, run, (first, _) = await make_sent_run(database, tmp_path)
    for name in ("new", "cur", "tmp"):
        (tmp_path / "box" / name).mkdir(parents=True)
    (tmp_path / "box" / "new" / "1.x").write_bytes(report_about(first))
    environment = worker_environment(
        tmp_path, url, 1, BOUNCES__MAILDIR=str(tmp_path / "box"), BOUNCES__EVERY_SECONDS="1"
    )
    with WorkerProcess(environment, tmp_path / "log") as worker:
        deadline = time.monotonic() + 60
        while not list((tmp_path / "box" / "cur").iterdir()) and time.monotonic() < deadline:  # noqa: ASYNC110  a file tells nobody
            await anyio.sleep(0.1)
        assert worker.is_alive, (tmp_path / "log").read_text()
    rows = await ledger_of(database, run)
    assert rows[first.address].delivery.state is DeliveryState.FAILED
    assert SPARE.address not in rows
    await database.dispose()
