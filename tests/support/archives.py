"""Large archives for benchmarks: many bulletins, kept as if they had been published day by day."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count

from distributor import publish
from distributor.model.canonical import digest_bytes
from distributor.model.record import BulletinRecord
from distributor.model.revision import BulletinRevision
from distributor.store import blobs, bulletins, catalogue, revisions
from distributor.usecases.context import Context
from tests.support.records import PUBLISHED, SHANGHAI, seedlike_record

TEXT = "会议强调，要深入贯彻落实关于加快建设科技强国的重要部署，切实增强使命感和责任感。" * 9
FIRST = datetime(2010, 1, 4, 9, 0, tzinfo=SHANGHAI)
_WORDS = "钒钛氢能稀土光伏芯片轴承煤炭疫苗算力钢铁大豆风电卫星锂电造纸船舶玻璃陶瓷纺织仪表"


def issues(number: int, begin: int = 0) -> Iterator[BulletinRecord]:
    """Bulletins of 31 items, each with words of its own, one a working day from 2010 on."""
    template = seedlike_record()
    for at in range(begin, begin + number):
        yield _issue(template, at)


def _issue(template: BulletinRecord, number: int) -> BulletinRecord:
    key = f"b{number:05d}"
    day = date(2010, 1, 4) + timedelta(days=number)
    items = tuple(
        replace(
            item,
            key=f"{key}k{item.position:02d}",
            content=replace(item.content, paragraphs=(*item.content.paragraphs, _text(number, item.position))),
        )
        for item in template.items
    )
    masthead = replace(template.masthead, issue=f"{day.year}年第{number}期", date=day.isoformat())
    name = f"{key}.txt"
    original = replace(template.original, name=name, sha256=digest_bytes(name.encode()))
    return replace(template, id=key, items=items, masthead=masthead, original=original)


def _text(number: int, position: int) -> str:
    topics = "、".join(_WORDS[(number * 7 + position * 3 + step) % len(_WORDS)] for step in range(6))
    return f"{TEXT}本期关注{topics}等方向，编号第{number}之{position}，涉及{number % 97}家单位。"


async def keep(context: Context, records: Iterator[BulletinRecord]) -> None:
    """Keep bulletins as published, with their cards, without rendering anything."""
    numbers = count()
    async with context.database.write() as connection:
        for record in records:
            at = FIRST + timedelta(days=next(numbers))
            published = publish.assign_identity(record, context.publication, at)
            await blobs.put(connection, published.original.name.encode())
            await bulletins.add(connection, published)
            version = BulletinRevision(1, published.original, published.published or PUBLISHED, "签发人", "")
            await revisions.add(connection, published, version)
            card = publish.card_of(published)
            assert card is not None
            await catalogue.put(connection, card)
