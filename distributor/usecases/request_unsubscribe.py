"""Somebody asks not to be written to any more."""

from dataclasses import dataclass

from distributor import tokens
from distributor.errors import Refused
from distributor.model.recipient import RecipientList, Suppression
from distributor.store import address_book, suppressions
from distributor.usecases.context import Context

PURPOSE = "unsubscribe"


@dataclass(frozen=True, slots=True)
class UnsubscribeRequest:
    """Who asks, and of which list.

    Args:
        address: the address the mail went to.
        recipient_list: the list it was served by.
    """

    address: str
    recipient_list: RecipientList


async def read_request(context: Context, token: str) -> UnsubscribeRequest:
    """Read whose link it is; changes nothing.

    Args:
        context: the installation.
        token: the token of the link.

    Raises:
        Refused: `token-invalid`.
    """
    values = tokens.verify(PURPOSE, token, context.token_keys)
    async with context.database.read() as connection:
        lists = await address_book.load_lists(connection)
    found = next((entry for entry in lists if [entry.id] == list(values[1:])), None)
    if found is None:
        raise Refused("token-invalid")
    return UnsubscribeRequest(values[0], found)


async def request_unsubscribe(context: Context, token: str) -> UnsubscribeRequest:
    """Stop writing to the address at once, or open a ticket when its body must receive; idempotent.

    Args:
        context: the installation.
        token: the token of the link.

    Raises:
        Refused: `token-invalid`.
    """
    request = await read_request(context, token)
    async with context.database.write() as connection:
        now = context.now()
        if request.recipient_list.must_receive:
            arguments = (tokens.new_id(), request.address, request.recipient_list.id, now)
            await suppressions.open_ticket(connection, *arguments)
        else:
            left = Suppression(request.address, "unsubscribed", request.recipient_list.id)
            await suppressions.add(connection, left, now)
    return request
