"""Print findings for an editor."""

from collections.abc import Sequence

from rich.markup import escape

from distributor.cli.output import console, language, words
from distributor.i18n import finding_sentence
from distributor.model.finding import Finding, Level

_STYLES = {Level.INFO: "dim", Level.WARNING: "yellow", Level.BLOCKING: "bold red"}


def print_findings(findings: Sequence[Finding]) -> None:
    """Print one line a finding: level, line of the source, sentence.

    Args:
        findings: in the order of the source.
    """
    for finding in findings:
        place = "" if finding.line is None else words("cli.parse.line", line=finding.line) + " "
        level = words(f"level.{finding.level.value}")
        text = escape(f"{level} {place}{finding_sentence(finding, language())}")
        console.print(f"[{_STYLES[finding.level]}]{text}[/]")
