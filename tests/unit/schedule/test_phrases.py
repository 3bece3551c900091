from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.errors import Misconfigured
from distributor.model.schedule import Recurrence, TriggerKind
from distributor.schedule import parse_trigger

R = Recurrence

RECURRING = [
    ("每月最后一个工作日 09:00", R(hour="9", nth_working_day=-1)),
    ("last working day of month 09:00", R(hour="9", nth_working_day=-1)),
    ("the last working day of every month at 9:00", R(hour="9", nth_working_day=-1)),
    ("每月倒数第二个工作日 17:30", R(minute=30, hour="17", nth_working_day=-2)),
    ("second last working day of month 17:30", R(minute=30, hour="17", nth_working_day=-2)),
    ("每月第一个工作日 09:00", R(hour="9", nth_working_day=1)),
    ("first working day of month 09:00", R(hour="9", nth_working_day=1)),
    ("3rd workingday of the month 09:00", R(hour="9", nth_working_day=3)),
    ("每月第十二个工作日 09:00", R(hour="9", nth_working_day=12)),
    ("每月第5个工作日 09:00", R(hour="9", nth_working_day=5)),
    ("每月25日 10:00", R(hour="10", day="25")),
    ("每个月25号 10:00", R(hour="10", day="25")),
    ("每月二十五日 10:00", R(hour="10", day="25")),
    ("每月十日 10:00", R(hour="10", day="10")),
    ("每月二十日 10:00", R(hour="10", day="20")),
    ("day 25 of month 10:00", R(hour="10", day="25")),
    ("on the day 5 of each month at 10:05", R(minute=5, hour="10", day="5")),
    ("每月31日 10:00", R(hour="10", nth_day=31)),
    ("每月29日 10:00", R(hour="10", nth_day=29)),
    ("每月最后一天 10:00", R(hour="10", day="last")),
    ("每月月末 10:00", R(hour="10", day="last")),
    ("last day of month 10:00", R(hour="10", day="last")),
    ("每周五 16:00", R(hour="16", weekday="fri")),
    ("每周五16：00", R(hour="16", weekday="fri")),
    ("每星期五 16:00", R(hour="16", weekday="fri")),
    ("every friday 16:00", R(hour="16", weekday="fri")),
    ("Every Fri at 16:00", R(hour="16", weekday="fri")),
    ("每周日 下午4点", R(hour="16", weekday="sun")),
    ("每周天 16:00", R(hour="16", weekday="sun")),
    ("每周一、三、五 9点半", R(minute=30, hour="9", weekday="mon,wed,fri")),
    ("每周五和周一 9点5分", R(minute=5, hour="9", weekday="mon,fri")),
    ("every monday, wednesday and friday 09:30", R(minute=30, hour="9", weekday="mon,wed,fri")),
    ("每周一至周五 08:30", R(minute=30, hour="8", weekday="mon-fri")),
    ("every monday to friday 08:30", R(minute=30, hour="8", weekday="mon-fri")),
    ("every mon-fri 08:30", R(minute=30, hour="8", weekday="mon-fri")),
    ("every mon-mon 08:30", R(minute=30, hour="8", weekday="mon")),
    ("每日 08:30", R(minute=30, hour="8")),
    ("每天上午8:30", R(minute=30, hour="8")),
    ("every day 08:30", R(minute=30, hour="8")),
    ("daily at 08:30", R(minute=30, hour="8")),
    ("每日 下午12:00", R(hour="12")),
    ("每日 晚上8点", R(hour="20")),
    ("每个工作日 09:00", R(hour="9", working_days=True)),
    ("every working day 09:00", R(hour="9", working_days=True)),
    ("cron: 0 16 * * fri", R(hour="16", weekday="fri")),
    ("cron:30 8-18/2 * * mon-fri", R(minute=30, hour="8-18/2", weekday="mon-fri")),
    ("cron: 0 9 1,15 jan-jun *", R(hour="9", day="1,15", month="jan-jun")),
]


@pytest.mark.parametrize(("text", "recurrence"), RECURRING)
def test_a_returning_moment_is_read(text: str, recurrence: Recurrence) -> None:
    trigger = parse_trigger(text)
    assert (trigger.kind, trigger.recurrence, trigger.text) == (TriggerKind.RECURRING, recurrence, text)


@pytest.mark.parametrize("text", ["发布后立即", " 发布后立即 ", "on publication", "On Publication"])
def test_publication_is_a_trigger(text: str) -> None:
    assert parse_trigger(text).kind is TriggerKind.ON_PUBLICATION


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-08 09:00",
        "2026年10月8日 9:00",
        "2026年10月8日9点",
        "at 2026-10-08 09:00",
        "2026/10/08 09:00",
        "2026-10-08T09:00",
    ],
)
def test_one_moment_is_read(text: str) -> None:
    trigger = parse_trigger(text)
    assert (trigger.kind, trigger.moment) == (TriggerKind.AT, datetime(2026, 10, 8, 9, 0))  # noqa: DTZ001  wall clock


REFUSED = [
    ("", "trigger-unreadable"),
    ("sometimes", "trigger-unreadable"),
    ("每日", "trigger-unreadable"),
    ("每周 16:00", "trigger-unreadable"),
    ("every friyay 16:00", "trigger-unreadable"),
    ("every mon to wed to fri 16:00", "trigger-unreadable"),
    ("第一个工作日 09:00", "trigger-unreadable"),
    ("每月第〇个工作日 09:00", "trigger-unreadable"),
    ("每月一二日 09:00", "trigger-unreadable"),
    ("每周5 16:00", "trigger-day-digit"),
    ("every 5 16:00", "trigger-day-digit"),
    ("每周五至周一 16:00", "trigger-days-backwards"),
    ("every friday to monday 16:00", "trigger-days-backwards"),
    ("每月32日 10:00", "trigger-date-impossible"),
    ("每月0日 10:00", "trigger-date-impossible"),
    ("day 99 of month 10:00", "trigger-date-impossible"),
    ("每月第20个工作日 10:00", "trigger-date-impossible"),
    ("每月倒数第二十个工作日 10:00", "trigger-date-impossible"),
    ("2026-02-30 09:00", "trigger-date-impossible"),
    ("2026-13-01 09:00", "trigger-date-impossible"),
    ("2026-10-08 24:00", "trigger-time-impossible"),
    ("每日 25:00", "trigger-time-impossible"),
    ("每日 08:60", "trigger-time-impossible"),
    ("cron: 0 16 * *", "cron-fields"),
    ("cron: 0 16 * * friday", "cron-fields"),
    ("cron: 0 16 * * 5", "cron-day-digits"),
    ("cron: 0 16 * * 1-5", "cron-day-digits"),
    ("cron: 0 16 * * mon,5", "cron-day-digits"),
    ("cron: * 16 * * fri", "cron-too-often"),
    ("cron: */5 16 * * fri", "cron-too-often"),
    ("cron: 0 16 13 * fri", "cron-two-days"),
    ("cron: 75 16 * * fri", "trigger-never"),
    ("cron: 0 25 * * fri", "trigger-never"),
    ("cron: 0 9 31 feb *", "trigger-never"),
    ("cron: 0 9 30 2 *", "trigger-never"),
    ("cron: 0 nine * * fri", "trigger-never"),
]


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_what_cannot_be_is_refused_with_its_text(text: str, code: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        parse_trigger(text)
    assert caught.value.code == code
    assert caught.value.parameters == {"trigger": text, "place": ""}


def test_a_leap_day_comes() -> None:
    assert parse_trigger("cron: 0 9 29 feb *").recurrence == R(hour="9", day="29", month="feb")


@given(st.text(max_size=40) | st.from_regex(r"\A(每|every|cron: )[ 0-9:*a-z月周日号点工作一二至,-]{0,30}\Z"))
def test_every_text_is_read_or_refused(text: str) -> None:
    try:
        told = parse_trigger(text).text
    except Misconfigured as error:
        told = error.parameters["trigger"]
    assert told == text
