"""An installation with a small address book, for tests of what is done to it."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

from distributor.access import Actor
from distributor.clock import FixedClock
from distributor.model.message import Sender
from distributor.model.recipient import AddressBook, Group
from distributor.model.record import BulletinRecord
from distributor.schedule import WorkingCalendar
from distributor.store import address_book, blobs, bulletins
from distributor.store.engine import Database
from distributor.usecases.context import Context
from tests.support.books import body, book, mailbox
from tests.support.records import make_publication

NOW = datetime(2026, 3, 31, 9, 0, tzinfo=timezone(timedelta(hours=8)))
CLERK = Actor("秘书处")

SMALL = book(
    [
        body("most", "科学技术部", "国家科技部", short="科技部"),
        body("mof", "财政部"),
        body("storage", "存储产业技术创新战略联盟", short="存储联盟"),
    ],
    [
        mailbox("most"),
        mailbox("most", "reading@most.example", name="阅办"),
        mailbox("storage", "office@storage.example"),
    ],
    [Group("ministries", "各部委", (), ("most", "mof"))],
)


async def with_book(database: Database, folder: Path, kept: AddressBook | None = SMALL) -> Context:
    """An installation at a fixed moment that keeps an address book, without history; None leaves what is there."""
    if kept is not None:
        async with database.write() as connection:
            await address_book.replace(connection, kept)
    return Context(
        database=database,
        clock=FixedClock(NOW),
        publication=make_publication(),
        sender=Sender("联盟协发网秘书处", "bulletin@xiefa.example", "secretariat@xiefa.example"),
        token_keys=("a key of the tests",),
        calendar=WorkingCalendar(),
        config=folder,
        mail_folder=folder / "mail",
    )


async def kept_book(context: Context) -> AddressBook:
    """The whole address book as it is kept."""
    async with context.database.read() as connection:
        return await address_book.load(connection)


async def keep(context: Context, record: BulletinRecord) -> None:
    """Keep a bulletin as if its file, which is its id as bytes, had been received."""
    async with context.database.write() as connection:
        await blobs.put(connection, record.id.encode())
        await bulletins.add(connection, record)
