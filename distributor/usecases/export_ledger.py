"""Write the ledger of a run as a table for spreadsheets."""

from datetime import datetime
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

import anyio.to_thread

from distributor.i18n import translate
from distributor.model.ledger import LedgerRow
from distributor.model.progress import LedgerQuery
from distributor.store import run_pages, runs
from distributor.usecases.context import Context
from distributor.usecases.write_table import Row, neutral, write_table

_PART: Final = 5_000
_SHEET: Final = "ledger"
_COLUMNS: Final = ("organization", "address", "state", "moment", "attempts", "reason", "reply", "message-id")


async def export_ledger(context: Context, run_id: str, query: LedgerQuery, form: str, language: str) -> bytes:
    """Write the deliveries of a run that are looked for.

    Args:
        context: the installation.
        run_id: the run.
        query: which.
        form: csv (UTF-8 with byte order mark) or xlsx.
        language: one of i18n.LANGUAGES, for headings and states.

    Raises:
        NotFound: `run-unknown`.
    """
    rows: list[Row] = []
    zone = ZoneInfo(context.publication.time_zone)
    async with context.database.read() as connection:
        await runs.get(connection, run_id)
        while found := await run_pages.page(connection, run_id, query, _PART, len(rows)):
            rows += [_row(row, language, zone) for row in found]
    heading = [translate(f"desk.ledger.{column}", language) for column in _COLUMNS]
    return await anyio.to_thread.run_sync(partial(write_table, form, _SHEET, heading, rows))


def said(row: LedgerRow, language: str) -> str:
    """Write the newest answer of a delivery for people.

    Args:
        row: the delivery.
        language: one of i18n.LANGUAGES.
    """
    if row.reply is None:
        return ""
    if row.reply.code:
        return f"{row.reply.code} {row.reply.text}"
    return translate(f"reply.{row.reply.text}", language)


def _row(row: LedgerRow, language: str, zone: ZoneInfo) -> Row:
    delivery = row.delivery
    moment: datetime = row.finished or row.next_attempt
    cells = (
        delivery.organization_name,
        delivery.address,
        translate(f"delivery.{delivery.state.value}", language),
        moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"),
        str(delivery.attempts),
        "" if row.refusal is None else translate(f"refusal.{row.refusal.value}", language),
        said(row, language),
        delivery.message_id,
    )
    return [neutral(cell) for cell in cells]
