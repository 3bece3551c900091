"""Bulletins of many looks, written down by hand, printed in the forms files come in, are read back whole."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from distributor.model.bulletin import Attribution, Bulletin
from distributor.model.lines import Source
from distributor.parse import parse
from distributor.parse.accounting import unaccounted
from tests.support.bulletins import Block
from tests.support.outlines import FOLDER, read_outline
from tests.support.printing import Paper, as_docx, as_extracted, as_pdf, as_seed, as_word

OUTLINES = sorted(FOLDER.glob("*.txt"))
FORMS: dict[str, Callable[[Sequence[Block]], Source]] = {
    "docx": lambda blocks: as_docx(blocks, Paper()),
    "word": lambda blocks: as_word(blocks, Paper()),
    "seed": lambda blocks: as_seed(blocks, Paper(columns=76, indent=False), random.Random(1)),  # noqa: S311  no secret
    "pdf": lambda blocks: as_pdf(blocks, Paper(centred=True)),
    "layout": lambda blocks: as_extracted(blocks, Paper(), keep_layout=True),
}
# a name without brackets is a signature only where it is seen to stand at the right
UNSEEN = {("bare_signatures", form) for form in ("docx", "word", "seed")}
CASES = [(path, form) for path in OUTLINES for form in FORMS if (path.stem, form) not in UNSEEN]


def _outline(bulletin: Bulletin) -> list[object]:
    sections = [
        (section.title, [(item.title, item.paragraphs, _attribution(item.attribution)) for item in section.items])
        for section in bulletin.sections
    ]
    return [
        bulletin.masthead,
        bulletin.preamble,
        sections,
        [(group.kind, group.entries, group.suffix) for group in bulletin.distribution],
    ]


def _attribution(found: Attribution | None) -> object:
    return found and (found.raw, found.organizations, found.source)


@pytest.mark.parametrize(("path", "form"), CASES, ids=[f"{path.stem}-{form}" for path, form in CASES])
def test_an_outline_is_read_back(path: Path, form: str) -> None:
    truth, blocks = read_outline(path)
    source = FORMS[form](blocks)
    parsed = parse(source)
    assert unaccounted(source, parsed) == {}
    assert _squashed(_outline(parsed.bulletin)) == _squashed(_outline(truth))


def _squashed(value: object) -> str:
    return "".join(repr(value).replace("\\u3000", "").replace("\\t", "").split())
