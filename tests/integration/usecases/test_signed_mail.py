"""Keys are made once, and what is sent is signed with them."""

import stat
from pathlib import Path

import dkim
import pytest

from distributor import bootstrap, compose
from distributor.cli.main import main
from distributor.compose import DkimAlgorithm
from distributor.errors import Conflict, Misconfigured
from distributor.usecases.make_dkim_key import make_dkim_key, read_dkim_key
from distributor.usecases.secret_files import write_secret


def test_a_key_is_kept_in_a_file_of_its_own_that_only_its_owner_reads(tmp_path: Path) -> None:
    key = make_dkim_key(tmp_path, "xiefa.example", "2026a", DkimAlgorithm.ED25519)
    file = tmp_path / "dkim" / "2026a.pem"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert compose.dns_record(read_dkim_key(tmp_path, "xiefa.example", "2026a")) == compose.dns_record(key)


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    make_dkim_key(tmp_path, "xiefa.example", "2026a", DkimAlgorithm.ED25519)
    before = (tmp_path / "dkim" / "2026a.pem").read_bytes()
    with pytest.raises(Conflict, match="dkim-key-exists"):
        make_dkim_key(tmp_path, "xiefa.example", "2026a", DkimAlgorithm.ED25519)
    assert (tmp_path / "dkim" / "2026a.pem").read_bytes() == before


def test_a_missing_or_unreadable_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="dkim-key-missing"):
        read_dkim_key(tmp_path, "xiefa.example", "2026a")
    (tmp_path / "dkim" / "2026a.pem").mkdir(parents=True)
    with pytest.raises(Misconfigured, match="secrets-unusable"):
        read_dkim_key(tmp_path, "xiefa.example", "2026a")
    (tmp_path / "a file").touch()
    with pytest.raises(Misconfigured, match="secrets-unusable"):
        make_dkim_key(tmp_path / "a file", "xiefa.example", "2026a", DkimAlgorithm.ED25519)


def test_of_two_that_write_a_secret_one_wins(tmp_path: Path) -> None:
    assert write_secret(tmp_path / "k" / "tokens.key", b"first")
    assert not write_secret(tmp_path / "k" / "tokens.key", b"second")
    assert (tmp_path / "k" / "tokens.key").read_bytes() == b"first\n"


def test_keys_of_links_are_made_once_and_read_in_order(tmp_path: Path) -> None:
    first = bootstrap.token_keys(tmp_path)
    assert bootstrap.token_keys(tmp_path) == first
    with (tmp_path / "tokens.key").open("a") as file:
        file.write("newer\n\n")
    assert bootstrap.token_keys(tmp_path) == (*first, "newer")
    (tmp_path / "tokens.key").write_text("\n")
    with pytest.raises(Misconfigured, match="secrets-unusable"):
        bootstrap.token_keys(tmp_path)


@pytest.mark.slow
def test_what_is_sent_carries_a_signature_that_verifies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DISTRIBUTOR_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DISTRIBUTOR_LANGUAGE", "en")
    assert main(["dkim", "new", "--selector", "2026a"]) == 0
    record = capsys.readouterr().out
    assert "2026a._domainkey.xiefa.example. IN TXT" in record
    assert main(["dkim", "new", "--selector", "2026a", "--algorithm", "dsa"]) == 2
    assert main(["dkim", "new", "--selector", "2026b", "--domain", "Other.example", "--algorithm", "ed25519"]) == 0
    record = capsys.readouterr().out
    assert "2026b._domainkey.other.example. IN TXT" in record
    assert '"other.example" = ["2026b"]' in record
    monkeypatch.setenv("DISTRIBUTOR_DKIM__SELECTORS", '["2026a"]')
    monkeypatch.setenv("DISTRIBUTOR_DKIM__DOMAINS", '{"other.example": ["2026b"]}')
    keys = bootstrap.build().context.dkim_keys
    assert [(key.domain, key.selector) for key in keys] == [("xiefa.example", "2026a"), ("other.example", "2026b")]
    seed = Path(__file__).parents[3] / "seeds" / "000_04bd7fccb17faafb.txt"
    main(["receive", str(seed), "--as", "li"])
    bulletin = capsys.readouterr().out.split("Received ")[1].split(":")[0]
    for command in ("sign-off", "publish"):
        assert main([command, bulletin, "--as", "wang"]) == 0
    assert main(["send", bulletin, "--list", "bao", "--as", "wang"]) == 0
    mails = [file.read_bytes() for file in (tmp_path / "mail").glob("*.eml")]
    key = read_dkim_key(tmp_path / "secrets", "xiefa.example", "2026a")
    value = compose.dns_record(key).value.encode()
    assert mails
    assert all(dkim.verify(mail, dnsfunc=lambda *_, **__: value) for mail in mails)
