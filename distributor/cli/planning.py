"""`distributor plan`: who gets a bulletin, and what differs from the issue before."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

import typer
from rich.markup import escape

from distributor.cli.findings import print_findings
from distributor.cli.options import BulletinArgument, ConfigOption, JsonOption, actor
from distributor.cli.output import console, language, say, table, words
from distributor.i18n import finding_sentence
from distributor.model.canonical import plain
from distributor.model.finding import Finding, Level
from distributor.model.recipient import AddressBook, Group, Organization, Plan, PlanRow

if TYPE_CHECKING:
    from distributor.recipients import PlanDifference
    from distributor.usecases.plan_bulletin import PlanReview

_MOST = 100
_STYLES = {"+": "green", "~": "yellow", "-": "red"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("plan", help=words("cli.plan"), epilog="distributor plan ID --json")(plan)


def plan(bulletin_id: BulletinArgument, *, as_json: JsonOption = False, config: ConfigOption = None) -> int:
    """Show who gets a bulletin; exit code 1 while an entry of its footer is unresolved, or nobody is named at all."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.plan_bulletin import review_plan

    review = run_in_container(config, actor(None), lambda container: review_plan(container.context, bulletin_id))
    made = review.plan
    findings = () if made.entries else (Finding(Level.BLOCKING, "no-footer"),)
    if as_json:
        _print_json(made, findings)
    elif findings:
        print_findings(findings)
        _offer_defaults(review.book, bulletin_id)
    else:
        _print_plan(made)
        _print_difference(review)
    return 1 if made.unresolved or findings else 0


def _print_json(made: Plan, findings: tuple[Finding, ...]) -> None:
    fields = plain(made)
    told = [
        {"level": one.level.value, "code": one.code, "message": finding_sentence(one, language())} for one in findings
    ]
    shown = fields if isinstance(fields, dict) else {}
    unresolved = [entry.text for entry in made.unresolved]
    print(json.dumps({**shown, "unresolved": unresolved, "findings": told}, ensure_ascii=False))


def _offer_defaults(book: AddressBook, bulletin_id: str) -> None:
    """Say which lists know whom to serve when a bulletin has no footer, and how they are taken."""
    named: tuple[Organization | Group, ...] = (*book.organizations, *book.groups)
    names = {value.id: value.name for value in named}
    offered = [entry for entry in book.lists if entry.default]
    for entry in offered:
        shown = "、".join(names.get(target, target) for target in entry.default)
        say("cli.plan.default-list", list=entry.name, targets=shown)
    say("cli.plan.use-defaults" if offered else "cli.plan.no-defaults", id=bulletin_id)


def _print_plan(made: Plan) -> None:
    entries = [
        (
            entry.label,
            entry.text,
            entry.target_name or words("cli.plan.unresolved", suggestions="、".join(entry.suggestions) or "-"),
            sum(entry.text in row.reasons for row in made.rows),
        )
        for entry in made.entries
    ]
    table([f"cli.column.{name}" for name in ("label", "entry", "target", "addresses")], entries)
    for name in made.without_contact:
        say("cli.plan.no-contact", organization=name)
    for excluded in made.excluded:
        say("cli.plan.excluded", address=excluded.address, organization=excluded.organization_name)
    say("cli.plan.summary", entries=len(made.entries), unresolved=len(made.unresolved), addresses=len(made.rows))


def _print_difference(review: "PlanReview") -> None:
    """Print what differs from the signed plan of the issue before: + new, ~ different, - gone."""
    if review.previous is None:
        say("cli.plan.no-previous")
        return
    masthead = review.previous.masthead
    issue = " ".join(filter(None, (masthead.title, masthead.issue))) or review.previous.bulletin_id
    if review.difference.is_empty:
        say("cli.plan.no-difference", issue=issue)
        return
    say("cli.plan.difference", issue=issue)
    lines = list(_difference_lines(review.difference))
    for sign, text in islice(lines, _MOST):
        console.print(f"[{_STYLES[sign]}]{sign} {escape(text)}[/]")
    if len(lines) > _MOST:
        say("cli.change.more", count=len(lines) - _MOST)


def _difference_lines(found: "PlanDifference") -> Iterator[tuple[str, str]]:
    yield from (("+", words("desk.plan.entry-new", label=one.label, name=one.text)) for one in found.appeared)
    yield from (("-", words("desk.plan.entry-gone", label=one.label, name=one.text)) for one in found.gone)
    yield from (("+", _who(row)) for row in found.added)
    yield from (("-", _who(row)) for row in found.removed)
    for before, row in found.changed:
        moved = f" {before.label} → {row.label}" if before.list_id != row.list_id else ""
        yield "~", _who(row) + moved


def _who(row: PlanRow) -> str:
    return f"{row.organization_name} {row.address}".strip()
