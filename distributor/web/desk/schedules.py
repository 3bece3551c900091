"""Schedules at the desk: what runs when, a month at a glance, the editor with its preview, the working calendar."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from fastapi import Request, Response

from distributor.access import Act
from distributor.errors import Misconfigured, Refused
from distributor.model.schedule import Misfire, Occurrence, Schedule, WorkingDayPolicy
from distributor.model.subscriber import Frequency
from distributor.templating import day
from distributor.usecases import change_schedule as changing
from distributor.usecases.decide_occurrence import decide_occurrence
from distributor.usecases.find_recipient_lists import find_recipient_lists
from distributor.usecases.preview_schedule import find_schedule, preview_schedule, show_month, survey_schedules
from distributor.usecases.show_calendar import show_calendar
from distributor.web.desk.forms import Form
from distributor.web.desk.pages import done, show
from distributor.web.desk.routing import action, page
from distributor.web.desk.sentences import desk_sentence
from distributor.web.desk.visit import Desk, Desked, Flash

_FIRST_YEAR, _LAST_YEAR = 2000, 2099
_UNPROCESSABLE: Final = 422
_TEXTS: Final = ("id", "list", "trigger", "time_zone", "working_day", "window", "misfire", "frequency")
_USUAL: Final = {
    "time_zone": "Asia/Shanghai",
    "working_day": WorkingDayPolicy.IGNORE.value,
    "misfire": Misfire.ASK.value,
    "frequency": Frequency.ISSUE.value,
    "catch_up_hours": "6",
}


@page("/schedules", Act.READ)
async def schedules(desk: Desked) -> Response:
    """List the schedules, and what waits for a person before them."""
    overview = await survey_schedules(desk.context)
    ahead = {}
    for one in overview.planned:
        coming = await preview_schedule(desk.context, one.schedule, 1) if one.schedule.enabled else ()
        ahead[one.schedule.id] = (coming[0], _reasons(desk, coming[0])) if coming else None
    values = {"overview": overview, "ahead": ahead, "list_names": await _list_names(desk)}
    values["names"] = await _names(desk)
    return show(desk, "web/desk/schedules/list.html", desk.say("desk.schedules.title"), values, place="schedules")


@page("/schedules/month", Act.READ)
async def month(request: Request, desk: Desked) -> Response:
    """Show a month: holidays, what ran, what is to come."""
    begin = _month(request.query_params.get("month", ""), desk.local(desk.context.now()).date())
    weeks = await show_month(desk.context, begin.year, begin.month)
    values = {
        "weeks": weeks,
        "begin": begin,
        "before": _moved(begin, -1),
        "after": _moved(begin, 1),
        "today": desk.local(desk.context.now()).date(),
        "reasons": lambda occurrence: _reasons(desk, occurrence),
        "names": await _names(desk),
    }
    title = desk.say("desk.schedules.month-title", year=begin.year, month=begin.month)
    return show(desk, "web/desk/schedules/month.html", title, values, place="schedules")


@page("/schedules/calendar", Act.READ)
async def calendar(desk: Desked) -> Response:
    """Show the working calendar, and take another one."""
    return await _calendar(desk, None)


@action("/schedules/calendar", Act.CONFIGURE)
async def apply_calendar(desk: Desked) -> Response:
    """Let another calendar count."""
    text = desk.form.raw("text")
    if desk.form.file is not None and desk.form.file.data:
        text = desk.form.file.data.decode("utf-8-sig", "replace")
    try:
        await changing.apply_calendar(desk.context, desk.actor, text)
    except Misconfigured as error:
        return await _calendar(desk, text, desk_sentence(error, desk.visit.language))
    return done(desk, "schedules/month", Flash("desk.schedules.calendar-applied"))


@page("/schedules/new", Act.CONFIGURE)
async def new(desk: Desked) -> Response:
    """Show an empty form."""
    return await _editor(desk, "", dict(_USUAL))


@action("/schedules/new", Act.CONFIGURE)
async def add(desk: Desked) -> Response:
    """Show what the form says, or save it."""
    return await _take(desk, "")


@page("/schedules/{schedule_id}", Act.READ)
async def edit(desk: Desked, schedule_id: str) -> Response:
    """Show a schedule with its next occurrences."""
    planned = await find_schedule(desk.context, schedule_id)
    return await _editor(desk, schedule_id, _as_fields(planned.schedule), planned.schedule)


@action("/schedules/{schedule_id}", Act.CONFIGURE)
async def change(desk: Desked, schedule_id: str) -> Response:
    """Show what the form says, or save it."""
    return await _take(desk, schedule_id)


@action("/schedules/{schedule_id}/pause", Act.SEND)
async def pause(desk: Desked, schedule_id: str) -> Response:
    """Let a schedule rest."""
    await changing.pause_schedule(desk.context, desk.actor, schedule_id, enabled=False)
    flash = Flash("desk.schedules.paused", {"id": schedule_id}, undo=f"schedules/{schedule_id}/resume")
    return done(desk, "schedules", flash)


@action("/schedules/{schedule_id}/resume", Act.SEND)
async def resume(desk: Desked, schedule_id: str) -> Response:
    """Let a schedule run again."""
    await changing.pause_schedule(desk.context, desk.actor, schedule_id, enabled=True)
    return done(desk, "schedules", Flash("desk.schedules.resumed", {"id": schedule_id}))


@action("/schedules/{schedule_id}/remove", Act.CONFIGURE)
async def remove(desk: Desked, schedule_id: str) -> Response:
    """Remove a schedule."""
    await changing.remove_schedule(desk.context, desk.actor, schedule_id)
    return done(desk, "schedules", Flash("desk.schedules.removed", {"id": schedule_id}))


@action("/schedules/{schedule_id}/decide", Act.SEND)
async def decide(desk: Desked, schedule_id: str) -> Response:
    """Run an occurrence that asks, or let it go."""
    run = desk.form.text("act") == "run"
    decided = await decide_occurrence(desk.context, desk.actor, schedule_id, _moment(desk.form), run=run)
    name = decided.outcome if decided.outcome in {"sent", "empty", "skip"} else "blocked"
    return done(desk, "schedules", Flash(f"desk.schedules.decided-{name}", {"id": schedule_id}))


def _moment(form: Form) -> datetime:
    try:
        moment = datetime.fromisoformat(form.text("moment"))
    except ValueError as error:
        raise Refused("form-unreadable") from error
    if moment.tzinfo is None:
        raise Refused("form-unreadable")
    return moment


async def _take(desk: Desk, schedule_id: str) -> Response:
    fields = {name: desk.form.text(name) for name in (*_TEXTS, "catch_up_hours")}
    if schedule_id:
        fields["id"] = schedule_id
    try:
        wanted = changing.read_schedule(_table(fields, desk.form))
    except Misconfigured as error:
        return await _editor(desk, schedule_id, fields, problem=desk_sentence(error, desk.visit.language))
    if desk.form.text("act") == "preview":
        return await _editor(desk, schedule_id, fields, wanted)
    await changing.save_schedule(desk.context, desk.actor, wanted)
    return done(desk, f"schedules/{wanted.id}", Flash("desk.schedules.saved"))


def _table(fields: Mapping[str, str], form: Form) -> dict[str, object]:
    table: dict[str, object] = {name: fields[name] for name in _TEXTS if fields[name]}
    hours = fields["catch_up_hours"]
    if hours:
        is_number = hours.replace(".", "", 1).isascii() and hours.replace(".", "", 1).isdecimal()
        table["catch_up_hours"] = float(hours) if is_number else hours
    return {**table, "enabled": form.text("enabled") != "no"}


def _as_fields(schedule: Schedule) -> dict[str, str]:
    window = schedule.window
    return {
        "id": schedule.id,
        "list": schedule.list_id,
        "trigger": schedule.trigger.text,
        "time_zone": schedule.time_zone,
        "working_day": schedule.working_day.value,
        "window": "" if window is None else f"{window.opens:%H:%M}-{window.closes:%H:%M}",
        "misfire": schedule.misfire.value,
        "frequency": schedule.frequency.value,
        "catch_up_hours": f"{schedule.catch_up.total_seconds() / 3600:g}",
        "enabled": "yes" if schedule.enabled else "no",
    }


async def _editor(
    desk: Desk, schedule_id: str, fields: Mapping[str, str], shown: Schedule | None = None, *, problem: str = ""
) -> Response:
    coming = () if shown is None else await preview_schedule(desk.context, shown)
    values = {
        "schedule_id": schedule_id,
        "fields": {"enabled": "yes", **dict.fromkeys((*_TEXTS, "catch_up_hours"), ""), **fields},
        "lists": (await _list_names(desk)).items(),
        "coming": [(one, _reasons(desk, one)) for one in coming],
        "shown": shown,
        "problem": problem,
    }
    title = desk.say("desk.schedules.edit-title", id=schedule_id) if schedule_id else desk.say("desk.schedules.new")
    status = _UNPROCESSABLE if problem else 200
    return show(desk, "web/desk/schedules/edit.html", title, values, place="schedules", status=status)


async def _calendar(desk: Desk, text: str | None, problem: str = "") -> Response:
    shown = await show_calendar(desk.context)
    values = {"shown": shown, "text": shown.text if text is None else text, "problem": problem}
    title, status = desk.say("desk.schedules.calendar"), _UNPROCESSABLE if problem else 200
    return show(desk, "web/desk/schedules/calendar.html", title, values, place="schedules", status=status)


async def _names(desk: Desk) -> dict[str, str]:
    """Name each schedule by the list it serves and, of subscribers, by how often they are written to."""
    lists = await _list_names(desk)
    names = {}
    for one in (planned.schedule for planned in (await survey_schedules(desk.context)).planned):
        name = lists.get(one.list_id, one.list_id)
        often = desk.say(f"web.subscribe.frequency-{one.frequency}")
        names[one.id] = (
            name if one.frequency is Frequency.ISSUE else desk.say("desk.schedules.of", list=name, often=often)
        )
    return names


async def _list_names(desk: Desk) -> dict[str, str]:
    return {one.id: one.name for one in await find_recipient_lists(desk.context)}


def _reasons(desk: Desk, occurrence: Occurrence) -> str:
    """Say why an occurrence is not when its trigger says."""
    language = desk.visit.language
    said = [
        desk.say(f"shift.{shift.code}", **{name: day(value, language) for name, value in shift.parameters.items()})
        for shift in occurrence.shifts
    ]
    if occurrence.provisional:
        said.append(desk.say("desk.schedules.provisional"))
    return "；".join(said) if language == "zh_CN" else "; ".join(said)


def _month(asked: str, today: date) -> date:
    try:
        begin = date.fromisoformat(f"{asked}-01")
    except ValueError:
        return today.replace(day=1)
    return begin if _FIRST_YEAR <= begin.year <= _LAST_YEAR else today.replace(day=1)


def _moved(begin: date, months: int) -> str:
    number = begin.year * 12 + begin.month - 1 + months
    return f"{number // 12:04d}-{number % 12 + 1:02d}"
