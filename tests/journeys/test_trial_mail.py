"""`distributor test-mail`: one mail to oneself, signed off or not, in no ledger."""

import email
import email.policy
import json
import re
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest

from distributor.cli.main import main

SEED = Path(__file__).parents[2] / "seeds" / "000_04bd7fccb17faafb.txt"
Run = Callable[..., tuple[int, str, str]]

pytestmark = pytest.mark.slow


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in an installation of its own; gives exit code, output and errors."""
    monkeypatch.setenv("DISTRIBUTOR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DISTRIBUTOR_LANGUAGE", "en")

    def command(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return command


def mails(folder: Path) -> list[EmailMessage]:
    files = sorted((folder / "data" / "mail").glob("*.eml"))
    return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]  # type: ignore[misc]


def test_a_preview_of_an_unsigned_bulletin_reaches_oneself_alone(run: Run, tmp_path: Path) -> None:
    bulletin = re.findall(r"Received (\w+):", run("receive", SEED, "--issue", "第12期", "--as", "li")[1])[0]
    code, out, _ = run("test-mail", bulletin, "--to", "me@xiefa.example", "--list", "song", "--as", "li")
    assert code == 0
    assert "me@xiefa.example" in out
    assert run("test-mail", bulletin, "--to", "me@xiefa.example", "--text", "--as", "li")[0] == 0
    first, second = mails(tmp_path)
    assert str(first["Subject"]).startswith("[预览] ")
    assert "<song." in str(first["List-Id"])
    assert "<bao." in str(second["List-Id"])
    assert second.get_content_type() == "text/plain"
    assert {str(mail["To"]) for mail in (first, second)} == {"me@xiefa.example"}
    assert json.loads(run("runs", "--json")[1]) == []
    assert run("audit", "verify")[0] == 0


def test_without_a_bulletin_a_plain_test_is_sent(run: Run, tmp_path: Path) -> None:
    assert run("test-mail", "--to", "me@xiefa.example", "--as", "li")[0] == 0
    (mail,) = mails(tmp_path)
    assert "发信测试" in str(mail["Subject"])
    assert mail["List-Id"] is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--to", "bulletin@most.example"), "recipient"),
        (("--to", "nobody"), "nobody"),
        (("nothing", "--to", "me@xiefa.example"), "nothing"),
    ],
)
def test_what_cannot_be_sent_is_refused_in_one_sentence(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    code, out, err = run("test-mail", *arguments, "--as", "li")
    assert code == 2
    assert said in err
    assert (err.count("\n"), out) == (1, "")
    assert mails(tmp_path) == []


def test_a_mail_that_may_not_leave_gives_exit_code_1(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISTRIBUTOR_ALLOWED_DOMAINS", '["elsewhere.example"]')
    code, out, _ = run("test-mail", "--to", "me@xiefa.example", "--as", "li")
    assert code == 1
    assert "Not sent" in out
    assert mails(tmp_path) == []
