"""Make the bytes of one delivery: the signed rendering with what is personal spliced in."""

from dataclasses import replace

from distributor import compose, tokens
from distributor.compose import Prepared, Signing
from distributor.errors import NotFound
from distributor.i18n import negotiate
from distributor.model.message import Personal, Variant
from distributor.model.recipient import Role
from distributor.model.run import Delivery
from distributor.store import address_book, blobs, digests, runs
from distributor.usecases.context import Context
from distributor.usecases.request_unsubscribe import PURPOSE
from distributor.usecases.subscription_links import preferences_url


class Composer:
    """Composes the messages of deliveries; a variant is prepared once and kept.

    Args:
        context: the installation.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._prepared: dict[tuple[str, str], Prepared] = {}
        # of digests for subscribers that merged several lists
        self._merged: dict[tuple[str, str], tuple[str, ...]] = {}

    async def compose(self, delivery: Delivery) -> bytes:
        """Give the bytes of a delivery as they go to the relay, dated now and signed.

        Args:
            delivery: the delivery.

        Raises:
            NotFound: `list-unknown` when its list was removed from the address book.
        """
        signing = self.begin(await self.prepared(delivery), delivery)
        return signing.finish(signing.values())

    def begin(self, prepared: Prepared, delivery: Delivery) -> Signing:
        """Write the message of a delivery, dated now, and all of its signatures but their values; it reads nothing.

        Args:
            prepared: what `prepared` gave for it.
            delivery: the delivery.

        Raises:
            Refused: for a personal value that may not stand in a message.
        """
        personal = self._personal(delivery)
        return compose.begin_signing(prepared.write(personal), self._context.dkim_keys, personal.sent)

    async def prepared(self, delivery: Delivery) -> Prepared:
        """Give the rendering of a delivery, ready for what is personal; it is made once and kept.

        Args:
            delivery: the delivery.

        Raises:
            NotFound: `list-unknown` when its list was removed from the address book.
        """
        key = (delivery.run_id, delivery.variant)
        known = self._prepared.get(key)
        if known is not None:
            return known
        context = self._context
        async with context.database.read() as connection:
            variant = Variant.from_bytes(await blobs.get(connection, delivery.variant))
            attachment = variant.attachment
            attached = None if attachment is None else await blobs.get(connection, attachment.sha256)
            run = await runs.get(connection, delivery.run_id)
            lists = await address_book.load_lists(connection)
            merged = await digests.lists_of_variant(connection, *key)
        chosen = next((entry for entry in lists if entry.id == delivery.list_id), None)
        if chosen is None:
            raise NotFound("list-unknown", list=delivery.list_id, known="、".join(entry.id for entry in lists))
        if merged is not None:
            self._merged[key] = merged
        language = negotiate(delivery.language)
        frame = compose.message_frame(
            context.publication, context.sender, chosen, run.bulletin_id, language, run.mailing
        )
        frame = replace(frame, idempotency_header=context.conduct.idempotency_header)
        self._prepared[key] = compose.prepare(variant, frame, attached)
        return self._prepared[key]

    def _personal(self, delivery: Delivery) -> Personal:
        context = self._context
        lists = self._merged.get((delivery.run_id, delivery.variant), (delivery.list_id,))
        token = tokens.sign(PURPOSE, [delivery.address, *lists], context.token_keys)
        page = f"{context.publication.base_url}/unsubscribe/{token}"
        return Personal(
            address=delivery.address,
            display_name=delivery.display_name,
            greeting=compose.greeting_for(
                delivery.role,
                delivery.organization_name,
                negotiate(delivery.language),
            ),
            unsubscribe_url=page,
            unsubscribe_mailto=compose.unsubscribe_mailto(context.sender.reply_to, token),
            preferences_url=preferences_url(context, delivery.address) if delivery.role is Role.SUBSCRIBER else page,
            message_id=delivery.message_id,
            idempotency_key=delivery.idempotency_key,
            sent=context.now(),
        )
