"""Builders of runs in a database: a bulletin, a signed rendering of any size, frozen deliveries; defaults suffice."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import anyio
from sqlalchemy import update

from distributor import tokens
from distributor.clock import SystemClock
from distributor.deliver import Relay, SmtpTransport, Timeouts
from distributor.model.conduct import Conduct
from distributor.model.ledger import LedgerRow
from distributor.model.message import Sender, Slot, Variant, marker
from distributor.model.recipient import AddressBook, MailFormat, Plan, RecipientList, Role
from distributor.model.run import Delivery, Mailing, Run, RunCounts
from distributor.model.sign_off import SignOff
from distributor.schedule import WorkingCalendar
from distributor.settings import Security
from distributor.store import address_book, blobs, bulletins, deliveries, freezing, runs, sign_offs, tables
from distributor.store.engine import Database
from distributor.usecases.context import Context
from tests.support.records import make_publication, make_record

LIST = RecipientList("bao", "报送名单", ("报",), Role.REPORT)
_numbers = count(1)


def make_context(database: Database, folder: Path, **changes: Any) -> Context:  # noqa: ANN401  a builder passes any field on
    """The context of an installation whose files stand in a folder."""
    usual = Context(
        database=database,
        clock=SystemClock(),
        publication=make_publication(),
        sender=Sender("联盟协发网秘书处", "bulletin@xiefa.example", "secretariat@xiefa.example"),
        token_keys=("a key for tests",),
        calendar=WorkingCalendar(),
        config=folder,
        mail_folder=folder / "mail",
    )
    return replace(usual, **{"conduct": Conduct(), **changes})


def make_variant(kilobytes: int = 1) -> Variant:
    """A rendering with a greeting and a link to unsubscribe; its message has about the given size."""
    greeting, link = marker(Slot.GREETING), marker(Slot.UNSUBSCRIBE_URL)
    line = "近日，联盟在北京召开会议，讨论下一阶段的重点任务。\n"
    # three quarters: base64 makes four bytes of three; a third of the message is the text part
    lines = max(1, kilobytes * 1024 * 3 // 4 // len(line.encode()))
    text_part = f"{greeting}：\n" + line * (lines // 3) + f"退订：{link}\n"
    html = f"<p>{greeting}：</p>" + f"<p>{line}</p>" * (lines * 2 // 3) + f'<p><a href="{link}">退订</a></p>'
    return Variant("联盟协发网简报 第12期", html, text_part)


async def make_run(database: Database, number: int = 3, **changes: Any) -> Run:  # noqa: ANN401  as above
    """Freeze a run of that many addresses of a bulletin of its own; changes are fields of the run.

    `kilobytes` sets the size of the messages, or `rendering` what they say; `domain` where the addresses are.
    """
    rendering = changes.pop("rendering", None) or make_variant(changes.get("kilobytes", 1))
    changes.pop("kilobytes", None)
    domain = changes.pop("domain", "kjt-gd.example")
    key = f"b{next(_numbers)}-{tokens.new_key(6)}"
    clock = SystemClock()
    run = Run(tokens.new_key(), key, LIST.id, Mailing.DIGEST, f"s-{key}", clock.now(), "编辑部")
    run = replace(run, **changes)
    async with database.write() as connection:
        variant = await blobs.put(connection, rendering.to_bytes())
        original = f"original {key}".encode()
        await blobs.put(connection, original)
        record = make_record(id=key)
        record = replace(record, original=replace(record.original, sha256=await blobs.put(connection, original)))
        await bulletins.add(connection, record)
        await sign_offs.add(
            connection, SignOff(run.sign_off_id, key, "签发人", clock.now(), record.content_hash, Plan((), ()), ())
        )
        if not (await address_book.load(connection)).lists:
            await address_book.replace(connection, AddressBook(lists=(LIST,)))
        await freezing.freeze(connection, run, make_deliveries(run, variant, number, domain))
    return run


def make_deliveries(run: Run, variant: str, number: int, domain: str = "kjt-gd.example") -> tuple[Delivery, ...]:
    """Deliveries to r0@, r1@ … of a domain."""
    made = []
    for position in range(number):
        key = tokens.new_id()
        made.append(
            Delivery(
                id=key,
                run_id=run.id,
                address=f"r{position}@{domain}",
                display_name=f"第{position}处",
                organization=None,
                organization_name=f"单位{position}",
                list_id=LIST.id,
                role=Role.REPORT,
                language="zh-CN",
                format=MailFormat.HTML,
                variant=variant,
                message_id=f"<{key}@xiefa.example>",
                idempotency_key=key,
            )
        )
    return tuple(made)


def relay_at(port: int, **changes: Any) -> Relay:  # noqa: ANN401  as above
    """A relay on loopback, in the clear, with short patience before the dot."""
    usual = Relay(
        host="127.0.0.1",
        port=port,
        security=Security.NONE,
        connections=4,
        timeouts=Timeouts(connect=10, command=10, data=10, block=10, dot=60, quit=1),
        greeting_name="sender.xiefa.example",
    )
    return replace(usual, **changes)


def transport_to(port: int, **changes: Any) -> SmtpTransport:  # noqa: ANN401  as above
    """A way of sending to a relay on loopback."""
    return SmtpTransport(relay_at(port, **changes))


async def rows_of(database: Database, run: Run) -> tuple[LedgerRow, ...]:
    """The ledger of a run."""
    async with database.read() as connection:
        return await deliveries.ledger(connection, run.id)


async def counts_of(database: Database, run: Run) -> RunCounts:
    """The numbers of a run."""
    async with database.read() as connection:
        return (await runs.counts(connection, [run.id]))[run.id]


async def later(database: Database, run: Run, moment: datetime) -> None:
    """Move everything that waits in a run to another moment."""
    async with database.write() as connection:
        await connection.execute(
            update(tables.deliveries).where(tables.deliveries.c.run_id == run.id).values(next_attempt=moment)
        )


async def until(happened: Callable[[], bool]) -> None:
    """Wait until something has happened."""
    while not happened():  # noqa: ASYNC110  what happens in a server tells nobody
        await anyio.sleep(0.01)
