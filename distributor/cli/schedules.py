"""`distributor schedule …`: when lists get their mail."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from distributor.cli.options import ActorOption, ConfigOption, JsonOption, actor
from distributor.cli.output import language, say, table, words

if TYPE_CHECKING:
    from distributor.bootstrap import Container
    from distributor.model.schedule import Occurrence

app = typer.Typer(help=words("cli.schedules"), no_args_is_help=True)

IdArgument = Annotated[str, typer.Argument(metavar="ID", help=words("cli.schedules.argument-id"))]
CountOption = Annotated[int, typer.Option("--count", min=1, max=100, help=words("cli.schedules.option-count"))]


@app.command("list", help=words("cli.schedules.list"), epilog="distributor schedule list")
def list_schedules(*, as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """List the schedules."""
    from distributor.cli.container import run_in_container
    from distributor.model.canonical import plain
    from distributor.usecases.preview_schedule import survey_schedules

    found = run_in_container(config, actor(None), lambda container: survey_schedules(container.context)).planned
    if as_json:
        print(json.dumps(plain(found), ensure_ascii=False))
        return
    if not found:
        say("cli.schedules.none")
        return
    rows = []
    for one in found:
        state = words("cli.schedules.is-on" if one.schedule.enabled else "cli.schedules.is-paused")
        moment = None if one.next_run_at is None else one.next_run_at.isoformat(" ", "minutes")
        coming = moment or words("cli.schedules.on-publication")
        rows.append((one.schedule.id, one.schedule.list_id, one.schedule.trigger.text, coming, state))
    columns = ["cli.column.id", "cli.column.list", "cli.schedules.column-trigger", "cli.schedules.column-next"]
    table([*columns, "cli.column.state"], rows)


@app.command("next", help=words("cli.schedules.next"), epilog="distributor schedule next public-weekly --count 12")
def coming(
    schedule_id: IdArgument, *, count: CountOption = 12, as_json: JsonOption = False, config: ConfigOption = None
) -> None:
    """Preview the next occurrences."""
    from distributor.cli.container import run_in_container
    from distributor.model.canonical import plain
    from distributor.usecases.preview_schedule import find_schedule, preview_schedule

    async def work(container: "Container") -> "tuple[Occurrence, ...]":
        found = await find_schedule(container.context, schedule_id)
        return await preview_schedule(container.context, found.schedule, count)

    found = run_in_container(config, actor(None), work)
    if as_json:
        print(json.dumps(plain(found), ensure_ascii=False))
        return
    rows = [(f"{one.moment:%Y-%m-%d %H:%M %Z}", _why(one)) for one in found]
    table(["cli.schedules.column-next", "cli.schedules.column-why"], rows)


@app.command("pause", help=words("cli.schedules.pause"), epilog="distributor schedule pause public-weekly --as li")
def pause(schedule_id: IdArgument, *, as_: ActorOption = None, config: ConfigOption = None) -> None:
    """Let a schedule rest."""
    _switch(schedule_id, as_, config, enabled=False)
    say("cli.schedules.paused", id=schedule_id)


@app.command("resume", help=words("cli.schedules.resume"), epilog="distributor schedule resume public-weekly --as li")
def resume(schedule_id: IdArgument, *, as_: ActorOption = None, config: ConfigOption = None) -> None:
    """Let a schedule run again."""
    coming = _switch(schedule_id, as_, config, enabled=True)
    say("cli.schedules.resumed", id=schedule_id, next=coming or words("cli.schedules.on-publication"))


def _switch(schedule_id: str, as_: ActorOption, config: ConfigOption, *, enabled: bool) -> str | None:
    from distributor.cli.container import run_in_container
    from distributor.usecases.change_schedule import pause_schedule

    who = actor(as_)
    planned = run_in_container(
        config, who, lambda container: pause_schedule(container.context, who, schedule_id, enabled=enabled)
    )
    return None if planned.next_run_at is None else planned.next_run_at.isoformat(" ", "minutes")


def _why(occurrence: "Occurrence") -> str:
    from distributor.i18n import translate
    from distributor.templating import day

    spoken = language()
    said = [
        translate(
            f"shift.{shift.code}", spoken, **{name: day(value, spoken) for name, value in shift.parameters.items()}
        )
        for shift in occurrence.shifts
    ]
    return "; ".join([*said, *([words("cli.schedules.provisional")] if occurrence.provisional else [])])
