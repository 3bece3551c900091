"""What a client can take: content coding and language of the interface (RFC 9110, 12.5); pure."""

from distributor.i18n import LANGUAGES

_DEFAULT_WEIGHT = 1.0


def accepts_gzip(header: str | None) -> bool:
    """Whether gzip is wanted: named or covered by `*`, not refused by q=0, and not liked less than plain bytes.

    Args:
        header: value of Accept-Encoding, None when absent.
    """
    weights = weigh(header)
    gzip = weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0)))
    return gzip > 0 and gzip >= weights.get("identity", 0.0)


def choose_language(asked: str | None, header: str | None, default: str) -> str:
    """Choose the language of the interface: what was asked for, what the client prefers, or the default.

    Args:
        asked: `zh` or `en`, or a locale name, from the address; anything else is as good as None.
        header: value of Accept-Language, None when absent.
        default: one of i18n.LANGUAGES.
    """
    if (known := known_language(asked)) is not None:
        return known
    liked: dict[str, float] = {}
    for tag, weight in weigh(header).items():
        language = known_language(tag)
        if language is not None:
            liked[language] = max(weight, liked.get(language, 0.0))
    best = max(liked.values(), default=0.0)
    if best <= 0 or liked.get(default, 0.0) == best:
        return default
    return next(language for language, weight in liked.items() if weight == best)


def known_language(tag: str | None) -> str | None:
    """Give the one of i18n.LANGUAGES that serves a tag such as `en-GB` or `zh_CN`, or None."""
    primary = (tag or "").strip().lower().replace("_", "-").split("-")[0]
    return next((language for language in LANGUAGES if language.split("_")[0] == primary), None)


def weigh(header: str | None) -> dict[str, float]:
    """Read a list of names with weights; a name whose weight cannot be read counts as refused (RFC 9110, 12.4.2).

    Args:
        header: value of the header, None when absent.
    """
    weights: dict[str, float] = {}
    for part in (header or "").split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if name:
            weights[name] = _weight(parameters)
    return weights


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            return _number(value.strip())
    return _DEFAULT_WEIGHT


def _number(value: str) -> float:
    digits = value.replace(".", "", 1)
    if not (digits.isascii() and digits.isdigit()):
        return 0.0
    return min(float(value), 1.0)
