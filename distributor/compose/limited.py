"""Templates that somebody wrote at run time are rendered in a child process with limits, which can be killed."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import distributor
from distributor.compose.contexts import DigestContext
from distributor.compose.notices import NoticeContext
from distributor.errors import Refused
from distributor.model.canonical import canonical_json
from distributor.model.message import Variant
from distributor.model.recipient import MailFormat

# the child gets no secret: only what it needs to start, and what a measured test run needs to follow it
_PASSED_ON: Final = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TEMP", "SYSTEMROOT", "COVERAGE_PROCESS_CONFIG")
_OUT_OF_TIME: Final = frozenset({signal.SIGXCPU, signal.SIGKILL})
_PROGRAM: Final = (sys.executable, "-P", "-s", "-m", "distributor.compose.child")
_LARGEST_ANSWER: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class RenderLimits:
    """What rendering one message may take.

    Args:
        seconds: of time; processor time is limited to half of it.
        memory: bytes of address space.
    """

    seconds: float = 20.0
    memory: int = 640 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class RenderRequest:
    """What is to be rendered.

    Args:
        message: folder below templates/mail.
        context: what its templates may use.
        language: one of i18n.LANGUAGES.
        mail_format: HTML with text, or text alone.
        sources: templates by their path below `mail/` instead of the shipped ones.
    """

    message: str
    context: DigestContext | NoticeContext
    language: str
    mail_format: MailFormat
    sources: Mapping[str, str]

    @property
    def templates(self) -> str:
        """Names of the templates that were written at run time, for sentences."""
        return ", ".join(sorted(self.sources))


def render_limited(request: RenderRequest, limits: RenderLimits | None = None) -> Variant:
    """Render a message from templates that nobody vouches for; safe to call from threads.

    Args:
        request: what is to be rendered.
        limits: what it may take.

    Raises:
        Refused: a `template-…` code that says what is wrong with which template.
    """
    chosen = limits or RenderLimits()
    code, output = _run(request, chosen)
    status, _, rest = output.partition(b"\n")
    if code == 0 and status == b"ok" and len(rest) <= _LARGEST_ANSWER:
        return Variant.from_bytes(rest)
    raise _refusal(request, chosen, code, status)


def _run(request: RenderRequest, limits: RenderLimits) -> tuple[int, bytes]:
    fields = {
        "message": request.message,
        "context": request.context,
        "language": request.language,
        "format": request.mail_format,
        "sources": dict(request.sources),
    }
    arguments = (*_PROGRAM, str(limits.memory), str(max(1, round(limits.seconds / 2))))
    pipe = subprocess.PIPE
    with subprocess.Popen(  # noqa: S603  fixed program, no shell, the request goes in by the pipe
        arguments, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=_environment(), start_new_session=True
    ) as process:
        try:
            output, _ = process.communicate(canonical_json(fields), timeout=limits.seconds)
        except subprocess.TimeoutExpired as error:
            raise _too_long(request, limits) from error
        finally:
            if process.poll() is None:
                process.kill()
    return process.returncode, output


def _environment() -> dict[str, str]:
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**passed, "PYTHONPATH": str(Path(distributor.__file__).parent.parent)}


def _refusal(request: RenderRequest, limits: RenderLimits, code: int, status: bytes) -> Refused:
    if code < 0 and -code in _OUT_OF_TIME:
        return _too_long(request, limits)
    with contextlib.suppress(ValueError, TypeError, AttributeError):
        refusal, parameters = json.loads(status)
        return Refused(str(refusal), **{str(name): value for name, value in parameters.items()})
    return Refused("template-too-large", template=request.templates)


def _too_long(request: RenderRequest, limits: RenderLimits) -> Refused:
    return Refused("template-takes-too-long", template=request.templates, seconds=round(limits.seconds))
