"""A Postfix of the tests' own: configuration, queue and data stand in one folder, the system's is not touched."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.support.postfix_tools import free_port, tool

_STARTING_SECONDS = 20
_MAIN = """
compatibility_level = 3.6
command_directory = /usr/sbin
daemon_directory = {daemons}
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log/mail.log
maillog_file_prefixes = {folder}/log
myhostname = relay.xiefa.example
mydestination =
local_transport = error:nothing is delivered here
alias_maps =
alias_database =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_tls_security_level = none
smtp_tls_security_level = none
smtp_dns_support_level = disabled
relayhost = [127.0.0.1]:{next_port}
bounce_queue_lifetime = 0
"""
_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def why_not() -> str | None:
    """Say why no Postfix can be started here; None when one can."""
    if tool("postfix") is None:
        return "postfix is not installed on this machine"
    if os.geteuid() != 0:
        return "only the administrator can start a postfix"
    return None


@contextlib.contextmanager
def postfix_to(next_port: int) -> Iterator[int]:
    """Run a Postfix on loopback that relays everything to another port of loopback; gives its own port.

    Raises:
        TimeoutError: it did not start, with the end of its log.
    """
    # not below a folder of pytest: those are closed to the postfix user
    folder = Path(tempfile.mkdtemp(prefix="postfix-of-tests-"))
    port = free_port()
    try:
        command = _set_up(folder, port, next_port)
        subprocess.run([*command, "start"], check=True, capture_output=True, timeout=_STARTING_SECONDS)
        try:
            _wait_for(port, folder / "log" / "mail.log")
            yield port
        finally:
            subprocess.run([*command, "stop"], check=False, capture_output=True, timeout=_STARTING_SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _set_up(folder: Path, port: int, next_port: int) -> list[str]:
    folder.chmod(0o755)
    for name in ("etc", "queue", "data", "log"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    daemons = subprocess.run(
        [str(tool("postconf")), "-d", "-h", "daemon_directory"], capture_output=True, text=True, check=True
    )
    values = {"folder": folder, "daemons": daemons.stdout.strip(), "port": port, "next_port": next_port}
    (folder / "etc" / "main.cf").write_text(_MAIN.format(**values), "utf-8")
    (folder / "etc" / "master.cf").write_text(_MASTER.format(**values), "utf-8")
    return [str(tool("postfix")), "-c", str(folder / "etc")]


def _wait_for(port: int, log: Path) -> None:
    deadline = time.monotonic() + _STARTING_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as opened:
            if opened.recv(3) == b"220":
                return
        time.sleep(0.05)
    raise TimeoutError(log.read_text("utf-8", "replace")[-2000:] if log.exists() else "postfix did not start")
