"""Thousands of sign-ups for one address, from as many networks: one letter, one record, nothing else."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from distributor.store.engine import Database
from distributor.store.tables import consents, letters, subscribers
from distributor.usecases.subscribe import SignUp, subscribe
from tests.faults.conftest import Size
from tests.support.subscribing import letters_to
from tests.support.worlds import NOW, at, make_world

pytestmark = [pytest.mark.anyio, pytest.mark.fault, pytest.mark.slow]

VICTIM = "victim@reader.example"


async def test_ten_thousand_sign_ups_for_one_address_are_one_letter(
    database: Database, tmp_path: Path, size: Size
) -> None:
    context = await make_world(database, tmp_path)
    requests = 10_000 if size.is_full else 300
    for number in range(requests):
        moment = NOW + timedelta(seconds=number * 80_000 / requests)
        await subscribe(at(context, moment), SignUp(VICTIM, origin=f"10.{number >> 8}.{number & 255}.7"))
    assert [kind for kind, _ in await letters_to(context, VICTIM)] == ["confirm-subscription"]
    async with database.read() as connection:
        kept = [await connection.scalar(select(func.count()).select_from(t)) for t in (letters, subscribers, consents)]
    assert kept == [1, 1, 1]
    later = replace(context, clock=at(context, NOW + timedelta(hours=26)).clock)
    await subscribe(later, SignUp("other@other.example", origin="192.0.2.1"))
    assert [kind for kind, _ in await letters_to(context, "other@other.example")] == ["confirm-subscription"]
