"""Digest selection: from a bulletin and a recipient list to the context of the templates; pure."""

import re
from collections.abc import Mapping
from dataclasses import replace

from distributor.compose.body import file_name
from distributor.compose.contexts import (
    DigestContext,
    DistributionView,
    Fullness,
    ItemView,
    OriginalView,
    SectionView,
)
from distributor.compose.headers import cut
from distributor.compose.theme import theme_view
from distributor.errors import Conflict
from distributor.model.bulletin import DistributionGroup, Visibility
from distributor.model.message import Attachment
from distributor.model.publication import Publication
from distributor.model.recipient import OriginalFile, RecipientList, Role
from distributor.model.record import BulletinRecord, ItemRecord
from distributor.model.theme import Theme
from distributor.text import remove_unseen

_SUMMARY = 120
_PREHEADER = 90
# base64 makes a third more of it, and many relays take 20 MB at most
ATTACHMENT_LIMIT = 10 * 1024 * 1024
# anybody can subscribe, so that a subscriber sees what everybody may see
_VISIBLE = {
    Role.REPORT: frozenset(Visibility),
    Role.SEND: frozenset(Visibility),
    Role.ISSUE: frozenset(Visibility),
    Role.SUBSCRIBER: frozenset({Visibility.PUBLIC}),
}


def digest_context(
    publication: Publication,
    record: BulletinRecord,
    recipient_list: RecipientList,
    theme: Theme | None = None,
) -> DigestContext:
    """Choose what one recipient list gets of a bulletin, in full text.

    Withdrawn items are left out, and so are items the role may not see; an item has a link if everybody may see it.

    Args:
        publication: whose bulletin it is.
        record: the bulletin.
        recipient_list: who gets it, and in which role.
        theme: colours and words chosen for mails, None for the usual ones.

    Raises:
        Conflict: `digest-empty` when nothing is left: an empty issue is never sent.
    """
    base = publication.base_url
    sections = _sections(record, recipient_list.role, base)
    items = [item for section in sections for item in section.items]
    if not items:
        raise Conflict("digest-empty", bulletin=record.id, list=recipient_list.id)
    masthead = record.masthead
    values = {
        "title": _words(masthead.title or "") or publication.name,
        "issue": _words(masthead.issue or ""),
        "date": _words(masthead.date or ""),
    }
    return DigestContext(
        subject=_subject(recipient_list.subject, {**values, "count": str(len(items))}),
        title=values["title"],
        issue=values["issue"] or None,
        date=values["date"] or None,
        publisher=_words(masthead.publisher or "") or publication.publisher,
        preamble=tuple(map(_words, record.preamble)),
        sections=sections,
        count=len(items),
        distribution=tuple(map(_distribution, record.distribution)),
        role=recipient_list.role,
        must_receive=recipient_list.must_receive,
        list_name=_words(recipient_list.name),
        fullness=Fullness.FULL,
        preheader=cut("；".join(item.title for item in items[:4]), _PREHEADER),
        bulletin_url=f"{base}/bulletins/{record.id}" if any(item.url for item in items) else None,
        feeds_url=f"{base}/feeds",
        archive_url=f"{base}/",
        contact=publication.contact,
        content_language=publication.language,
        original=_original(record, recipient_list, base),
        theme=theme_view(theme or Theme()),
    )


def attachment_of(record: BulletinRecord, recipient_list: RecipientList) -> Attachment | None:
    """Give the file that goes with the mails of a list, or None.

    It goes along only if the list asks for it, the role may see all it says, and it is not larger than
    ATTACHMENT_LIMIT.

    Args:
        record: the bulletin.
        recipient_list: who gets it, and in which role.
    """
    file = record.original
    if recipient_list.original is not OriginalFile.ATTACH or file.size > ATTACHMENT_LIMIT:
        return None
    if not record.holds_only(_VISIBLE[recipient_list.role]):
        return None
    return Attachment(file.name, file.media_type.partition(";")[0].strip().lower(), file.size, file.sha256)


def reduced(context: DigestContext, fullness: Fullness) -> DigestContext:
    """Cut a digest in full text down to summaries or titles; an item without a page of its own stays whole.

    Args:
        context: a digest in full text.
        fullness: how much of each item remains.
    """
    if fullness is Fullness.FULL:
        return context
    cut_down = _summary if fullness is Fullness.SUMMARIES else _title_alone
    sections = tuple(replace(section, items=tuple(map(cut_down, section.items))) for section in context.sections)
    return replace(context, sections=sections, fullness=fullness)


def _original(record: BulletinRecord, recipient_list: RecipientList, base: str) -> OriginalView | None:
    if recipient_list.original is OriginalFile.NONE:
        return None
    is_attached = attachment_of(record, recipient_list) is not None
    url = f"{base}/bulletins/{record.id}/original" if record.holds_only({Visibility.PUBLIC}) else None
    return OriginalView(file_name(record.original.name), url, is_attached) if url or is_attached else None


def _summary(item: ItemView) -> ItemView:
    text = item.paragraphs[0] if item.paragraphs else ""
    if item.url is None or (len(item.paragraphs) <= 1 and len(text) <= _SUMMARY):
        return item
    return replace(item, paragraphs=(cut(text, _SUMMARY, "……"),), is_cut=True)


def _title_alone(item: ItemView) -> ItemView:
    return item if item.url is None else replace(item, paragraphs=(), attribution=None, is_cut=True)


def _sections(record: BulletinRecord, role: Role, base: str) -> tuple[SectionView, ...]:
    views = []
    for title, items in record.sections:
        seen = [item for item in items if item.withdrawn is None and item.content.visibility in _VISIBLE[role]]
        if seen:
            heading = None if title is None else _words(title)
            views.append(SectionView(heading, tuple(_item(item, base) for item in seen)))
    return tuple(views)


def _item(item: ItemRecord, base: str) -> ItemView:
    content = item.content
    return ItemView(
        title=_words(content.title),
        url=f"{base}/items/{item.key}" if content.visibility is Visibility.PUBLIC else None,
        paragraphs=tuple(map(_words, content.paragraphs)),
        attribution=None if content.attribution is None else _words(content.attribution.raw),
        is_corrected=item.revision > 1,
    )


def _distribution(group: DistributionGroup) -> DistributionView:
    return DistributionView(_words(group.kind), _words("、".join(group.entries) + (group.suffix or "")))


def _subject(pattern: str | None, values: Mapping[str, str]) -> str | None:
    if pattern is None:
        return None
    return re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], match[0]), pattern)


def _words(text: str) -> str:
    """One line without unseen characters: whatever way a text came here, it can hold no marker of a slot."""
    return re.sub(r"[\t\n\f\r]+", " ", remove_unseen(text)[0]).strip()
