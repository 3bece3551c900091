"""The bulletin on paper: what a printed issue says, and where its PDF stands; pure."""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from distributor.i18n import negotiate, translate
from distributor.model.publication import Publication
from distributor.model.record import BulletinRecord, ItemRecord
from distributor.publish.channels import public_items
from distributor.publish.cleaning import legal
from distributor.publish.searching import day_of
from distributor.templating import day

PRINT_TYPE: Final = "application/pdf"
# fewer than this many items need no table of contents
_LISTED: Final = 2

# format characters, private use, unassigned, surrogates
_UNPRINTABLE: Final = frozenset({"Cf", "Co", "Cn", "Cs"})

Sheet = Mapping[str, object]


def print_path(bulletin_id: str) -> str:
    """Give the path of the PDF of a bulletin."""
    return f"bulletins/{bulletin_id}/issue.pdf"


def sheet_of(publication: Publication, record: BulletinRecord) -> Sheet | None:
    """Say what the printed issue of a bulletin says, its public items alone; None when there are none.

    Args:
        publication: the publication.
        record: the bulletin.
    """
    items = public_items(record)
    if not items:
        return None
    language = negotiate(publication.language)
    masthead = record.masthead
    name = one_line(masthead.title or publication.name) or publication.slug
    number = one_line(masthead.issue or "")
    return {
        "title": f"{name} {number}".strip(),
        "name": name,
        "number": number,
        "publisher": one_line(masthead.publisher or publication.publisher),
        "date": day(one_line(masthead.date or day_of(record, publication).isoformat()), language),
        "language": _language(publication.language),
        "contents": translate("print.contents", language) if len(items) >= _LISTED else "",
        "preamble": [*_paragraphs(record.preamble)],
        "sectioned": any(one_line(item.section or "") for item in items),
        "sections": [*_sections(publication, items, language)],
        "distribution": [
            [f"{one_line(group.kind)}：", one_line("、".join(group.entries) + (group.suffix or ""))]
            for group in record.distribution
        ],
    }


def one_line(text: str) -> str:
    """Make a text fit for paper in one line."""
    return " ".join(_visible(text).split())


def _visible(text: str) -> str:
    # paper shows no format characters, and compilers stumble over them; nor can it show what is no character yet
    return "".join(sign for sign in legal(text) if unicodedata.category(sign) not in _UNPRINTABLE)


def _sections(publication: Publication, items: Iterable[ItemRecord], language: str) -> Iterable[Sheet]:
    title: str | None = None
    group: list[Sheet] = []
    for item in items:
        heading = one_line(item.section or "")
        if heading != title:
            title, group = heading, []
            yield {"title": title, "items": group}
        group.append(_item(publication, item, language))


def _item(publication: Publication, item: ItemRecord, language: str) -> Sheet:
    attribution = item.content.attribution
    corrected = item.updated if item.revision > 1 else None
    date = "" if corrected is None else corrected.astimezone(ZoneInfo(publication.time_zone)).date().isoformat()
    return {
        "title": one_line(item.content.title) or translate("feed.untitled", language),
        "paragraphs": [*_paragraphs(item.content.paragraphs)],
        "attribution": _visible(attribution.raw).strip() if attribution else "",
        "correction": translate("feed.corrected", language, date=date) if date else "",
    }


def _paragraphs(texts: Iterable[str]) -> Iterable[str]:
    return filter(None, (_visible(text).strip() for text in texts))


def _language(tag: str) -> tuple[str, str | None]:
    """Part a tag into language and region, as typesetters want them: zh-CN → zh, cn."""
    parts = tag.lower().split("-")
    region = next((part for part in parts[1:] if len(part) == 2), None)  # noqa: PLR2004  codes of regions have two letters
    return parts[0], region
