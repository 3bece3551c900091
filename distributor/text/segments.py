"""Words as search knows them: each Chinese character is one, a run of other letters or digits is one."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from distributor.text.han import HAN
from distributor.text.radicals import fold_radicals

# a mark that combines belongs to the letter before it
_WORD: Final = re.compile(rf"[{HAN}]|(?:[^\W_{HAN}][\u0300-\u036f]*)+")
# what the tokenisers of every database take for letters, whatever version of Unicode they were built with
_SAFE: Final = re.compile("[a-z0-9\u3400-\u4db5\u4e00-\u9fcc]")
# no name is longer; databases refuse words of thousands of letters
_LONGEST: Final = 64


@dataclass(frozen=True, slots=True)
class Segment:
    """One word of a text.

    Args:
        term: what it is found by: lower case, without accents, full-width and half-width alike.
        begin: offset of its first character in the text.
        end: offset behind its last character.
    """

    term: str
    begin: int
    end: int


def segments(text: str) -> tuple[Segment, ...]:
    """Take a text apart into its words, in order; what is neither letter nor digit parts them.

    Two spellings of one word that differ in width, case, accents or radicals have one term (Unicode NFKC and NFKD,
    UAX 15). A term holds nothing but ASCII letters, digits and common ideographs; any other letter is spelled by its
    number.
    """
    return tuple(
        Segment(term, match.start(), match.end())
        for match in _WORD.finditer(fold_radicals(text))
        for term in _terms(match[0])
    )


def terms(text: str) -> tuple[str, ...]:
    """Give the terms of the words of a text, in order."""
    return tuple(segment.term for segment in segments(text))


@lru_cache(maxsize=8192)
def _terms(word: str) -> tuple[str, ...]:
    # a text has thousands of characters and hundreds of different ones
    folded = unicodedata.normalize("NFKC", word).casefold()
    plain = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    # composed again: an ideograph for compatibility, or a letter of several parts, is one letter
    found = _WORD.finditer(unicodedata.normalize("NFKC", plain))
    return tuple("".join(map(_spelled, match[0]))[:_LONGEST] for match in found)


def _spelled(character: str) -> str:
    return character if _SAFE.fullmatch(character) else f"x{ord(character):x}"
