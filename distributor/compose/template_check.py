"""What a template that somebody wrote at run time must keep to, before and after it is rendered.

Parsing and rendering it may take for ever, so that this runs in the limited process alone (`compose.child`).
"""

import dataclasses
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from jinja2 import TemplateSyntaxError, nodes
from jinja2.meta import find_undeclared_variables

from distributor.compose.contexts import DigestContext
from distributor.compose.notices import (
    BounceReport,
    RunOverdue,
    RunPaused,
    RunRefused,
    RunReport,
    TrialMail,
    UnsubscribeReceived,
)
from distributor.compose.render import DIGEST, PARTS
from distributor.errors import Refused
from distributor.model.message import Slot, Variant, marker
from distributor.templating import COMMON_NAMES, sandboxed_environment

# the messages and what their templates may use
MESSAGES: Final[Mapping[str, type]] = MappingProxyType(
    {
        DIGEST: DigestContext,
        "unsubscribe-received": UnsubscribeReceived,
        "bounce-report": BounceReport,
        "run-report": RunReport,
        "run-paused": RunPaused,
        "run-refused": RunRefused,
        "run-overdue": RunOverdue,
        "test": TrialMail,
    }
)
TEMPLATE_NAMES: Final = tuple(f"{message}/{part}" for message in MESSAGES for part in PARTS)
_ACTIVE: Final = re.compile(
    r"<\s*(script|iframe|object|embed|form|input|link|base|img|svg|audio|video)\b", re.IGNORECASE
)
_HANDLER: Final = re.compile(r"<[^>]*\s(on[a-z]+)\s*=", re.IGNORECASE)
_TARGET: Final = re.compile(r"""\b(?:href|src|action|background)\s*=\s*["']?([^"'\s>]*)""", re.IGNORECASE)
_REMOTE: Final = re.compile(r"url\(|@import|@font-face|expression\(", re.IGNORECASE)
_STYLE: Final = re.compile(r"<style.*?</style>", re.DOTALL | re.IGNORECASE)
_MOST_STYLE: Final = 16 * 1024


def check_source(name: str, source: str) -> None:
    """Check a template before it is rendered.

    Args:
        name: its path below `mail/`.
        source: the template.

    Raises:
        Refused: `template-syntax`, `template-unknown-name`, or `template-slot-tested` for a personal value that is
            not simply printed.
    """
    environment = sandboxed_environment({}, autoescape=name.endswith(".html"))
    try:
        tree = environment.parse(source)
        undeclared = find_undeclared_variables(tree)
    except TemplateSyntaxError as error:
        raise Refused("template-syntax", template=name, line=error.lineno, problem=error.message or "") from error
    known = {field.name for field in dataclasses.fields(MESSAGES[name.partition("/")[0]])} | COMMON_NAMES
    for unknown in sorted(undeclared - known):
        raise Refused("template-unknown-name", template=name, name=unknown)
    for slot in misused_slots(tree):
        raise Refused("template-slot-tested", template=name, name=slot)


def misused_slots(tree: nodes.Template) -> tuple[str, ...]:
    """Give the personal values that a template does something else with than to print them.

    Args:
        tree: the parsed template.
    """
    printed = {id(node) for output in tree.find_all(nodes.Output) for node in output.nodes}
    used = (node for node in tree.find_all(nodes.Name) if node.name in set(Slot))
    return tuple(node.name for node in used if id(node) not in printed)


def check_rendered(message: str, variant: Variant) -> None:
    """Check what templates made: nothing active, nothing remote, and the link that every bulletin must carry.

    Args:
        message: folder below templates/mail.
        variant: what was rendered.

    Raises:
        Refused: `template-unsafe` with what stands there, or `template-without-unsubscribe`.
    """
    page = variant.html or ""
    if message == DIGEST:
        link = marker(Slot.UNSUBSCRIBE_URL)
        for part, rendered in (("body.txt", variant.text), ("body.html", variant.html)):
            if rendered is not None and link not in rendered:
                raise Refused("template-without-unsubscribe", template=f"{message}/{part}")
    problem = _unsafe(page)
    if problem is not None:
        raise Refused("template-unsafe", template=f"{message}/body.html", problem=problem)


def _unsafe(page: str) -> str | None:
    for pattern in (_ACTIVE, _HANDLER, _REMOTE):
        found = pattern.search(page)
        if found is not None:
            return found[0][-40:].strip()
    for target in _TARGET.findall(page):
        if not target.startswith(("https://", "mailto:", "\ufdd0")):
            return str(target)[:60] or "href"
    return "<style>" if sum(len(style) for style in _STYLE.findall(page)) > _MOST_STYLE else None
