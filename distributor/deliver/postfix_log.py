"""What a Postfix says in its log about messages: whether it has taken them, by Message-ID."""

import asyncio
import re
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from distributor.model.ledger import Verdict

_LINE: Final = re.compile(r"postfix(?:[\w/-]*)/(\w+)\[\d+\]: ([0-9A-Za-z]{6,20}): (.*)")
_MESSAGE_ID: Final = re.compile(r"message-id=(<[^>]*>)")
# syslog may be a moment behind the relay
_SETTLE: Final = timedelta(seconds=5)
_TAIL: Final = 64 * 1024 * 1024


class PostfixLog:
    """The log of the Postfix that is our relay, on this machine or brought here by syslog.

    Args:
        path: the file; the one rotated last, `<path>.1`, is read before it.
        settle: how long after the dot the log must have been written on before a message counts as not taken.
    """

    def __init__(self, path: Path, settle: timedelta = _SETTLE) -> None:
        self._path = path
        self._settle = settle

    async def verdicts(self, asked: Mapping[str, datetime]) -> Mapping[str, tuple[Verdict, str]]:
        """Give what the log knows about each message, with the line that says so.

        Args:
            asked: moment of the dot by Message-ID.
        """
        return await asyncio.to_thread(self._read, asked)

    def _read(self, asked: Mapping[str, datetime]) -> Mapping[str, tuple[Verdict, str]]:
        try:
            written = datetime.fromtimestamp(self._path.stat().st_mtime, UTC)
            lines = self._lines()
        except OSError:
            return {}
        taken = find_taken(lines, asked)
        verdicts: dict[str, tuple[Verdict, str]] = {key: (Verdict.TAKEN, line) for key, line in taken.items()}
        for key, moment in asked.items():
            # a log that nobody writes to any more proves nothing
            if key not in verdicts and written >= moment + self._settle:
                verdicts[key] = (Verdict.NOT_TAKEN, "")
        return verdicts

    def _lines(self) -> list[str]:
        rotated = self._path.with_name(f"{self._path.name}.1")
        files = [file for file in (rotated, self._path) if file.exists()]
        return [line for file in files for line in _tail(file).decode("utf-8", "replace").splitlines()]


def find_taken(lines: Iterable[str], message_ids: Collection[str]) -> dict[str, str]:
    """Find the messages that Postfix has put into its queue; gives the line that says so by Message-ID.

    A message is named by cleanup while it comes in; only the queue manager's line says that it was taken.

    Args:
        lines: lines of the log, oldest first.
        message_ids: Message-IDs with angle brackets.
    """
    wanted = set(message_ids)
    queued: dict[str, str] = {}
    taken: dict[str, str] = {}
    for line in lines:
        match = _LINE.search(line)
        if match is None:
            continue
        program, queue_id, said = match.groups()
        if program == "cleanup":
            named = _MESSAGE_ID.search(said)
            if named and named.group(1) in wanted:
                queued[queue_id] = named.group(1)
        elif queue_id in queued and program not in {"smtpd", "submission"}:
            taken.setdefault(queued[queue_id], f"{queue_id}: {said}")
    return taken


def _tail(file: Path) -> bytes:
    with file.open("rb") as opened:
        opened.seek(max(0, file.stat().st_size - _TAIL))
        return opened.read()
