"""An installation for tests of use cases: a context on a database, filled from the shipped configuration."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

from distributor.access import Actor
from distributor.clock import FixedClock
from distributor.parse import Given
from distributor.settings import asset_folder
from distributor.store.engine import Database
from distributor.usecases.apply_configuration import apply_configuration
from distributor.usecases.context import Context
from distributor.usecases.publish_bulletin import publish_bulletin
from distributor.usecases.receive_bulletin import receive_bulletin
from distributor.usecases.sign_off_bulletin import sign_off_bulletin
from tests.support.sites import make_parts

NOW = datetime(2026, 3, 31, 9, 0, tzinfo=timezone(timedelta(hours=8)))
EDITOR, APPROVER, ADMIN = Actor("编辑"), Actor("签发人"), Actor("管理员")
SEED = asset_folder("seeds") / "000_04bd7fccb17faafb.txt"


async def make_world(database: Database, folder: Path) -> Context:
    """An installation at a fixed moment with the shipped address book and schedules."""
    context = replace(make_parts(folder).context, database=database, config=asset_folder("config"))
    await apply_configuration(at(context, NOW - timedelta(days=1)), ADMIN)
    return at(context, NOW)


def at(context: Context, moment: datetime) -> Context:
    """The same installation at another moment."""
    return replace(context, clock=FixedClock(moment))


async def receive_seed(context: Context, *, issue: str = "第12期", text: str | None = None) -> str:
    """Receive the seed, or a changed text of it; gives the id of the bulletin."""
    data = SEED.read_bytes() if text is None else text.encode()
    given = Given(issue=issue, date="2026-03-30")
    return (await receive_bulletin(context, EDITOR, data, "bulletin.txt", given)).record.id


async def publish_seed(context: Context, *, issue: str = "第12期", text: str | None = None) -> str:
    """Receive, sign off and publish the seed; gives the id of the bulletin."""
    bulletin_id = await receive_seed(context, issue=issue, text=text)
    await sign_off_bulletin(context, APPROVER, bulletin_id)
    await publish_bulletin(context, APPROVER, bulletin_id)
    return bulletin_id
