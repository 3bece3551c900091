"""A scheduler in a process of its own, on a clock that runs faster."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import anyio

from distributor import log
from distributor.usecases.claim_occurrences import claim_occurrences
from distributor.usecases.context import Context
from distributor.usecases.prepare_digests import prepare_digests
from tests.support.sites import make_parts

ROOT = Path(__file__).parents[2]
_REST = 0.02


@dataclass(frozen=True, slots=True)
class FastClock:
    """A clock that many processes share: real seconds since a moment, times a factor.

    Args:
        began: seconds of the real clock at the beginning.
        moment: what it showed then.
        speed: how many seconds go by in one.
    """

    began: float
    moment: datetime
    speed: float

    def now(self) -> datetime:
        """Give the moment it shows."""
        return self.moment + timedelta(seconds=(time.time() - self.began) * self.speed)

    def written(self) -> str:
        """Write it as an argument."""
        return f"{self.began}|{self.moment.isoformat()}|{self.speed}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Read it from an argument."""
        began, moment, speed = text.split("|")
        return cls(float(began), datetime.fromisoformat(moment), float(speed))


class Scheduler:
    """A process that ticks until it is killed.

    Args:
        url: the database.
        folder: where it may write.
        clock: tells the time.
    """

    def __init__(self, url: str, folder: Path, clock: FastClock) -> None:
        self._arguments = (url, str(folder), clock.written())
        self._log = folder / "schedulers.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start it."""
        with self._log.open("ab") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.ticking", *self._arguments],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=file,
                stderr=file,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Kill it as the kernel does when memory is short."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(30)


async def tick_for_ever(context: Context) -> None:
    """Do what the tick of a worker does, without rest."""
    while True:
        await claim_occurrences(context)
        await prepare_digests(context)
        await anyio.sleep(_REST)


def main(arguments: list[str]) -> None:
    """Tick until killed."""
    log.configure(level=40)
    url, folder, clock = arguments
    context = replace(make_parts(Path(folder), url).context, clock=FastClock.read(clock))
    anyio.run(tick_for_ever, context)


if __name__ == "__main__":
    main(sys.argv[1:])
