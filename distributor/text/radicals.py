"""Radicals are not letters: what PDF fonts give for 长 or 龙 is folded to the ideograph that was meant."""

import unicodedata
from typing import Final

# Unicode EquivalentUnifiedIdeograph for the CJK Radicals Supplement, radical and ideograph in turn;
# U+2E80 has no equivalent and U+2E9A is unassigned. NFKC knows two of these only (母 and 龟).
_SUPPLEMENT: Final = (
    "⺁厂⺂乛⺃乚⺄乙⺅亻⺆冂⺇𠘨⺈刀⺉刂⺊卜⺋㔾⺌小⺍小⺎兀⺏尣⺐尢⺑𡯂⺒巳⺓幺⺔彑⺕彐⺖忄⺗心⺘扌⺙攵⺛旡⺜日⺝月⺞歺⺟母⺠民⺡氵⺢氺⺣灬⺤爫⺥爫⺦丬⺧牛⺨犭⺩王⺪𤴔⺫目⺬示"
    "⺭礻⺮𥫗⺯糹⺰纟⺱罓⺲罒⺳㓁⺴冗⺵𦉫⺶羊⺷𦍌⺸𦍋⺹耂⺺肀⺻聿⺼肉⺽𦥑⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻇𧢲⻈讠⻉贝⻊𧾷⻋车⻌辶⻍辶⻎辶⻏邑⻐钅⻑長⻒镸⻓长⻔门"
    "⻕𨸏⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻞𩙿⻟飠⻠饣⻡𩠐⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟"
)
_KANGXI: Final = range(0x2F00, 0x2FD6)

_FOLD: Final = {
    **{code: unicodedata.normalize("NFKC", chr(code)) for code in _KANGXI},
    **{ord(radical): ideograph for radical, ideograph in zip(_SUPPLEMENT[::2], _SUPPLEMENT[1::2], strict=True)},
}


def fold_radicals(text: str) -> str:
    """Replace Kangxi radicals and CJK radicals by the ideographs Unicode calls equivalent; the rest stays verbatim.

    Covers U+2F00-2FD5 (by NFKC) and U+2E80-2EF3 (by EquivalentUnifiedIdeograph of the Unicode Character Database).
    The length in characters never changes.
    """
    return text.translate(_FOLD)
