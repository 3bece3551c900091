import pytest

from distributor.errors import FileRefused
from distributor.model.finding import Finding, Level
from distributor.parse import parse
from distributor.parse.assemble import assemble
from distributor.parse.facts import gather
from distributor.parse.kinds import Kind
from distributor.parse.layout import measure
from distributor.parse.nodes import cut
from distributor.parse.rows import read_rows
from tests.support.lines import MORE, NEWS, bulletin_text, source_of


def _found(text: str) -> dict[str, Finding]:
    return {finding.code: finding for finding in parse(source_of(text)).findings}


def test_an_item_without_attribution_is_found() -> None:
    body = "".join(f"木竹联盟召开第{n}次会议\n{NEWS}\n（木竹联盟秘书处供稿）\n" for n in "一二三")
    finding = _found(bulletin_text(body=f"{body}光伏联盟举办论坛\n{MORE}\n"))["missing-attribution"]
    assert (finding.level, finding.line, finding.parameters) == (Level.WARNING, 10, {"title": "光伏联盟举办论坛"})


def test_missing_attributions_weigh_little_where_they_are_usual() -> None:
    body = f"木竹联盟召开会议\n{NEWS}\n光伏联盟举办论坛\n{MORE}\n"
    assert _found(bulletin_text(body=body))["missing-attribution"].level is Level.INFO


def test_an_attribution_of_another_alliance_is_found() -> None:
    body = f"畜禽良种联盟举办论坛\n{NEWS}\n（禽畜良种产业技术创新战略联盟秘书处供稿）\n"
    assert _found(bulletin_text(body=body))["attribution-mismatch"].level is Level.WARNING


@pytest.mark.parametrize("name", ["木竹产业技术创新战略联盟秘书处", "木竹加工联盟"])
def test_an_abbreviated_alliance_matches(name: str) -> None:
    assert "attribution-mismatch" not in _found(bulletin_text(body=f"木竹联盟举办论坛\n{NEWS}\n（{name}供稿）\n"))


def test_doubled_words_are_found_once_for_each_item() -> None:
    body = f"木竹联盟召开会议\n{NEWS}会议深入深入调研，深入深入交流，了解了的的情况。\n标准标准化和考虑考虑不算。\n"
    findings = parse(source_of(bulletin_text(body=body))).findings
    assert [finding.parameters["words"] for finding in findings if finding.code == "doubled-words"] == [
        "深入深入",
        "的的",
    ]


def test_an_empty_section_is_found() -> None:
    body = f"一、政策动态\n二、联盟动态\n1. 木竹联盟召开会议\n{NEWS}\n2. 光伏联盟开会\n{MORE}\n"
    finding = _found(bulletin_text(body=body))["empty-section"]
    assert (finding.line, finding.parameters) == (1, {"section": "政策动态"})


def test_an_item_without_body_is_found() -> None:
    body = f"1. 木竹联盟召开会议\n{NEWS}\n2. 光伏联盟换届\n3. 化纤联盟开会\n{MORE}\n"
    assert _found(bulletin_text(body=body))["item-without-body"].parameters == {"title": "光伏联盟换届"}


def test_an_item_that_comes_twice_is_found() -> None:
    body = f"1. 木竹联盟召开会议\n{NEWS}\n2. 光伏联盟开会\n{NEWS}\n"
    assert _found(bulletin_text(body=body))["duplicate-item"].parameters == {"title": "光伏联盟开会", "first": "1"}


def test_strange_titles_are_found() -> None:
    long = "木竹" * 31
    body = f"1. 木竹联盟发布《发展报告\n\n{NEWS}\n2. {long}\n{MORE}\n"
    found = _found(bulletin_text(body=body))
    assert found["suspicious-title"].parameters == {"title": "木竹联盟发布《发展报告"}
    assert found["long-title"].parameters["length"] == "62"


def test_a_bulletin_without_distribution_is_blocked() -> None:
    assert _found(bulletin_text(foot=""))["no-footer"].level is Level.BLOCKING


def test_a_second_distribution_is_found() -> None:
    assert (
        _found(bulletin_text(foot="报：科技部\n送：各成员单位\n报：财政部\n"))["second-footer"].level is Level.WARNING
    )


def test_a_distribution_in_the_middle_is_found() -> None:
    one = bulletin_text(foot="报：科技部\n")
    assert "second-footer" in _found(one + one)


def test_an_address_in_the_distribution_is_blocked() -> None:
    finding = _found(bulletin_text(foot="送：各成员单位、office@lm.example\n"))["address-in-footer"]
    assert (finding.level, finding.parameters["address"]) == (Level.BLOCKING, "office@lm.example")


@pytest.mark.parametrize("mark", ["机密★1年", "秘密", "密级：绝密"])
def test_a_secrecy_mark_is_blocked(mark: str) -> None:
    finding = _found(bulletin_text(head=f"{mark}\n联盟简报\n第3期\n"))["secrecy-mark"]
    assert (finding.level, finding.line) == (Level.BLOCKING, 1)


def test_text_that_breaks_off_is_found() -> None:
    body = f"木竹联盟召开会议\n{NEWS}\n光伏联盟开会\n{MORE}会议还指出，\n"
    assert _found(bulletin_text(body=body, foot=""))["text-breaks-off"].line == 4


def test_findings_of_the_reader_are_passed_on() -> None:
    source = source_of(bulletin_text())
    noticed = Finding(Level.INFO, "control-characters", 3)
    parsed = parse(type(source)(source.form, source.lines, (), (noticed,)))
    assert noticed in parsed.findings


def test_an_unclear_heading_is_blocked() -> None:
    body = f"木竹联盟召开会议\n{NEWS}\n（木竹联盟秘书处供稿）\n木竹联盟的专家委员会\n第二次会议在临沂\n{MORE}\n"
    findings = parse(source_of(bulletin_text(body=body))).findings
    unclear = [finding for finding in findings if finding.code == "unclear-structure"]
    assert all(finding.level is Level.BLOCKING for finding in unclear)


@pytest.mark.parametrize("text", ["", " \n\n　\n"])
def test_a_file_without_text_is_refused(text: str) -> None:
    with pytest.raises(FileRefused) as refused:
        parse(source_of(text))
    assert refused.value.code == "empty-text"


@pytest.mark.parametrize("text", ["您好", NEWS, "报：科技部\n送：各成员单位\n", "5\n"])
def test_text_without_any_item_is_refused(text: str) -> None:
    with pytest.raises(FileRefused) as refused:
        parse(source_of(text))
    assert refused.value.code == "no-items"


def test_a_doubtful_section_heading_makes_its_first_item_doubtful() -> None:
    rows = read_rows(source_of(f"联盟动态\n木竹联盟召开会议\n{NEWS}\n光伏联盟举办论坛\n{MORE}"))
    facts = gather(rows, measure(rows), {})
    kinds = (Kind.SECTION, Kind.TITLE, Kind.PARAGRAPH, Kind.TITLE, Kind.PARAGRAPH)
    (section,) = assemble(cut(facts, kinds, (0.3, 0.9, 1.0, 0.8, 1.0))).sections
    assert [item.confidence for item in section.items] == [0.3, 0.8]
