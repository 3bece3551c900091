"""The other writer of bench_freezing: writes ten times a second until its input ends, then prints its longest wait."""

import asyncio
import sys
import time

from sqlalchemy import update

from distributor.store.engine import Database
from distributor.store.tables import site_state


async def write_on_and_on(url: str) -> float:
    """Write until the input ends; gives the longest wait in seconds."""
    database = Database(url)
    over = asyncio.ensure_future(asyncio.to_thread(sys.stdin.read))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    longest = 0.0
    while not over.done():
        begin = time.perf_counter()
        async with database.write() as connection:
            await connection.execute(update(site_state).values(version=site_state.c.version))
        longest = max(longest, time.perf_counter() - begin)
        await asyncio.sleep(0.1)
    await database.dispose()
    return longest


if __name__ == "__main__":
    if len(sys.argv) == 2:
        sys.stdout.write(f"{asyncio.run(write_on_and_on(sys.argv[1]))}\n")
