"""The main job through the command line: a file goes in, feeds and mails come out, and everybody is accounted for."""

import email
import email.policy
import getpass
import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from distributor.cli import options
from distributor.cli.main import main

SEED = Path(__file__).parents[2] / "seeds" / "000_04bd7fccb17faafb.txt"
CONFIG = Path(__file__).parents[2] / "config"
Run = Callable[..., tuple[int, str, str]]

pytestmark = pytest.mark.slow


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in an installation of its own; gives exit code, output and errors."""
    config = tmp_path / "config"
    config.mkdir()
    for file in CONFIG.glob("*.toml"):
        (config / file.name).write_bytes(file.read_bytes())
    monkeypatch.setenv("DISTRIBUTOR_CONFIG", str(config))
    monkeypatch.setenv("DISTRIBUTOR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DISTRIBUTOR_LANGUAGE", "en")

    def command(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return command


@pytest.fixture
def received(run: Run) -> str:
    """The id of the seed, received."""
    code, out, _ = run("receive", SEED, "--issue", "第12期", "--date", "2023-12-05", "--as", "li")
    assert code == 0
    return re.findall(r"Received (\w+): 31 items", out)[0]


@pytest.fixture
def published(run: Run, received: str) -> str:
    """The id of the seed, signed off and published."""
    assert run("sign-off", received, "--as", "wang")[0] == 0
    assert run("publish", received, "--as", "wang")[0] == 0
    return received


def test_a_signed_bulletin_reaches_every_address_of_its_plan_once(run: Run, published: str, tmp_path: Path) -> None:
    plan = json.loads(run("plan", published, "--json")[1])
    addresses = [row["address"] for row in plan["rows"]]
    assert plan["unresolved"] == []
    assert [entry["label"] for entry in plan["entries"]].count("报") == 15
    assert len(addresses) == len(set(addresses))
    assert run("send", published, "--as", "wang")[0] == 0
    mails = [email.message_from_bytes(f.read_bytes(), policy=email.policy.default) for f in _mails(tmp_path)]
    assert sorted(str(mail["To"].addresses[0].addr_spec) for mail in mails) == sorted(addresses)
    runs = json.loads(run("runs", "--json")[1])
    assert sorted(entry["list_id"] for entry in runs) == ["bao", "song"]
    assert sum(entry["states"]["sent"] for entry in runs) == len(addresses)
    assert all(entry["finished"] for entry in runs)


def test_whose_name_is_taken_is_said_when_none_is_given(run: Run, received: str) -> None:
    code, out, errors = run("sign-off", received)
    assert code == 0
    name = re.findall(r"^Recorded under the name (.+), who is logged in", errors)[0]
    assert f"Signed off by {name}" in out
    assert run("publish", received, "--as", "wang")[2] == ""
    code, _, errors = run("send", received, "--as", " ")
    assert (code, errors) == (2, "Give a name after --as; it must not be empty or hold control characters.\n")


def test_an_account_without_a_name_on_the_machine_acts_under_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 1234")

    monkeypatch.setattr(getpass, "getuser", nameless)
    assert options.actor(None).name == f"uid-{os.getuid()}"


def test_acts_on_a_run_that_is_over_or_none_say_so(run: Run, published: str) -> None:
    run("send", published, "--list", "bao", "--as", "wang")
    (entry,) = json.loads(run("runs", "--json")[1])
    for act in ("pause", "resume", "cancel"):
        code, _, errors = run(act, entry["id"], "--as", "wang")
        assert (code, "has finished" in errors) == (2, True)
    assert "nothing to send again" in run("retry", entry["id"], "--as", "wang")[1]
    assert "in doubt" in run("resolve", entry["id"], "sent", "--as", "wang")[1]
    code, out, errors = run("history", "xxx")
    assert (code, out) == (2, "")
    assert "xxx" in errors


def test_who_has_signed_before_is_said_and_what_has_changed_since(run: Run, received: str) -> None:
    assert "wang" in run("sign-off", received, "--as", "wang")[1]
    _, out, _ = run("sign-off", received, "--as", "zhao")
    assert re.search(r"wang had signed exactly this on \d+ \w+ \d{4} \d\d:\d\d;", out)
    run("receive", SEED, "--issue", "第13期", "--date", "2023-12-05", "--as", "li")
    _, out, _ = run("sign-off", received, "--as", "wang")
    assert "zhao had signed on" in out
    assert "this has changed: words、mails." in out


def test_each_reader_is_addressed_by_the_role_of_the_footer(run: Run, published: str, tmp_path: Path) -> None:
    run("send", published, "--as", "wang")
    texts = {}
    for file in _mails(tmp_path):
        mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        texts[mail["List-Id"]] = mail.get_body(("plain",)).get_content()
    assert len(texts) == 2
    report, send = (next(text for list_id, text in texts.items() if name in list_id) for name in ("bao.", "song."))
    assert "呈" in report
    assert report.splitlines()[:12] != send.splitlines()[:12]


def test_sending_twice_serves_nobody_twice(run: Run, published: str, tmp_path: Path) -> None:
    assert run("send", published, "--list", "bao", "--as", "wang")[0] == 0
    before = len(_mails(tmp_path))
    code, out, _ = run("send", published, "--list", "bao", "--as", "wang")
    assert (code, len(_mails(tmp_path))) == (0, before)
    assert "Nobody is left" in out
    run("send", published, "--as", "wang")
    assert len(json.loads(run("runs", "--json")[1])) == 2


def test_a_dry_run_shows_who_and_sends_nothing(run: Run, published: str, tmp_path: Path) -> None:
    code, out, _ = run("send", published, "--dry-run", "--as", "wang")
    assert code == 0
    assert "nothing was sent" in out
    assert not _mails(tmp_path)
    assert json.loads(run("runs", "--json")[1]) == []


def test_nothing_leaves_unsigned(run: Run, received: str, tmp_path: Path) -> None:
    for command in ("send", "publish"):
        code, _, err = run(command, received, "--as", "wang")
        assert code == 2
        assert "is not signed off" in err
        assert err.count("\n") == 1
    assert not _mails(tmp_path)


def test_a_body_that_joins_the_plan_voids_the_sign_off(run: Run, published: str, tmp_path: Path) -> None:
    recipients = tmp_path / "config" / "recipients.toml"
    text = recipients.read_text("utf-8")
    added = '\n[[contacts]]\norganization = "most"\naddress = "second@most-two.example"\nmailbox = "cc"\n'
    recipients.write_text(text + added, "utf-8")
    assert run("apply", "--yes", "--as", "admin")[0] == 0
    code, _, err = run("send", published, "--as", "wang")
    assert code == 2
    assert "second@most-two.example" in err
    assert not _mails(tmp_path)
    assert run("sign-off", published, "--as", "wang")[0] == 0
    assert run("send", published, "--as", "wang")[0] == 0


def test_a_body_that_leaves_the_plan_does_not_void_it(run: Run, published: str, tmp_path: Path) -> None:
    before = json.loads(run("plan", published, "--json")[1])["rows"]
    recipients = tmp_path / "config" / "recipients.toml"
    gone = before[-1]["address"]
    blocks = re.split(r"(?m)^(?=\[\[)", recipients.read_text("utf-8"))
    recipients.write_text("".join(block for block in blocks if gone not in block), "utf-8")
    assert run("apply", "--yes", "--as", "admin")[0] == 0
    assert run("send", published, "--as", "wang")[0] == 0
    assert len(_mails(tmp_path)) == len(before) - 1


def test_an_unknown_body_blocks_sign_off_until_the_address_book_knows_it(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "renamed.txt"
    file.write_text(SEED.read_text("utf-8").replace("报：科技部、", "报：科学与技木部、"), "utf-8")
    _, out, _ = run("receive", file, "--as", "li")
    bulletin = re.findall(r"Received (\w+):", out)[0]
    assert "科学与技木部" in out
    code, plan, _ = run("plan", bulletin, "--json")
    assert (code, json.loads(plan)["unresolved"]) == (1, ["科学与技木部"])
    code, _, err = run("sign-off", bulletin, "--as", "wang")
    assert code == 2
    assert "科学与技木部" in err
    organizations = tmp_path / "config" / "organizations.toml"
    text = organizations.read_text("utf-8")
    organizations.write_text(text.replace('aliases = ["', 'aliases = ["科学与技木部", "', 1), "utf-8")
    assert run("apply", "--yes", "--as", "admin")[0] == 0
    assert run("sign-off", bulletin, "--as", "wang")[0] == 0


def test_the_same_file_twice_is_the_same_bulletin(run: Run, received: str) -> None:
    _, out, _ = run("receive", SEED, "--as", "li")
    assert f"before as {received}" in out
    assert [row["id"] for row in json.loads(run("bulletins", "--json")[1])] == [received]


def test_the_list_of_bulletins_shows_how_far_each_has_come(run: Run, received: str) -> None:
    def state() -> str:
        return json.loads(run("bulletins", "--json")[1])[0]["state"]

    assert state() == "draft"
    run("sign-off", received, "--as", "wang")
    assert state() == "signed off"
    _, out, _ = run("publish", received, "--as", "wang")
    assert f"https://bulletin.xiefa.example/bulletins/{received}" in out
    assert state() == "published"
    assert "published" in run("bulletins")[1]


def test_the_list_says_how_many_earlier_bulletins_it_leaves_out(run: Run, received: str, tmp_path: Path) -> None:
    second = tmp_path / "second.txt"
    second.write_text(Path(SEED).read_text("utf-8").replace("联盟", "同盟"), "utf-8")
    run("receive", str(second), "--issue", "第2期", "--as", "li")
    _, out, _ = run("bulletins", "--limit", "1")
    assert received not in out
    assert "1 earlier" in out
    assert len(json.loads(run("bulletins", "--json")[1])) == 2


def test_what_the_file_lacks_gets_a_default_and_a_finding(run: Run) -> None:
    _, out, _ = run("receive", SEED, "--as", "li")
    row = json.loads(run("bulletins", "--json")[1])[0]
    assert row["title"] == "联盟协发网简报"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", row["date"])
    assert "warning" in out


def test_a_bad_file_does_not_keep_the_others_out(run: Run, tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.touch()
    code, out, err = run("receive", empty, SEED, "--as", "li")
    assert code == 2
    assert "31 items" in out
    assert err.count("\n") == 1


def test_the_address_book_can_be_checked(run: Run) -> None:
    code, out, _ = run("recipients", "check")
    assert code == 0
    assert "organizations" in out


def test_every_delivery_of_a_run_is_shown_with_what_the_relay_answered(run: Run, published: str) -> None:
    run("send", published, "--list", "bao", "--as", "wang")
    run_id = json.loads(run("runs", "--json")[1])[0]["id"]
    shown = json.loads(run("runs", run_id, "--json")[1])
    assert {row["delivery"]["state"] for row in shown["deliveries"]} == {"sent"}
    assert {row["reply"]["code"] for row in shown["deliveries"]} == {250}
    assert "科学技术部" in run("runs", run_id)[1]


def _mails(folder: Path) -> list[Path]:
    return sorted((folder / "data" / "mail").glob("*.eml"))
