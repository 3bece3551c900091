"""Correcting and taking back through the command line."""

import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.installations import SEED, Run, received_seed

pytestmark = pytest.mark.slow

WRONG, RIGHT = "京津冀国家高新区联盟成立", "京津冀国家高新区联盟在津成立"


@pytest.fixture
def published(run: Run) -> str:
    bulletin_id = received_seed(run)
    assert run("sign-off", bulletin_id, "--as", "wang")[0] == 0
    assert run("publish", bulletin_id, "--as", "wang")[0] == 0
    return bulletin_id


@pytest.fixture
def corrected(tmp_path: Path) -> Path:
    file = tmp_path / "corrected.txt"
    file.write_text(SEED.read_text("utf-8").replace(WRONG, RIGHT), "utf-8")
    return file


def test_a_correction_is_shown_word_by_word_and_published_after_its_sign_off(
    run: Run, published: str, corrected: Path
) -> None:
    code, out, _ = run("correct", published, corrected, "--note", "地点有误", "--yes", "--as", "li")
    assert code == 0
    assert "{+在津+}" in out
    assert run("publish", published, "--as", "wang")[0] == 2
    assert run("sign-off", published, "--as", "wang")[0] == 0
    assert run("publish", published, "--as", "wang")[0] == 0
    assert run("notify", published, "--dry-run", "--as", "wang")[0] == 2


def test_a_correction_that_is_not_wanted_is_not_kept(
    run: Run, published: str, corrected: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("typer.confirm", lambda _question: False)
    assert run("correct", published, corrected, "--as", "li")[0] == 1
    assert run("discard", published, "--as", "li")[0] == 2


def test_a_correction_can_be_given_up(run: Run, published: str, corrected: Path) -> None:
    assert run("correct", published, corrected, "--yes", "--as", "li")[0] == 0
    assert run("discard", published, "--as", "li")[0] == 0
    assert run("publish", published, "--as", "wang")[0] == 0


def test_those_who_have_the_old_version_are_told(run: Run, published: str, corrected: Path) -> None:
    assert run("send", published, "--as", "wang")[0] == 0
    assert run("correct", published, corrected, "--yes", "--as", "li")[0] == 0
    assert run("sign-off", published, "--as", "wang")[0] == 0
    assert run("publish", published, "--as", "wang")[0] == 0
    code, out, _ = run("notify", published, "--as", "wang")
    assert code == 0
    assert out.count("@") > 70
    assert run("worker", "--until-idle")[0] == 0
    assert run("notify", published, "--as", "wang")[1].count("@") == 0


def test_a_withdrawal_names_who_has_the_bulletin_and_can_be_undone(run: Run, published: str) -> None:
    assert run("send", published, "--as", "wang")[0] == 0
    code, out, _ = run("withdraw", published, "--reason", "有误", "--as", "wang")
    assert code == 0
    assert out.count("@") > 70
    assert run("withdraw", published, "--reason", "有误", "--as", "wang")[0] == 2
    assert run("withdraw", published, "--undo", "--as", "wang")[0] == 0


def test_mail_under_way_is_finished_or_stopped_as_the_option_says(run: Run, published: str, corrected: Path) -> None:
    assert run("send", published, "--list", "bao", "--as", "wang")[0] == 0
    file = Path(os.environ["DISTRIBUTOR_DATA_DIR"]) / "distributor.sqlite3"
    with closing(sqlite3.connect(file)) as connection, connection:
        left = connection.execute("UPDATE deliveries SET state = 'deferred'").rowcount
    assert left > 0
    assert run("correct", published, corrected, "--yes", "--under-way", "finish", "--as", "li")[0] == 0
    withdraw = ("withdraw", published, "--reason", "有误", "--as", "wang")
    assert run(*withdraw, "--under-way", "perhaps")[0] == 2
    code, out, _ = run(*withdraw, "--under-way", "finish")
    assert (code, f"{left} " in out.splitlines()[0]) == (0, False)
    assert run("withdraw", published, "--undo", "--as", "wang")[0] == 0
    code, out, _ = run(*withdraw)
    assert (code, f"{left} " in out.splitlines()[0]) == (0, True)


def test_everything_can_be_rendered_anew(run: Run, published: str) -> None:
    assert published
    assert run("rebuild", "--as", "wang")[0] == 0


def test_contributions_are_counted(run: Run, published: str) -> None:
    assert published
    code, out, _ = run("contributions", "--from", "2023-01-01", "--to", "2023-12-31")
    assert code == 0
    assert "半导体照明工程研发及产业联盟秘书处" in out
    assert "第12期" in run("contributions", "--detail")[1]
    assert "半导体照明工程研发及产业联盟秘书处,1,1" in run("contributions", "--csv")[1]
    assert run("contributions", "--from", "去年")[0] == 2


def test_a_body_is_given_an_address_of_its_own_and_loses_it(run: Run, published: str) -> None:
    assert published
    code, _, errors = run("feeds", "grant", "科学技述部", "--as", "wang")
    assert code == 2
    assert "科学技术部" in errors
    code, out, _ = run("feeds", "grant", "科技部", "--as", "wang")
    assert code == 0
    assert out.count("/feeds/restricted/") == 3
    access_id = re.findall(r"\b[2-9b-z]{10}\b", run("feeds", "granted")[1])[0]
    assert run("feeds", "revoke", access_id, "--as", "wang")[0] == 0
    assert run("feeds", "revoke", access_id, "--as", "wang")[0] == 2


def test_a_folder_of_old_bulletins_goes_into_the_archive(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    text = SEED.read_text("utf-8")
    (folder / "2021-03-05 第3期.txt").write_text(text + "\n", "utf-8")
    (folder / "undated.txt").write_text(text + "\n\n", "utf-8")
    (folder / "table.txt").write_text(text + "\n\n\n", "utf-8")
    (folder / "index.csv").write_text("file,date\ntable.txt,2020-05-01\n", "utf-8")
    code, out, _ = run("receive", "--backfill", folder, "--as", "wang")
    assert code == 1
    assert "undated.txt" in out
    (folder / "undated.txt").unlink()
    assert run("receive", "--backfill", folder, "--as", "wang")[0] == 0
    assert run("receive", "--backfill", tmp_path / "none", "--as", "wang")[0] == 2
    assert run("receive", "--as", "wang")[0] == 2
