"""A worker goes on whatever happens to the places where reports arrive."""

from dataclasses import dataclass, field
from pathlib import Path

import anyio
import pytest
from sqlalchemy import text

from distributor.bootstrap import Container as Installed
from distributor.deliver.listener import Ours, ReportListener, Take
from distributor.deliver.mailboxes import MaildirBox, ReportBox
from distributor.model.run import DeliveryState
from distributor.settings import Settings
from distributor.store.engine import Database
from distributor.usecases.context import Context
from distributor.worker import loop, returns
from tests.support.ledger import counts_of
from tests.support.returning import make_sent_run, report_about

pytestmark = pytest.mark.anyio


@dataclass
class Container:
    """The parts of an installation that this needs."""

    context: Context
    settings: Settings = field(default_factory=Settings)
    report_boxes: tuple[ReportBox, ...] = ()
    port: int | None = None

    def report_listener(self, take: Take, ours: Ours) -> ReportListener | None:
        self.take, self.ours = take, ours
        return None if self.port is None else ReportListener(take, ours, port=self.port)


async def test_a_box_that_cannot_be_read_holds_up_no_other(database: Database, tmp_path: Path) -> None:
    context, run, (first, _) = await make_sent_run(database, tmp_path)
    for name in ("new", "cur"):
        (tmp_path / "box" / name).mkdir(parents=True)
    (tmp_path / "box" / "new" / "1").write_bytes(report_about(first))
    boxes = (MaildirBox(tmp_path / "missing"), MaildirBox(tmp_path / "box"))
    container = Container(context, report_boxes=boxes)
    await returns.look_into_boxes(container)  # type: ignore[arg-type]  # has what is used
    assert (await counts_of(database, run)).of(DeliveryState.FAILED) == 1


async def test_a_port_in_use_and_a_database_that_is_away_do_not_end_the_worker(
    database: Database, tmp_path: Path
) -> None:
    context, _, (first, _) = await make_sent_run(database, tmp_path)
    (tmp_path / "box" / "new").mkdir(parents=True)
    (tmp_path / "box" / "new" / "1").write_bytes(report_about(first))

    async def refuse(_data: bytes, _recipient: str) -> bool:
        return False

    async def nobody() -> tuple[str, ...]:
        return ()

    async with ReportListener(refuse, nobody) as busy:
        container = Container(context, report_boxes=(MaildirBox(tmp_path / "box"),), port=busy.port)
        async with database.write() as connection:
            await connection.execute(text("DROP TABLE taken_reports"))
            await connection.execute(text("DROP TABLE failure_follow_ups"))
            await connection.execute(text("DROP TABLE recipient_lists"))
        stopping = anyio.Event()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(returns.take_returns, container, stopping)
            await anyio.sleep(0.2)
            assert await container.take(report_about(first), "") is False
            assert await container.ours() == {context.sender.address, context.sender.reply_to}
            await returns.follow_up(container)  # type: ignore[arg-type]  # as above
            stopping.set()
    assert (tmp_path / "box" / "new" / "1").exists()


async def test_a_worker_that_works_until_idle_empties_the_boxes_before_it_sends(
    database: Database, tmp_path: Path
) -> None:
    context, run, (first, _) = await make_sent_run(database, tmp_path)
    for name in ("new", "cur"):
        (tmp_path / "box" / name).mkdir(parents=True)
    (tmp_path / "box" / "new" / "1").write_bytes(report_about(first))
    bounces = {"maildir": tmp_path / "box"}
    settings = Settings(data_dir=tmp_path, sending="folder", bounces=bounces)  # type: ignore[arg-type]  as from a file
    await loop.run_until_idle(Installed(settings, context))
    assert (await counts_of(database, run)).of(DeliveryState.FAILED) == 1
    assert not list((tmp_path / "box" / "new").iterdir())
