"""Commands that change the address book or one plan, show what was done, and take it back."""

from typing import Annotated

import typer

from distributor.cli.options import ActorOption, BulletinArgument, ConfigOption, actor
from distributor.cli.output import say, table, words

_Address = Annotated[str, typer.Argument(metavar="ADDRESS", help=words("cli.argument.address"))]
_Target = Annotated[str, typer.Argument(metavar="WHO", help=words("cli.argument.target"))]
_OneList = Annotated[str | None, typer.Option("--list", help=words("cli.option.one-list"), show_default=False)]
_Note = Annotated[str | None, typer.Option("--note", help=words("cli.option.decision-note"), show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for name, function, example in (
        ("suppress", suppress, "suppress kjt@hebei.example --reason 本人要求 --as li"),
        ("unsuppress", unsuppress, "unsuppress kjt@hebei.example --as li"),
        ("accept-alias", accept_alias, "accept-alias most 国家科技部 --as li"),
        ("extra", extra, "extra ID 存储联盟 --list song --as li"),
        ("use-defaults", use_defaults, "use-defaults ID --as li"),
        ("waive", waive, "waive ID 存储联盟 --note 另送纸质件 --as li"),
        ("take-back", take_back, "take-back ID 存储联盟 --as li"),
        ("history", history, "history"),
        ("undo", undo, "undo ACT --as li"),
    ):
        app.command(name, help=words(f"cli.recipients.{name}"), epilog=f"distributor recipients {example}")(function)


def suppress(
    address: _Address,
    *,
    reason: Annotated[str, typer.Option(help=words("cli.option.suppress-reason"))],
    one_list: _OneList = None,
    as_: ActorOption = None,
    config: ConfigOption = None,
) -> None:
    """Stop writing to an address."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.suppress_address import suppress_address

    act = run_in_container(
        config,
        actor(as_),
        lambda container: suppress_address(container.context, actor(as_), address, reason, one_list),
    )
    say("cli.recipients.suppress.known" if act is None else "cli.recipients.suppress.done", address=address)


def unsuppress(
    address: _Address, *, one_list: _OneList = None, as_: ActorOption = None, config: ConfigOption = None
) -> None:
    """Write to an address again."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.suppress_address import unsuppress_address

    run_in_container(
        config, actor(as_), lambda container: unsuppress_address(container.context, actor(as_), address, one_list)
    )
    say("cli.recipients.unsuppress.done", address=address)


def accept_alias(
    body: Annotated[str, typer.Argument(metavar="BODY", help=words("cli.argument.body"))],
    alias: Annotated[str, typer.Argument(metavar="ALIAS", help=words("cli.argument.alias"))],
    *,
    as_: ActorOption = None,
    config: ConfigOption = None,
) -> None:
    """Let a name of a footer mean a body or group."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.accept_alias import accept_alias as accept

    act = run_in_container(config, actor(as_), lambda container: accept(container.context, actor(as_), body, alias))
    done = "cli.recipients.accept-alias.known" if act is None else "cli.recipients.accept-alias.done"
    say(done, alias=alias, body=body)


def extra(
    bulletin_id: BulletinArgument,
    who: _Target,
    *,
    one_list: Annotated[str, typer.Option("--list", help=words("cli.option.one-list"))],
    note: _Note = None,
    as_: ActorOption = None,
    config: ConfigOption = None,
) -> None:
    """Add a body, group or address to the plan of one bulletin."""
    from distributor.cli.container import run_in_container
    from distributor.model.extras import Extra
    from distributor.usecases.adjust_plan import add_extra

    added = Extra(one_list, who, note=note)
    run_in_container(config, actor(as_), lambda container: add_extra(container.context, actor(as_), bulletin_id, added))
    say("cli.recipients.adjusted", id=bulletin_id)


def use_defaults(bulletin_id: BulletinArgument, *, as_: ActorOption = None, config: ConfigOption = None) -> None:
    """Serve a bulletin without footer to everybody whom the lists take by default."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.adjust_plan import use_default_lists

    run_in_container(
        config, actor(as_), lambda container: use_default_lists(container.context, actor(as_), bulletin_id)
    )
    say("cli.recipients.adjusted", id=bulletin_id)


def waive(
    bulletin_id: BulletinArgument,
    who: _Target,
    *,
    note: Annotated[str, typer.Option(help=words("cli.option.decision-note"))],
    as_: ActorOption = None,
    config: ConfigOption = None,
) -> None:
    """Say that a body without mailbox may go without a mail, with a note."""
    from distributor.cli.container import run_in_container
    from distributor.model.extras import Waiver
    from distributor.usecases.adjust_plan import waive_body

    waiver = Waiver(who, note)
    run_in_container(
        config, actor(as_), lambda container: waive_body(container.context, actor(as_), bulletin_id, waiver)
    )
    say("cli.recipients.adjusted", id=bulletin_id)


def take_back(
    bulletin_id: BulletinArgument, who: _Target, *, as_: ActorOption = None, config: ConfigOption = None
) -> None:
    """Take an extra recipient or a waiver of one bulletin back."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.adjust_plan import remove_adjustment

    run_in_container(
        config, actor(as_), lambda container: remove_adjustment(container.context, actor(as_), bulletin_id, who)
    )
    say("cli.recipients.adjusted", id=bulletin_id)


def history(
    act_id: Annotated[str | None, typer.Argument(metavar="[ACT]", help=words("cli.argument.act"))] = None,
    *,
    config: ConfigOption = None,
) -> None:
    """Show what was done to the address book, or every change of one act."""
    from distributor.cli.changes import print_changes
    from distributor.cli.container import run_in_container
    from distributor.usecases.read_history import list_acts, show_act

    if act_id is not None:
        found = run_in_container(config, actor(None), lambda container: show_act(container.context, act_id))
        print_changes(found.changes)
        return
    acts = run_in_container(config, actor(None), lambda container: list_acts(container.context))
    rows = [
        (
            act.id,
            f"{act.at:%Y-%m-%d %H:%M}",
            act.actor,
            words(f"book-act.{act.act.value}"),
            act.detail,
            act.count,
            act.undone,
        )
        for act in acts
    ]
    table([f"cli.column.{name}" for name in ("id", "moment", "actor", "act", "detail", "changes", "undone")], rows)


def undo(
    act_id: Annotated[str, typer.Argument(metavar="ACT", help=words("cli.argument.act"))],
    *,
    as_: ActorOption = None,
    config: ConfigOption = None,
) -> None:
    """Take an act upon the address book back."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.undo_act import undo_act

    done = run_in_container(config, actor(as_), lambda container: undo_act(container.context, actor(as_), act_id))
    say("cli.recipients.undo.done", changes=done.count)
