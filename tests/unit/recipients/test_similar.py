from hypothesis import given, settings
from hypothesis import strategies as st

from distributor.recipients.similar import SimilarNames, edit_distance

SHORT = st.text("科技部委局财", max_size=8)


def like(key: str, *names: str) -> list[str]:
    index = SimilarNames([(name, name) for name in names])
    return [names[number] for number in index.like(key)]


def test_the_nearest_name_comes_first() -> None:
    assert like("科计部", "财政部", "科技部", "科技厅")[0] == "科技部"


def test_a_name_with_nothing_in_common_is_no_suggestion() -> None:
    assert like("财政部", "科学院") == []
    assert like("", "科学院") == []
    assert like("财政部") == []


def test_what_all_names_share_says_little() -> None:
    alliances = [f"{name}产业技术创新战略联盟" for name in ("存储", "木竹", "化纤", "闪联", "水环境", "电动汽车")]
    assert like("存诸产业技术创新战略联盟", *alliances)[0] == "存储产业技术创新战略联盟"


def test_a_body_is_suggested_once_under_the_name_most_like_the_entry() -> None:
    names = [("科学技术部", "most"), ("科技部", "most"), ("财政部", "mof")]
    index = SimilarNames(names)
    found = [names[number] for number in index.like("科枝部")]
    assert found[0] == ("科技部", "most")
    assert [owner for _, owner in found].count("most") == 1


def test_no_more_than_five_names_are_suggested() -> None:
    assert len(like("科技部", *(f"科技部{number}" for number in range(9)))) == 5


@settings(deadline=None)
@given(SHORT, SHORT)
def test_the_edit_distance_is_symmetric_and_bounded(one: str, other: str) -> None:
    distance = edit_distance(one, other)
    assert distance == edit_distance(other, one)
    assert abs(len(one) - len(other)) <= distance <= max(len(one), len(other))
    assert (distance == 0) == (one == other)


@settings(deadline=None)
@given(SHORT, SHORT, SHORT)
def test_the_edit_distance_obeys_the_triangle(one: str, two: str, three: str) -> None:
    assert edit_distance(one, three) <= edit_distance(one, two) + edit_distance(two, three)


@settings(deadline=None)
@given(st.lists(SHORT.filter(bool), min_size=1, max_size=20, unique=True))
def test_a_known_name_is_most_like_itself(names: list[str]) -> None:
    for name in names:
        assert like(name, *names)[0] == name
