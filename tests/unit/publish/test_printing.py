"""What a printed issue says: the public words of a bulletin, nothing else and nothing that paper cannot show."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.model.bulletin import Attribution, DistributionGroup, Masthead, Visibility
from distributor.model.record import BulletinRecord
from distributor.publish import assign_identity, sheet_of
from tests.support.records import PUBLISHED, make_item, make_publication, make_record, record_of

PUBLICATION = make_publication()


def published(record: BulletinRecord) -> BulletinRecord:
    return assign_identity(replace(record, published=PUBLISHED), PUBLICATION, PUBLISHED)


def test_a_sheet_says_what_the_bulletin_says() -> None:
    attribution = Attribution("（甲联盟供稿）", "供稿", ("甲联盟",))
    record = record_of(make_item("标题", "一段", "二段", attribution=attribution), make_item("另一条"), section="动态")
    record = replace(
        record,
        masthead=Masthead("某某简报", "第3期", "2026-01", "某某办公室"),
        preamble=("编者按：供参阅。",),
        distribution=(DistributionGroup("报", ("科技部", "财政部"), "相关司局"),),
    )
    sheet = sheet_of(PUBLICATION, published(record))
    assert sheet is not None
    assert (sheet["title"], sheet["name"], sheet["number"]) == ("某某简报 第3期", "某某简报", "第3期")
    assert (sheet["publisher"], sheet["date"]) == ("某某办公室", "2026年1月")
    assert sheet["preamble"] == ["编者按：供参阅。"]
    assert sheet["distribution"] == [["报：", "科技部、财政部相关司局"]]
    assert sheet["sectioned"] is True
    first = {"title": "标题", "paragraphs": ["一段", "二段"], "attribution": "（甲联盟供稿）", "correction": ""}
    [section] = sheet["sections"]  # type: ignore[misc]  a sheet is plain values
    assert section["title"] == "动态"
    assert section["items"][0] == first
    assert sheet["contents"] == "目　录"


def test_what_a_masthead_lacks_comes_from_the_publication() -> None:
    sheet = sheet_of(PUBLICATION, published(replace(record_of(make_item("标题"), section=None), masthead=Masthead())))
    assert sheet is not None
    assert (sheet["name"], sheet["number"], sheet["publisher"]) == (PUBLICATION.name, "", PUBLICATION.publisher)
    assert sheet["date"] == "2026年1月5日"
    assert (sheet["contents"], sheet["sectioned"]) == ("", False)


@pytest.mark.parametrize("visibility", [Visibility.RECIPIENTS, Visibility.MAIL_ONLY])
def test_what_is_not_for_everybody_is_not_printed(visibility: Visibility) -> None:
    hidden = replace(make_item("内部条目"), visibility=visibility)
    sheet = sheet_of(PUBLICATION, published(record_of(make_item("公开条目"), hidden)))
    assert "公开条目" in str(sheet)
    assert "内部条目" not in str(sheet)


def test_nothing_is_printed_of_a_draft_or_of_what_was_taken_back() -> None:
    record = published(record_of(make_item("标题")))
    assert sheet_of(PUBLICATION, make_record()) is None
    assert sheet_of(PUBLICATION, replace(record, withdrawn=PUBLISHED)) is None
    taken = tuple(replace(item, withdrawn=PUBLISHED) for item in record.items)
    assert sheet_of(PUBLICATION, replace(record, items=taken)) is None


def test_a_corrected_item_says_when() -> None:
    record = published(record_of(make_item("一"), make_item("二")))
    first, second = record.items
    corrected = replace(first, revision=2, updated=PUBLISHED + timedelta(days=2))
    sheet = sheet_of(PUBLICATION, replace(record, items=(corrected, second)))
    assert sheet is not None
    [section] = sheet["sections"]  # type: ignore[misc]  as above
    assert [item["correction"] for item in section["items"]] == ["更正于2026-01-07。", ""]


@given(st.text(max_size=60), st.text(max_size=60))
def test_paper_gets_no_sign_that_it_cannot_show(title: str, paragraph: str) -> None:
    hostile = "\u202e\u200b\ue000\U000e0001\ud800\x00"
    sheet = sheet_of(PUBLICATION, published(record_of(make_item(title + hostile, paragraph + hostile))))
    assert sheet is not None
    [section] = sheet["sections"]  # type: ignore[misc]  as above
    said = section["items"][0]["title"] + "".join(section["items"][0]["paragraphs"])
    assert not set(hostile) & set(said)
    assert said.encode()
