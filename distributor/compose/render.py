"""From the context of a digest to the rendered variant: templates, inlined styles, measured size."""

import re
from dataclasses import fields
from functools import cache

from css_inline import CSSInliner

from distributor.compose import headers
from distributor.compose.contexts import DigestContext, Fullness
from distributor.compose.digest import reduced
from distributor.i18n import DEFAULT_LANGUAGE
from distributor.model.message import Variant
from distributor.model.recipient import MailFormat
from distributor.templating import html_environment, render, text_environment

# Gmail cuts a message near 102,400 bytes of HTML; what it adds itself needs room
SIZE_LIMIT = 90 * 1024


def render_digest(
    context: DigestContext,
    language: str = DEFAULT_LANGUAGE,
    mail_format: MailFormat = MailFormat.HTML,
) -> Variant:
    """Render a digest once for all readers of one list, role, language and format.

    Full text if it fits into SIZE_LIMIT, else summaries, else titles, by the size of what was really rendered.

    Args:
        context: from `digest_context`.
        language: one of i18n.LANGUAGES, for the words around the bulletin.
        mail_format: HTML with text, or text alone.
    """
    for fullness in Fullness:
        variant = _rendered(reduced(context, fullness), language, mail_format)
        if len((variant.html or variant.text).encode()) <= SIZE_LIMIT:
            break
    return variant


def _rendered(context: DigestContext, language: str, mail_format: MailFormat) -> Variant:
    values = {field.name: getattr(context, field.name) for field in fields(context)}
    subject = render(text_environment(), "mail/digest/subject.txt", language, values)
    text = render(text_environment(), "mail/digest/body.txt", language, values)
    html = None
    if mail_format is MailFormat.HTML:
        html = _lean(_inliner().inline(render(html_environment(), "mail/digest/body.html", language, values)))
    return Variant(headers.clean(subject), html, _tidy(text))


@cache
def _inliner() -> CSSInliner:
    return CSSInliner(load_remote_stylesheets=False, minify_css=True)


def _lean(html: str) -> str:
    """Take away indentation and empty lines; no text of a bulletin holds a line break."""
    return re.sub(r"[ \t]*\n[ \t\n]*", "\n", html)


def _tidy(text: str) -> str:
    """End lines without blanks and leave at most one line empty."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip("\n") + "\n"
