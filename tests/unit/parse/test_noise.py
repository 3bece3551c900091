import pytest

from distributor.model.lines import Form, Line, Source
from distributor.parse import parse
from distributor.parse.noise import strip_noise
from distributor.parse.rows import read_rows
from tests.support.lines import MORE, NEWS, bulletin_text, source_of


@pytest.mark.parametrize("number", ["5", "- 5 -", "— 5 —", "第5页 共9页", "第 5 页", "3/9", "Page 3 of 9", "·5·"])
def test_a_lone_page_number_is_noise(number: str) -> None:
    kept, removed = strip_noise(read_rows(source_of(f"会议指出，\n{number}\n要坚持创新。")))
    assert [row.text for row in kept] == ["会议指出，", "要坚持创新。"]
    assert [reason for _, reason in removed] == ["page number"]


def test_a_page_number_does_not_end_a_sentence() -> None:
    wrapped = "木竹产业技术创新战略联盟在临沂市召开会议，验收了年度科研计划八项课题"
    text = (
        f"木竹联盟开会\n近日，{wrapped[:20]}\n- 3 -\n{wrapped[20:]}，会议圆满结束，取得成果。\n光伏联盟开会\n{NEWS}\n"
    )
    items = parse(source_of(text)).bulletin.items
    assert len(items) == 2


@pytest.mark.parametrize("rule", ["————————", "══════", "* * *"])
def test_a_rule_is_noise(rule: str) -> None:
    _, removed = strip_noise(read_rows(source_of(f"联盟简报\n{rule}\n动态")))
    assert [reason for _, reason in removed] == ["rule"]


def test_a_running_head_is_noise_and_the_title_stays() -> None:
    pages = "\n".join(f"第{page}页\n\f木竹简报\n{MORE}" for page in (1, 2, 3))
    parsed = parse(source_of(f"木竹简报\n第2期\n木竹联盟召开会议\n{NEWS}\n{pages}\n报：科技部\n"))
    assert parsed.bulletin.masthead.title == "木竹简报"
    assert [noise.line for noise in parsed.noise if noise.reason == "running head"] == [6, 9, 12]


def test_a_running_head_above_the_same_title_is_noise() -> None:
    pages = "\n".join(f"木竹简报\n{MORE}\n第{page}页" for page in (2, 3))
    parsed = parse(source_of(f"木竹简报\n木竹简报\n第2期\n木竹联盟召开会议\n{NEWS}\n第1页\n{pages}\n"))
    assert parsed.bulletin.masthead.title == "木竹简报"
    assert [noise.line for noise in parsed.noise if noise.reason == "running head"] == [1, 7, 10]


def test_a_header_in_a_box_is_noise_once_the_text_has_it() -> None:
    lines = [
        Line(1, "木竹简报", paragraph=1, boxed=True),
        Line(2, "木竹简报", paragraph=2),
        Line(3, "第2期", paragraph=3),
    ]
    lines += [Line(4, "木竹联盟开会", paragraph=4), Line(5, NEWS, paragraph=5)]
    parsed = parse(Source(Form.DOCX, tuple(lines)))
    assert parsed.bulletin.masthead.title == "木竹简报"
    assert [(noise.reason, noise.line) for noise in parsed.noise] == [("running head", 1)]


def test_an_attribution_that_comes_often_is_no_running_head() -> None:
    item = f"木竹联盟召开第%d次会议\n{NEWS}\n（木竹产业联盟秘书处）\n- %d -\n"
    parsed = parse(source_of("".join(item % (page, page) for page in (1, 2, 3))))
    assert [item.attribution is not None for item in parsed.bulletin.items] == [True, True, True]


def test_a_single_leading_space_marks_a_page_only_where_it_is_rare() -> None:
    rows = read_rows(source_of(bulletin_text()))
    assert strip_noise(rows)[1] == ()
