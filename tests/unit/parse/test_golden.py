"""Whole files with their known structure: read, parsed and compared; white space beside western text is ignored."""

import json
from pathlib import Path

import pytest

from distributor.ingest import read
from distributor.model.bulletin import Attribution, ParsedBulletin
from distributor.model.finding import Level
from distributor.parse import parse
from distributor.parse.accounting import unaccounted

FOLDER = Path(__file__).parents[2] / "golden" / "bulletins"
REFERENCE = Path(__file__).parents[3] / "seeds" / "000_04bd7fccb17faafb.txt"
FILES = sorted(path for path in FOLDER.iterdir() if path.suffix != ".json")


def _plain(parsed: ParsedBulletin) -> dict[str, object]:
    bulletin = parsed.bulletin
    masthead = bulletin.masthead
    return {
        "masthead": {name: getattr(masthead, name) for name in ("title", "issue", "date", "publisher")},
        "preamble": list(bulletin.preamble),
        "sections": [
            {
                "title": section.title,
                "items": [
                    {
                        "title": item.title,
                        "paragraphs": list(item.paragraphs),
                        "attribution": _attribution(item.attribution),
                    }
                    for item in section.items
                ],
            }
            for section in bulletin.sections
        ],
        "distribution": [
            {"kind": group.kind, "entries": list(group.entries), "suffix": group.suffix}
            for group in bulletin.distribution
        ],
    }


def _attribution(found: Attribution | None) -> dict[str, object] | None:
    if found is None:
        return None
    return {"raw": found.raw, "kind": found.kind, "organizations": list(found.organizations), "source": found.source}


def _squashed(value: object) -> str:
    return "".join(json.dumps(value, ensure_ascii=False).replace("\\u3000", "").split())


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_a_whole_file_has_its_known_structure(path: Path) -> None:
    source = read(path.read_bytes(), path.name)
    parsed = parse(source)
    known = json.loads(path.with_name(path.name + ".json").read_text(encoding="utf-8"))
    assert _squashed(_plain(parsed)) == _squashed(known)
    assert unaccounted(source, parsed) == {}
    assert "unclear-structure" not in {finding.code for finding in parsed.findings}


def test_the_reference_bulletin_has_its_known_structure() -> None:
    source = read(REFERENCE.read_bytes(), REFERENCE.name)
    parsed = parse(source)
    bulletin = parsed.bulletin
    assert [len(section.items) for section in bulletin.sections] == [7, 2, 22]
    assert sum(len(item.paragraphs) for item in bulletin.items) == 32
    assert sum(item.attribution is not None for item in bulletin.items) == 25
    assert [item.attribution is None for item in bulletin.items[:8]] == [False] + [True] * 6 + [False]
    assert [(group.kind, len(group.entries), group.suffix) for group in bulletin.distribution] == [
        ("报", 15, "相关司局及部门"),
        ("送", 3, None),
    ]
    assert "深入深入" in "".join(bulletin.items[8].paragraphs)
    assert unaccounted(source, parsed) == {}
    assert not [finding for finding in parsed.findings if finding.level is Level.BLOCKING]
    assert {finding.code for finding in parsed.findings} == {
        "title-missing",
        "number-missing",
        "date-missing",
        "missing-attribution",
        "doubled-words",
        "attribution-mismatch",
    }
