"""Files that can hurt a reader are read in a child process that is limited in time and memory and can be killed."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import distributor
from distributor.errors import FileRefused
from distributor.ingest.detect import Kind
from distributor.ingest.wire import BROKEN, decode
from distributor.model.lines import Source

# the child gets no secret: only what it needs to start, and what a measured test run needs to follow it
_PASSED_ON: Final = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TEMP", "SYSTEMROOT", "COVERAGE_PROCESS_CONFIG")
_OUT_OF_TIME: Final = frozenset({"SIGXCPU", "SIGKILL"})
# PDFium aborts when it gets no more memory
_OUT_OF_MEMORY: Final = frozenset({"SIGABRT", "SIGTRAP", "SIGILL"})
_PROGRAM: Final = (sys.executable, "-P", "-s", "-m", "distributor.ingest.child")


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may take.

    Args:
        seconds: of time.
        memory: bytes of address space.
    """

    seconds: float = 30.0
    memory: int = 1 << 30


LIMITS: Final = Limits()


def read_in_child(data: bytes, kind: Kind, limits: Limits = LIMITS) -> Source:
    """Read a file in a child process; safe to call from threads.

    Raises:
        FileRefused: the reader refused it, took too long or too much memory, or broke on it.
    """
    arguments = (*_PROGRAM, kind.value, str(limits.memory), str(max(1, round(limits.seconds))))
    code, output = run(arguments, data, limits.seconds, environment())
    status, _, rest = output.partition(b"\n")
    if code == 0 and status == b"ok":
        try:
            return decode(rest)
        except BROKEN as error:
            raise FileRefused("damaged-file") from error
    raise _refusal(code, status, limits)


def run(
    arguments: Sequence[str], data: bytes, seconds: float, env: dict[str, str], memory: int | None = None
) -> tuple[int, bytes]:
    """Run a program on bytes until it ends or its time is over; it and its children are gone afterwards.

    Args:
        arguments: program and arguments, without a shell.
        data: its standard input.
        seconds: after which it is killed.
        env: its whole environment.
        memory: address space it may take, where the platform limits other processes; None when it limits itself.

    Returns:
        Its return code (negative for a signal) and its standard output.

    Raises:
        FileRefused: `file-takes-too-long`.
    """
    pipe = subprocess.PIPE
    with subprocess.Popen(  # noqa: S603  fixed program, no shell, the file goes in by the pipe
        arguments, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=env, start_new_session=True
    ) as process:
        try:
            _limit_memory(process, memory)
            output, _ = process.communicate(data, timeout=seconds)
        except subprocess.TimeoutExpired as error:
            raise FileRefused("file-takes-too-long", seconds=round(seconds)) from error
        finally:
            _end(process)
    return process.returncode, output


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process that still runs with the group it leads, and reap it."""
    if process.poll() is None:
        # AttributeError: Windows knows no process groups
        with contextlib.suppress(ProcessLookupError, PermissionError, AttributeError):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()


def _limit_memory(process: subprocess.Popen[bytes], memory: int | None) -> None:
    if memory is None:
        return
    # not in the child between fork and exec: that is not safe in a program with threads
    with contextlib.suppress(ImportError, AttributeError, ProcessLookupError, ValueError, PermissionError):
        import resource  # noqa: PLC0415  only Unix has it

        resource.prlimit(process.pid, resource.RLIMIT_AS, (memory, memory))


def environment() -> dict[str, str]:
    """The environment of a child process: no secrets, and our package where this process found it."""
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**passed, "PYTHONPATH": str(Path(distributor.__file__).parent.parent)}


def _refusal(code: int, status: bytes, limits: Limits) -> FileRefused:
    stopped = _signal_name(-code) if code < 0 else ""
    if stopped in _OUT_OF_TIME:
        return FileRefused("file-takes-too-long", seconds=round(limits.seconds))
    if stopped in _OUT_OF_MEMORY:
        return FileRefused("file-too-complex")
    if code != 0:
        return FileRefused("damaged-file")
    try:
        refusal, parameters = json.loads(status)
        return FileRefused(str(refusal), **{str(name): value for name, value in parameters.items()})
    except BROKEN:
        return FileRefused("damaged-file")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return ""
