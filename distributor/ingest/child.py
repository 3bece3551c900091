"""The reading child process: limits itself, reads one file from standard input, answers on standard output.

Run as `python -m distributor.ingest.child KIND MEMORY SECONDS`. The answer is one line of status (`ok`, or a refusal
as JSON) and, after `ok`, the source as `wire` writes it.
"""

import contextlib
import json
import sys

from distributor.errors import FileRefused
from distributor.ingest.detect import Kind
from distributor.ingest.formats import read_kind
from distributor.ingest.wire import encode


def main(arguments: list[str]) -> None:
    """Read one file under limits.

    Args:
        arguments: kind of file, address space in bytes, processor time in seconds.
    """
    kind, memory, seconds = Kind(arguments[0]), int(arguments[1]), int(arguments[2])
    limit(memory, seconds)
    data = sys.stdin.buffer.read()
    sys.stdout.buffer.write(answer(data, kind))
    sys.stdout.buffer.flush()


def limit(memory: int, seconds: int) -> None:
    """Limit this process where the platform can; the parent's clock stops it elsewhere."""
    try:
        import resource  # noqa: PLC0415  only Unix has it
    except ImportError:
        return
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        # a stricter limit set from outside stays
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))


def answer(data: bytes, kind: Kind) -> bytes:
    """The status line and, when the file could be read, its source."""
    try:
        return b"ok\n" + encode(read_kind(data, kind))
    except FileRefused as refused:
        return json.dumps([refused.code, refused.parameters], default=str).encode() + b"\n"
    except (MemoryError, RecursionError):
        return b'["file-too-complex", {}]\n'
    except Exception as error:  # noqa: BLE001  the boundary of the job: whatever a hostile file provokes is a refusal
        return json.dumps(["damaged-file", {"reason": type(error).__name__}]).encode() + b"\n"


if __name__ == "__main__":
    main(sys.argv[1:])
