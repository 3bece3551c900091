import re
import tomllib
from pathlib import Path

import pytest
import typer

from distributor.cli.main import app
from distributor.i18n import LANGUAGES, translate
from distributor.model.bulletin import DistributionGroup
from distributor.model.finding import Level
from distributor.model.recipient import AddressBook
from distributor.recipients import check, make_plan, read_address_book, reading
from distributor.recipients.directory import Directory
from distributor.recipients.importing import FIELDS

DOCS = Path(__file__).parents[3] / "docs"
GUIDES = [DOCS / "guide-recipients.zh.md", DOCS / "guide-recipients.en.md"]
KEYS = reading._ORGANIZATION_KEYS | reading._CONTACT_KEYS | reading._GROUP_KEYS | reading._LIST_KEYS


def blocks(guide: Path, kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", guide.read_text("utf-8"), re.DOTALL)


def book_of(guide: Path) -> AddressBook:
    organizations, recipients = blocks(guide, "toml")
    return read_address_book(tomllib.loads(organizations), tomllib.loads(recipients))


def footer_of(guide: Path) -> list[DistributionGroup]:
    (lines,) = blocks(guide, "footer")
    parts = [line.split("：") for line in lines.splitlines()]
    return [DistributionGroup(label, tuple(entries.split("、"))) for label, entries in parts]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_the_footer_of_the_guide_leads_to_the_addresses_it_shows(guide: Path) -> None:
    plan = make_plan(footer_of(guide), book_of(guide))
    (shown,) = blocks(guide, "plan")
    assert plan.unresolved == ()
    assert [row.address for row in plan.rows] == shown.split()


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_the_book_of_the_guide_passes_its_check(guide: Path) -> None:
    assert [finding.code for finding in check(book_of(guide)) if finding.level is not Level.INFO] == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_the_guide_shows_every_key(guide: Path) -> None:
    tables = "\n".join(blocks(guide, "toml"))
    assert {key for key in KEYS if not re.search(rf"^{key} = ", tables, re.MULTILINE)} == set()


def test_both_guides_show_the_same_book() -> None:
    chinese, english = GUIDES
    assert book_of(chinese) == book_of(english)


@pytest.mark.parametrize(
    ("alias", "target"),
    [
        ("国务院国资委", "sasac"), ("国家科技部", "most"), ("中华人民共和国科技部", "most"), ("存储联盟", "storage"),
        ("存储产业技术创新联盟", "storage"), ("河北省科技厅", "hebei-kj"),
        ("有关地方科技厅（委、局）", "local-departments"),
        ("科技部有关单位", "most"), ("国务院国有资产监督管理委", "sasac"),
    ],
)  # fmt: skip
def test_spellings_the_guide_promises_need_no_alias(alias: str, target: str) -> None:
    found = Directory(book_of(GUIDES[0])).find(alias)
    assert found is not None
    assert found.id == target


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_every_command_of_the_guide_exists(guide: Path) -> None:
    commands = re.findall(r"(?m)^ {4}distributor ([a-z-]+)(?: ([a-z-]+))?", guide.read_text("utf-8"))
    known = typer.main.get_command(app).commands
    assert {first for first, _ in commands} <= set(known)
    assert {second for first, second in commands if first == "recipients"} <= set(known["recipients"].commands)
    assert len(commands) > 10


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_the_guide_names_every_column_of_a_table(guide: Path) -> None:
    text = guide.read_text("utf-8")
    for field in FIELDS:
        for language in LANGUAGES:
            assert translate(f"import-field.{field.value}", language) in text
