"""Digests for subscribers: signed items of one or several bulletins, chosen by window and interests."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache

from css_inline import CSSInliner

from distributor.compose import headers
from distributor.compose.contexts import Fullness, ItemView, SectionView
from distributor.compose.headers import cut
from distributor.compose.theme import ThemeView, theme_view
from distributor.i18n import DEFAULT_LANGUAGE
from distributor.model.bulletin import Visibility
from distributor.model.message import Slot, Variant, marker
from distributor.model.publication import Publication
from distributor.model.recipient import MailFormat
from distributor.model.record import BulletinRecord, ItemRecord
from distributor.model.subscriber import DigestKey, Frequency, Interests
from distributor.model.theme import Theme
from distributor.templating import html_environment, render, text_environment
from distributor.text import remove_unseen

_SIZE_LIMIT = 90 * 1024
_SUMMARY = 120
_PREHEADER = 90


@dataclass(frozen=True, slots=True)
class ListView:
    """A list that the reader is on.

    Args:
        id: its id.
        name: its name for people.
        leave_url: page with the button that ends this list alone.
    """

    id: str
    name: str
    leave_url: str


@dataclass(frozen=True, slots=True)
class SubscriptionContext:
    """Everything the templates of `mail/subscription` and `mail/item-alert` may use.

    Args:
        title: name of the publication.
        issue: number as printed when the digest holds one issue, or None.
        frequency: issue, daily, weekly or monthly.
        begins: first day of publication in it, `YYYY-MM-DD`.
        ends: last day.
        publisher: the body that edits the publication.
        sections: what the reader gets.
        count: number of items.
        bulletins: number of bulletins they come from.
        lists: the lists the reader is on.
        interests: what the reader chose.
        is_first: whether it is the reader's first digest, which explains itself.
        fullness: full, summaries or titles.
        preheader: what a mailbox shows beside the subject.
        bulletin_url: page of the bulletin when it is one, or None.
        feeds_url: page of the feeds.
        archive_url: page of past bulletins.
        contact: address of the secretariat.
        content_language: BCP 47, language of the bulletin.
        theme: colours, and words above and below the masthead.
        greeting: slot: how the reader is addressed; may only be printed.
        unsubscribe_url: slot: page with the button for all lists; may only be printed.
        preferences_url: slot: page of the subscription; may only be printed.
    """

    title: str
    issue: str | None
    frequency: Frequency
    begins: str
    ends: str
    publisher: str
    sections: tuple[SectionView, ...]
    count: int
    bulletins: int
    lists: tuple[ListView, ...]
    interests: Interests
    is_first: bool
    fullness: Fullness
    preheader: str
    bulletin_url: str | None
    feeds_url: str
    archive_url: str
    contact: str
    content_language: str
    theme: ThemeView
    greeting: str = marker(Slot.GREETING)
    unsubscribe_url: str = marker(Slot.UNSUBSCRIBE_URL)
    preferences_url: str = marker(Slot.PREFERENCES_URL)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The items of one bulletin that lie in a window.

    Args:
        record: the bulletin.
        keys: keys of the items.
        day: day of publication, `YYYY-MM-DD`.
    """

    record: BulletinRecord
    keys: frozenset[str]
    day: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Who reads a digest.

    Args:
        key: where the window begins, lists, language, format, interests.
        frequency: how often it comes.
        list_names: names of the lists, in the order of the key.
    """

    key: DigestKey
    frequency: Frequency
    list_names: tuple[str, ...]


def wanted_items(chosen: Chosen, interests: Interests) -> tuple[ItemRecord, ...]:
    """Choose what a reader gets of one bulletin: public, not withdrawn, in the window, of interest.

    Args:
        chosen: the bulletin and the window.
        interests: what the reader chose.
    """
    return tuple(
        item
        for item in chosen.record.items
        if item.key in chosen.keys
        and item.withdrawn is None
        and item.content.visibility is Visibility.PUBLIC
        and interests.wants(item.section, _contributors(item), _all_words(item))
    )


def subscription_context(
    publication: Publication, chosen: Sequence[Chosen], reading: Reading, theme: Theme | None = None
) -> SubscriptionContext | None:
    """Put a digest together; None when nothing is left, since an empty one is never sent.

    Args:
        publication: whose bulletins they are.
        chosen: the bulletins in the window, oldest first.
        reading: who reads it.
        theme: what the secretariat chose about the look, or None for the usual one.
    """
    key = reading.key
    left = [entry for entry in chosen if entry.record.id not in key.without]
    picked = [(entry, wanted_items(entry, key.interests)) for entry in left]
    picked = [(entry, found) for entry, found in picked if found]
    if not picked:
        return None
    base = publication.base_url
    sections = _sections([found for _, found in picked], base)
    items = [item for section in sections for item in section.items]
    only = picked[0][0].record if len(picked) == 1 else None
    days = sorted(entry.day for entry, _ in picked)
    preferences = marker(Slot.PREFERENCES_URL)
    return SubscriptionContext(
        title=_words(publication.name),
        issue=_words(only.masthead.issue) if only is not None and only.masthead.issue else None,
        frequency=reading.frequency,
        begins=days[0],
        ends=days[-1],
        publisher=_words(publication.publisher),
        sections=sections,
        count=len(items),
        bulletins=len(picked),
        lists=tuple(
            ListView(one, _words(name), f"{preferences}#{one}")
            for one, name in zip(key.lists, reading.list_names, strict=True)
        ),
        interests=key.interests,
        is_first=key.first,
        fullness=Fullness.FULL,
        preheader=cut("；".join(item.title for item in items[:4]), _PREHEADER),
        bulletin_url=None if only is None else f"{base}/bulletins/{only.id}",
        feeds_url=f"{base}/feeds",
        archive_url=f"{base}/",
        contact=publication.contact,
        content_language=publication.language,
        theme=theme_view(theme or Theme()),
    )


def render_subscription(
    context: SubscriptionContext,
    language: str = DEFAULT_LANGUAGE,
    mail_format: MailFormat = MailFormat.HTML,
) -> Variant:
    """Render a digest: full text if it fits, else summaries, else titles, by the size of what was really rendered.

    Args:
        context: from `subscription_context`.
        language: one of i18n.LANGUAGES, for the words around the bulletin.
        mail_format: HTML with text, or text alone.
    """
    for fullness in Fullness:
        variant = _rendered(_reduced(context, fullness), language, mail_format)
        if len((variant.html or variant.text).encode()) <= _SIZE_LIMIT:
            break
    return variant


def _rendered(context: SubscriptionContext, language: str, mail_format: MailFormat) -> Variant:
    values = {field.name: getattr(context, field.name) for field in fields(context)}
    alert = context.frequency is Frequency.ISSUE and not context.interests.is_empty
    folder = "mail/item-alert" if alert else "mail/subscription"
    subject = render(text_environment(), f"{folder}/subject.txt", language, values)
    text = render(text_environment(), f"{folder}/body.txt", language, values)
    html = None
    if mail_format is MailFormat.HTML:
        page = _inliner().inline(render(html_environment(), f"{folder}/body.html", language, values))
        html = re.sub(r"[ \t]*\n[ \t\n]*", "\n", page)
    tidy = re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip("\n") + "\n"
    return Variant(headers.clean(subject), html, tidy)


def _reduced(context: SubscriptionContext, fullness: Fullness) -> SubscriptionContext:
    if fullness is Fullness.FULL:
        return context
    cut_down: Callable[[ItemView], ItemView] = _summary if fullness is Fullness.SUMMARIES else _title_alone
    sections = tuple(replace(section, items=tuple(map(cut_down, section.items))) for section in context.sections)
    return replace(context, sections=sections, fullness=fullness)


def _summary(item: ItemView) -> ItemView:
    text = item.paragraphs[0] if item.paragraphs else ""
    if len(item.paragraphs) <= 1 and len(text) <= _SUMMARY:
        return item
    return replace(item, paragraphs=(cut(text, _SUMMARY, "……"),), is_cut=True)


def _title_alone(item: ItemView) -> ItemView:
    return replace(item, paragraphs=(), attribution=None, is_cut=True)


def _sections(picked: Sequence[Sequence[ItemRecord]], base: str) -> tuple[SectionView, ...]:
    """Put items of several bulletins under common headings, in the order in which a heading first appears."""
    groups: dict[str | None, list[ItemView]] = {}
    for items in picked:
        for item in items:
            heading = None if item.section is None else _words(item.section)
            groups.setdefault(heading, []).append(_item(item, base))
    return tuple(SectionView(title, tuple(items)) for title, items in groups.items())


def _item(item: ItemRecord, base: str) -> ItemView:
    attribution = item.content.attribution
    return ItemView(
        title=_words(item.content.title),
        url=f"{base}/items/{item.key}",
        paragraphs=tuple(map(_words, item.content.paragraphs)),
        attribution=None if attribution is None else _words(attribution.raw),
        is_corrected=item.revision > 1,
    )


def _contributors(item: ItemRecord) -> tuple[str, ...]:
    return () if item.content.attribution is None else item.content.attribution.organizations


def _all_words(item: ItemRecord) -> str:
    return "\n".join((item.content.title, *item.content.paragraphs))


def _words(text: str) -> str:
    return re.sub(r"[\t\n\f\r]+", " ", remove_unseen(text)[0]).strip()


@cache
def _inliner() -> CSSInliner:
    return CSSInliner(load_remote_stylesheets=False, minify_css=True)
