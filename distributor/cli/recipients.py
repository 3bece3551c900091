"""`distributor recipients …`: the address book."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from distributor.cli import recipients_edit, recipients_tables
from distributor.cli.asking import RemovalsOption, YesOption
from distributor.cli.options import ActorOption, ConfigOption, actor
from distributor.cli.output import say, table, words
from distributor.model.recipient import address_key

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from distributor.bootstrap import Container
    from distributor.model.recipient import Contact
    from distributor.usecases.find_recipients import OrganizationFile
    from distributor.usecases.plan_configuration import ConfigurationPlan

GroupOption = Annotated[str | None, typer.Option("--group", help=words("cli.option.group"), show_default=False)]

app = typer.Typer(help=words("cli.recipients"), no_args_is_help=True)
recipients_edit.register(app)
recipients_tables.register(app)


@app.command("check", help=words("cli.recipients.check"), epilog="distributor recipients check")
def check(*, config: ConfigOption = None) -> int:
    """Say what would go wrong with the address book; exit code 1 when something would."""
    from distributor.cli.container import run_in_container
    from distributor.cli.findings import print_findings
    from distributor.model.finding import Level
    from distributor.usecases.check_recipients import check_recipients

    book, findings = run_in_container(config, actor(None), lambda container: check_recipients(container.context))
    print_findings(findings)
    say(
        "cli.recipients.checked",
        organizations=len(book.organizations),
        contacts=len(book.contacts),
        groups=len(book.groups),
        lists=len(book.lists),
        findings=len(findings),
    )
    return 1 if any(finding.level is Level.BLOCKING for finding in findings) else 0


@app.command("apply", help=words("cli.recipients.apply"), epilog="distributor recipients apply config/recipients.toml")
def apply(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=words("cli.argument.recipients-file"))],
    *,
    yes: YesOption = False,
    allow_removals: RemovalsOption = False,
    as_: ActorOption = None,
    config: ConfigOption = None,
) -> int:
    """Show what a file of lists, groups and contacts would change, ask, and apply it."""
    from distributor.cli.installation import show_and_apply
    from distributor.usecases.plan_configuration import plan_recipients_file

    def plan(container: "Container") -> "Awaitable[ConfigurationPlan]":
        return plan_recipients_file(container.context, file)

    return show_and_apply(plan, yes=yes, allow_removals=allow_removals, as_=as_, config=config)


@app.command("list", help=words("cli.recipients.list"), epilog="distributor recipients list --group pilot-alliances")
def list_(*, group: GroupOption = None, config: ConfigOption = None) -> None:
    """List the bodies and how many mailboxes each has."""
    _search("", group, config)


@app.command("search", help=words("cli.recipients.search"), epilog="distributor recipients search 联盟")
def search(
    word: Annotated[str, typer.Argument(metavar="WORD", help=words("cli.argument.word"))],
    *,
    group: GroupOption = None,
    config: ConfigOption = None,
) -> None:
    """Find bodies and mailboxes by any part of a name or address."""
    _search(word, group, config)


def _search(word: str, group: str | None, config: Path | None) -> None:
    from distributor.cli.container import run_in_container
    from distributor.model.searching import BookQuery
    from distributor.usecases.find_recipients import find_contacts, find_organizations

    query = BookQuery(word=word, group=group)
    limit = 1_000_000 if not word else 200
    bodies = run_in_container(
        config, actor(None), lambda container: find_organizations(container.context, query, limit=limit)
    )
    rows = [(f.organization.id, f.organization.name, f.organization.short_name, f.contacts) for f in bodies.rows]
    columns = [f"cli.column.{name}" for name in ("id", "organization", "short-name", "contacts")]
    table(columns, rows, title=words("cli.recipients.bodies") if word else None)
    if word:
        found = run_in_container(
            config, actor(None), lambda container: find_contacts(container.context, query, limit=limit)
        )
        columns = [f"cli.column.{name}" for name in ("organization", "address", "person", "mailbox", "suppressed")]
        table(
            columns,
            [
                (f.organization_name, f.contact.address, f.contact.name, _use(f.contact), f.suppressed)
                for f in found.rows
            ],
            title=words("cli.recipients.mailboxes"),
        )
        say("cli.recipients.found", organizations=bodies.total, contacts=found.total)


@app.command("show", help=words("cli.recipients.show"), epilog="distributor recipients show 科技部")
def show(
    body: Annotated[str, typer.Argument(metavar="BODY", help=words("cli.argument.body"))],
    *,
    config: ConfigOption = None,
) -> None:
    """Show everything about a body: names, mailboxes, groups, lists, history."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.find_recipients import show_organization

    _print_body(run_in_container(config, actor(None), lambda container: show_organization(container.context, body)))


def _print_body(found: "OrganizationFile") -> None:
    organization = found.organization
    days = f"{organization.valid_from or ''} – {organization.valid_to or ''}"
    facts = (
        ("id", organization.id),
        ("short-name", organization.short_name),
        ("aliases", "、".join(organization.aliases)),
        ("kind", words(f"organization-kind.{organization.kind.value}")),
        ("parent", None if found.parent is None else found.parent.name),
        ("valid", days if organization.valid_from or organization.valid_to else None),
        ("groups", "、".join(group.name for group in found.groups)),
        ("lists", "、".join(entry.name for entry in found.lists)),
    )
    rows = [(words(f"cli.column.{name}"), value) for name, value in facts if value]
    table(["cli.column.name", "cli.column.value"], rows, title=organization.name)
    stopped = {address_key(one.address): one.reason for one in found.suppressions}
    columns = [f"cli.column.{name}" for name in ("address", "person", "mailbox", "language", "format", "suppressed")]
    contacts = [
        (c.address, c.name, _use(c), c.language, _format(c), stopped.get(address_key(c.address)))
        for c in found.contacts
    ]
    table(columns, contacts, title=words("cli.recipients.mailboxes"))
    history = [
        (f"{entry.act.at:%Y-%m-%d %H:%M}", entry.act.actor, words(f"book-act.{entry.act.act.value}"), entry.act.id)
        for entry in found.history
    ]
    columns = [f"cli.column.{name}" for name in ("moment", "actor", "act", "id")]
    table(columns, history, title=words("cli.recipients.acts"))


def _use(contact: "Contact") -> str:
    return words(f"mailbox-role.{contact.mailbox.value}")


def _format(contact: "Contact") -> str:
    return words(f"desk.mail-format.{contact.format.value}")
