"""The notice of a correction: a bulletin of nothing but what was corrected, for those who have the old version."""

from collections.abc import Sequence
from dataclasses import replace

from distributor.i18n import negotiate, translate
from distributor.model.publication import Publication
from distributor.model.record import BulletinRecord, ItemRecord
from distributor.publish.correction import ChangeKind, Correction


def correction_notice(publication: Publication, correction: Correction, note: str) -> BulletinRecord | None:
    """Make the bulletin that a notice of a correction is rendered from, or None when there is nothing to tell.

    It holds the items that were changed or added, in full; the words before them name the ones that were taken back.

    Args:
        publication: the publication.
        correction: what was corrected.
        note: what the editor says about it, or empty.
    """
    language = negotiate(publication.language)
    shown = [change.after for change in correction.items if change.kind is not ChangeKind.REMOVED]
    items = tuple(item for item in shown if item is not None and item.withdrawn is None)
    gone = [change.before for change in correction.items if change.kind is ChangeKind.REMOVED]
    preamble = [translate("mail.correction.begin", language), *([note] if note else []), *_gone(gone, language)]
    if not items:
        return None
    masthead = correction.record.masthead
    issue = translate("mail.correction.issue", language, issue=masthead.issue or masthead.date or "")
    return replace(
        correction.record,
        masthead=replace(masthead, issue=issue),
        preamble=tuple(preamble),
        items=tuple(replace(item, position=at) for at, item in enumerate(items)),
        distribution=(),
    )


def _gone(items: Sequence[ItemRecord | None], language: str) -> list[str]:
    titles = [item.content.title for item in items if item is not None]
    return [translate("mail.correction.gone", language, titles="；".join(titles))] if titles else []
