"""From a typed context to the rendered variant: templates, inlined styles, measured size."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Final

from css_inline import CSSInliner
from jinja2 import Environment

from distributor.compose import headers
from distributor.compose.contexts import DigestContext, Fullness
from distributor.compose.digest import reduced
from distributor.compose.notices import NoticeContext
from distributor.i18n import DEFAULT_LANGUAGE
from distributor.model.message import Variant
from distributor.model.recipient import MailFormat
from distributor.templating import html_environment, render, sandboxed_environment, text_environment

# Gmail cuts a message near 102,400 bytes of HTML; what it adds itself needs room
SIZE_LIMIT = 90 * 1024
DIGEST: Final = "digest"
# the parts of a message, each a template in its folder
PARTS: Final = ("subject.txt", "body.txt", "body.html")


@dataclass(frozen=True, slots=True)
class Templates:
    """Where the templates of a message come from.

    Args:
        text: for subject and text.
        html: for HTML.
    """

    text: Environment
    html: Environment


def shipped() -> Templates:
    """Give the templates that come with the program."""
    return Templates(text_environment(), html_environment())


def sandboxed(sources: Mapping[str, str]) -> Templates:
    """Give templates that somebody wrote at run time, with the shipped ones behind them; only for a limited process.

    Args:
        sources: templates by their path below `mail/`.
    """
    placed = {f"mail/{name}": source for name, source in sources.items()}
    return Templates(
        sandboxed_environment(placed, autoescape=False),
        sandboxed_environment(placed, autoescape=True),
    )


def render_digest(
    context: DigestContext,
    language: str = DEFAULT_LANGUAGE,
    mail_format: MailFormat = MailFormat.HTML,
    *,
    message: str = DIGEST,
    templates: Templates | None = None,
) -> Variant:
    """Render a digest once for all readers of one list, role, language and format.

    Full text if it fits into SIZE_LIMIT, else summaries, else titles, by the size of what was really rendered.

    Args:
        context: from `digest_context`.
        language: one of i18n.LANGUAGES, for the words around the bulletin.
        mail_format: HTML with text, or text alone.
        message: folder below templates/mail.
        templates: where they come from; the shipped ones by default.
    """
    found = templates or shipped()
    for fullness in Fullness:
        variant = _rendered(found, message, reduced(context, fullness), language, mail_format)
        if len((variant.html or variant.text).encode()) <= SIZE_LIMIT:
            break
    return variant


def render_notice(
    message: str, context: NoticeContext, language: str = DEFAULT_LANGUAGE, *, templates: Templates | None = None
) -> Variant:
    """Render a mail of the house itself.

    Args:
        message: folder below templates/mail.
        context: what its templates may use.
        language: one of i18n.LANGUAGES.
        templates: where they come from; the shipped ones by default.
    """
    return _rendered(templates or shipped(), message, context, language, MailFormat.HTML)


def _rendered(
    templates: Templates,
    message: str,
    context: DigestContext | NoticeContext,
    language: str,
    mail_format: MailFormat,
) -> Variant:
    values = {field.name: getattr(context, field.name) for field in fields(context)}
    subject, text, page = (f"mail/{message}/{part}" for part in PARTS)
    html = None
    if mail_format is MailFormat.HTML:
        html = _lean(_inliner().inline(render(templates.html, page, language, values)))
    return Variant(
        subject=headers.clean(render(templates.text, subject, language, values)),
        html=html,
        text=_tidy(render(templates.text, text, language, values)),
    )


@cache
def _inliner() -> CSSInliner:
    return CSSInliner(load_remote_stylesheets=False, minify_css=True)


def _lean(html: str) -> str:
    """Take away indentation and empty lines; no text of a bulletin holds a line break."""
    return re.sub(r"[ \t]*\n[ \t\n]*", "\n", html)


def _tidy(text: str) -> str:
    """End lines without blanks and leave at most one line empty."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip("\n") + "\n"
