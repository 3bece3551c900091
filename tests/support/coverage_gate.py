"""Hold the measured branch coverage against the bars: 95 % of everything, 100 % of model, parse and recipients."""

import subprocess
import sys

_ALL, _PURE = 95, 100
_PURE_ROOMS = "distributor/model/*,distributor/parse/*,distributor/recipients/*"


def main() -> int:
    """Combine what the processes measured, report, and fail below a bar."""
    _coverage("combine", "--quiet")
    everything = _coverage("report", f"--fail-under={_ALL}")
    pure = _coverage("report", f"--fail-under={_PURE}", f"--include={_PURE_ROOMS}")
    return everything or pure


def _coverage(*arguments: str) -> int:
    return subprocess.run([sys.executable, "-m", "coverage", *arguments], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
