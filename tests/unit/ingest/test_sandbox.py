import os
import subprocess
import sys
import threading
import time

import pytest

from distributor.errors import FileRefused
from distributor.ingest.child import answer, limit
from distributor.ingest.detect import Kind
from distributor.ingest.sandbox import Limits, environment, read_in_child, run
from distributor.ingest.wire import decode
from tests.support.pdf_files import Words, pdf
from tests.support.word_files import docx, paragraph

PDF = pdf([Words(100, 100, "近日")])
DOCX = docx(paragraph("近日"))
MANY = docx("".join(paragraph(str(number)) for number in range(100_000)))


def refusal(data: bytes, kind: Kind, limits: Limits) -> FileRefused:
    with pytest.raises(FileRefused) as refused:
        read_in_child(data, kind, limits)
    return refused.value


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(("data", "kind"), [(PDF, Kind.PDF), (DOCX, Kind.DOCX), ("近日".encode(), Kind.TEXT)])
def test_a_child_reads_what_this_process_would_read(data: bytes, kind: Kind) -> None:
    source = read_in_child(data, kind)
    assert source.lines[0].text == "近日"
    assert source == decode(answer(data, kind).partition(b"\n")[2])


def test_a_refusal_comes_through_with_its_parameters() -> None:
    refused = refusal(docx(paragraph("近日"), prolog="<!DOCTYPE x>"), Kind.DOCX, Limits())
    assert (refused.code, refused.parameters) == ("document-declares-entities", {})


def test_a_child_out_of_time_is_killed() -> None:
    refused = refusal(PDF, Kind.PDF, Limits(seconds=0.001))
    assert (refused.code, refused.parameters) == ("file-takes-too-long", {"seconds": 0})


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="address space is limited on Linux")
def test_a_child_out_of_memory_ends_alone() -> None:
    assert refusal(MANY, Kind.DOCX, Limits(memory=150 << 20)).code == "file-too-complex"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="process groups of Unix")
def test_a_killed_child_takes_its_own_children_along(tmp_path: object) -> None:
    code = (
        "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
        f"open({str(tmp_path)!r} + '/pid', 'w').write(str(p.pid)); time.sleep(60)"
    )
    with pytest.raises(FileRefused) as refused:
        run(python(code), b"", 1.0, environment())
    assert refused.value.code == "file-takes-too-long"
    with open(f"{tmp_path}/pid", encoding="ascii") as written:  # noqa: PTH123  a path of text is enough
        grandchild = int(written.read())
    deadline = time.monotonic() + 5
    while is_running(grandchild) and time.monotonic() < deadline:
        state = subprocess.run(
            ["ps", "-o", "stat=", "-p", str(grandchild)], capture_output=True, text=True, check=False
        )
        if state.stdout.startswith("Z"):
            break
        time.sleep(0.02)
    else:
        assert not is_running(grandchild)


def test_no_process_is_left_behind() -> None:
    before = children()
    read_in_child(PDF, Kind.PDF)
    refusal(PDF, Kind.PDF, Limits(seconds=0.001))
    assert children() == before


def children() -> set[str]:
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())], capture_output=True, text=True, check=False
    )
    return {line for line in listed.stdout.splitlines() if "ingest.child" in line or "defunct" in line}


def test_many_threads_read_at_once() -> None:
    read: list[str] = []
    threads = [
        threading.Thread(target=lambda: read.append(read_in_child(PDF, Kind.PDF).lines[0].text)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read == ["近日"] * 4


def test_a_child_that_dies_or_talks_nonsense_means_a_damaged_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("distributor.ingest.sandbox._PROGRAM", python("import os; os.abort()"))
    assert refusal(PDF, Kind.PDF, Limits()).code == "file-too-complex"
    for code in (
        "import sys; sys.exit(3)",
        "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
        "import os, signal; os.kill(os.getpid(), 40)",
        "print('ok'); print('nonsense')",
        "print('nonsense')",
        "print('[1, 2, 3]')",
    ):
        monkeypatch.setattr("distributor.ingest.sandbox._PROGRAM", python(code))
        assert refusal(PDF, Kind.PDF, Limits()).code == "damaged-file"


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_a_child_stopped_by_the_system_ran_out_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "distributor.ingest.sandbox._PROGRAM", python("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)")
    )
    assert refusal(PDF, Kind.PDF, Limits()).code == "file-takes-too-long"


def test_a_child_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISTRIBUTOR_SMTP__PASSWORD", "secret")
    monkeypatch.setenv("PGPASSWORD", "secret")
    code, output = run(python("import os; print(dict(os.environ))"), b"", 20, environment())
    assert code == 0
    assert b"secret" not in output


def test_unexpected_trouble_in_a_reader_is_a_refusal() -> None:
    assert answer(b"not a package", Kind.DOCX).startswith(b'["damaged-document"')


def test_trouble_of_every_kind_becomes_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for error, expected in (
        (MemoryError, b"file-too-complex"),
        (RecursionError, b"file-too-complex"),
        (OSError, b"damaged-file"),
    ):

        def fail(data: bytes, kind: Kind, error: type[BaseException] = error) -> None:
            raise error

        monkeypatch.setattr("distributor.ingest.child.read_kind", fail)
        assert expected in answer(b"", Kind.PDF)


def test_the_child_program_reads_standard_input() -> None:
    arguments = [sys.executable, "-m", "distributor.ingest.child", "text", str(1 << 30), "30"]
    done = subprocess.run(arguments, input="近日".encode(), capture_output=True, check=True)
    assert done.stdout.startswith(b"ok\n")


def test_a_platform_without_limits_goes_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resource", None)
    limit(1, 1)
    code, _ = run(python("pass"), b"", 20, environment(), memory=1 << 30)
    assert code == 0
