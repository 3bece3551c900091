"""`distributor receive --backfill FOLDER`: old bulletins for the archive."""

from functools import partial
from pathlib import Path

from distributor.access import Actor
from distributor.cli.container import run_in_container
from distributor.cli.output import counting, language, say, table, words
from distributor.cli.parsing import read_bytes
from distributor.errors import Refused
from distributor.i18n import error_sentence, finding_sentence
from distributor.usecases.backfill_archive import Backfilled, Fate, OldFile, backfill_archive, given_of

_INDEX = "index.csv"


def run_backfill(folder: Path, config: Path | None, who: Actor) -> int:
    """Take in all files of a folder and say what became of them; exit code 1 when one needs an editor.

    Args:
        folder: the files, and with them a table index.csv (file, date, issue, title) where names do not say enough.
        config: folder of the configuration, or None for the usual one.
        who: who takes them in.

    Raises:
        Refused: `folder-empty`.
    """
    files = _files(folder)
    with counting("cli.backfill.progress") as progress:
        done = run_in_container(config, who, lambda one: backfill_archive(one.context, who, files, progress))
    _report(done)
    return 0 if all(one.fate in {Fate.PUBLISHED, Fate.KNOWN} for one in done) else 1


def _files(folder: Path) -> list[OldFile]:
    paths = sorted(path for path in folder.glob("*") if path.is_file() and not path.name.startswith("."))
    index = next((read_bytes(path) for path in paths if path.name == _INDEX), None)
    files = [
        OldFile(path.name, partial(read_bytes, path), given_of(path.name, index))
        for path in paths
        if path.name != _INDEX
    ]
    if not files:
        raise Refused("folder-empty", folder=str(folder))
    return files


def _report(done: tuple[Backfilled, ...]) -> None:
    rows = [
        (one.name, words(f"backfill.{one.fate.value}"), one.bulletin_id, _why(one))
        for one in done
        if one.fate is not Fate.PUBLISHED or one.findings
    ]
    if rows:
        table([f"cli.column.{name}" for name in ("file", "state", "id", "why")], rows)
    counts = {fate.name.lower(): sum(one.fate is fate for one in done) for fate in Fate}
    say("cli.backfill.done", **counts)


def _why(one: Backfilled) -> str:
    sentences = [finding_sentence(finding, language()) for finding in one.findings]
    if one.refusal is not None:
        sentences.append(error_sentence(one.refusal, language()))
    return " ".join(sentences)
