import tomllib
from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.model.schedule import Misfire, Schedule, Window, WorkingDayPolicy
from distributor.model.subscriber import Frequency
from distributor.schedule import export_schedules, parse_trigger, read_schedules
from distributor.settings import asset_folder

TRIGGERS = (
    "发布后立即",
    "2026-10-08 09:00",
    "每周五 16:00",
    "每月最后一个工作日 09:00",
    "cron: 0 16 * * fri",
    "every day 8:30",
)


def read(text: str) -> tuple[Schedule, ...]:
    return read_schedules(tomllib.loads(text), "schedule.toml")


def test_the_usual_values_are_left_out() -> None:
    text = export_schedules([Schedule("bao", "bao", parse_trigger("发布后立即"))])
    assert text == '[[schedules]]\nid = "bao"\nlist = "bao"\ntrigger = "发布后立即"\n'


@pytest.mark.parametrize(("hours", "written"), [(0.5, "0.5"), (12, "12"), (1 / 3, "0.333")])
def test_the_catch_up_time_is_written_in_hours(hours: float, written: str) -> None:
    schedule = Schedule("bao", "bao", parse_trigger("每日 08:30"), catch_up=timedelta(hours=hours))
    assert f"catch_up_hours = {written}" in export_schedules([schedule])
    assert read(export_schedules([schedule])) == (schedule,)


def test_the_shipped_schedules_survive_export() -> None:
    shipped = read((asset_folder("config") / "schedule.toml").read_text("utf-8"))
    assert read(export_schedules(shipped)) == shipped
    assert export_schedules(()) == ""


windows = st.tuples(st.integers(0, 1438), st.integers(1, 1439)).filter(lambda pair: pair[0] < pair[1])
schedules = st.builds(
    Schedule,
    id=st.from_regex(r"[a-z][a-z0-9-]{0,9}", fullmatch=True),
    list_id=st.sampled_from(["bao", "public"]),
    trigger=st.sampled_from(TRIGGERS).map(parse_trigger),
    time_zone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "UTC"]),
    working_day=st.sampled_from(WorkingDayPolicy),
    window=st.none() | windows.map(lambda pair: Window(*(time(minute // 60, minute % 60) for minute in pair))),
    misfire=st.sampled_from(Misfire),
    catch_up=st.timedeltas(timedelta(microseconds=1), timedelta(hours=24 * 366)),
    enabled=st.booleans(),
    frequency=st.sampled_from(Frequency),
)


@given(st.lists(schedules, max_size=4, unique_by=lambda schedule: schedule.id))
def test_any_schedules_survive_export_and_export_to_the_same_bytes_again(kept: list[Schedule]) -> None:
    text = export_schedules(kept)
    assert read(text) == tuple(kept)
    assert export_schedules(read(text)) == text
