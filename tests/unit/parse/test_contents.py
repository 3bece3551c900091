import pytest

from distributor.parse import parse
from distributor.parse.contents import Contents, find_contents
from distributor.parse.rows import read_rows
from tests.support.lines import MORE, NEWS, source_of

BODY = f"联盟动态\n木竹联盟召开专家委员会会议\n{NEWS}\n光伏联盟举办产业发展论坛\n{MORE}\n报：科技部\n"


def _titles(text: str) -> list[str]:
    return [item.title for item in parse(source_of(text)).bulletin.items]


def test_a_contents_table_holds_no_items() -> None:
    table = "目 录\n联盟动态\n木竹联盟召开专家委员会会议……………1\n光伏联盟举办产业发展论坛\t2\n"
    assert _titles(table + BODY) == ["木竹联盟召开专家委员会会议", "光伏联盟举办产业发展论坛"]


def test_a_contents_table_without_page_numbers_ends_where_titles_no_longer_come_again() -> None:
    table = "本期看点\n◆木竹联盟召开专家委员会会议\n◆光伏联盟举办产业发展论坛\n"
    assert _titles(table + BODY) == ["木竹联盟召开专家委员会会议", "光伏联盟举办产业发展论坛"]


def test_an_entry_over_two_lines_is_one_entry() -> None:
    long = "光伏产业技术创新战略联盟联合多家单位共同承办的产业发展论坛在临沂市开幕"
    table = f"目录\n联盟动态\n木竹联盟召开专家委员会会议{'.' * 20}1\n{long[:22]}\n{long[22:]}{'.' * 14}2\n"
    body = f"联盟动态\n木竹联盟召开专家委员会会议\n{NEWS}\n{long}\n{MORE}\n"
    parsed = parse(source_of(table + body))
    assert [item.title for item in parsed.bulletin.items] == ["木竹联盟召开专家委员会会议", long]
    assert "contents-without-item" not in {finding.code for finding in parsed.findings}


def test_a_table_that_disagrees_with_the_items_is_found() -> None:
    table = "目录\n木竹联盟召开专家委员会会议....1\n化纤联盟的会议....2\n"
    findings = {finding.code: finding for finding in parse(source_of(table + BODY)).findings}
    assert findings["contents-without-item"].parameters == {"title": "化纤联盟的会议"}
    assert findings["item-not-in-contents"].parameters == {"title": "光伏联盟举办产业发展论坛"}


def test_a_heading_of_a_table_without_entries_is_text() -> None:
    assert _titles(f"木竹联盟召开会议\n{NEWS}\n目录\n") == ["木竹联盟召开会议"]


def test_a_table_can_be_the_last_thing() -> None:
    assert _titles(f"木竹联盟召开会议\n{NEWS}\n光伏联盟开会\n{MORE}\n") == ["木竹联盟召开会议", "光伏联盟开会"]


@pytest.mark.parametrize("text", ["目录\n木竹联盟召开会议\n", "目录\n一\n一\n"])
def test_a_heading_without_a_table_is_no_table(text: str) -> None:
    assert find_contents(read_rows(source_of(text))) == Contents()


def test_an_entry_over_two_rows_is_found_by_the_two_rows_below() -> None:
    text = "本期要目\n木竹产业联盟联合多家\n单位承办论坛\n正文开始\n木竹产业联盟联合多家\n单位承办论坛\n近日\n"
    contents = find_contents(read_rows(source_of(text)))
    assert [entry.text for entry in contents.entries] == ["木竹产业联盟联合多家", "单位承办论坛"]


def test_an_entry_on_one_row_is_found_by_the_title_on_two() -> None:
    text = "本期要目\n木竹产业联盟联合多家单位承办论坛\n正文开始\n木竹产业联盟联合多家\n单位承办论坛\n近日\n"
    assert [entry.text for entry in find_contents(read_rows(source_of(text))).entries] == [
        "木竹产业联盟联合多家单位承办论坛"
    ]


def test_a_table_can_reach_the_end_of_the_file() -> None:
    contents = find_contents(read_rows(source_of("目录\n木竹联盟召开会议....1\n")))
    assert (contents.start, contents.end) == (0, 2)


def test_a_title_that_begins_alike_is_another_title() -> None:
    text = "本期要目\n木竹产业联盟召开理事会\n正文开始\n木竹产业联盟召开年会\n近日\n木竹产业联盟召开理事会\n"
    entries = find_contents(read_rows(source_of(text))).entries
    assert [entry.text for entry in entries] == ["木竹产业联盟召开理事会"]


@pytest.mark.parametrize("head", ["", "CONTENTS\n目录\n", "目　录　CONTENTS\n", "目录\n目次\n"])
def test_leaders_and_page_numbers_tell_a_contents_table(head: str) -> None:
    table = "联盟动态\n木竹联盟召开专家委员会会议......1\n光伏联盟举办产业发展论坛......2\n"
    assert _titles(head + table + BODY) == ["木竹联盟召开专家委员会会议", "光伏联盟举办产业发展论坛"]


def test_a_title_over_two_lines_in_table_and_body_is_one_entry() -> None:
    table = "目录\n光伏产业技术创新战略联盟联合多家单位共同承办的产业发展论坛\n在临沂市开幕\n木竹联盟召开会议\n"
    body = (
        f"光伏产业技术创新战略联盟联合多家单位\n共同承办的产业发展论坛在临沂市开幕\n{NEWS}\n木竹联盟召开会议\n{MORE}\n"
    )
    parsed = parse(source_of(table + body + "报：科技部\n"))
    assert "contents-without-item" not in {finding.code for finding in parsed.findings}
    assert len(parsed.bulletin.items) == 2
