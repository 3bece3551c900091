"""The functions of the store over a connection that blocks: a whole transaction in one thread, nothing to wait for.

Each statement of an asynchronous driver goes to a thread or a socket and back through the event loop; a worker that
sends thousands of messages a second has no time for that. Here a thread runs the same functions from end to end.
"""

from collections.abc import Coroutine
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, CursorResult, Dialect, Executable
from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")


class _AtOnce:
    """What the functions of the store use of an AsyncConnection; to await it never suspends."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def dialect(self) -> Dialect:
        return self._connection.dialect

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:  # noqa: ANN401  as there
        return self._connection.execute(statement, parameters)

    async def scalar(self, statement: Executable, parameters: Any = None) -> Any:  # noqa: ANN401  as there
        return self._connection.scalar(statement, parameters)


def at_once(connection: Connection) -> AsyncConnection:
    """Give a blocking connection to functions that await theirs; they have to be run by `run_at_once`."""
    return cast("AsyncConnection", _AtOnce(connection))


def run_at_once(work: Coroutine[Any, Any, T]) -> T:
    """Run something to its end that awaits nothing but the statements of an `at_once` connection.

    Args:
        work: what to run.

    Raises:
        RuntimeError: when it waits for anything else.
    """
    try:
        work.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        work.close()
    raise RuntimeError("it waits for something else than the database")
