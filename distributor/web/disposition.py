"""The Content-Disposition of a file with any name (RFC 6266, RFC 8187); pure."""

import re
from urllib.parse import quote

# characters that are no token and would end or escape the quoted form; % is taken for an escape by some browsers
_UNSAFE = re.compile(r'[^\x20-\x7e]|["\\%/]')
_LONGEST = 200


def attachment(name: str) -> str:
    """Offer a file for download under its name, with an ASCII name for old clients.

    Args:
        name: file name; folders and control characters are left out.
    """
    plain = "".join(c for c in name.replace("\\", "/").rsplit("/", 1)[-1] if c.isprintable())[-_LONGEST:] or "file"
    stem = _UNSAFE.sub("_", plain)
    if stem == plain:
        return f'attachment; filename="{plain}"'
    return f"attachment; filename=\"{stem}\"; filename*=UTF-8''{quote(plain, safe='', errors='replace')}"
