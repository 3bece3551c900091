"""Two who change what readers get at the same time do not miss each other."""

from pathlib import Path

import anyio
import pytest

from distributor.store import catalogue
from distributor.store.engine import Database
from distributor.usecases.publish_bulletin import publish_bulletin
from distributor.usecases.read_document import read_document
from distributor.usecases.sign_off_bulletin import sign_off_bulletin
from distributor.usecases.withdraw_bulletin import withdraw_bulletin
from tests.support.feeds import atom_entries
from tests.support.worlds import APPROVER, SEED, make_world, receive_seed

pytestmark = pytest.mark.anyio


async def test_bulletins_that_are_published_at_the_same_time_all_stand_in_the_feed(
    database: Database, tmp_path: Path
) -> None:
    context = await make_world(database, tmp_path)
    text = SEED.read_text("utf-8")
    ids = [await receive_seed(context, issue=f"第{number}期", text=text + " " * number) for number in range(1, 4)]
    for bulletin_id in ids:
        await sign_off_bulletin(context, APPROVER, bulletin_id)
    async with anyio.create_task_group() as tasks:
        for bulletin_id in ids:
            tasks.start_soon(publish_bulletin, context, APPROVER, bulletin_id)
    assert len(atom_entries(await read_document(context, "feeds/all.atom.xml"))) == 93
    async with database.read() as connection:
        everything = (await catalogue.counts(connection))[0]
    assert (everything.bulletins, everything.items) == (3, 93)
    async with anyio.create_task_group() as tasks:
        for bulletin_id in ids[:2]:
            tasks.start_soon(withdraw_bulletin, context, APPROVER, bulletin_id, "有误")
    assert len(atom_entries(await read_document(context, "feeds/all.atom.xml"))) == 31
