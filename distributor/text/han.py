"""Which characters are Chinese, and which are set with western spacing."""

import re

# ideographs: Unified with Extension A, compatibility, 〇々〆, and the supplementary planes 2 and 3
HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
# CJK and full-width punctuation, kana, Bopomofo, radicals, enclosed letters, half- and full-width forms
_CJK = HAN + "\u2e80-\u303f\u3040-\u33ff\ufe10-\ufe1f\ufe30-\ufe4f\uff00-\uffef"
# letters, digits and signs that stand between blanks in western setting; quotes and dashes are left out,
# because Chinese text uses the same code points at full width
_WESTERN = "!-~\u00a1-\u00b6\u00b8-\u024f\u0370-\u04ff\u1e00-\u1fff"

_HAN_CHARACTER = re.compile(f"[{HAN}]")
_CJK_CHARACTER = re.compile(f"[{_CJK}]")
_WESTERN_CHARACTER = re.compile(f"[{_WESTERN}]")


def is_han(character: str) -> bool:
    """Tell whether a character is a Chinese ideograph, 〇 included."""
    return _HAN_CHARACTER.fullmatch(character) is not None


def is_cjk(character: str) -> bool:
    """Tell whether a character is set at full width: ideographs, kana, Chinese and full-width punctuation."""
    return _CJK_CHARACTER.fullmatch(character) is not None


def is_western(character: str) -> bool:
    """Tell whether a character belongs to a western word or number (Latin, Greek, Cyrillic, ASCII signs)."""
    return _WESTERN_CHARACTER.fullmatch(character) is not None


def has_han(text: str) -> bool:
    """Tell whether a text holds at least one Chinese ideograph."""
    return _HAN_CHARACTER.search(text) is not None
