"""What filters and readers hold against a mail, found in its words alone; pure, and only a hint."""

import re
from dataclasses import dataclass, field
from typing import Final

from distributor.compose.render import SIZE_LIMIT
from distributor.model.message import Variant

# what a mailbox on a phone shows of it
_LONG_SUBJECT: Final = 40
_SHORT_SUBJECT: Final = 4
_MOST_EXCLAMATIONS: Final = 1
_LEAST_LETTERS: Final = 8
_CAPITALS: Final = 0.6
# one link for this many characters of text
_TEXT_A_LINK: Final = 20
_FEW_LINKS: Final = 5
_LEAST_TEXT: Final = 60
# words that Chinese and Western filters weigh by themselves
_LOADED: Final = ("免费", "优惠", "促销", "中奖", "发票", "赚钱", "点击领取", "winner", "act now", "100% free")
_INVISIBLE: Final = re.compile(r"<!--.*?-->|<head.*?</head>|<style.*?</style>|<[^>]+>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SpamHint:
    """One thing that may be held against a mail.

    Args:
        code: last part of the message id `mail.hint.<code>`.
        parameters: the values its sentence names.
    """

    code: str
    parameters: dict[str, object] = field(default_factory=dict)


def spam_hints(variant: Variant) -> tuple[SpamHint, ...]:
    """Look at a rendered mail as a filter would; no hint does not mean that it will arrive.

    Args:
        variant: the rendered mail.
    """
    return (*_about_subject(variant.subject), *_about_parts(variant))


def _about_subject(subject: str) -> list[SpamHint]:
    hints = []
    if len(subject) > _LONG_SUBJECT:
        hints.append(SpamHint("subject-long", {"length": len(subject), "most": _LONG_SUBJECT}))
    if len(subject) < _SHORT_SUBJECT:
        hints.append(SpamHint("subject-short", {"length": len(subject)}))
    if len(re.findall("[!！]", subject)) > _MOST_EXCLAMATIONS:
        hints.append(SpamHint("subject-exclaims"))
    letters = re.findall("[A-Za-z]", subject)
    if len(letters) >= _LEAST_LETTERS and sum(map(str.isupper, letters)) / len(letters) > _CAPITALS:
        hints.append(SpamHint("subject-capitals"))
    folded = subject.casefold()
    hints += [SpamHint("subject-word", {"word": word}) for word in _LOADED if word in folded]
    return hints


def _about_parts(variant: Variant) -> list[SpamHint]:
    hints = []
    if not variant.text.strip():
        hints.append(SpamHint("text-missing"))
    if variant.html is None:
        return hints
    seen = re.sub(r"\s+", "", _INVISIBLE.sub("", variant.html))
    links = len(re.findall(r"<a\b", variant.html, flags=re.IGNORECASE))
    if links > _FEW_LINKS and len(seen) / links < _TEXT_A_LINK:
        hints.append(SpamHint("many-links", {"links": links, "characters": len(seen)}))
    if len(seen) < _LEAST_TEXT:
        hints.append(SpamHint("little-text", {"characters": len(seen)}))
    size = len(variant.html.encode())
    if size > SIZE_LIMIT:
        hints.append(SpamHint("clipped", {"kib": -(-size // 1024), "most": SIZE_LIMIT // 1024}))
    return hints
