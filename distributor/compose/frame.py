"""What the headers of a variant's messages share, and the small personal values that go with a delivery."""

from urllib.parse import quote

from distributor.compose.headers import addr_spec
from distributor.i18n import DEFAULT_LANGUAGE, translate
from distributor.model.message import MessageFrame, Sender
from distributor.model.publication import Publication
from distributor.model.recipient import RecipientList, Role
from distributor.model.run import Mailing
from distributor.templating import language_tag

# Feedback-ID: the last field, which names the sender, has 5 to 15 characters
_SHORTEST_SENDER_ID, _LONGEST_SENDER_ID = 5, 15


def message_frame(
    publication: Publication,
    sender: Sender,
    recipient_list: RecipientList,
    bulletin_id: str,
    language: str = DEFAULT_LANGUAGE,
    mailing: Mailing = Mailing.DIGEST,
) -> MessageFrame:
    """Put together what the headers of all messages of one variant share.

    A list may have a sender and an address for answers of its own; its List-Id stays the same whoever sends.

    Args:
        publication: whose bulletin it is.
        sender: whose name the mails carry when the list says nothing else.
        recipient_list: the list they go to.
        bulletin_id: id of the bulletin.
        language: one of i18n.LANGUAGES, the language of the words around the bulletin.
        mailing: kind of mailing.
    """
    tag = language_tag(language)
    shown = sender_of(recipient_list, sender)
    return MessageFrame(
        sender=shown,
        language=tag if tag == publication.language else f"{tag}, {publication.language}",
        list_id=f"{recipient_list.id}.{publication.slug}.{_domain(sender.address)}",
        list_name=f"{publication.name} {recipient_list.name}",
        archive_url=f"{publication.base_url}/",
        help_uri=f"mailto:{shown.reply_to}?subject=help",
        owner_uri=f"mailto:{shown.reply_to}",
        feedback=(bulletin_id, recipient_list.id, mailing.value, _sender_id(publication.slug)),
    )


def sender_of(recipient_list: RecipientList, usual: Sender) -> Sender:
    """Give the sender that the mails of a list show.

    Args:
        recipient_list: the list.
        usual: the sender of the installation, for what the list does not say.
    """
    return Sender(
        recipient_list.sender_name or usual.name,
        recipient_list.sender_address or usual.address,
        recipient_list.reply_to or usual.reply_to,
    )


def mint_message_id(identifier: str, sender: Sender) -> str:
    """Make the Message-ID of a delivery, on our own domain; minted with the delivery row and kept for every attempt.

    Args:
        identifier: unguessable id of the delivery.
        sender: whose name the mail carries.
    """
    return f"<{identifier}@{_domain(sender.address)}>"


def unsubscribe_mailto(address: str, token: str) -> str:
    """Make the mailto URI of List-Unsubscribe (RFC 2369).

    Args:
        address: mailbox that reads such mails.
        token: signed token of the reader and the list.
    """
    return f"mailto:{address}?subject=unsubscribe%20{quote(token, safe='')}"


def greeting_for(role: Role, organization_name: str, language: str = DEFAULT_LANGUAGE) -> str:
    """Say how a reader is addressed: a body by its name, a subscriber as a reader.

    Args:
        role: how the list addresses its readers.
        organization_name: canonical name of the body; empty for a subscriber.
        language: one of i18n.LANGUAGES.
    """
    if role is Role.SUBSCRIBER or not organization_name:
        return translate("mail.digest.reader", language)
    return organization_name


def _domain(address: str) -> str:
    return addr_spec(address).rpartition("@")[2]


def _sender_id(slug: str) -> str:
    return slug.ljust(_SHORTEST_SENDER_ID, "0")[:_LONGEST_SENDER_ID]
