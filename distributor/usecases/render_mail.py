"""Render one mail in the look of the house: theme, overridden templates, the shipped ones where those are broken."""

from dataclasses import replace

from distributor import compose, log
from distributor.compose import DigestContext, NoticeContext, RenderRequest
from distributor.errors import Refused
from distributor.i18n import negotiate
from distributor.model.message import Variant
from distributor.model.recipient import MailFormat, OriginalFile, RecipientList
from distributor.model.record import BulletinRecord
from distributor.model.run import Mailing
from distributor.model.sign_off import VariantKey
from distributor.model.theme import Design
from distributor.store import mail_design
from distributor.usecases.context import Context

_log = log.get_logger(__name__)


async def designed(context: Context) -> Context:
    """Give the installation with the look that mails have now.

    Args:
        context: the installation.
    """
    async with context.database.read() as connection:
        return replace(context, design=await mail_design.load(connection))


def render_mail(context: Context, record: BulletinRecord, recipient_list: RecipientList, key: VariantKey) -> Variant:
    """Render what one list gets of a bulletin; it takes a second where a template is overridden.

    Args:
        context: the installation, as `designed` gave it.
        record: the bulletin, or the notice of its correction.
        recipient_list: the list.
        key: language, format and kind of mailing.

    Raises:
        Conflict: `digest-empty` when the list would get a mail without items.
    """
    # the record of a notice does not hold everything that the file says, so nobody can tell who may see the file
    served = recipient_list if key.mailing is Mailing.DIGEST else replace(recipient_list, original=OriginalFile.NONE)
    digest = compose.digest_context(context.publication, record, served, context.design.theme)
    message, language = served.template or compose.DIGEST, negotiate(key.language)
    variant = _overridden(context.design, message, digest, language, key.format)
    if variant is None:
        variant = compose.render_digest(digest, language, key.format, message=message)
    return replace(variant, attachment=compose.attachment_of(record, served))


def render_values(context: Context, message: str, values: DigestContext | NoticeContext, language: str) -> Variant:
    """Render any message with HTML.

    Args:
        context: the installation, as `designed` gave it.
        message: folder below templates/mail.
        values: what its templates may use.
        language: one of i18n.LANGUAGES.
    """
    variant = _overridden(context.design, message, values, language, MailFormat.HTML)
    if variant is not None:
        return variant
    if isinstance(values, DigestContext):
        return compose.render_digest(values, language)
    return compose.render_notice(message, values, language)


def _overridden(
    design: Design, message: str, values: DigestContext | NoticeContext, language: str, mail_format: MailFormat
) -> Variant | None:
    """Render with the templates that were written at run time; None when there are none, or they are broken."""
    sources = design.overrides_of(message)
    if not sources:
        return None
    try:
        return compose.render_limited(RenderRequest(message, values, language, mail_format, sources))
    except Refused as refused:
        # a mail in the usual look is better than none; who activates a template sees it work first
        _log.warning("template-fell-back", code=refused.code, **refused.parameters)
        return None
