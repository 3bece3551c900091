"""One-time codes that a telephone shows, as a second factor (RFC 6238, RFC 4226)."""

import base64
import hmac
import re
import secrets
import unicodedata
from datetime import datetime
from typing import Final
from urllib.parse import quote

SECONDS: Final = 30
DIGITS: Final = 6
# RFC 4226 §4, R6: the secret has at least 128 bits, 160 are wished for
_SECRET_BYTES: Final = 20
# RFC 6238 §5.2: at most one step of delay; clocks of telephones are off by less
_DRIFT: Final = 1


def new_totp_secret() -> str:
    """Make a secret to be typed into a telephone: 32 letters and digits of base32."""
    return base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode("ascii")


def totp_code(secret: str, step: int) -> str:
    """Give the code of a step.

    Args:
        secret: in base32.
        step: number of the half minute since 1970.
    """
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def totp_step(moment: datetime) -> int:
    """Give the number of the half minute in which a moment lies."""
    return int(moment.timestamp()) // SECONDS


def matching_step(secret: str, typed: str, moment: datetime, last: int = 0) -> int | None:
    """Find the step whose code was typed; None when there is none, or when its code was used already.

    Args:
        secret: in base32.
        typed: as somebody typed it, with blanks or in full width.
        moment: now.
        last: the newest step that was used (RFC 6238 §5.2: a code is good for once).
    """
    code = re.sub(r"[\s-]+", "", unicodedata.normalize("NFKC", typed)).encode("utf-8", "replace")
    now = totp_step(moment)
    near = range(now - _DRIFT, now + _DRIFT + 1)
    found = [step for step in near if hmac.compare_digest(totp_code(secret, step).encode(), code)]
    return next((step for step in found if step > last), None)


def provisioning_uri(secret: str, name: str, issuer: str) -> str:
    """Write the address by which a program on a telephone takes the secret over.

    Args:
        secret: in base32.
        name: name of the account.
        issuer: whose account it is, for people.
    """
    label = quote(f"{issuer}:{name}", safe="")
    return f"otpauth://totp/{label}?secret={secret}&issuer={quote(issuer, safe='')}&digits={DIGITS}&period={SECONDS}"
