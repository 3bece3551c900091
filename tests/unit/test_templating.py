from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from jinja2 import UndefinedError

from distributor.templating import day, html_environment, language_tag, moment, render, text_environment


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.html.j2").write_text("<p>{{ title }}</p>", "utf-8")
    (tmp_path / "a.txt").write_text("{{ title }}", "utf-8")
    (tmp_path / "day.txt").write_text("{{ when|day }} / {{ when|moment }} / {{ lang }}", "utf-8")
    (tmp_path / "say.txt").write_text("{{ t('no.such.sentence', name=title) }}", "utf-8")
    return tmp_path


def test_html_is_escaped_whatever_the_file_is_called(folder: Path) -> None:
    assert render(html_environment(folder), "a.html.j2", "zh_CN", {"title": "<b>&"}) == "<p>&lt;b&gt;&amp;</p>"
    assert render(html_environment(folder), "a.txt", "zh_CN", {"title": "<"}) == "&lt;"


def test_text_is_never_escaped(folder: Path) -> None:
    assert render(text_environment(folder), "a.txt", "zh_CN", {"title": "<b>&"}) == "<b>&"


def test_an_unknown_name_is_an_error(folder: Path) -> None:
    with pytest.raises(UndefinedError):
        render(text_environment(folder), "a.txt", "zh_CN", {})


def test_dates_are_written_in_the_language_of_the_template(folder: Path) -> None:
    when = datetime(2023, 12, 5, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    environment = text_environment(folder)
    assert render(environment, "day.txt", "zh_CN", {"when": when}) == "2023年12月5日 / 2023年12月5日 09:30 / zh-CN"
    assert render(environment, "day.txt", "en", {"when": when}) == "5 December 2023 / 5 December 2023 09:30 / en"


def test_sentences_come_from_the_catalogue_of_the_language(folder: Path) -> None:
    said = render(text_environment(folder), "say.txt", "zh_CN", {"title": "简报"})
    assert said == "no.such.sentence (name: 简报)"


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (date(2023, 1, 31), "2023年1月31日", "31 January 2023"),
        ("2023-12-05", "2023年12月5日", "5 December 2023"),
        ("2023-12", "2023年12月", "December 2023"),
        ("2023-13-05", "2023-13-05", "2023-13-05"),
        ("岁末", "岁末", "岁末"),
    ],
)
def test_a_masthead_date_may_lack_its_day(value: date | str, chinese: str, english: str) -> None:
    assert day(value, "zh_CN") == chinese
    assert day(value, "en") == english


def test_a_moment_is_shown_in_its_own_zone() -> None:
    assert moment(datetime(2026, 1, 2, 8, 5, tzinfo=ZoneInfo("Asia/Shanghai")), "zh_CN") == "2026年1月2日 08:05"


def test_the_language_tag_is_bcp_47() -> None:
    assert [language_tag(language) for language in ("zh_CN", "en")] == ["zh-CN", "en"]
