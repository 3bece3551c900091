"""What SpamAssassin and rspamd say about a message, by their own rules alone: no network, nothing learnt."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.support.postfix_tools import free_port, tool

_STARTING_SECONDS = 60
_RSPAMD = """
.include "$CONFDIR/common.conf"
options {{
    pidfile = "$RUNDIR/rspamd.pid";
    .include "$CONFDIR/options.inc"
    dns {{ nameserver = ["127.0.0.1:1:1"]; timeout = 0.1s; retransmits = 1; }}
}}
logging {{ type = "file"; filename = "$LOGDIR/rspamd.log"; }}
worker "normal" {{
    bind_socket = "127.0.0.1:{port}";
    count = 1;
    .include "$CONFDIR/worker-normal.inc"
}}
"""


def spamassassin_score(message: bytes, home: Path) -> tuple[float, str]:
    """Give the score of SpamAssassin's local rules, and the names of those that spoke.

    Args:
        message: the bytes.
        home: folder for its preferences.
    """
    environment = {**os.environ, "HOME": str(home)}
    done = subprocess.run(
        [str(tool("spamassassin")), "-L"], input=message, env=environment, capture_output=True, check=True
    )
    status = re.search(rb"X-Spam-Status: .*?score=(-?[\d.]+).*?tests=(.*?)autolearn", done.stdout, flags=re.DOTALL)
    assert status is not None, done.stderr
    return float(status[1]), re.sub(r"\s+", "", status[2].decode())


@contextlib.contextmanager
def rspamd() -> Iterator[int]:
    """Run an rspamd of the tests' own; gives the port that scans."""
    folder = Path(tempfile.mkdtemp(prefix="rspamd-of-tests-"))
    port = free_port()
    (folder / "rspamd.conf").write_text(_RSPAMD.format(port=port), "utf-8")
    user = ("-u", "_rspamd", "-g", "_rspamd") if os.geteuid() == 0 else ()
    places = []
    for name in ("DBDIR", "RUNDIR", "LOGDIR", "LOCAL_CONFDIR"):
        (folder / name).mkdir()
        if user:
            shutil.chown(folder / name, "_rspamd")
        places.append(f"--var={name}={folder / name}")
    folder.chmod(0o755)
    command = [str(tool("rspamd")), "-f", *user, "-c", str(folder / "rspamd.conf"), *places]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port)
            yield port
        finally:
            process.terminate()
            process.wait(_STARTING_SECONDS)
            shutil.rmtree(folder, ignore_errors=True)


def rspamd_score(message: bytes, port: int) -> tuple[float, str]:
    """Give the score of rspamd, and the names of the rules that spoke."""
    headers = {"From": "bulletin@xiefa.example", "IP": "127.0.0.1"}
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/checkv2", data=message, headers=headers)
    with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310  our own server
        found = json.load(answer)
    spoke = {name: symbol["score"] for name, symbol in found["symbols"].items() if symbol["score"]}
    return float(found["score"]), str(spoke)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _STARTING_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/ping"):
            return
        time.sleep(0.1)
    raise TimeoutError("rspamd did not start")
