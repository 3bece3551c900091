"""A throw-away PostgreSQL cluster on a Unix socket, started by the tests as an unprivileged user."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# initdb refuses root; CI runs as root
_UNPRIVILEGED = ("postgres", "nobody")


def find_binaries() -> Path | None:
    """Give the folder of initdb and pg_ctl, or None where PostgreSQL is not installed."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    on_path = shutil.which("initdb")
    if installed:
        return installed[0].parent
    return Path(on_path).parent if on_path else None


@contextmanager
def cluster(binaries: Path) -> Iterator[str]:
    """Start a cluster, give the address of its maintenance database without a driver, and remove it at the end."""
    user = _user()
    folder = Path(tempfile.mkdtemp(prefix="distributor-pg-"))
    if user:
        shutil.chown(folder, user)

    def run(*command: str) -> None:
        subprocess.run(command, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL, env=_environment(folder))

    data = str(folder / "data")
    try:
        run(
            str(binaries / "initdb"),
            "-D",
            data,
            "-A",
            "trust",
            "-U",
            "tests",
            "--encoding=UTF8",
            "--no-sync",
            "--locale=C",
        )
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c max_connections=60"
        run(str(binaries / "pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"://tests@/{{database}}?host={folder}"
        finally:
            run(str(binaries / "pg_ctl"), "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def restart(binaries: Path, address: str) -> None:
    """Take a cluster down as a power cut does, and start it again.

    Args:
        binaries: folder of pg_ctl.
        address: what `cluster` gave.
    """
    folder = Path(address.rpartition("host=")[2])
    command = [str(binaries / "pg_ctl"), "-D", str(folder / "data"), "-m", "immediate", "-w", "-l", str(folder / "log")]
    subprocess.run(
        [*command, "restart"], check=True, user=_user(), cwd=folder, stdout=subprocess.DEVNULL, env=_environment(folder)
    )


def _user() -> str | None:
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in _UNPRIVILEGED if name in known)


def _environment(folder: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(folder)}
