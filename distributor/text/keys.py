"""Keys for comparing names: two spellings of one name have one key; keys are never published."""

import re
import unicodedata
from typing import Final

from distributor.text.radicals import fold_radicals
from distributor.text.unseen import remove_unseen

_SELECTORS: Final = re.compile("[\u180b-\u180d\ufe00-\ufe0f\U000e0100-\U000e01ef\\s]+")
_ALIKE: Final = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
        **dict.fromkeys("•‧∙⋅・･●", "·"),
        **dict.fromkeys("“”„‟「」『』〝〞＂", '"'),
        **dict.fromkeys("‘’‚‛＇", "'"),
        **dict.fromkeys("〔［【", "["),
        **dict.fromkeys("〕］】", "]"),
        **dict.fromkeys("○◯", "〇"),
    }
)


def match_key(text: str) -> str:
    """Make the key under which two spellings of one name are equal.

    Compatibility forms, width, case, blanks, unseen characters, radicals, kinds of dash, dot, quote and bracket
    make no difference (Unicode NFKC with case folding, UAX 15); the letters and ideographs do.
    """
    seen, _ = remove_unseen(fold_radicals(text))
    folded = _compatible(_compatible(seen).casefold())
    return _compatible(folded.translate(_ALIKE))


def _compatible(text: str) -> str:
    # blanks go before and after: some compatibility forms hold one, and two marks it kept apart may compose
    normal = unicodedata.normalize("NFKC", _SELECTORS.sub("", text))
    return unicodedata.normalize("NFKC", _SELECTORS.sub("", normal))
