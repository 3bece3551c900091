"""Commands about bulletins: receive, bulletins, sign-off, publish."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from distributor.cli.options import ActorOption, BulletinArgument, ConfigOption, JsonOption, actor
from distributor.cli.output import console, fail, language, say, table, words
from distributor.errors import DistributorError, Refused
from distributor.i18n import error_sentence

if TYPE_CHECKING:
    from distributor.bootstrap import Container
    from distributor.model.record import BulletinRecord
    from distributor.model.sign_off import SignOff
    from distributor.usecases.receive_bulletin import Received

_MOST_SHOWN: Final = 50


def register(app: typer.Typer) -> None:
    """Add the commands."""
    example = "distributor receive bulletin.txt --issue 第12期 --date 2023-12-05 --as li"
    app.command("receive", help=words("cli.receive"), epilog=example)(receive)
    app.command("bulletins", help=words("cli.bulletins"), epilog="distributor bulletins --json")(list_bulletins)
    app.command("sign-off", help=words("cli.sign-off"), epilog="distributor sign-off ID --as wang")(sign_off)
    app.command("publish", help=words("cli.publish"), epilog="distributor publish ID --as wang")(publish)


def receive(  # noqa: PLR0913  an option of the command line is a parameter
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE …", help=words("cli.argument.files"))] = None,
    *,
    title: Annotated[str | None, typer.Option(help=words("cli.option.title"), show_default=False)] = None,
    issue: Annotated[str | None, typer.Option(help=words("cli.option.issue"), show_default=False)] = None,
    date: Annotated[str | None, typer.Option(help=words("cli.option.date"), show_default=False)] = None,
    backfill: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help=words("cli.option.backfill"), show_default=False)
    ] = None,
    as_: ActorOption = None,
    config: ConfigOption = None,
) -> int:
    """Take in bulletin files and show what an editor should look at, or a folder of old ones for the archive."""
    from distributor.cli.container import run_in_container
    from distributor.cli.findings import print_findings
    from distributor.cli.parsing import read_bytes
    from distributor.parse import Given
    from distributor.usecases.receive_bulletin import receive_bulletin

    if backfill is not None:
        from distributor.cli.backfilling import run_backfill

        return run_backfill(backfill, config, actor(as_))
    if not files:
        raise Refused("no-file-given")
    given = Given(title=title, issue=issue, date=date)

    async def receive_all(container: "Container") -> int:
        code = 0
        for file in files:
            try:
                received = await receive_bulletin(container.context, actor(as_), read_bytes(file), file.name, given)
            except DistributorError as error:
                # one bad file does not keep the others out
                code = fail(error_sentence(error, language()), error.exit_code)
                continue
            record = received.record
            if len(files) > 1:
                console.print(file.name, style="bold", markup=False)
            say(_said(received), id=record.id, items=len(record.items))
            if received.is_new:
                print_findings(record.findings)
        return code

    return run_in_container(config, actor(as_), receive_all)


def _said(received: "Received") -> str:
    if received.is_new:
        return "cli.receive.new"
    return "cli.receive.renamed" if received.is_renamed else "cli.receive.known"


def list_bulletins(
    *,
    limit: Annotated[int | None, typer.Option(help=words("cli.option.limit"), min=1, show_default=False)] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """List the bulletins and how far each has come."""
    from distributor.cli.container import run_in_container
    from distributor.usecases import list_bulletins as usecase

    most = limit if limit is not None or as_json else _MOST_SHOWN
    page = run_in_container(config, actor(None), lambda container: usecase.list_bulletins(container.context, most))
    rows = [
        {
            "id": entry.record.id,
            "title": entry.record.masthead.title,
            "issue": entry.record.masthead.issue,
            "date": entry.record.masthead.date,
            "items": len(entry.record.items),
            "state": entry.state.value,
        }
        for entry in page.lines
    ]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    elif not rows:
        say("cli.bulletins.none")
    else:
        columns = [f"cli.column.{name}" for name in ("id", "title", "issue", "date", "items", "state")]
        shown = [{**row, "state": words(f"state.{row['state']}")} for row in rows]
        table(columns, [list(row.values()) for row in shown])
        if page.total > len(rows):
            say("cli.bulletins.more", count=page.total - len(rows))


def sign_off(
    bulletin_id: BulletinArgument,
    *,
    waive: Annotated[list[str] | None, typer.Option(help=words("cli.option.waive"), show_default=False)] = None,
    as_: ActorOption = None,
    config: ConfigOption = None,
) -> None:
    """Sign a bulletin off: its words, its mails and its plan as they stand now."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.show_bulletin import show_bulletin
    from distributor.usecases.sign_off_bulletin import sign_off_bulletin

    async def work(container: "Container") -> "tuple[SignOff | None, SignOff]":
        earlier = (await show_bulletin(container.context, bulletin_id)).sign_off
        return earlier, await sign_off_bulletin(container.context, actor(as_), bulletin_id, waived=waive or ())

    earlier, signed = run_in_container(config, actor(as_), work)
    if earlier is not None:
        _say_earlier(earlier, signed)
    say(
        "cli.sign-off.done",
        actor=signed.actor,
        addresses=len(signed.plan.rows),
        variants=len(signed.variants),
        hash=signed.content_hash[:12],
    )


def _say_earlier(earlier: "SignOff", signed: "SignOff") -> None:
    from distributor.templating import moment
    from distributor.usecases.sign_off_bulletin import bound_by

    changed = bound_by(signed).differences(bound_by(earlier))
    parts = "、".join(words(f"sign-off.part.{part}") for part in changed)
    message = "cli.sign-off.earlier-changed" if changed else "cli.sign-off.earlier-same"
    say(
        message,
        actor=earlier.actor,
        moment=moment(earlier.signed.astimezone(signed.signed.tzinfo), language()),
        parts=parts,
    )


def publish(bulletin_id: BulletinArgument, *, as_: ActorOption = None, config: ConfigOption = None) -> None:
    """Publish a signed bulletin: archive and feeds."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.publish_bulletin import publish_bulletin

    async def publish_it(container: "Container") -> tuple["BulletinRecord", str]:
        record = await publish_bulletin(container.context, actor(as_), bulletin_id)
        return record, f"{container.context.publication.base_url.rstrip('/')}/bulletins/{record.id}"

    record, address = run_in_container(config, actor(as_), publish_it)
    say("cli.publish.done", id=record.id, items=sum(item.is_public for item in record.items))
    console.print(f"  {address}", markup=False)
