"""Compare a password with its hash, a few at a time."""

import anyio.to_thread
from anyio import CapacityLimiter
from anyio.lowlevel import RunVar

from distributor import access

# each comparison takes a processor and 19 MiB; a flood of logins must not take them all
_AT_ONCE = 2
_limiter: RunVar[CapacityLimiter] = RunVar("_limiter")


async def check_password(password: str, kept: str | None) -> bool:
    """Whether a password is the one that was hashed; takes as long when there is no hash.

    Args:
        password: what was typed.
        kept: the hash, None for an account that does not exist.
    """
    limiter = _limiter.get(None)
    if limiter is None:
        limiter = CapacityLimiter(_AT_ONCE)
        _limiter.set(limiter)
    return await anyio.to_thread.run_sync(access.is_password, password, kept, limiter=limiter)
