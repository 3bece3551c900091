"""Bullets of symbol fonts: private-use code points that only Wingdings or Symbol can draw become plain bullets."""

from typing import Final

_BULLETS: Final = {
    0xF06C: "●", 0xF06D: "○", 0xF06E: "■", 0xF06F: "□", 0xF070: "□", 0xF071: "□", 0xF072: "□", 0xF075: "◆",
    0xF076: "❖", 0xF077: "◆", 0xF09F: "•", 0xF0A1: "○", 0xF0A7: "▪", 0xF0A8: "□", 0xF0AB: "★", 0xF0B2: "✧",
    0xF0B7: "•", 0xF0D8: "➢", 0xF0E0: "→", 0xF0E8: "➔", 0xF0F0: "⇨", 0xF0FB: "✗", 0xF0FC: "✓", 0xF0FE: "☑",
    0xF028: "☎", 0xF02A: "✉", 0xF02B: "✉", 0xF081: "①", 0xF082: "②", 0xF083: "③", 0xF084: "④", 0xF085: "⑤",
    0xF086: "⑥", 0xF087: "⑦", 0xF088: "⑧", 0xF089: "⑨", 0xF08A: "⑩",
}  # fmt: skip


def fold_symbols(text: str) -> str:
    """Replace the private-use characters of Wingdings and Symbol that bullets are made of; others stay."""
    return text.translate(_BULLETS)
