"""Print changes of the address book as infrastructure tools do: + added, ~ changed, - removed."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from enum import Enum
from itertools import islice

from rich.markup import escape

from distributor.cli.output import console, say, words
from distributor.model.canonical import plain
from distributor.model.history import Action, Change, Entity
from distributor.model.recipient import Contact, Suppression
from distributor.model.schedule import Schedule, Trigger, Window
from distributor.usecases.current_calendar import FILE
from distributor.usecases.plan_configuration import ConfigurationPlan, ScheduleChange

_SIGNS = {Action.ADD: "+", Action.CHANGE: "~", Action.REMOVE: "-"}
_STYLES = {Action.ADD: "green", Action.CHANGE: "yellow", Action.REMOVE: "red"}
_MOST = 200
_LONGEST = 60


def print_configuration_plan(plan: ConfigurationPlan) -> None:
    """Print what configuration files would change, and how much that is.

    Args:
        plan: what they would change.
    """
    print_changes(plan.changes)
    for change in plan.schedules:
        console.print(_schedule_line(change))
        for field in _schedule_fields(change):
            console.print(f"    {escape(field)}", style="dim")
    if plan.calendar is not None:
        changed = "、".join(plan.calendar.parts)
        console.print(_line(plan.calendar.action, "cli.change.calendar", FILE, changed))
    say(
        "cli.apply.plan",
        added=plan.count(Action.ADD),
        changed=plan.count(Action.CHANGE),
        removed=plan.count(Action.REMOVE),
    )


def print_changes(changes: Sequence[Change]) -> None:
    """Print one line a change, and the fields of what changes; a very long list is cut.

    Args:
        changes: in the order in which they are shown.
    """
    for change in islice(changes, _MOST):
        console.print(_line(change.action, f"cli.change.{change.subject.value}", change.id, _title(change)))
        for field in _fields(change):
            console.print(f"    {escape(field)}", style="dim")
    if len(changes) > _MOST:
        say("cli.change.more", count=len(changes) - _MOST)


def _line(action: Action, kind: str, key: str, title: str) -> str:
    return f"[{_STYLES[action]}]{_SIGNS[action]} {escape(f'{words(kind)} {key} {title}'.rstrip())}[/]"


def _title(change: Change) -> str:
    entity = change.after if change.after is not None else change.before
    if isinstance(entity, Contact):
        return entity.name or ""
    if isinstance(entity, Suppression):
        return entity.reason
    return str(getattr(entity, "name", "") or "")


def _fields(change: Change) -> Iterable[str]:
    if change.action is not Action.CHANGE:
        return
    for name in change.fields:
        if name == "order":
            yield words("cli.change.order")
        else:
            yield f"{name}: {_value(change.before, name)} → {_value(change.after, name)}"


def _value(entity: Entity | None, name: str) -> str:
    value = getattr(entity, name, None)
    text = value.value if isinstance(value, Enum) else plain(value)
    shown = "、".join(map(str, text)) if isinstance(text, list) else str(text) if text is not None else "—"
    return shown if len(shown) <= _LONGEST else shown[:_LONGEST] + "…"


def _schedule_line(change: ScheduleChange) -> str:
    entry = change.after or change.before
    if entry is None:
        return ""
    return _line(change.action, "cli.change.schedules", entry.id, f"{entry.list_id} {entry.trigger.text}")


def _schedule_fields(change: ScheduleChange) -> Iterable[str]:
    before, after = change.before, change.after
    if before is None or after is None:
        return
    for field in fields(after):
        if getattr(before, field.name) != getattr(after, field.name):
            yield f"{field.name}: {_written(before, field.name)} → {_written(after, field.name)}"


def _written(entry: Schedule, name: str) -> str:
    value = getattr(entry, name)
    if isinstance(value, Trigger):
        return value.text
    if isinstance(value, Window):
        return f"{value.opens:%H:%M}-{value.closes:%H:%M}"
    return "—" if value is None else str(value)
