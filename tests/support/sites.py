"""A site on a migrated SQLite database, spoken to over ASGI without a network."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
from fastapi import FastAPI

from distributor import publish, tokens
from distributor.clock import FixedClock
from distributor.model.message import Sender
from distributor.model.record import BulletinRecord
from distributor.model.revision import BulletinRevision, Withdrawal
from distributor.publish import Change
from distributor.schedule import WorkingCalendar
from distributor.settings import Settings
from distributor.store import blobs, bulletins, revisions, withdrawals
from distributor.store.engine import Database
from distributor.usecases.context import Context, Printer
from distributor.usecases.refresh_site import refresh_site
from distributor.usecases.request_unsubscribe import PURPOSE
from distributor.web.app import create_app
from tests.support.databases import sqlite_url
from tests.support.records import PUBLISHED, make_publication

# the host that clients name; nothing the site says may depend on it
HOST = "https://testserver.example"
TOKEN_KEYS = ("a key of the tests",)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a site is built of; the tests' stand-in for the container of bootstrap."""

    context: Context
    settings: Settings


@dataclass(frozen=True, slots=True)
class SiteUnderTest:
    """A site and a client that speaks to it."""

    parts: Parts
    app: FastAPI
    client: httpx2.AsyncClient

    @property
    def context(self) -> Context:
        return self.parts.context

    async def page(self, path: str, **headers: str) -> httpx2.Response:
        """GET a page; header names are written with underscores."""
        return await self.client.get(path, headers=named(headers))


def named(headers: dict[str, str]) -> dict[str, str]:
    """Turn keyword arguments into header names: if_none_match → if-none-match."""
    return {name.replace("_", "-"): value for name, value in headers.items()}


def unsubscribe_path(address: str, list_id: str, *, purpose: str = PURPOSE) -> str:
    """The path that the unsubscribe link of a mail leads to."""
    return f"/unsubscribe/{tokens.sign(purpose, [address, list_id], TOKEN_KEYS)}"


def make_parts(folder: Path, url: str | None = None, **overrides: Any) -> Parts:  # noqa: ANN401  a builder passes any field on
    """Settings and context of a site whose database stands in a folder; overrides are settings."""
    context = Context(
        database=Database(url or sqlite_url(folder)),
        clock=FixedClock(PUBLISHED),
        publication=make_publication(base_url=overrides.get("base_url", "https://bulletin.xiefa.example")),
        sender=Sender("联盟协发网秘书处", "bulletin@xiefa.example", "secretariat@xiefa.example"),
        token_keys=TOKEN_KEYS,
        calendar=WorkingCalendar(),
        config=folder,
        mail_folder=folder / "mail",
        dkim_keys=overrides.pop("dkim_keys", ()),
    )
    return Parts(context, Settings(data_dir=folder, **overrides))


@asynccontextmanager
async def site(
    folder: Path,
    *records: BulletinRecord,
    printer: Printer | None = None,
    **overrides: Any,  # noqa: ANN401  as above
) -> AsyncIterator[SiteUnderTest]:
    """A site with the given bulletins published; the file of each is its id as bytes."""
    parts = make_parts(folder, **overrides)
    parts = replace(parts, context=replace(parts.context, printer=printer))
    # no patience: what a test changes is seen by its next request
    app = create_app(parts, patience=0)
    await publish_all(parts.context, records)
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=HOST) as client:
        yield SiteUnderTest(parts, app, client)
    await parts.context.database.dispose()


async def publish_all(context: Context, records: Sequence[BulletinRecord]) -> tuple[BulletinRecord, ...]:
    """Keep bulletins as if they had been received and published; a withdrawn one keeps its state."""
    kept = [publish.assign_identity(replace(r, published=PUBLISHED), context.publication, PUBLISHED) for r in records]
    async with context.database.write() as connection:
        for record in kept:
            data = record.id.encode()
            await blobs.put(connection, data)
            await bulletins.add(connection, record)
            await bulletins.save_publication(connection, record)
            version = BulletinRevision(record.revision, record.original, PUBLISHED, "签发人", "")
            await revisions.add(connection, record, version)
            for withdrawal in _withdrawals(record):
                await withdrawals.add(connection, withdrawal)
        await refresh_site(connection, context, [Change(record) for record in kept])
    return tuple(kept)


def _withdrawals(record: BulletinRecord) -> list[Withdrawal]:
    """What was taken back of a bulletin, for a reason that readers can recognise."""
    taken = [(None, record.withdrawn), *((item.key, item.withdrawn) for item in record.items)]
    return [
        Withdrawal(tokens.new_key(), record.id, key, moment, "签发人", "内容有误")
        for key, moment in taken
        if moment is not None
    ]
