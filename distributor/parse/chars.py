"""Characters of Chinese text as it comes out of files: widths, classes, letter-spacing, joining of printed lines."""

import re
import unicodedata
from functools import lru_cache

HAN = "\u3007\u25cb\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
CLOSING = "，。、；：？！）】》」』”’〉〕…,;:?!)]}%％"
OPENING = "（【《「『“‘〈〔([{"
PAIRS = {
    "（": "）",
    "【": "】",
    "《": "》",
    "「": "」",
    "『": "』",
    "“": "”",
    "‘": "’",
    "〈": "〉",
    "〔": "〕",
    "(": ")",
}
STOPS = "。！？；…!?;"
_CLOSERS = '”’』」）)》】〉〕"'

_SPACE = re.compile(r"\s+")
_HAN_GAP = re.compile(rf"(?<=[{HAN}])[ \u3000]+(?=[{HAN}])")
_WIDE_GAP = re.compile(rf"(?<=[{HAN}，。、；：？！）】》”（【《“])[ \u3000]+(?=[{HAN}，。、；：？！）】》”（【《“])")
_LONE = re.compile(rf"(?:^|(?<=\s))[{HAN}](?=\s|$)")
_BORDER = re.compile(rf"(?<=[{HAN}]) ?(?=[0-9A-Za-z±])|(?<=[0-9A-Za-z%]) ?(?=[{HAN}])")
_BORDER_SPACE = re.compile(rf"(?<=[{HAN}]) (?=[0-9A-Za-z±])|(?<=[0-9A-Za-z%]) (?=[{HAN}])")
_LATIN = re.compile(r"[!-~±°μΩ·’”]")
_WESTERN_STOP = re.compile(r"(?:[A-Za-z)\]\"']|[A-Za-z/][!-~]*[0-9])\.$")
_URL_TAIL = re.compile(r"(?:https?:|www\.|[\w.-]+@|://)[!-~]*$")


@lru_cache(maxsize=8192)
def char_width(char: str) -> int:
    """Columns that a character takes in a fixed grid: 2 for full-width ones, 1 for others, 0 for combining ones."""
    if unicodedata.combining(char):
        return 0
    if unicodedata.east_asian_width(char) in "WF" or char in "“”‘’…—·①②③④⑤⑥⑦⑧⑨⑩■◆★●※":
        return 2
    return 1


def width(text: str) -> int:
    """Columns that a text takes, full-width characters counting as two."""
    return sum(map(char_width, text))


def printed_width(text: str) -> float:
    """Columns that a printed line takes: typesetting puts a quarter of a character between Chinese and western text.

    Whether an extractor writes that quarter as a space or not, the width is the same.
    """
    return width(text) - len(_BORDER_SPACE.findall(text)) + len(_BORDER.findall(text)) / 2


def squash(text: str) -> str:
    """The text without any white space."""
    return _SPACE.sub("", text)


def is_han(char: str) -> bool:
    """Whether the character is a Chinese ideograph."""
    return "\u4e00" <= char <= "\u9fff" or "\u3400" <= char <= "\u4dbf" or char in "\u3007\u25cb"


def unspaced(text: str) -> str:
    """Remove letter-spacing: every gap between full-width characters, when most of the characters stand alone.

    A justified line (`近 日 ， 存 储`) is repaired, a title with one meaningful gap is left as it is.
    """
    if not is_letter_spaced(text):
        return text
    return _WIDE_GAP.sub("", text)


def is_letter_spaced(text: str) -> bool:
    """Whether most of the ideographs of a text stand alone between spaces."""
    pieces = text.split()
    lone = sum(1 for piece in pieces if len(piece) == 1 and char_width(piece) == 2)  # noqa: PLR2004  full width
    return len(pieces) > 1 and lone * 2 >= len(pieces) and lone > 1


def unstretched(text: str) -> str:
    """Repair a line that justification has stretched in places (`主要 指 标达到`): two gaps, lone characters."""
    if is_letter_spaced(text):
        return _WIDE_GAP.sub("", text)
    gaps = len(_HAN_GAP.findall(text))
    return _HAN_GAP.sub("", text) if gaps > 1 and _LONE.search(text) else text


def join(first: str, second: str) -> str:
    """Join two printed lines of one paragraph: one space between western words, none at a Chinese character.

    Args:
        first: the upper line, without trailing space.
        second: the lower line, without leading space.
    """
    if not first or not second:
        return first + second
    if not (_LATIN.match(first[-1]) and _LATIN.match(second[0])):
        return first + second
    glued = first[-1] in "-/_@([”’·" or second[0] in ",.;:!?)]”’·" or _opens_quote(first)
    in_address = bool(_URL_TAIL.search(first)) and not second[0].isupper()
    return first + second if glued or in_address else f"{first} {second}"


def _opens_quote(text: str) -> bool:
    return text.endswith('"') and text.count('"') % 2 == 1


def open_brackets(text: str) -> str:
    """The closing brackets and quotation marks that the text still waits for, innermost last."""
    waiting: list[str] = []
    for char in text:
        if char in PAIRS:
            waiting.append(PAIRS[char])
        elif waiting and char in waiting:
            while waiting.pop() != char:
                pass
    return "".join(waiting)


def ends_sentence(text: str) -> bool:
    """Whether the text ends as a sentence does, closing quotes and brackets aside."""
    core = text.rstrip(_CLOSERS)
    if core and core[-1] in STOPS:
        return True
    return bool(_WESTERN_STOP.search(text))
