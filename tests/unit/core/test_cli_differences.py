"""What a correction changes, as the command line prints it."""

from dataclasses import replace

import pytest

from distributor.cli.differences import print_correction
from distributor.publish import apply_correction, assign_identity
from tests.support.records import PUBLISHED, make_item, make_publication, record_of

PUBLICATION = make_publication()
LONG = "前" * 40
OLD = assign_identity(
    record_of(make_item("甲事", f"{LONG}北京。"), make_item("乙事"), make_item("丙事")), PUBLICATION, PUBLISHED
)


def printed(capsys: pytest.CaptureFixture[str], *contents: object, **overrides: object) -> str:
    new = replace(record_of(*contents, id="other"), **overrides)  # type: ignore[arg-type]  # builders pass on
    print_correction(apply_correction(OLD, new, PUBLICATION, PUBLISHED))
    return capsys.readouterr().out


def test_changes_are_bracketed_and_what_stayed_is_shortened(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, make_item("甲事", f"{LONG}南京。"), make_item("乙事"), make_item("丙事"))
    assert "[-北-]{+南+}" in out
    assert "…" in out
    assert LONG not in out


def test_what_came_went_or_moved_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    contents = (
        make_item("丙事"),
        make_item("甲事", f"{LONG}北京。"),
        make_item("全新的[消息]，从未见过", "深海探测船今晨驶离三亚。"),
    )
    out = printed(capsys, *contents, preamble=("编者按",))
    lines = out.splitlines()
    assert any("全新的[消息]，从未见过" in line for line in lines)
    assert any("乙事" in line for line in lines)
    assert not any("{+" in line for line in lines)
    assert len(lines) == 4


def test_a_file_that_changes_nothing_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    same = [item.content for item in OLD.items]
    assert len(printed(capsys, *same).splitlines()) == 1
