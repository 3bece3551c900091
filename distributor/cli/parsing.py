"""`distributor parse`: what is in a bulletin file; needs no database and no writable folder."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from distributor.cli.findings import print_findings
from distributor.cli.options import ConfigOption, JsonOption
from distributor.cli.output import console, fail, language, words
from distributor.errors import DistributorError, FileRefused, NotFound, Refused
from distributor.i18n import error_sentence, finding_sentence
from distributor.model.bulletin import Item, ParsedBulletin


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("parse", help=words("cli.parse"), epilog="distributor parse seeds/000_04bd7fccb17faafb.txt")(parse)


def parse(
    files: Annotated[list[Path], typer.Argument(metavar="FILE …", help=words("cli.argument.files-or-folder"))],
    *,
    as_json: JsonOption = False,
    title: Annotated[str | None, typer.Option(help=words("cli.option.title"), show_default=False)] = None,
    issue: Annotated[str | None, typer.Option(help=words("cli.option.issue"), show_default=False)] = None,
    date: Annotated[str | None, typer.Option(help=words("cli.option.date"), show_default=False)] = None,
    config: ConfigOption = None,
) -> int:
    """Parse a file and print an outline, or JSON; several files or a folder give a table."""
    from distributor import settings
    from distributor.cli.parsing_many import parse_many
    from distributor.parse import Given
    from distributor.usecases.parse_file import known_organizations, parse_file

    given = Given(title=title, issue=issue, date=date)
    try:
        book = known_organizations(settings.config_folder(config))
        if len(files) > 1 or files[0].is_dir():
            return parse_many(files, given, book, as_json=as_json)
        parsed = parse_file(read_bytes(files[0]), files[0].name, given, book)
    except DistributorError as error:
        sentence = error_sentence(error, language())
        if as_json:
            print(json.dumps({"error": sentence, "code": error.code}, ensure_ascii=False))
        return fail(sentence, error.exit_code)
    if as_json:
        print(json.dumps(contract_of(parsed), ensure_ascii=False, indent=1))
    else:
        _print_outline(parsed)
    return 0


def read_bytes(file: Path) -> bytes:
    """Read a file that was named on the command line.

    Raises:
        NotFound: `file-missing`.
        Refused: `file-unreadable`.
        FileRefused: `file-too-large`, before anything is read.
    """
    from distributor.ingest.detect import MOST_BYTES

    try:
        if file.exists() and not file.is_dir() and not file.is_file():
            raise Refused("file-no-file", file=str(file))
        if file.stat().st_size > MOST_BYTES:
            raise FileRefused("file-too-large", file=file.name, most=MOST_BYTES // (1024 * 1024))
        return file.read_bytes()
    except FileNotFoundError as error:
        raise NotFound("file-missing", file=str(file)) from error
    except OSError as error:
        raise Refused("file-unreadable", file=str(file), problem=error) from error


def contract_of(parsed: ParsedBulletin) -> dict[str, object]:
    """Give a parsed bulletin in the form that other programs rely on, with sentences in the operator's language."""
    from distributor.model.contract import parsed_json

    return parsed_json(parsed, lambda finding: finding_sentence(finding, language()))


def _print_outline(parsed: ParsedBulletin) -> None:
    bulletin = parsed.bulletin
    head = bulletin.masthead
    line = "  ".join(part for part in (head.title, head.issue, head.date, head.publisher) if part)
    console.print(f"[bold]{escape(line or words('cli.parse.no-masthead'))}[/bold]")
    for section in bulletin.sections:
        console.print(f"\n[red]{escape(section.title or words('cli.parse.no-section'))}[/red]")
        for number, item in enumerate(section.items, 1):
            console.print(f"  {number:>2}. {escape(item.title)} [dim]{escape(_facts(item))}[/dim]")
    for group in bulletin.distribution:
        console.print(f"\n[bold]{escape(group.kind)}：[/bold]{escape('、'.join(group.entries) + (group.suffix or ''))}")
    counts = {"sections": len(bulletin.sections), "items": len(bulletin.items), "findings": len(parsed.findings)}
    console.print("\n" + words("cli.parse.summary", **counts), markup=False)
    print_findings(parsed.findings)


def _facts(item: Item) -> str:
    facts = words("cli.parse.paragraphs", count=len(item.paragraphs))
    return facts if item.attribution is None else f"{facts} {item.attribution.raw}"
