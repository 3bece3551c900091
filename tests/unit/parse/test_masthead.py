import pytest

from distributor.parse import Given, parse
from distributor.parse.dates import iso_date
from tests.support.lines import bulletin_text, source_of


@pytest.mark.parametrize(
    ("head", "title", "issue", "date", "publisher"),
    [
        (
            "内部资料  注意保存\n科技简报\n第12期\n江海省科技厅办公室        2023年12月5日\n",
            "科技简报", "第12期", "2023-12-05", "江海省科技厅办公室",
        ),
        (
            "社区周报\n第48周\n社区教育中心    2025年11月28日\n",
            "社区周报", "第48周", "2025-11-28", "社区教育中心",
        ),
        (
            "园区快讯\nNO.9\n科技园管理办公室    2025/09/01\n",
            "园区快讯", "NO.9", "2025-09-01", "科技园管理办公室",
        ),
        (
            "校友通讯\n2025年秋季号（总第48期）\n校友总会秘书处    2025年10月\n",
            "校友通讯", "2025年秋季号（总第48期）", "2025-10", "校友总会秘书处",
        ),
        (
            "质量通讯\n2025年第5期\n主编单位：江海质量检验研究院\n二〇二五年五月三十日\n",
            "质量通讯", "2025年第5期", "2025-05-30", "江海质量检验研究院",
        ),
        (
            "情 况 反 映\n第十四期\n江海省委办公厅　　　二〇二三年十二月五日\n",
            "情况反映", "第十四期", "2023-12-05", "江海省委办公厅",
        ),
        (
            "联盟简报\n〔2026〕第7期（总第55期）\n联盟秘书处编印\t2026.03.05\n",
            "联盟简报", "〔2026〕第7期（总第55期）", "2026-03-05", "联盟秘书处",
        ),
        (
            "科技简报　第14期\n江海省科技厅办公室 2023年12月5日\n",
            "科技简报", "第14期", "2023-12-05", "江海省科技厅办公室",
        ),
        (
            "工作动态\n2023年第12期　（总第345期）　　2023年12月5日\n主办：江海省科技厅\n",
            "工作动态", "2023年第12期（总第345期）", "2023-12-05", "江海省科技厅",
        ),
        (
            "江海省科学技术厅\n工作简报\n第12期\n（总第345期）\n二○二三年十二月五日\n",
            "工作简报", "第12期（总第345期）", "2023-12-05", "江海省科学技术厅",
        ),
        (
            "信息快报\n增刊\n校长办公室编　2026年1月15日\n",
            "信息快报", "增刊", "2026-01-15", "校长办公室",
        ),
        (
            "信息快报\n专刊第3期\n校长办公室编　2026年1月15日\n",
            "信息快报", "专刊第3期", "2026-01-15", "校长办公室",
        ),
        (
            "联盟通讯\nAlliance Newsletter\n2026年第1期\n2026年1月\n江海省新材料行业协会 主办\n",
            "联盟通讯", "2026年第1期", "2026-01", "江海省新材料行业协会",
        ),
        (
            "工作动态\n（2026年第3期 总第88期）\n海水淡化联盟秘书处\n2026年3月10日\n",
            "工作动态", "2026年第3期总第88期", "2026-03-10", "海水淡化联盟秘书处",
        ),
        (
            "编号：2026-03\n智库专报\n江海研究院主办　2026年3月1日出版\n",
            "智库专报", None, "2026-03-01", "江海研究院",
        ),
        (
            "第9期\n联盟秘书处　2026年3月9日\n",
            None, "第9期", "2026-03-09", "联盟秘书处",
        ),
        (
            "木竹联盟简报\n",
            "木竹联盟简报", None, None, None,
        ),
        (
            "联盟简报\n第3期\n本期责任编辑：编辑部\n2026年3月9日\n",
            "联盟简报", "第3期", "2026-03-09", None,
        ),
        ("", None, None, None, None),
    ],
)  # fmt: skip
def test_mastheads_of_many_kinds_are_read(
    head: str, title: str | None, issue: str | None, date: str | None, publisher: str | None
) -> None:
    parsed = parse(source_of(bulletin_text(head=head)))
    masthead = parsed.bulletin.masthead
    assert (masthead.title, masthead.issue, masthead.date, masthead.publisher) == (title, issue, date, publisher)
    assert [len(section.items) for section in parsed.bulletin.sections] == [2]


def test_given_metadata_fills_what_the_file_lacks() -> None:
    parsed = parse(
        source_of(bulletin_text(head="联盟简报\n第3期\n")), Given("别的刊名", "第9期", "2026-01-02", "秘书处")
    )
    masthead = parsed.bulletin.masthead
    assert (masthead.title, masthead.issue, masthead.date, masthead.publisher) == (
        "联盟简报",
        "第3期",
        "2026-01-02",
        "秘书处",
    )
    assert {finding.code for finding in parsed.findings} == {"date-given", "publisher-given"}


def test_what_nobody_knows_is_said() -> None:
    codes = [finding.code for finding in parse(source_of(bulletin_text())).findings]
    assert codes == ["title-missing", "number-missing", "date-missing"]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2023年12月5日", "2023-12-05"),
        ("二〇二三年十二月三十一日", "2023-12-31"),
        ("2023-12-05", "2023-12-05"),
        ("2023/12", "2023-12"),
        ("２０２３年１２月５日", "2023-12-05"),
        ("2023年13月5日", None),
        ("2023年2月40日", None),
        ("二十三年十二月五日", None),
        ("第2023期", None),
    ],
)
def test_dates_are_read_in_every_notation(text: str, date: str | None) -> None:
    assert iso_date(text) == date
