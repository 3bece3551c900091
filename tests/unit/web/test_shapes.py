from datetime import UTC, datetime

from distributor.model.bulletin import DistributionGroup, Masthead
from distributor.web.public import shapes
from tests.support.records import make_item, make_publication, make_record, published, record_of


def test_a_masthead_names_its_bulletin() -> None:
    heading = shapes.heading(make_record(), make_publication())
    assert (heading.name, heading.number, heading.date) == ("联盟协发网简报", "第12期（总第345期）", "2026-01-05")


def test_what_a_masthead_lacks_comes_from_the_publication_and_the_day_in_its_zone() -> None:
    late = datetime(2026, 1, 4, 20, 0, tzinfo=UTC)
    record = published(make_record(masthead=Masthead()), late)
    heading = shapes.heading(record, make_publication(name="简报", publisher="秘书处"))
    assert (heading.name, heading.number, heading.publisher) == ("简报", "", "秘书处")
    assert (heading.date, heading.year, heading.items) == ("2026-01-05", "2026", 1)


def test_years_and_bulletins_stand_newest_first() -> None:
    dates = {"a": "2022-12-31", "b": "2023-01", "c": "2023-06-01"}
    records = [make_record(id=key, masthead=Masthead(date=day)) for key, day in dates.items()]
    years = shapes.by_year([shapes.heading(record, make_publication()) for record in records])
    assert [(year, [one.id for one in group]) for year, group in years] == [("2023", ["c", "b"]), ("2022", ["a"])]


def test_a_line_of_the_footer_is_written_as_printed() -> None:
    groups = (DistributionGroup("报", ("科技部", "财政部"), "相关司局"), DistributionGroup("抄送", ("各联盟",)))
    lines = (("报：", "科技部、财政部相关司局"), ("抄送：", "各联盟"))
    assert shapes.distribution_lines(groups) == lines


def test_dates_in_a_bulletin_are_chinese() -> None:
    assert shapes.printed("2023-12-05") == "2023年12月5日"


def test_an_excerpt_is_one_line_of_at_most_120_characters() -> None:
    assert shapes.excerpt(["甲 \n 乙", "丙"]) == "甲 乙 丙"
    assert shapes.excerpt(["字" * 121]) == "字" * 119 + "…"
    assert shapes.excerpt([]) == ""


def test_the_contents_of_a_bulletin_are_its_titles() -> None:
    assert shapes.contents(record_of(make_item("甲"), make_item("乙"))) == "甲；乙"
