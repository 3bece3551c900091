"""`distributor serve`: site and worker start together and stop together."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

SEED = Path(__file__).parents[2] / "seeds" / "000_04bd7fccb17faafb.txt"
PROGRAM = [sys.executable, "-c", "from distributor.cli.main import run; run()"]
PATIENCE = 40

pytestmark = pytest.mark.slow


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DISTRIBUTOR_")}
    return {**kept, "DISTRIBUTOR_DATA_DIR": str(tmp_path / "data"), "DISTRIBUTOR_LANGUAGE": "en"}


@pytest.fixture
def site(environment: dict[str, str]) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    port = _free_port()
    process = subprocess.Popen([*PROGRAM, "serve", "--port", str(port)], env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(lambda: _status(f"{url}/healthz") == 200)
        yield process, url
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(PATIENCE)


def test_what_is_published_reaches_site_and_recipients_by_itself(
    site: tuple[subprocess.Popen[bytes], str], environment: dict[str, str], tmp_path: Path
) -> None:
    _, url = site
    assert _status(f"{url}/") == 200
    out = _command(environment, "receive", SEED, "--as", "li")
    bulletin = out.split("Received ")[1].split(":")[0]
    _command(environment, "sign-off", bulletin, "--as", "wang")
    _command(environment, "publish", bulletin, "--as", "wang")
    assert _status(f"{url}/bulletins/{bulletin}") == 200
    assert _status(f"{url}/feeds/all.rss.xml") == 200
    plan = _command(environment, "plan", bulletin)
    addresses = int(plan.rsplit(" addresses", 1)[0].rsplit(" ", 1)[1])
    _wait(lambda: len(list((tmp_path / "data" / "mail").glob("*.eml"))) == addresses)


def test_the_worker_ends_with_the_site(site: tuple[subprocess.Popen[bytes], str]) -> None:
    process, _ = site
    children = _children(process.pid)
    assert len(children) == 1
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
    _wait(lambda: not _alive(children[0]))


def test_the_worker_of_a_killed_site_does_not_stay(site: tuple[subprocess.Popen[bytes], str]) -> None:
    process, _ = site
    (child,) = _children(process.pid)
    process.kill()
    process.wait(PATIENCE)
    _wait(lambda: not _alive(child))


def _command(environment: dict[str, str], *arguments: object) -> str:
    command = [*PROGRAM, *map(str, arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


def _status(url: str) -> int | None:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310  our own server on loopback
            return int(response.status)
    except OSError:
        return None


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children")
    if not found.exists():
        pytest.skip("this machine does not list the children of a process under /proc")
    return [int(child) for child in found.read_text().split()]


def _alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(condition: object) -> None:
    assert callable(condition)
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)
