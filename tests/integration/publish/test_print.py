"""The printed issue, read back from its very bytes: complete, in order, on A4, the same each time, never markup."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from distributor.model.bulletin import DistributionGroup, Masthead
from distributor.model.record import BulletinRecord
from distributor.publish import Sheet, assign_identity, sheet_of
from distributor.publish.typesetter import Typesetter
from tests.support.hostile import hostile_record
from tests.support.messages import seed_record
from tests.support.prints import pages_of, size_of, tight, typesetter
from tests.support.records import PUBLISHED, make_item, make_publication, record_of

PUBLICATION = make_publication()
SEED = replace(seed_record(), masthead=Masthead("联盟协发网简报", "第12期（总第345期）", "2026-01-05"))
FONTS = ("Noto Serif CJK SC", "Noto Sans CJK SC")


def sheet(record: BulletinRecord) -> Sheet:
    made = sheet_of(PUBLICATION, assign_identity(replace(record, published=PUBLISHED), PUBLICATION, PUBLISHED))
    assert made is not None
    return made


def printed(record: BulletinRecord) -> bytes:
    [pdf] = typesetter().set_issues([(sheet(record), PUBLISHED)])
    assert pdf is not None
    return pdf


def test_every_item_of_the_seed_is_printed_in_full_and_in_order() -> None:
    pages = pages_of(printed(SEED))
    words = "".join(page.removesuffix(f"—{at}—") for at, page in enumerate(pages, 1))
    assert [page.endswith(f"—{at}—") for at, page in enumerate(pages, 1)] == [True] * len(pages)
    assert words.startswith("联盟协发网简报第12期（总第345期）联盟协发网秘书处2026年1月5日目录重要政策动态")
    after = words.index(tight(SEED.items[0].content.title), words.index(tight(SEED.items[-1].content.title)))
    assert len(SEED.items) == 31
    for item in SEED.items:
        attribution = item.content.attribution
        for text in (item.content.title, *item.content.paragraphs, attribution.raw if attribution else ""):
            found = words.find(tight(text), after)
            assert found >= after, text
            after = found + len(tight(text))
    assert words.find("报：科技部、发展改革委", after) == after
    assert "送：各试点产业技术创新战略联盟" in pages[-1]


def test_it_stands_on_a4_and_may_be_archived_and_read_aloud() -> None:
    pdf = printed(SEED)
    assert size_of(pdf) == (595, 842)
    assert b"/StructTreeRoot" in pdf
    assert b"pdfaid:part" in pdf
    assert b"pdfuaid:part" in pdf
    assert b"/Lang" in pdf


def test_the_same_issue_is_the_same_file() -> None:
    other = Typesetter()
    assert other.set_issues([(sheet(SEED), PUBLISHED)])[0] == printed(SEED)
    assert other.recipe(sheet(SEED), PUBLISHED) == typesetter().recipe(sheet(SEED), PUBLISHED)
    assert other.recipe(sheet(SEED), PUBLISHED) != other.recipe(sheet(SEED), PUBLISHED + timedelta(days=1))


def test_words_are_never_markup() -> None:
    markup = '#panic("x") *b* _i_ `c` $x^2$ <label> @ref #let x = 1; // note /* c */ \\ [b] = +'
    item = make_item(markup, '= 标题\n+ 二\n#read("/etc/passwd")')
    words = "".join(pages_of(printed(record_of(item, section='#import "x"'))))
    assert tight(markup) in words
    assert '=标题+二#read("/etc/passwd")' in words
    assert '#import"x"' in words


@pytest.mark.parametrize("bodies", [60, 400])
def test_a_list_of_bodies_of_any_length_is_printed_whole(bodies: int) -> None:
    names = tuple(f"第{number}单位办公厅" for number in range(bodies))
    record = replace(record_of(make_item("标题")), distribution=(DistributionGroup("主送", names),))
    assert f"主送：{'、'.join(names)}" in "".join(re.sub(r"—\d+—$", "", page) for page in pages_of(printed(record)))


def test_a_hostile_bulletin_is_printed() -> None:
    words = "".join(pages_of(printed(hostile_record())))
    assert "A&B<script>alert(1)</script>]]>" in words
    assert "没有正文" in words


def test_without_a_chinese_font_nothing_is_printed() -> None:
    bare = Typesetter(families=["DejaVu Sans"])
    assert bare.fonts == {}
    assert bare.set_issues([(sheet(SEED), PUBLISHED), (sheet(SEED), PUBLISHED)]) == (None, None)


def _program(folder: Path, body: str) -> Path:
    file = folder / "compiler.py"
    file.write_text(f"import json, os, sys\nissues = json.load(sys.stdin.buffer)['issues']\n{body}")
    return file


def _issues(*names: str) -> list[tuple[Sheet, object]]:
    return [({"name": name}, PUBLISHED) for name in names]


def test_a_crash_costs_the_issue_that_provoked_it_and_no_other(tmp_path: Path) -> None:
    body = (
        "for one in issues:\n"
        "    name = one['sheet']['name']\n"
        "    if name == 'crash':\n        os.abort()\n"
        "    if name == 'refused':\n        sys.stdout.write('refused: no\\n')\n        continue\n"
        "    sys.stdout.write(f'{len(name)}\\n{name}')\n    sys.stdout.flush()\n"
    )
    setter = Typesetter(families=FONTS, program=_program(tmp_path, body))
    made = setter.set_issues(_issues("one", "crash", "two", "refused", "three"))  # type: ignore[arg-type]  a list of jobs
    assert made == (b"one", None, b"two", None, b"three")


def test_a_compiler_that_never_ends_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("distributor.publish.typesetter._SECONDS_TO_START", 0)
    monkeypatch.setattr("distributor.publish.typesetter._SECONDS_AN_ISSUE", 2)
    setter = Typesetter(families=FONTS, program=_program(tmp_path, "import time\ntime.sleep(600)\n"))
    assert setter.set_issues(_issues("one")) == (None,)  # type: ignore[arg-type]  as above


def test_what_the_compiler_refuses_is_left_out() -> None:
    setter = Typesetter()
    setter.__dict__["_template"] = '#panic("no")'
    assert setter.set_issues([(sheet(SEED), PUBLISHED)]) == (None,)


def test_half_an_answer_is_none(tmp_path: Path) -> None:
    setter = Typesetter(families=FONTS, program=_program(tmp_path, "sys.stdout.write('5\\nab')\n"))
    assert setter.set_issues(_issues("one", "two")) == (None, None)  # type: ignore[arg-type]  as above
