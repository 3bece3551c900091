"""How fast other products send the same mails to the same smtp-sink in the same run.

    python -m tests.benchmarks.bench_peers [--rounds 5] [--ours 2000] [--peers 300] [--environment FOLDER]

Personalised multipart messages of about 60 KB (greeting, link to unsubscribe, To). Ours are signed by RSA-2048 and
written into the ledger with both durable marks, on SQLite, over 10 connections; the peers sign nothing and use what
they offer: Django's `EmailMultiAlternatives` over one kept connection, django-post-office with its queue in SQLite and
its log, Mailman 3 with full personalisation (its delivery classes in a configured process, without its runners). The
figures are messages a second and milliseconds of processor for each, medians of interleaved rounds; the ratio is ours
to theirs. Sending alone is measured, not the queueing. On a busy machine the processor says more than the clock.

The peers live in an environment of their own, made below `var/bench/peers` where pip can install, or given.
"""

import argparse
import asyncio
import contextlib
import statistics
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.bench_delivery import KEYS, Bench, _drain
from tests.support.postfix_tools import smtp_sink, tool

_SCRIPTS = Path(__file__).parent / "peers"
_PINNED = ("django==5.2.8", "django-post-office==3.10.1", "mailman==3.3.10")
# name, script, part of the messages that it gets, the bar
_PEERS = (
    ("Django EmailMultiAlternatives", "django_mail.py", 1.0, 8),
    ("django-post-office", "queued_mail.py", 1.0, 6),
    ("Mailman 3, full personalisation", "mailman_full.py", 0.5, 30),
)


_OURS = "ours, RSA-2048, ledger"


@dataclass(frozen=True, slots=True)
class Measured:
    """One round of one product.

    Args:
        rate: messages a second.
        cost: milliseconds of processor for each message.
    """

    rate: float
    cost: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--ours", type=int, default=2000, help="messages of a round of ours")
    parser.add_argument("--peers", type=int, default=300, help="messages of a round of a peer")
    parser.add_argument("--environment", type=Path, help="an environment that has the peers")
    arguments = parser.parse_args()
    if tool("smtp-sink") is None:
        sys.stdout.write("left out: smtp-sink is not here; it is part of Debian's postfix package\n")
        return
    python = _environment(arguments.environment)
    if python is None:
        wanted = " ".join(_PINNED)
        sys.stdout.write(f"left out: pip cannot install here; make an environment with {wanted}, give --environment\n")
        return
    measured: dict[str, list[Measured]] = {_OURS: []} | {name: [] for name, *_ in _PEERS}
    for number in range(arguments.rounds):
        with tempfile.TemporaryDirectory() as folder, smtp_sink() as port:
            bench = Bench(Path(folder), port, arguments.ours, 51)
            measured[_OURS].append(_ours(bench))
            for name, script, part, _ in _PEERS:
                count = max(1, int(arguments.peers * part))
                found = _peer(python, script, bench, count)
                if found is not None:
                    measured[name].append(found)
        sys.stderr.write(f"round {number + 1} of {arguments.rounds}\n")
    _report(measured)


def _environment(given: Path | None) -> Path | None:
    """Give the interpreter of the peers' environment; None where it cannot be made."""
    folder = given or Path("var/bench/peers")
    python = folder / "bin" / "python"
    if given is not None or python.exists():
        return python.absolute() if python.exists() else None
    venv.create(folder, with_pip=True)
    done = subprocess.run([python, "-m", "pip", "install", "--quiet", *_PINNED], check=False)
    return python.absolute() if done.returncode == 0 else None


def _ours(bench: Bench) -> Measured:
    url = f"sqlite+aiosqlite:///{bench.folder}/ours.sqlite3"
    took, busy = asyncio.run(_drain(bench, url, KEYS["RSA-2048"], bench.folder / "message", with_ledger=True))
    return Measured(bench.messages / took, busy / bench.messages * 1000)


def _peer(python: Path, script: str, bench: Bench, count: int) -> Measured | None:
    command = [str(python), str(_SCRIPTS / script), str(bench.port), str(count), str(bench.folder)]
    with contextlib.suppress(OSError):
        done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=bench.folder, env={})
        if done.returncode == 0:
            took, busy = (float(figure) for figure in done.stdout.split()[-2:])
            return Measured(count / took, busy / count * 1000)
        sys.stderr.write(f"{script}: {done.stderr[-1500:]}\n")
    return None


def _report(measured: dict[str, list[Measured]]) -> None:
    bars = {name: bar for name, _, _, bar in _PEERS}
    ours = measured[_OURS]
    rate, cost = (statistics.median(figures) for figures in ([m.rate for m in ours], [m.cost for m in ours]))
    for name, rounds in measured.items():
        if not rounds:
            sys.stdout.write(f"{name:34} could not be measured\n")
            continue
        rates, costs = [one.rate for one in rounds], [one.cost for one in rounds]
        mine, spent = statistics.median(rates), statistics.median(costs)
        line = f"{name:34} {mine:7.0f} messages/s ({min(rates):.0f} to {max(rates):.0f}), {spent:5.2f} ms of processor"
        if name in bars:
            line += f"; ours {rate / mine:.1f} times as fast (bar {bars[name]}), {spent / cost:.1f} times by processor"
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
