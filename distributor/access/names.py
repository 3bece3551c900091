"""Names of accounts."""

import re
import unicodedata

from distributor.errors import Refused

_LONGEST = 40
_NAME = re.compile(r"\w[\w.@-]*")


def clean_name(name: str) -> str:
    """Fold a name so that however it is typed it is one account: width, case, spaces around it (UAX 15, NFKC).

    Args:
        name: letters of any script, digits, `_`, `.`, `-` and `@`.

    Raises:
        Refused: `user-name`.
    """
    folded = unicodedata.normalize("NFKC", name).strip().casefold()
    if len(folded) > _LONGEST or _NAME.fullmatch(folded) is None:
        raise Refused("user-name", most=_LONGEST)
    return folded
