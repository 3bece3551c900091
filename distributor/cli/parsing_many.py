"""Several bulletin files at once: a table with progress, or a list for other programs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from distributor.cli.output import console, language, say, table
from distributor.cli.parsing import contract_of, read_bytes
from distributor.errors import DistributorError, Refused
from distributor.i18n import error_sentence
from distributor.model.bulletin import ParsedBulletin
from distributor.model.finding import Level
from distributor.model.recipient import AddressBook
from distributor.parse import Given
from distributor.usecases.media_types import ENDINGS
from distributor.usecases.parse_file import parse_file


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of one file: a bulletin, or the sentence of a refusal."""

    file: Path
    parsed: ParsedBulletin | None
    refusal: str | None


def parse_many(paths: Sequence[Path], given: Given, book: AddressBook, *, as_json: bool) -> int:
    """Parse files and the bulletin files of folders; gives exit code 2 when one of them was refused.

    Args:
        paths: files and folders.
        given: title, number and date for what the files lack.
        book: the bodies that a footer may name.
        as_json: print a JSON list instead of a table.

    Raises:
        Refused: `folder-without-bulletins` when there is nothing to read.
    """
    outcomes = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    files = _files(paths)
    with Progress(*columns, console=console, transient=True, disable=as_json or not console.is_terminal) as progress:
        task = progress.add_task("", total=len(files))
        for file in files:
            progress.update(task, description=file.name)
            outcomes.append(_parse(file, given, book))
            progress.advance(task)
    if as_json:
        print(json.dumps([_json(outcome) for outcome in outcomes], ensure_ascii=False, indent=1))
    else:
        _print(outcomes)
    return 2 if any(outcome.refusal for outcome in outcomes) else 0


def _files(paths: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(file for file in path.rglob("*") if file.suffix.lower() in ENDINGS and file.is_file())
        else:
            found.append(path)
    if not found:
        raise Refused("folder-without-bulletins", folder=str(paths[0]), endings=" ".join(ENDINGS))
    return found


def _parse(file: Path, given: Given, book: AddressBook) -> _Outcome:
    try:
        return _Outcome(file, parse_file(read_bytes(file), file.name, given, book), None)
    except DistributorError as error:
        return _Outcome(file, None, error_sentence(error, language()))


def _json(outcome: _Outcome) -> dict[str, object]:
    if outcome.parsed is None:
        return {"file": str(outcome.file), "error": outcome.refusal}
    return {"file": str(outcome.file), **contract_of(outcome.parsed)}


def _print(outcomes: Sequence[_Outcome]) -> None:
    names = ("file", "title", "issue", "date", "sections", "items", "entries", "blocking", "warnings")
    table([f"cli.column.{name}" for name in names], [_row(outcome) for outcome in outcomes])
    refused = sum(outcome.parsed is None for outcome in outcomes)
    say("cli.parse.files", files=len(outcomes), refused=refused)


def _row(outcome: _Outcome) -> tuple[object, ...]:
    if outcome.parsed is None:
        return (outcome.file.name, outcome.refusal)
    bulletin, findings = outcome.parsed.bulletin, outcome.parsed.findings
    return (
        outcome.file.name,
        bulletin.masthead.title,
        bulletin.masthead.issue,
        bulletin.masthead.date,
        sum(section.title is not None for section in bulletin.sections),
        len(bulletin.items),
        sum(len(group.entries) for group in bulletin.distribution),
        sum(finding.level is Level.BLOCKING for finding in findings),
        sum(finding.level is Level.WARNING for finding in findings),
    )
