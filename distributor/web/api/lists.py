"""Recipient lists for programs."""

from distributor.usecases.find_recipient_lists import find_recipient_lists
from distributor.web.api.gate import Called
from distributor.web.api.routing import reads
from distributor.web.api.shapes import ListShape


@reads("list-lists", "/lists", tuple[ListShape, ...])
async def lists(caller: Called) -> object:
    """List the recipient lists in the order of the address book."""
    return await find_recipient_lists(caller.context)
