"""The rendering child process: limits itself, renders one message from standard input, answers on standard output.

Run as `python -m distributor.compose.child MEMORY SECONDS`. The answer is one line of status (`ok`, or a refusal as
JSON) and, after `ok`, the bytes of the variant.
"""

import contextlib
import json
import sys
from typing import Any

from jinja2 import TemplateError
from jinja2.exceptions import SecurityError
from pydantic import TypeAdapter

from distributor.compose.contexts import DigestContext
from distributor.compose.notices import NoticeContext
from distributor.compose.render import render_digest, render_notice, sandboxed
from distributor.compose.template_check import MESSAGES, check_rendered, check_source
from distributor.errors import Refused
from distributor.model.message import Variant
from distributor.model.recipient import MailFormat


def main(arguments: list[str]) -> None:
    """Render one message under limits.

    Args:
        arguments: address space in bytes, processor time in seconds.
    """
    limit(int(arguments[0]), int(arguments[1]))
    request = json.loads(sys.stdin.buffer.read())
    sys.stdout.buffer.write(answer(request))
    sys.stdout.buffer.flush()


def limit(memory: int, seconds: int) -> None:
    """Limit this process where the platform can; the parent's clock stops it elsewhere."""
    try:
        import resource  # noqa: PLC0415  only Unix has it
    except ImportError:
        return
    for kind, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0)):
        # a stricter limit set from outside stays
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))


def answer(request: dict[str, Any]) -> bytes:
    """The status line and, when the message could be rendered, its variant.

    Args:
        request: message, context, language, format and sources, as `limited` writes them.
    """
    name = ", ".join(sorted(request["sources"]))
    try:
        for path, source in request["sources"].items():
            check_source(path, source)
        return b"ok\n" + _render(request).to_bytes()
    except Refused as refused:
        return _refusal(refused.code, **refused.parameters)
    except (MemoryError, RecursionError, OverflowError):
        return _refusal("template-too-large", template=name)
    except TemplateError as error:
        code = "template-unsafe" if isinstance(error, SecurityError) else "template-broken"
        return _refusal(code, template=name, problem=str(error))
    except Exception as error:  # noqa: BLE001  the boundary of the job: whatever a template provokes is a refusal
        return _refusal("template-broken", template=name, problem=type(error).__name__)


def _render(request: dict[str, Any]) -> Variant:
    message, templates = str(request["message"]), sandboxed(request["sources"])
    context: DigestContext | NoticeContext = TypeAdapter(MESSAGES[message]).validate_python(request["context"])
    language = str(request["language"])
    if isinstance(context, DigestContext):
        mail_format = MailFormat(request["format"])
        variant = render_digest(context, language, mail_format, message=message, templates=templates)
    else:
        variant = render_notice(message, context, language, templates=templates)
    check_rendered(message, variant)
    return variant


def _refusal(code: str, **parameters: object) -> bytes:
    return json.dumps([code, parameters], default=str).encode() + b"\n"


if __name__ == "__main__":
    main(sys.argv[1:])
