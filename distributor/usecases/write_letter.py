"""Put a letter to one person into the outbox; a worker sends it."""

from sqlalchemy.ext.asyncio import AsyncConnection

from distributor import compose, tokens
from distributor.compose.letters import render_letter
from distributor.compose.messages_subscribers import House, LetterContext
from distributor.i18n import negotiate
from distributor.store import letters
from distributor.store.letters import Letter
from distributor.usecases.context import Context


def house(context: Context) -> House:
    """Say who writes."""
    publication = context.publication
    return House(publication.name, publication.publisher, publication.contact, f"{publication.base_url}/")


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
    """Render a letter and put it into the outbox.

    Args:
        connection: an open writing transaction.
        context: the installation.
        address: where to.
        words: everything its templates may use.
        language: BCP 47.
        leave_url: https address that takes the one-click POST, or None.
    """
    await letters.add(connection, make_letter(context, address, words, language, leave_url))
