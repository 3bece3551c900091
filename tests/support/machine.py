"""Bring to this machine what the tests use beside Python: a browser with a Chinese font, PostgreSQL, a relay, a filter.

Where it may not install (no root, no apt-get), it says what is missing; those tests are then skipped by name.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

_SYSTEM = "/usr/sbin:/sbin:/usr/bin:/bin"
_WANTED: dict[str, Callable[[], bool]] = {
    "chromium": lambda: shutil.which("chromium") is not None,
    "fonts-noto-cjk": lambda: bool(list(Path("/usr/share/fonts").rglob("NotoSansCJK*"))),
    "postgresql": lambda: bool(list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))),
    "newsboat": lambda: shutil.which("newsboat") is not None,
    "postfix": lambda: shutil.which("postfix", path=_SYSTEM) is not None,
    "spamassassin": lambda: shutil.which("spamassassin") is not None,
}


def main() -> int:
    """Install what is missing and may be installed; never fails, tests skip what they cannot use."""
    missing = [package for package, is_there in _WANTED.items() if not is_there()]
    if not missing:
        return 0
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        print(f"==> not on this machine, the tests that need it are skipped: {', '.join(missing)}")
        return 0
    print(f"==> installing for the tests: {', '.join(missing)}", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", *missing]):
        done = subprocess.run(["apt-get", "-qq", *arguments], env=environment, check=False, stdout=subprocess.DEVNULL)
        if done.returncode:
            print("==> apt-get did not succeed; the tests that need these packages are skipped", flush=True)
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
