"""The checker of JSON Feed finds what it is there to find."""

import json
from typing import Any

import pytest

from tests.support.jsonfeed import problems

GOOD: dict[str, Any] = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "简报",
    "items": [{"id": "1", "content_html": "<p>正文</p>", "_ours": 1}],
}


def with_item(**fields: object) -> dict[str, Any]:
    return {**GOOD, "items": [{"id": "1", "content_text": "正文", **fields}]}


def test_a_good_feed_has_no_problem() -> None:
    assert problems(json.dumps(GOOD).encode()) == []


@pytest.mark.parametrize(
    "feed",
    [
        {**GOOD, "version": "https://jsonfeed.org/version/1"},
        {name: value for name, value in GOOD.items() if name != "title"},
        {**GOOD, "author": {"name": "旧"}},
        {**GOOD, "home_page_url": "/"},
        {**GOOD, "authors": {"name": "甲"}},
        {**GOOD, "items": [*GOOD["items"], *GOOD["items"]]},
        {**GOOD, "items": [{"id": "1"}]},
        {**GOOD, "items": ["text"]},
        with_item(id=1),
        with_item(id=""),
        with_item(date_published="2026-01-05T10:30:00"),
        with_item(tags="栏目"),
        with_item(authors=[{}]),
        with_item(attachments=[{"url": "https://a.example/x", "size_in_bytes": 1}]),
        with_item(attachments=[{"url": "https://a.example/x", "mime_type": "a/b", "size_in_bytes": "1"}]),
    ],
)
def test_each_fault_is_found(feed: dict[str, Any]) -> None:
    assert problems(json.dumps(feed).encode())
