"""docs/api.md names every operation and every scope, and no other."""

import re
from pathlib import Path

from distributor.model.api_token import ApiScope
from distributor.web.api.describe import description, operations

PAGE = (Path(__file__).parents[3] / "docs" / "api.md").read_text("utf-8")


def test_the_page_names_every_operation_and_no_other() -> None:
    told = set(re.findall(r"^\| `((?:GET|POST) /[^`]+)`", PAGE, flags=re.MULTILINE))
    assert told == {f"{one.method} {one.path}" for one in operations(description("en"))}


def test_the_page_names_every_scope() -> None:
    assert set(re.findall(r"^\| `([a-z]+)` \|", PAGE, flags=re.MULTILINE)) == set(ApiScope)
