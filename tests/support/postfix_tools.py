"""smtp-sink and smtp-source of Debian's postfix package, as plain child processes; postfix itself is never started."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path


def tool(name: str) -> str | None:
    """Find a tool; Debian puts both where only the administrator's path looks."""
    return shutil.which(name, path="/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin")


def free_port() -> int:
    """Give a port that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def smtp_sink(*options: str) -> Iterator[int]:
    """Run a server that takes every message and forgets it; gives its port."""
    port = free_port()
    # it refuses to stay the administrator
    user = ("-u", "nobody") if os.geteuid() == 0 else ()
    command = [str(tool("smtp-sink")), *user, *options, f"127.0.0.1:{port}", "1000"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port)
            yield port
        finally:
            process.kill()


def smtp_source(port: int, *, messages: int, sessions: int, file: Path) -> float:
    """Send the same file again and again over kept connections; gives the seconds it took."""
    command = [
        *(str(tool("smtp-source")), "-d", "-s", str(sessions), "-m", str(messages), "-F", str(file)),
        *("-f", "bulletin@xiefa.example", "-t", "bgt@kjt-gd.example", f"127.0.0.1:{port}"),
    ]
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def _wait_for(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise TimeoutError("smtp-sink does not listen")
