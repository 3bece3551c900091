"""Run a use case in the installation that the command line names."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import anyio
from sqlalchemy.exc import OperationalError

from distributor import bootstrap, log
from distributor.access import Actor
from distributor.bootstrap import Container
from distributor.store.engine import as_misconfigured
from distributor.usecases.premises import Premises
from distributor.usecases.set_up import ensure_ready

T = TypeVar("T")


def run_in_container(
    config: Path | None,
    actor: Actor,
    work: Callable[[Container], Awaitable[T]],
    *,
    ready: bool = True,
) -> T:
    """Build the installation, make sure that it is set up, do the work, and close everything.

    Args:
        config: folder of the TOML files, or None for the usual one.
        actor: who starts the program.
        work: what to do.
        ready: the database must have the newest schema before the work begins.

    Raises:
        Misconfigured: when the installation cannot be built or its database not be opened.
    """
    log.configure(level=30)
    container = bootstrap.build(config)

    async def work_and_close() -> T:
        try:
            if ready:
                await ensure_ready(container.context, actor)
            return await work(container)
        except OperationalError as error:
            raise as_misconfigured(error, container.context.database.url) from error
        finally:
            await container.close()

    return anyio.run(work_and_close)


def run_on_premises(config: Path | None, work: Callable[[Premises], Awaitable[T]]) -> T:
    """Do a work that opens the database by itself, whatever state it is in.

    Args:
        config: folder of the TOML files, or None for the usual one.
        work: what to do.

    Raises:
        Misconfigured: when the settings are wrong or the database cannot be opened.
    """
    log.configure(level=30)
    premises = bootstrap.premises(config)

    async def checked() -> T:
        try:
            return await work(premises)
        except OperationalError as error:
            raise as_misconfigured(error, premises.url) from error

    return anyio.run(checked)
