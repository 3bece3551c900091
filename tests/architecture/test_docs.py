"""The docs say what is true: links lead somewhere, commands exist, settings are all listed, the twins match."""

import re
from pathlib import Path

import pytest
import typer
from pydantic import BaseModel

from distributor.cli.main import app
from distributor.i18n import catalogue
from distributor.settings import Settings

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "tests" / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
README, TWIN = ROOT / "README.md", ROOT / "docs" / "README.zh.md"
ROOMS = {path.name for path in (ROOT / "distributor").iterdir() if path.is_dir() and (path / "__init__.py").exists()}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8"))
    broken = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert broken == []


def test_the_readme_is_short_and_has_a_twin_with_the_same_commands() -> None:
    english, chinese = README.read_text("utf-8"), TWIN.read_text("utf-8")
    assert len(english.splitlines()) < 120
    assert len(chinese.splitlines()) < 120
    commands = [re.findall(r"(?m)^(?:make|distributor) [^#\n]*", text) for text in (english, chinese)]
    assert [c.strip() for c in commands[0]] == [c.strip() for c in commands[1]]


def test_every_guide_speaks_both_languages() -> None:
    guides = {path.name for path in (ROOT / "docs").glob("guide-*.md")}
    assert guides
    assert {name.replace(".zh.", ".en.") for name in guides} == {name for name in guides if ".en." in name}
    assert {name.replace(".en.", ".zh.") for name in guides} == {name for name in guides if ".zh." in name}


@pytest.mark.parametrize("guide", sorted((ROOT / "docs").glob("guide-*.zh.md")), ids=lambda path: path.name)
def test_the_chinese_guides_call_things_as_the_pages_do(guide: Path) -> None:
    shown = "\n".join(catalogue("zh_CN").values())
    named = re.findall(r"“([^”]{1,12})”|\*\*([^*]{1,12})\*\*", guide.read_text("utf-8"))
    assert named
    assert {name for pair in named for name in pair if name not in shown} == set()


def test_every_command_of_the_readme_exists() -> None:
    known = set(typer.main.get_command(app).commands)
    used = set(re.findall(r"(?m)^distributor ([a-z-]+)", README.read_text("utf-8")))
    assert used
    assert used <= known


def test_every_make_word_of_the_docs_exists() -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8")))
    words = {word for page in PAGES for word in re.findall(r"`make ([a-z][a-z-]*)[^`]*`", page.read_text("utf-8"))}
    assert words
    assert words <= targets


def test_the_architecture_names_every_room() -> None:
    drawn = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    assert {room for room in ROOMS if f"  {room}/" not in drawn} == set()


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "adr"
    index = (folder / "README.md").read_text("utf-8")
    for record in folder.glob("0*.md"):
        assert record.name in index
        title = record.read_text("utf-8").splitlines()[0].split(". ", 1)[1]
        assert title in index


def _settings(model: type[BaseModel], prefix: str = "") -> dict[str, str]:
    found = {}
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found |= _settings(kind, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = field.description or ""
    return found


def test_every_setting_is_documented_with_its_description() -> None:
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    for name, description in _settings(Settings).items():
        variable = "DISTRIBUTOR_" + name.upper().replace(".", "__")
        assert description
        assert f"| `{name}` | `{variable}` |" in page
        assert description in page


def test_every_test_that_a_page_names_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", "".join(page.read_text("utf-8") for page in PAGES))
    assert named
    missing = [f"{file}::{name}" for file, name in named if f"def {name}(" not in (ROOT / file).read_text("utf-8")]
    assert missing == []
