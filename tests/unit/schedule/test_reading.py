import tomllib
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.errors import Misconfigured
from distributor.model.schedule import Misfire, TriggerKind, Window, WorkingDayPolicy
from distributor.model.subscriber import Frequency
from distributor.schedule import parse_window, read_calendar, read_schedules

CONFIG = Path(__file__).parents[3] / "config"
FULL = {
    "id": "bao-monthly",
    "list": "bao",
    "trigger": "每月最后一个工作日 09:00",
    "time_zone": "Europe/Berlin",
    "working_day": "previous",
    "window": "08:00-18:00",
    "misfire": "last only",
    "catch_up_hours": 1.5,
    "enabled": False,
    "frequency": "weekly",
}


def refused(changes: dict[str, object], *, without: str = "") -> Misconfigured:
    table = {key: value for key, value in {**FULL, **changes}.items() if key != without}
    with pytest.raises(Misconfigured) as caught:
        read_schedules({"schedules": [table]}, "schedule.toml")
    return caught.value


def test_the_shipped_schedules_send_both_lists_at_publication_and_serve_each_frequency_of_subscribers() -> None:
    read = read_schedules(tomllib.loads((CONFIG / "schedule.toml").read_text("utf-8")), "schedule.toml")
    assert [s.frequency for s in read if s.list_id == "public"] == list(Frequency)
    schedules = [s for s in read if s.list_id != "public"]
    assert [(s.id, s.list_id, s.trigger.kind) for s in schedules] == [
        ("bao-on-publication", "bao", TriggerKind.ON_PUBLICATION),
        ("song-on-publication", "song", TriggerKind.ON_PUBLICATION),
    ]
    assert {(s.time_zone, s.window, s.enabled) for s in schedules} == {("Asia/Shanghai", None, True)}


def test_the_examples_in_the_comments_of_the_shipped_files_can_be_used() -> None:
    text = (CONFIG / "calendar.toml").read_text("utf-8")
    lines = [line.removeprefix("#").strip() for line in text[text.index("# [year.2027]") :].splitlines()]
    document = tomllib.loads("\n".join(line for line in lines if "=" in line or line[:1] in {"[", "]", "{"}))
    assert read_calendar(document, "calendar.toml").is_published(2027)


def test_every_key_is_read() -> None:
    (schedule,) = read_schedules({"schedules": [FULL]}, "schedule.toml")
    assert (schedule.id, schedule.list_id, schedule.time_zone) == ("bao-monthly", "bao", "Europe/Berlin")
    assert schedule.working_day is WorkingDayPolicy.PREVIOUS
    assert schedule.window == Window(time(8), time(18))
    assert schedule.frequency is Frequency.WEEKLY
    assert schedule.misfire is Misfire.LAST_ONLY
    assert (schedule.catch_up, schedule.enabled) == (timedelta(hours=1.5), False)


def test_a_file_without_schedules_has_none() -> None:
    assert read_schedules({}, "schedule.toml") == ()


@pytest.mark.parametrize(
    ("changes", "code", "key"),
    [
        ({"colour": "red"}, "entry-key-unknown", "colour"),
        ({"id": ""}, "entry-value", "id"),
        ({"id": "Bao Monthly"}, "entry-value", "id"),
        ({"id": 7}, "entry-value", "id"),
        ({"list": 7}, "entry-value", "list"),
        ({"working_day": "perhaps"}, "entry-choice", "working_day"),
        ({"misfire": "panic"}, "entry-choice", "misfire"),
        ({"catch_up_hours": 0}, "entry-value", "catch_up_hours"),
        ({"catch_up_hours": True}, "entry-value", "catch_up_hours"),
        ({"catch_up_hours": "6"}, "entry-value", "catch_up_hours"),
        ({"catch_up_hours": float("nan")}, "entry-value", "catch_up_hours"),
        ({"catch_up_hours": 10**9}, "entry-value", "catch_up_hours"),
        ({"enabled": "no"}, "entry-value", "enabled"),
    ],
)
def test_a_key_that_is_wrong_is_named(changes: dict[str, object], code: str, key: str) -> None:
    error = refused(changes)
    assert error.code == code
    assert (error.parameters["key"], error.parameters["file"]) == (key, "schedule.toml")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"time_zone": "Asia/Peking"}, "time-zone-unknown"),
        ({"time_zone": "../etc/passwd"}, "time-zone-unknown"),
        ({"window": "18:00-08:00"}, "window-never-opens"),
        ({"window": "08:00-08:00"}, "window-never-opens"),
        ({"window": "8 to 18"}, "window-unreadable"),
        ({"window": "08:00-24:00"}, "window-unreadable"),
        ({"trigger": "cron: 0 16 * * 5"}, "cron-day-digits"),
        ({"trigger": "每月32日 09:00"}, "trigger-date-impossible"),
    ],
)
def test_an_entry_that_makes_no_sense_is_named(changes: dict[str, object], code: str) -> None:
    error = refused(changes)
    assert error.code == code
    assert error.parameters["entry"] == "bao-monthly"
    assert error.parameters["place"] == "schedule.toml [bao-monthly]: "


@pytest.mark.parametrize("key", ["id", "list", "trigger"])
def test_a_missing_key_is_named(key: str) -> None:
    error = refused({}, without=key)
    assert (error.code, error.parameters["key"]) == ("entry-key-missing", key)
    assert error.parameters["entry"] == ("schedules 1" if key == "id" else "bao-monthly")


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"schedule": []}, "entry-key-unknown"),
        ({"schedules": {}}, "entry-value"),
        ({"schedules": ["daily"]}, "entry-value"),
        ({"schedules": [FULL, FULL]}, "entry-twice"),
    ],
)
def test_a_file_of_the_wrong_shape_is_refused(document: dict[str, object], code: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        read_schedules(document, "schedule.toml")
    assert caught.value.code == code


@pytest.mark.parametrize("text", ["08:00-18:00", "8:00 - 18:00", "08:00–18:00", "08:00至18:00", "08:00~18:00"])
def test_a_window_is_read(text: str) -> None:
    assert parse_window(text) == Window(time(8), time(18))


values = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.lists(st.integers(), max_size=2)


@given(st.dictionaries(st.sampled_from([*FULL, "other"]), values, max_size=4))
def test_every_table_is_read_or_refused(changes: dict[str, object]) -> None:
    try:
        read = len(read_schedules({"schedules": [{**FULL, **changes}]}, "schedule.toml"))
    except Misconfigured as error:
        read = int(error.parameters["file"] == "schedule.toml")
    assert read == 1


def test_the_shipped_calendar_is_chinas() -> None:
    calendar = read_calendar(tomllib.loads((CONFIG / "calendar.toml").read_text("utf-8")), "calendar.toml")
    assert not calendar.is_working(date(2026, 10, 1))
    assert calendar.is_working(date(2026, 10, 10))


def test_a_notice_is_read_with_the_days_it_takes_from_the_year_before() -> None:
    document = tomllib.loads("""
        base = ""
        [year.2027]
        published = true
        holidays = [{ from = 2026-12-31, to = 2027-01-02, name = "元旦" }]
        working_days = [2027-01-03]
    """)
    calendar = read_calendar(document, "calendar.toml")
    assert not calendar.is_working(date(2026, 12, 31))
    assert calendar.is_working(date(2027, 1, 3))
    assert calendar.holiday(date(2027, 1, 2)) == "元旦"


@pytest.mark.parametrize(
    ("document", "code", "entry"),
    [
        ("colour = 1", "entry-key-unknown", ""),
        ('base = "XX"', "entry-choice", ""),
        ("base = 1", "entry-choice", ""),
        ("year = 2027", "entry-value", ""),
        ("[year]\n2027 = 1", "entry-value", ""),
        ("[year.27]", "calendar-year", "year.27"),
        ("[year.soon]", "calendar-year", "year.soon"),
        ("[year.2027]\ncolour = 1", "entry-key-unknown", "year.2027"),
        ("[year.2027]\npublished = 1", "entry-value", "year.2027"),
        ("[year.2027]\nholidays = 1", "entry-value", "year.2027"),
        ("[year.2027]\nholidays = [2027-01-01]", "entry-value", "year.2027"),
        ("[year.2027]\nholidays = [{ from = 2027-01-01 }]", "entry-key-missing", "year.2027"),
        ('[year.2027]\nholidays = [{ name = "x" }]', "entry-value", "year.2027"),
        ('[year.2027]\nholidays = [{ from = 2027-01-01, name = "x", why = 1 }]', "entry-key-unknown", "year.2027"),
        (
            '[year.2027]\nholidays = [{ from = 2027-01-03, to = 2027-01-01, name = "x" }]',
            "calendar-backwards",
            "year.2027",
        ),
        (
            '[year.2027]\nholidays = [{ from = 2027-01-01, to = 2027-12-31, name = "x" }]',
            "calendar-backwards",
            "year.2027",
        ),
        ("[year.2027]\nworking_days = [2026-10-10]", "calendar-wrong-year", "year.2027"),
        ("[year.2027]\nworking_days = [2027-10-10T08:00:00]", "entry-value", "year.2027"),
        (
            '[year.2027]\nworking_days = [2027-01-01]\nholidays = [{ from = 2027-01-01, name = "x" }]',
            "calendar-both",
            "year.2027",
        ),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(document: str, code: str, entry: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        read_calendar(tomllib.loads(document), "calendar.toml")
    assert (caught.value.code, caught.value.parameters["entry"]) == (code, entry)
    assert caught.value.parameters["file"] == "calendar.toml"
