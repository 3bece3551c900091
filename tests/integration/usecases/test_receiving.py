"""A file is taken in once; a draft that is brought again takes the title, number and date that are given now."""

from pathlib import Path

import pytest

from distributor.errors import NotSignedOff, Refused
from distributor.parse import Given
from distributor.store.engine import Database
from distributor.usecases.publish_bulletin import publish_bulletin
from distributor.usecases.receive_bulletin import receive_bulletin
from distributor.usecases.sign_off_bulletin import sign_off_bulletin
from tests.support.worlds import APPROVER, EDITOR, SEED, make_world, publish_seed

pytestmark = pytest.mark.anyio


async def test_a_draft_takes_what_is_given_now_and_loses_its_sign_off(database: Database, tmp_path: Path) -> None:
    world = await make_world(database, tmp_path)
    first = await receive_bulletin(world, EDITOR, SEED.read_bytes(), SEED.name, Given())
    await sign_off_bulletin(world, APPROVER, first.record.id)
    again = await receive_bulletin(world, EDITOR, SEED.read_bytes(), SEED.name, Given(issue="第7期", date="2026-02"))
    assert (again.is_new, again.is_renamed) == (False, True)
    assert (again.record.id, again.record.masthead.issue, again.record.masthead.date) == (
        first.record.id,
        "第7期",
        "2026-02",
    )
    with pytest.raises(NotSignedOff, match="sign-off-outdated"):
        await publish_bulletin(world, APPROVER, first.record.id)


async def test_a_published_bulletin_stays_as_it_is(database: Database, tmp_path: Path) -> None:
    world = await make_world(database, tmp_path)
    bulletin_id = await publish_seed(world)
    again = await receive_bulletin(world, EDITOR, SEED.read_bytes(), "bulletin.txt", Given(issue="第99期"))
    assert (again.record.id, again.is_renamed, again.record.masthead.issue) == (bulletin_id, False, "第12期")


@pytest.mark.parametrize("date", ["2023-13-45", "yesterday", "2023-2", "20231301"])
async def test_a_date_that_is_none_is_refused(database: Database, tmp_path: Path, date: str) -> None:
    world = await make_world(database, tmp_path)
    with pytest.raises(Refused, match="date-unreadable"):
        await receive_bulletin(world, EDITOR, SEED.read_bytes(), SEED.name, Given(date=date))


async def test_only_findings_that_are_there_can_be_waived(database: Database, tmp_path: Path) -> None:
    world = await make_world(database, tmp_path)
    received = await receive_bulletin(world, EDITOR, SEED.read_bytes(), SEED.name, Given())
    with pytest.raises(Refused, match="waiver-unknown"):
        await sign_off_bulletin(world, APPROVER, received.record.id, waived=["nonsense"])


async def test_findings_say_what_was_taken_for_a_missing_title_and_date(database: Database, tmp_path: Path) -> None:
    world = await make_world(database, tmp_path)
    record = (await receive_bulletin(world, EDITOR, SEED.read_bytes(), SEED.name, Given())).record
    taken = {finding.code: finding.parameters for finding in record.findings if finding.code.endswith("-taken")}
    assert taken == {
        "title-taken": {"value": record.masthead.title},
        "date-taken": {"value": record.masthead.date},
    }
