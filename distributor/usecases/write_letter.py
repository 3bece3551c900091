"""Put a letter to one person into the outbox; a worker sends it."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import compose, tokens
from distributor.compose.letters import render_letter
from distributor.compose.messages_subscribers import House, LetterContext
from distributor.i18n import negotiate
from distributor.store import letters, mail_design
from distributor.store.letters import Letter
from distributor.usecases.context import Context


def house(context: Context) -> House:
    """Say who writes, in the look of the installation as it was built or `designed`."""
    publication = context.publication
    return House(
        title=publication.name,
        publisher=publication.publisher,
        contact=publication.contact,
        archive_url=f"{publication.base_url}/",
        theme=compose.theme_view(context.design.theme),
    )


def make_letter(
    context: Context, address: str, words: LetterContext, language: str, leave_url: str | None = None
) -> Letter:
    """Render a letter and mint what belongs to it.

    Args:
        context: the installation.
        address: where to.
        words: everything its templates may use.
        language: BCP 47.
        leave_url: https address that takes the one-click POST, or None.
    """
    letter_id = tokens.new_id()
    content = render_letter(words, negotiate(language)).to_bytes().decode()
    return Letter(
        id=letter_id,
        kind=words.kind,
        address=address,
        content=content,
        message_id=compose.mint_message_id(letter_id, context.sender),
        created=context.now(),
        leave_url=leave_url,
    )


async def write_letter(
    connection: AsyncConnection,
    context: Context,
    address: str,
    words: LetterContext,
    language: str,
    leave_url: str | None = None,
) -> None:
    """Render a letter in the look that mails have now and put it into the outbox.

    Args:
        connection: an open writing transaction.
        context: the installation.
        address: where to.
        words: everything its templates may use.
        language: BCP 47.
        leave_url: https address that takes the one-click POST, or None.
    """
    shown = replace(context, design=await mail_design.load(connection))
    dressed = replace(words, house=house(shown))
    await letters.add(connection, make_letter(context, address, dressed, language, leave_url))
