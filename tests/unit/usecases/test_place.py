"""Where an installation stands: the same after a restart, another one for every copy of its files."""

import shutil
from pathlib import Path

import pytest

from distributor.usecases import place
from distributor.usecases.place import Place, place_of


def make_folder(parent: Path, name: str = "data") -> Path:
    """A DATA_DIR with a database; gives the folder of its journals."""
    (parent / name).mkdir(parents=True)
    (parent / name / "distributor.sqlite3").write_bytes(b"-")
    return parent / name / "journal"


def make_machine(parent: Path, machine: str = "4f1c", sign: str = "") -> Path:
    """The files of a machine; `sign` is one by which a container is known."""
    root = parent / f"machine-{machine}-{sign.replace('/', '-')}"
    for name, text in (("etc/machine-id", machine + "\n"), (sign, "")):
        if name:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
    return root


def look(journals: Path, root: Path, **environment: str) -> Place:
    return place_of(journals, journals.with_name("distributor.sqlite3"), root, environment)


def test_a_place_stays_the_same(tmp_path: Path) -> None:
    journals, root = make_folder(tmp_path), make_machine(tmp_path)
    first = look(journals, root)
    (journals / "w1.log").write_text("-")
    journals.with_name("distributor.sqlite3").write_bytes(b"grown")
    assert look(journals, root) == first
    assert look(journals, root).is_that_of(first)
    assert first.machine == ("4f1c", str(tmp_path / "data"))


def test_a_copy_is_another_place_also_in_a_container(tmp_path: Path) -> None:
    journals = make_folder(tmp_path)
    journals.mkdir()
    shutil.copytree(tmp_path / "data", tmp_path / "copy")
    for root in (make_machine(tmp_path), make_machine(tmp_path, sign=".dockerenv")):
        assert not look(tmp_path / "copy" / "journal", root).is_that_of(look(journals, root))


def test_files_put_back_from_a_copy_are_another_place(tmp_path: Path) -> None:
    journals, root = make_folder(tmp_path), make_machine(tmp_path)
    before = look(journals, root)
    file = journals.with_name("distributor.sqlite3")
    shutil.copy(file, tmp_path / "kept")
    shutil.copy(tmp_path / "kept", file.with_suffix(".new"))
    file.with_suffix(".new").replace(file)
    assert not look(journals, root).is_that_of(before)


def test_the_disk_of_another_machine_is_another_place(tmp_path: Path) -> None:
    journals = make_folder(tmp_path)
    here = look(journals, make_machine(tmp_path))
    assert not look(journals, make_machine(tmp_path, "77aa")).is_that_of(here)


def test_a_picture_of_the_disk_at_another_path_is_another_place(tmp_path: Path) -> None:
    # as a snapshot has it: the same numbers elsewhere
    journals, root = make_folder(tmp_path), make_machine(tmp_path)
    here = look(journals, root)
    (tmp_path / "data").rename(tmp_path / "moved")
    assert not look(tmp_path / "moved" / "journal", root).is_that_of(here)


@pytest.mark.parametrize("sign", [".dockerenv", "run/.containerenv", "run/systemd/container"])
def test_a_container_made_anew_over_the_same_volume_is_the_same_place(tmp_path: Path, sign: str) -> None:
    journals = make_folder(tmp_path)
    first = look(journals, make_machine(tmp_path, "1111", sign))
    (tmp_path / "data").rename(tmp_path / "mounted elsewhere")
    elsewhere = tmp_path / "mounted elsewhere" / "journal"
    assert look(elsewhere, make_machine(tmp_path, "2222", sign)).is_that_of(first)
    # and so it is when the container is given up, or the machine says in its environment what it is
    assert look(elsewhere, make_machine(tmp_path, "3333")).is_that_of(first)
    assert look(elsewhere, make_machine(tmp_path, "3333"), container="podman").machine == ()
    assert look(elsewhere, make_machine(tmp_path, "3333"), KUBERNETES_SERVICE_HOST="10.0.0.1").machine == ()


def test_a_machine_without_a_name_is_known_by_its_files_alone(tmp_path: Path) -> None:
    journals = make_folder(tmp_path)
    for root in (tmp_path / "nothing", make_machine(tmp_path, "")):
        assert look(journals, root).machine == ()


def test_a_file_system_without_generations_is_known_by_inodes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # a request that no file system knows
    monkeypatch.setattr(place, "_GENERATION", 0)
    journals, root = make_folder(tmp_path), make_machine(tmp_path)
    seen = place_of(journals, None, root, {})
    assert [name.split(".")[1] for name in seen.files] == ["0", "0"]
    assert seen.files[0].startswith(f"{(tmp_path / 'data').stat().st_ino}.")
