"""Start a worker: `python -m distributor.worker [--until-idle | --beside PID]`."""

import os
import signal
import sys

import anyio

from distributor import bootstrap, log
from distributor.bootstrap import Container
from distributor.errors import DistributorError
from distributor.i18n import error_sentence, negotiate
from distributor.worker.loop import run, run_until_idle

_LOOK_SECONDS = 1


def main(arguments: list[str]) -> int:
    """Run a worker until SIGTERM or SIGINT, or until nothing is due; gives the exit code.

    Args:
        arguments: `--until-idle`, or `--beside PID` to stop when that parent is gone, or nothing.
    """
    log.configure()
    try:
        container = bootstrap.build()
        parent = int(arguments[1]) if arguments[:1] == ["--beside"] else None
        anyio.run(_work, container, "--until-idle" in arguments, parent)
    except DistributorError as error:
        print(error_sentence(error, negotiate(None)), file=sys.stderr)  # noqa: T201  the sentence for who started it
        return error.exit_code
    return 0


async def _work(container: Container, until_idle: bool, parent: int | None) -> None:
    trouble: DistributorError | None = None
    try:
        stopping = anyio.Event()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_stop_on_signal, stopping)
            if parent is not None:
                tasks.start_soon(_stop_without_parent, stopping, parent)
            try:
                await (run_until_idle if until_idle else run)(container, stopping)
            except DistributorError as error:
                # who started us is told in a sentence, and not of a group
                trouble = error
            tasks.cancel_scope.cancel()
    finally:
        await container.close()
    if trouble is not None:
        raise trouble


async def _stop_on_signal(stopping: anyio.Event) -> None:
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async for _ in signals:
            stopping.set()


async def _stop_without_parent(stopping: anyio.Event, parent: int) -> None:
    """Stop when the site that started us was killed, so that its next start finds no stranger at work."""
    while os.getppid() == parent:  # noqa: ASYNC110  no event tells that a parent is gone
        await anyio.sleep(_LOOK_SECONDS)
    stopping.set()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
