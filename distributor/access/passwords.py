"""What a password must be (OWASP ASVS 5.0, 6.2; NIST SP 800-63B, 3.1.1): long, not guessed first, not the name."""

import string
import unicodedata
from itertools import pairwise

from distributor.access.commonest import COMMONEST
from distributor.errors import Refused
from distributor.tokens import new_key

_SHORTEST, _LONGEST = 12, 128
_DECORATION = string.digits + string.punctuation + string.whitespace
_FEWEST_DIFFERENT = 5
_GROUPS, _GROUP = 4, 5


def normal(password: str) -> str:
    """Give the form of a password that is hashed, so that an input method's width or accents do not matter (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def require_strong(password: str, name: str) -> None:
    """Refuse a password that is short, among the commonest, or made of the name.

    Twelve characters are enough, whatever they are; a Chinese character counts for two, so that a phrase of six does.

    Args:
        password: the password.
        name: name of the account.

    Raises:
        Refused: `password-short`, `password-long`, `password-common` or `password-name`.
    """
    written = normal(password)
    if len(written) > _LONGEST:
        raise Refused("password-long", most=_LONGEST)
    if sum(_weight(character) for character in written) < _SHORTEST:
        raise Refused("password-short", least=_SHORTEST)
    folded = written.casefold()
    if _is_common(folded):
        raise Refused("password-common")
    rest = folded.replace(name.casefold(), "")
    if rest != folded and sum(_weight(character) for character in rest) < _SHORTEST // 2:
        raise Refused("password-name")


def new_password() -> str:
    """Make a password that nobody guesses (95 bits) and that can be copied from paper."""
    return "-".join(new_key(_GROUP) for _ in range(_GROUPS))


def _is_common(folded: str) -> bool:
    core = folded.strip(_DECORATION)
    different = len(set(folded))
    return folded in COMMONEST or core in COMMONEST or different < _FEWEST_DIFFERENT or _is_run(folded)


def _is_run(folded: str) -> bool:
    """Whether it only counts up or down: 123456789012, abcdefghijkl, 987654321098."""
    steps = {(ord(after) - ord(before)) % 10 for before, after in pairwise(folded)}
    return steps in ({1}, {9})


def _weight(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
