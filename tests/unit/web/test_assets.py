import re
from pathlib import Path

import pytest

from distributor.web.assets import load_assets

STATIC = Path(__file__).parents[3] / "distributor" / "web" / "static"


def test_an_address_changes_with_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    addresses = []
    for content in ("one", "two"):
        (tmp_path / "a" / "site.css").write_text(content)
        addresses.append(load_assets(tmp_path).versioned("a/site.css"))
    assert addresses[0] != addresses[1]
    assert all(re.fullmatch(r"static/a/site\.css\?v=[0-9a-f]{12}", address) for address in addresses)


def test_an_unknown_file_has_no_address(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        load_assets(tmp_path).versioned("missing.css")


def test_foreign_files_come_with_their_licences() -> None:
    files = load_assets().files
    for part, licence in (("pico/pico.min.css", "pico/LICENSE.md"), ("htmx/htmx.min.js", "htmx/LICENSE")):
        assert f"vendor/{part}" in files
        assert files[f"vendor/{licence}"].media_type == "text/plain; charset=utf-8"


def test_our_style_sheets_ask_nothing_of_the_network() -> None:
    own = "".join(file.read_text("utf-8") for file in STATIC.glob("*.css"))
    assert "@import" not in own
    asked = set(re.findall(r"url\([\"']?([^\"')]+)", own))
    assert {name for name in asked if not (STATIC / name).is_file()} == set()
