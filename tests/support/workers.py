"""Real worker processes on a test's database and a scripted relay."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import IO, Self

ROOT = Path(__file__).parents[2]


def worker_environment(folder: Path, url: str, port: int, **settings: str) -> dict[str, str]:
    """The environment of a worker that sends to a relay on loopback; settings are variables without their prefix."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("DISTRIBUTOR_")}
    own = {
        "CONFIG": str(ROOT / "config"),
        "DATA_DIR": str(folder),
        "DATABASE_URL": url,
        "SENDING": "live",
        "SMTP__HOST": "127.0.0.1",
        "SMTP__PORT": str(port),
        "SMTP__SECURITY": "none",
        **settings,
    }
    return {**outside, **{f"DISTRIBUTOR_{name}": value for name, value in own.items()}}


class WorkerProcess:
    """A worker in a process of its own; killed at the end if it still runs.

    Args:
        environment: see `worker_environment`.
        log: file that its log goes to.
        arguments: of the worker, for example `--until-idle`.
    """

    def __init__(self, environment: dict[str, str], log: Path, *arguments: str) -> None:
        self._environment = environment
        self._log = log
        self._arguments = arguments
        self._file: IO[bytes] | None = None
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start it."""
        self._file = self._log.open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "distributor.worker", *self._arguments],
            env=self._environment,
            stderr=self._file,
            stdout=self._file,
            cwd=ROOT,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it, in peace if it may."""
        try:
            self.send(signal.SIGTERM)
        except subprocess.TimeoutExpired:
            self.kill()
        if self._file is not None:
            self._file.close()

    def kill(self) -> None:
        """Kill it as the kernel does when memory is short."""
        self.send(signal.SIGKILL)

    def send(self, number: signal.Signals, seconds: float = 30) -> int:
        """Send a signal and wait for its end; gives its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(seconds)

    @property
    def is_alive(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None
