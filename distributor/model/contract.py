"""The JSON that `distributor parse --json` prints: a contract with other programs."""

from collections.abc import Callable

from distributor.model.bulletin import Attribution, Item, ParsedBulletin
from distributor.model.canonical import plain
from distributor.model.finding import Finding


def parsed_json(parsed: ParsedBulletin, sentence: Callable[[Finding], str]) -> dict[str, object]:
    """Give a parsed bulletin in the form of the contract.

    Args:
        parsed: what the parser made of a file.
        sentence: makes the sentence of a finding in the reader's language.
    """
    bulletin = parsed.bulletin
    return {
        "masthead": plain(bulletin.masthead),
        "sections": [
            {"title": section.title, "items": [_item(item) for item in section.items]} for section in bulletin.sections
        ],
        "distribution": [
            {"kind": group.kind, "entries": list(group.entries), "suffix": group.suffix}
            for group in bulletin.distribution
        ],
        "preamble": list(bulletin.preamble),
        "noise": [line.text for line in parsed.noise],
        "findings": [
            {"level": f.level.value, "code": f.code, "message": sentence(f), "line": f.line} for f in parsed.findings
        ],
    }


def _item(item: Item) -> dict[str, object]:
    return {
        "title": item.title,
        "paragraphs": list(item.paragraphs),
        "attribution": None if item.attribution is None else _attribution(item.attribution),
    }


def _attribution(attribution: Attribution) -> dict[str, object]:
    return {
        "raw": attribution.raw,
        "kind": attribution.kind,
        "organizations": list(attribution.organizations),
        "persons": list(attribution.persons),
        "source": attribution.source,
    }
