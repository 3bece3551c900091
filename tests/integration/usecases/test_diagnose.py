"""The doctor finds what would go wrong and says what to do."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from distributor import templating
from distributor.bootstrap import Container
from distributor.clock import FixedClock, SystemClock
from distributor.compose import DkimAlgorithm, new_key
from distributor.deliver import CaptureServer, Relay
from distributor.deliver.sender_dns import SenderRecords
from distributor.model.finding import Level
from distributor.settings import Security, Settings
from distributor.store import address_book
from distributor.store.engine import Database
from distributor.usecases.diagnose import Installation, diagnose
from tests.support.databases import sqlite_url
from tests.support.ledger import make_context
from tests.support.sentences import is_said
from tests.support.worlds import SEED, make_world, receive_seed

pytestmark = pytest.mark.anyio


async def _codes(world: object, installation: Installation) -> dict[str, Level]:
    return {finding.code: finding.level for finding in (await diagnose(world, installation)).findings}  # type: ignore[arg-type]  a context


async def test_a_sound_installation_is_healthy(database: Database, tmp_path: Path) -> None:
    world = replace(await make_world(database, tmp_path), clock=SystemClock())
    looked_at: list[str] = []
    installation = Installation((), tmp_path / "secrets", "https://bulletin.xiefa.example")
    diagnosis = await diagnose(world, installation, looked_at.append)
    assert diagnosis.is_healthy
    assert len(looked_at) == 12
    assert "doctor-sending-off" in {finding.code for finding in diagnosis.findings}


async def test_each_fault_is_found(database: Database, tmp_path: Path) -> None:
    world = await make_world(database, tmp_path)
    world = replace(world, clock=FixedClock(datetime.now(UTC) + timedelta(days=400)))
    secret = tmp_path / "secrets" / "tokens.key"
    secret.parent.mkdir()
    secret.touch(0o644)
    found = await _codes(world, Installation((), secret.parent, "http://bulletin.xiefa.example"))
    assert found["doctor-key-readable"] is Level.BLOCKING
    assert found["doctor-base-url"] is Level.WARNING
    assert found["doctor-clock"] is Level.WARNING
    assert found["doctor-calendar"] is Level.WARNING


async def test_a_full_disk_is_said(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = await make_world(database, tmp_path)
    monkeypatch.setattr("distributor.usecases.diagnose._LEAST_FREE_BYTES", 10**18)
    found = await _codes(world, Installation((), tmp_path / "secrets", "https://a.example"))
    assert found["doctor-disk"] is Level.WARNING


async def test_the_relay_and_its_records_are_looked_at_when_mail_leaves(database: Database, tmp_path: Path) -> None:
    world = await make_world(database, tmp_path)
    async with CaptureServer() as server:
        relay = Relay(host=server.host, port=server.port, security=Security.NONE)
        found = await _codes(world, Installation((relay,), tmp_path / "secrets", "https://a.example"))
    assert found["doctor-relay-ready"] is Level.INFO
    assert {"doctor-dns-silent", "doctor-spf-missing"} & set(found)


async def test_each_domain_that_mails_are_sent_from_is_looked_at(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, list[str]] = {}

    async def look_up(domain: str, selectors: Sequence[str]) -> SenderRecords:
        asked[domain] = list(selectors)
        return SenderRecords(("v=spf1 mx -all",), ("v=DMARC1; p=none",), dict.fromkeys(selectors, ()))

    monkeypatch.setattr("distributor.usecases.diagnose.look_up", look_up)
    keys = [new_key(name, "s", DkimAlgorithm.ED25519) for name in ("xiefa.example", "other.example")]
    world = replace(await make_world(database, tmp_path), dkim_keys=tuple(keys))
    senders = ["a@other.example", "a@news.xiefa.example", "a@third.example", None]
    async with database.write() as connection:
        book = await address_book.load(connection)
        lists = tuple(replace(one, sender_address=name) for one, name in zip(book.lists, senders, strict=False))
        await address_book.replace(connection, replace(book, lists=lists))
    async with CaptureServer() as server:
        relay = Relay(host=server.host, port=server.port, security=Security.NONE)
        found = await diagnose(world, Installation((relay,), tmp_path / "secrets", "https://a.example"))
    assert asked == {"xiefa.example": ["s"], "other.example": ["s"], "third.example": []}
    (unaligned,) = [one for one in found.findings if one.code == "doctor-list-unaligned"]
    assert unaligned.parameters["domain"] == "third.example"
    missing = [one.parameters["name"] for one in found.findings if one.code == "doctor-dkim-missing"]
    assert missing == ["s._domainkey.xiefa.example", "s._domainkey.other.example"]
    assert all(is_said(one) for one in found.findings)


async def test_every_relay_is_asked(database: Database, tmp_path: Path) -> None:
    world = await make_world(database, tmp_path)
    async with CaptureServer() as server:
        ready = Relay(host=server.host, port=server.port, security=Security.NONE)
        away = Relay(host="127.0.0.1", port=1, security=Security.NONE, name="second")
        installation = Installation((ready, away), tmp_path / "secrets", "https://a.example")
        findings = (await diagnose(world, installation)).findings
    named = {finding.code: finding.parameters["relay"] for finding in findings if finding.code.startswith("doctor-rel")}
    assert named["doctor-relay-ready"] == f"{ready.label}:{ready.port}"
    assert named["doctor-relay-unreachable"] == "second:1"


def test_the_doctor_is_given_every_relay_of_the_settings(tmp_path: Path) -> None:
    chosen = Settings(
        data_dir=tmp_path,
        sending="live",  # type: ignore[arg-type]  read as from a file
        smtp={"host": "a.example"},  # type: ignore[arg-type]  as above
        relays=[{"host": "b.example"}, {"name": "third", "host": "c.example"}],  # type: ignore[list-item]  as above
    )
    database = Database(sqlite_url(tmp_path))
    installation = Container(chosen, make_context(database, tmp_path)).installation
    assert [relay.host for relay in installation.relays] == ["a.example", "b.example", "c.example"]
    silent = Container(Settings(data_dir=tmp_path), make_context(database, tmp_path)).installation
    assert silent.relays == ()


async def test_a_part_that_cannot_be_looked_at_does_not_stop_the_rest(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    world = await make_world(Database(sqlite_url(tmp_path / "full")), tmp_path / "full")
    sick = replace(world, database=Database(f"sqlite+aiosqlite:///{tmp_path / 'empty.sqlite3'}"))
    diagnosis = await diagnose(sick, Installation((), tmp_path, "http://a.example"))
    await world.database.dispose()
    await sick.database.dispose()
    assert [error.code for error in diagnosis.errors] == ["database-outdated", "database-unreachable"]
    assert not diagnosis.is_healthy
    assert "doctor-base-url" in {finding.code for finding in diagnosis.findings}


def test_a_broken_template_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "bad.html").write_text("<p>\n{% if %}", "utf-8")
    (tmp_path / "bytes.html").write_bytes(b"\xff\xfe\xff")
    (tmp_path / "good.html").write_text("{{ t('x') }}", "utf-8")
    broken = dict(templating.broken_templates(tmp_path))
    assert set(broken) == {"bad.html", "bytes.html"}
    assert broken["bad.html"].startswith("2: ")
    assert templating.broken_templates() == ()


async def test_a_sender_that_is_no_address_is_named_and_stops_nothing(database: Database, tmp_path: Path) -> None:
    world = await make_world(database, tmp_path)
    key = new_key("xiefa.example", "s", DkimAlgorithm.ED25519)
    world = replace(world, dkim_keys=(key,), sender=replace(world.sender, address="bulletin at Xiefa@a b"))
    found = await diagnose(world, Installation((), tmp_path / "secrets", "https://a.example"))
    unaligned = [one.parameters["domain"] for one in found.findings if one.code == "doctor-list-unaligned"]
    assert set(unaligned) == {"a b"}


async def test_recipients_of_a_waiting_bulletin_that_nobody_knows_are_named(database: Database, tmp_path: Path) -> None:
    world = await make_world(database, tmp_path)
    bulletin_id = await receive_seed(world, text=SEED.read_text("utf-8").replace("财政部、", "财务部、"))
    found = await diagnose(world, Installation((), tmp_path / "secrets", "https://a.example"))
    (finding,) = [one for one in found.findings if one.code == "doctor-unresolved"]
    assert finding.parameters == {"bulletin": bulletin_id, "names": "财务部"}
    assert is_said(finding)
    assert found.is_healthy
