"""Numbers as Word draws them: the number formats of ISO/IEC 29500-1 §17.18.59 that Chinese documents use."""

from collections.abc import Callable
from typing import Final

_DIGITS: Final = "〇一二三四五六七八九"
_UNITS: Final = ("", "十", "百", "千")
_LEGAL_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_LEGAL_UNITS: Final = ("", "拾", "佰", "仟")
_MYRIAD: Final = 10_000
_STEMS: Final = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES: Final = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN: Final = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_MOST_ROMAN: Final = 32_767


def counted(number: int) -> str:
    """Write a number the Chinese way with 十, 百, 千, 万: 12 is 十二, 110 is 一百一十."""
    text = _count(number, _DIGITS.replace("〇", "零"), _UNITS)
    return text.removeprefix("一") if 10 <= number < 20 else text  # noqa: PLR2004  十二, never 一十二


def legal(number: int) -> str:
    """Write a number in the capital forms of cheques: 12 is 壹拾贰."""
    return _count(number, _LEGAL_DIGITS, _LEGAL_UNITS)


def _count(number: int, digits: str, units: tuple[str, ...]) -> str:
    if number >= _MYRIAD:
        high, low = divmod(number, _MYRIAD)
        gap = digits[0] if 0 < low < _MYRIAD // 10 else ""
        return _count(high, digits, units) + "万" + (gap + _count(low, digits, units) if low else "")
    text, pending = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            text += (digits[0] if pending and text else "") + digits[digit] + units[place]
        pending = not digit
    return text or digits[0]


def digitwise(number: int) -> str:
    """Write a number digit by digit: 2023 is 二〇二三."""
    return "".join(_DIGITS[int(digit)] for digit in str(number))


def _counted_below_hundred(number: int) -> str:
    return counted(number) if number < 100 else digitwise(number)  # noqa: PLR2004  as Word does for chineseCounting


def _letters(number: int) -> str:
    # after z Word writes aa, bb, cc
    times, letter = divmod(number - 1, 26)
    return chr(ord("a") + letter) * (times + 1) if 0 < number <= 780 else str(number)  # noqa: PLR2004  30 rounds


def _roman(number: int) -> str:
    if not 0 < number <= _MOST_ROMAN:
        return str(number)
    text = ""
    for value, letters in _ROMAN:
        times, number = divmod(number, value)
        text += letters * times
    return text


def _cycle(row: str) -> Callable[[int], str]:
    return lambda number: row[number - 1] if 0 < number <= len(row) else str(number)


def _run(first: str, count: int) -> Callable[[int], str]:
    return lambda number: chr(ord(first) + number - 1) if 0 < number <= count else str(number)


def _full_width(number: int) -> str:
    return str(number).translate({ord("0") + digit: ord("０") + digit for digit in range(10)})


def _two_digits(number: int) -> str:
    return f"{number:02}"


_CIRCLED: Final = _run("①", 20)
_FORMATS: Final[dict[str, Callable[[int], str]]] = {
    "decimal": str,
    "decimalZero": _two_digits,
    "decimalFullWidth": _full_width,
    "decimalFullWidth2": _full_width,
    "decimalHalfWidth": str,
    "decimalEnclosedCircle": _CIRCLED,
    "decimalEnclosedCircleChinese": _CIRCLED,
    "decimalEnclosedParen": _run("⑴", 20),
    "decimalEnclosedFullstop": _run("⒈", 20),
    "ideographEnclosedCircle": _run("㊀", 10),
    "chineseCounting": _counted_below_hundred,
    "chineseCountingThousand": counted,
    "chineseLegalSimplified": legal,
    "taiwaneseCounting": _counted_below_hundred,
    "taiwaneseCountingThousand": counted,
    "taiwaneseDigital": digitwise,
    "japaneseCounting": counted,
    "japaneseDigitalTenThousand": digitwise,
    "ideographDigital": digitwise,
    "ideographTraditional": _cycle(_STEMS),
    "ideographZodiac": _cycle(_BRANCHES),
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerLetter": _letters,
    "upperRoman": lambda number: _roman(number).upper(),
    "lowerRoman": _roman,
}


def render_number(number: int, number_format: str) -> str:
    """Write a number in one of Word's formats; an unknown format falls back to Arabic digits, as in Word."""
    return _FORMATS.get(number_format, str)(number)
