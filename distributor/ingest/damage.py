"""Signs that a text was damaged before it came to us: replacement characters, and bytes once read the wrong way."""

import re
from collections.abc import Iterable
from typing import Final

from distributor.ingest.charset import common_share
from distributor.model.finding import Finding, Level
from distributor.model.lines import Line

# what Chinese programs leave behind: U+FFFD saved as GBK, and uninitialised memory
_FAMOUS: Final = re.compile("锟斤拷|锟斤|斤拷|烫烫烫|屯屯屯|葺葺葺")
# UTF-8 read as Windows-1252 or Latin-1: a lead byte and continuation bytes as letters and signs
_AS_LATIN: Final = re.compile(
    "(?:[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0192\u02c6-\u02dc\u2013-\u203a\u20ac\u2122]{1,3}){3}"
)
_IDEOGRAPHS: Final = re.compile(r"[\u3400-\u9fff]")
_BLANK: Final = re.compile(r"\s+")
# everything but Latin to Cyrillic, Arabic, Tibetan, Mongolian, signs, kana, Chinese, full-width forms, private use
_STRANGE: Final = re.compile(
    "[^ -~\u00a0-\u052f\u0600-\u06ff\u0f00-\u0fff\u1800-\u18af\u1e00-\u2bff\u2e00-\u9fff\ue000-\uf8ff\uff00-\uffef]"
)
_FEWEST: Final = 4
_RARE_SHARE: Final = 0.75
_MEANT_SHARE: Final = 0.6


def damage_findings(lines: Iterable[Line]) -> tuple[Finding, ...]:
    """Report replacement characters and mojibake, each once, with the first line and how many lines."""
    broken: list[Line] = []
    garbled: list[Line] = []
    for line in lines:
        if "\ufffd" in line.text:
            broken.append(line)
        if is_mojibake(line.text):
            garbled.append(line)
    return (*_finding("damaged-text", broken), *_finding("mojibake", garbled))


def is_mojibake(text: str) -> bool:
    """Tell whether a line is Chinese text that some program read in a wrong encoding and saved."""
    return bool(_FAMOUS.search(text) or _AS_LATIN.search(text)) or _is_utf8_read_as_gbk(text)


def unreadable_share(text: str) -> float:
    """Measure which share of the visible characters belongs to no writing one meets beside Chinese.

    Fonts without a character map give the numbers of their glyphs as characters: control characters, rare
    ideographs, letters of all scripts.
    """
    visible = _BLANK.sub("", text)
    if not visible:
        return 0.0
    ideographs = len(_IDEOGRAPHS.findall(visible))
    strange = len(_STRANGE.findall(visible)) + ideographs * (1 - common_share(visible))
    return strange / len(visible)


def _is_utf8_read_as_gbk(text: str) -> bool:
    # the rare ideographs of such a line turn into everyday ones when the wrong step is undone
    if len(_IDEOGRAPHS.findall(text)) < _FEWEST or common_share(text) > _RARE_SHARE:
        return False
    meant = text.encode("gb18030", "replace").decode("utf-8", "replace")
    everyday = len(_IDEOGRAPHS.findall(meant))
    return everyday > meant.count("\ufffd") and common_share(meant) > _MEANT_SHARE


def _finding(code: str, lines: list[Line]) -> tuple[Finding, ...]:
    if not lines:
        return ()
    return (
        Finding(Level.WARNING, code, lines[0].number, {"lines": str(len(lines)), "text": lines[0].text.strip()[:40]}),
    )
