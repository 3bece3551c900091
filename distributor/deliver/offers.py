"""What a relay offers in its answer to EHLO (RFC 5321 §4.1.1.1)."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Offers:
    """What the relay offers in its answer to EHLO.

    Args:
        pipelining: commands may be sent before the last one was answered (RFC 2920).
        size: largest message in octets, 0 for no limit, None when it does not say (RFC 1870).
        eight_bit: bodies may hold octets above 127 (RFC 6152).
        smtputf8: addresses may hold any character (RFC 6531).
        reports: reports can be asked for (RFC 3461).
    """

    pipelining: bool = False
    size: int | None = None
    eight_bit: bool = False
    smtputf8: bool = False
    reports: bool = False

    @classmethod
    def read(cls, extensions: dict[str, str]) -> Self:
        """Read the extensions as aiosmtplib keeps them.

        Args:
            extensions: parameters by lower-case keyword.
        """
        size = extensions.get("size")
        digits = size.split()[0] if size and size.split() else "0"
        return cls(
            pipelining="pipelining" in extensions,
            size=None if size is None else int(digits) if digits.isdecimal() and digits.isascii() else 0,
            eight_bit="8bitmime" in extensions,
            smtputf8="smtputf8" in extensions,
            reports="dsn" in extensions,
        )
