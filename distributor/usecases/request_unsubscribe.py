"""Somebody asks not to be written to any more."""

from dataclasses import dataclass

from distributor import tokens
from distributor.errors import Refused
from distributor.model.notice import NoticeKind
from distributor.model.recipient import RecipientList, Role
from distributor.store import address_book, suppressions
from distributor.usecases.context import Context
from distributor.usecases.leave_lists import leave_lists
from distributor.usecases.owe_notice import owe

PURPOSE = "unsubscribe"


@dataclass(frozen=True, slots=True)
class UnsubscribeRequest:
    """Who asks, and of which list.

    Args:
        address: the address the mail went to.
        recipient_list: the list it was served by; the first one of a digest that merged several.
        others: further lists of the digest, which end with it.
    """

    address: str
    recipient_list: RecipientList
    others: tuple[RecipientList, ...] = ()

    @property
    def names(self) -> str:
        """Names of the lists, for people."""
        return "、".join(one.name for one in (self.recipient_list, *self.others))


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
    by_id = {entry.id: entry for entry in lists}
    found = [by_id[name] for name in values[1:] if name in by_id]
    # only a list of subscribers is merged with others, and one that is gone stands in nobody's way
    if not found or (len(values) > 2 and any(one.role is not Role.SUBSCRIBER for one in found)):  # noqa: PLR2004  address and one list
        raise Refused("token-invalid")
    return UnsubscribeRequest(values[0], found[0], tuple(found[1:]))


async def request_unsubscribe(context: Context, token: str, origin: str = "") -> UnsubscribeRequest:
    """Stop writing to the address at once, or open a ticket when its body must receive; idempotent.

    Args:
        context: the installation.
        token: the token of the link.
        origin: network address of the request.

    Raises:
        Refused: `token-invalid`.
    """
    request = await read_request(context, token)
    async with context.database.write() as connection:
        now = context.now()
        if request.recipient_list.must_receive:
            ticket_id = tokens.new_id()
            arguments = (ticket_id, request.address, request.recipient_list.id, now)
            if await suppressions.open_ticket(connection, *arguments):
                await owe(connection, context, NoticeKind.UNSUBSCRIBE_RECEIVED, ticket_id)
        else:
            ended = [one.id for one in (request.recipient_list, *request.others)]
            await leave_lists(connection, context, request.address, ended, origin)
    return request
