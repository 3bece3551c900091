"""What Postfix's log says about messages."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from distributor.deliver.postfix_log import PostfixLog, find_taken
from distributor.model.ledger import Verdict

pytestmark = pytest.mark.anyio

AT = datetime(2026, 1, 5, 2, 30, tzinfo=UTC)
LOG = """\
Jan  5 10:30:00 mx postfix/smtpd[811]: connect from sender[192.0.2.1]
Jan  5 10:30:00 mx postfix/smtpd[811]: 4RtW1x2y3z: client=sender[192.0.2.1]
Jan  5 10:30:00 mx postfix/cleanup[812]: 4RtW1x2y3z: message-id=<taken@xiefa.example>
Jan  5 10:30:00 mx postfix/qmgr[700]: 4RtW1x2y3z: from=<bulletin@xiefa.example>, size=60123, nrcpt=1 (queue active)
Jan  5 10:30:01 mx postfix/cleanup[812]: 9F00AA11BB: message-id=<half@xiefa.example>
Jan  5 10:30:01 mx postfix/smtpd[811]: 9F00AA11BB: lost connection after DATA from sender[192.0.2.1]
Jan  5 10:30:02 mx postfix/submission/smtpd[813]: lost connection
Jan  5 10:30:02 mx kernel: nothing of ours
"""


def write(file: Path, moment: datetime, text: str = LOG) -> Path:
    file.write_text(text)
    os.utime(file, (moment.timestamp(), moment.timestamp()))
    return file


def test_only_the_queue_manager_says_that_a_message_was_taken() -> None:
    taken = find_taken(LOG.splitlines(), ["<taken@xiefa.example>", "<half@xiefa.example>", "<none@xiefa.example>"])
    assert list(taken) == ["<taken@xiefa.example>"]
    assert taken["<taken@xiefa.example>"].startswith("4RtW1x2y3z: from=")


async def test_the_log_knows_what_was_taken_and_what_was_not(tmp_path: Path) -> None:
    file = write(tmp_path / "mail.log", AT + timedelta(seconds=6))
    asked = {"<taken@xiefa.example>": AT, "<half@xiefa.example>": AT}
    verdicts = await PostfixLog(file).verdicts(asked)
    assert {key: verdict for key, (verdict, _) in verdicts.items()} == {
        "<taken@xiefa.example>": Verdict.TAKEN,
        "<half@xiefa.example>": Verdict.NOT_TAKEN,
    }


async def test_a_log_that_was_not_written_on_since_proves_nothing(tmp_path: Path) -> None:
    file = write(tmp_path / "mail.log", AT + timedelta(seconds=1))
    assert await PostfixLog(file).verdicts({"<half@xiefa.example>": AT}) == {}


async def test_a_log_that_is_not_there_proves_nothing(tmp_path: Path) -> None:
    assert await PostfixLog(tmp_path / "mail.log").verdicts({"<half@xiefa.example>": AT}) == {}


async def test_the_log_that_was_rotated_last_is_read_too(tmp_path: Path) -> None:
    write(tmp_path / "mail.log.1", AT)
    file = write(tmp_path / "mail.log", AT + timedelta(minutes=1), "Jan  5 10:31:00 mx postfix/qmgr[7]: begins anew\n")
    verdicts = await PostfixLog(file).verdicts({"<taken@xiefa.example>": AT})
    assert verdicts["<taken@xiefa.example>"][0] is Verdict.TAKEN
