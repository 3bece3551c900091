"""The address book on the command line: what would change is shown and asked about, kept, found and taken back."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from distributor.cli import asking
from distributor.cli.main import main
from distributor.settings import asset_folder
from tests.support.tables import csv_bytes, xlsx_bytes

Run = Callable[..., tuple[int, str, str]]

pytestmark = pytest.mark.slow

SEED = asset_folder("seeds") / "000_04bd7fccb17faafb.txt"
TABLE = (
    ("单位", "邮箱", "联系人", "分组"),
    ("科技部", "second@most.example", "综合处", ""),
    ("木竹研究联盟", "office@woodbamboo.example", "", "各试点联盟"),
)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in an installation of its own; gives exit code, output and errors."""
    config = tmp_path / "config"
    config.mkdir()
    for file in asset_folder("config").glob("*.toml"):
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
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Seat somebody at a terminal who answers every question alike."""

    class Terminal:
        def isatty(self) -> bool:
            return True

    def answer(*, says: bool) -> None:
        monkeypatch.setattr(asking.sys, "stdin", Terminal())
        monkeypatch.setattr(asking.typer, "confirm", lambda _question: says)

    return answer


def edit(folder: Path, name: str, old: str, new: str) -> None:
    file = folder / "config" / name
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_apply_shows_what_would_change_and_asks(run: Run, tmp_path: Path, terminal: Callable[..., None]) -> None:
    assert "Nothing to change" in run("apply")[1]
    edit(tmp_path, "organizations.toml", 'short_name = "科技部"', 'short_name = "科技部机关"')
    edit(tmp_path, "recipients.toml", 'address = "', 'address = "new.')
    code, out, err = run("apply", "--as", "admin")
    assert code == 2
    assert err.count("\n") == 1
    assert "--yes" in err
    assert "~ organizations most 科学技术部" in out
    assert "short_name: 科技部 → 科技部机关" in out
    assert re.search(r"^\+ contacts", out, re.MULTILINE)
    assert "1 to add, 1 to change, 1 to remove." in out
    terminal(says=False)
    assert (run("apply")[0], "Nothing was changed" in run("apply")[1]) == (1, True)
    terminal(says=True)
    assert run("apply")[0] == 0
    assert "Nothing to change" in run("apply")[1]


def test_a_mass_removal_must_be_said_twice(run: Run, tmp_path: Path, terminal: Callable[..., None]) -> None:
    file = tmp_path / "config" / "recipients.toml"
    whole = file.read_text("utf-8")
    without_contacts = whole.partition("[[contacts]]")[0]
    run("recipients", "check")
    file.write_text(without_contacts, "utf-8")
    code, _, err = run("apply", "--yes")
    assert (code, "--allow-removals" in err) == (2, True)
    terminal(says=False)
    assert run("apply", "--yes")[0] == 1
    terminal(says=True)
    assert run("apply")[0] == 0
    file.write_text(whole, "utf-8")
    assert run("apply", "--yes")[0] == 0
    file.write_text(without_contacts, "utf-8")
    assert run("apply", "--yes", "--allow-removals")[0] == 0


def test_applying_an_export_changes_nothing_and_exports_the_same_bytes(run: Run, tmp_path: Path) -> None:
    names = ("organizations.toml", "recipients.toml", "schedule.toml", "calendar.toml")
    assert run("export-config", tmp_path / "one")[0] == 0
    for name in names:
        (tmp_path / "config" / name).write_bytes((tmp_path / "one" / name).read_bytes())
    assert "Nothing to change" in run("apply")[1]
    assert "Nothing to change" in run("recipients", "apply", tmp_path / "one" / "recipients.toml")[1]
    run("export-config", tmp_path / "two")
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_table_is_imported_exported_and_taken_back(run: Run, tmp_path: Path, form: str) -> None:
    file = tmp_path / f"table.{form}"
    file.write_bytes(csv_bytes(TABLE, encoding="gbk") if form == "csv" else xlsx_bytes(TABLE))
    code, out, _ = run("recipients", "import", file, "--dry-run")
    assert code == 0
    assert "nothing was changed" in out
    assert run("recipients", "import", file)[0] == 2
    code, out, _ = run("recipients", "import", file, "--yes", "--as", "li")
    assert code == 0
    assert "2 mailboxes to add" in out
    act = re.findall(r"recipients undo (\w+)", out)[0]
    assert "Nothing changes" in run("recipients", "import", file)[1]
    assert "second@most.example" in run("recipients", "show", "科技部")[1]
    assert "木竹研究联盟" in run("recipients", "search", "木竹")[1]
    assert "木竹研究联盟" in run("recipients", "list", "--group", "各试点联盟")[1]
    exported = tmp_path / f"export.{form}"
    assert run("recipients", "export", exported, "--search", "木竹研究")[0] == 0
    assert "Nothing changes" in run("recipients", "import", exported)[1]
    assert re.search(rf"{act}.*import", run("recipients", "history")[1])
    assert "+ contacts most second@most.example" in run("recipients", "history", act)[1]
    assert run("recipients", "undo", act, "--as", "li")[0] == 0
    assert "second@most.example" not in run("recipients", "show", "科技部")[1]
    assert "undone before" in run("recipients", "undo", act)[2]


def test_a_bad_row_is_shown_with_its_place_and_imports_nothing(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_bytes(csv_bytes([*TABLE, ("科技部", "nowhere", "", ""), ("科技部", "a@b.example", "", "各试点联蒙")]))
    code, out, _ = run("recipients", "import", file, "--yes")
    assert code == 1
    assert "has no @" in out
    assert "各试点联盟" in out
    assert "2 problems in 4 rows" in out
    assert "second@most.example" not in run("recipients", "show", "科技部")[1]


def test_a_replacing_import_asks_for_a_mass_removal(run: Run, tmp_path: Path, terminal: Callable[..., None]) -> None:
    file = tmp_path / "table.csv"
    file.write_bytes(csv_bytes(TABLE))
    code, _, err = run("recipients", "import", file, "--replace", "--yes")
    assert (code, "--allow-removals" in err) == (2, True)
    terminal(says=False)
    assert run("recipients", "import", file, "--replace")[0] == 1
    assert run("recipients", "import", file, "--replace", "--yes", "--allow-removals")[0] == 0


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("missing/e.csv", ()), ("e.docx", ()), ("e.csv", ("--format", "pdf")), ("e.csv", ("--group", "none"))],
)
def test_an_export_that_cannot_be_made_says_why(run: Run, tmp_path: Path, name: str, arguments: tuple) -> None:
    code, _, err = run("recipients", "export", tmp_path / name, *arguments)
    assert code == 2
    assert err.count("\n") == 1
    assert "error." not in err


def test_an_address_is_stopped_and_allowed_again(run: Run) -> None:
    address = "bulletin@most.example"
    assert "not written to any more" in run("recipients", "suppress", address, "--reason", "本人要求", "--as", "li")[1]
    assert "stopped before" in run("recipients", "suppress", address, "--reason", "又一次")[1]
    assert "本人要求" in run("recipients", "search", address)[1]
    assert "written to again" in run("recipients", "unsuppress", address)[1]
    assert run("recipients", "unsuppress", address)[0] == 2


def test_the_suggestion_for_an_unknown_entry_is_accepted(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "renamed.txt"
    file.write_text(SEED.read_text("utf-8").replace("报：科技部、", "报：科学与技木部、"), "utf-8")
    bulletin = re.findall(r"Received (\w+):", run("receive", file, "--as", "li")[1])[0]
    code, out, _ = run("plan", bulletin, "--json")
    plan = json.loads(out)
    assert (code, plan["unresolved"], len(plan["entries"])) == (1, ["科学与技木部"], 15 + 3)
    entry = next(entry for entry in plan["entries"] if entry["target"] is None)
    assert entry["suggestions"][0] == "科学技术部"
    assert run("recipients", "accept-alias", entry["suggestions"][0], entry["text"], "--as", "li")[0] == 0
    assert "already" in run("recipients", "accept-alias", "most", entry["text"])[1]
    code, out, _ = run("plan", bulletin, "--json")
    assert (code, json.loads(out)["unresolved"]) == (0, [])


def test_schedule_and_calendar_are_applied_with_what_they_change(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "config"
    run("recipients", "check")
    schedule = (config / "schedule.toml").read_text("utf-8")
    changed = schedule.replace("每周五 16:00", "每周四 16:00").replace(
        'window = "07:00-22:00"', 'window = "08:00-18:00"'
    )
    changed = changed.replace('id = "public-daily"', 'id = "public-morning"').replace("hours = 72", "hours = 24")
    (config / "schedule.toml").write_text(changed, "utf-8")
    (config / "calendar.toml").write_text('base = ""\n[year.2027]\npublished = true\n', "utf-8")
    code, out, _ = run("apply", "--yes", "--as", "li")
    assert code == 0
    assert "+ Schedule public-morning public 每日 08:30" in out
    assert "- Schedule public-daily public 每日 08:30" in out
    assert "trigger: 每周五 16:00 → 每周四 16:00" in out
    assert "window: 07:00-22:00 → 08:00-18:00" in out
    assert "catch_up: 3 days, 0:00:00 → 1 day, 0:00:00" in out
    assert "~ Working calendar calendar.toml base、2027" in out
    assert "Nothing to change" in run("apply")[1]


def test_a_plan_tells_who_is_stopped_who_moved_and_that_nothing_differs(run: Run, tmp_path: Path) -> None:
    def received(file: Path, issue: str, date: str) -> str:
        out = run("receive", file, "--issue", issue, "--date", date, "--as", "li")[1]
        return str(re.findall(r"Received (\w+):", out)[0])

    def changed(name: str, old: str, new: str) -> Path:
        file = tmp_path / name
        text = SEED.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), "utf-8")
        return file

    first = received(SEED, "第1期", "2026-01-31")
    assert run("sign-off", first, "--as", "wang")[0] == 0
    assert run("publish", first, "--as", "wang")[0] == 0
    same = received(changed("same.txt", "近日", "日前"), "第2期", "2026-02-28")
    assert "The same recipients as the issue before" in run("plan", same)[1]
    text = SEED.read_text("utf-8")
    moved = tmp_path / "moved.txt"
    moved.write_text(text.replace("报：科技部、", "报：", 1).replace("送：", "送：科技部、", 1), "utf-8")
    other = received(moved, "第3期", "2026-03-31")
    run("recipients", "suppress", "bulletin@mof.example", "--reason", "退信", "--as", "li")
    out = run("plan", other)[1]
    assert "bulletin@mof.example is suppressed" in out
    assert "- 财政部 bulletin@mof.example" in out
    assert "~ 科学技术部 bulletin@most.example 报 → 送" in out


def test_a_plan_says_what_differs_from_the_issue_before(run: Run, tmp_path: Path) -> None:
    text = SEED.read_text("utf-8")
    first = re.findall(r"Received (\w+):", run("receive", SEED, "--issue", "第1期", "--date", "2026-01-31")[1])[0]
    assert "nothing to compare with" in run("plan", first)[1]
    assert run("sign-off", first, "--as", "wang")[0] == 0
    assert run("publish", first, "--as", "wang")[0] == 0
    file = tmp_path / "second.txt"
    file.write_text(text.replace("报：科技部、", "报：", 1), "utf-8")
    second = re.findall(r"Received (\w+):", run("receive", file, "--issue", "第2期", "--date", "2026-02-28")[1])[0]
    code, out, _ = run("plan", second)
    assert code == 0
    assert "Compared with the issue before" in out
    assert "- no longer in the footer: 报 科技部" in out
    assert "- 科学技术部 bulletin@most.example" in out


def test_a_bulletin_without_footer_blocks_and_offers_whom_the_lists_take(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "footless.txt"
    file.write_text(SEED.read_text("utf-8").partition("报：科技部")[0], "utf-8")
    bulletin = re.findall(r"Received (\w+):", run("receive", file, "--as", "li")[1])[0]
    code, out, _ = run("plan", bulletin)
    assert code == 1
    assert "No distribution was found" in out
    assert f"distributor recipients use-defaults {bulletin}" in out
    code, out, _ = run("plan", bulletin, "--json")
    assert (code, [one["code"] for one in json.loads(out)["findings"]]) == (1, ["no-footer"])
    assert run("recipients", "use-defaults", bulletin, "--as", "li")[0] == 0
    code, out, _ = run("plan", bulletin)
    assert code == 0
    assert "No distribution was found" not in out


def test_a_body_is_shown_in_words_and_what_it_lacks_is_said(run: Run) -> None:
    out = run("recipients", "show", "科技部")[1]
    assert "primary" in out
    assert "HTML" in out
    assert "Contact" in out
    assert "Mailboxes: none yet." in run("recipients", "search", "无此")[1]
    assert "None yet." in run("feeds", "granted")[1]


def test_one_issue_gets_extra_recipients(run: Run) -> None:
    bulletin = re.findall(r"Received (\w+):", run("receive", SEED, "--as", "li")[1])[0]

    def count() -> int:
        return len(json.loads(run("plan", bulletin, "--json")[1])["rows"])

    before = count()
    extra = ("recipients", "extra", bulletin, "guest@x.example", "--list", "song", "--note", "应邀")
    assert "sign it off again" in run(*extra)[1]
    assert count() == before + 1
    assert run("recipients", "take-back", bulletin, "Guest@x.example")[0] == 0
    assert count() == before
    assert run("recipients", "take-back", bulletin, "guest@x.example")[0] == 2
    assert run("recipients", "waive", bulletin, "财政部", "--note", "另送纸质件")[0] == 0
