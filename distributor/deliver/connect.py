"""Opening a connection with aiosmtplib: greeting, EHLO, TLS, AUTH; then the wire is ours."""

import asyncio
import socket
import ssl
from typing import Final, cast

import aiosmtplib

from distributor.deliver.conversation import Conversation
from distributor.deliver.offers import Offers
from distributor.deliver.relay import Relay
from distributor.deliver.replies import redecode
from distributor.errors import Misconfigured, RelayTrouble
from distributor.model.run import Phase, Reply
from distributor.settings import Security

_REASONS: Final[tuple[tuple[type[BaseException], Phase, str], ...]] = (
    (ssl.SSLCertVerificationError, Phase.TLS, "certificate-untrusted"),
    (ssl.SSLError, Phase.TLS, "tls-failed"),
    (socket.gaierror, Phase.CONNECT, "host-unknown"),
    (ConnectionRefusedError, Phase.CONNECT, "connection-refused"),
)
# a reply that is no UTF-8, base64 or number ends up as a ValueError
_TROUBLES: Final = (aiosmtplib.SMTPException, OSError, ValueError)


class NotConnectedError(Exception):
    """The relay could not be reached or did not let us in; no delivery is to blame."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply)
        self.reply = reply


def tls_context(relay: Relay) -> ssl.SSLContext:
    """Make the TLS settings: certificates are always verified, TLS 1.2 at least.

    Args:
        relay: its `trust` is believed beside the authorities of this machine.

    Raises:
        Misconfigured: `relay-trust` when that file cannot be read.
    """
    context = ssl.create_default_context()
    if relay.trust is not None:
        try:
            context.load_verify_locations(cafile=relay.trust)
        except OSError as error:
            raise Misconfigured("relay-trust", relay=relay.label, file=str(relay.trust)) from error
    return context


async def greet(relay: Relay, context: ssl.SSLContext | None, greeting_name: str) -> aiosmtplib.SMTP:
    """Connect, protect the connection as the relay's settings say, and introduce ourselves.

    Args:
        relay: where to.
        context: TLS settings, None for a clear connection.
        greeting_name: our name.

    Raises:
        NotConnectedError: with the answer or the reason.
    """
    smtp = aiosmtplib.SMTP(
        hostname=relay.host,
        port=relay.port,
        use_tls=relay.security is Security.TLS,
        start_tls=False,
        tls_context=context,
        local_hostname=greeting_name,
        timeout=relay.timeouts.connect,
    )
    try:
        await _reach(smtp)
        if relay.security is Security.STARTTLS:
            await _protect(smtp)
    except BaseException:
        smtp.close()
        raise
    return smtp


async def _reach(smtp: aiosmtplib.SMTP) -> None:
    try:
        await smtp.connect()
        await _introduce(smtp)
    except _TROUBLES as error:
        raise NotConnectedError(_reply(error, Phase.CONNECT)) from error


async def _protect(smtp: aiosmtplib.SMTP) -> None:
    if not smtp.supports_extension("starttls"):
        raise NotConnectedError(Reply(Phase.TLS, 0, "tls-not-offered"))
    try:
        await smtp.starttls()
        # what was offered in the clear may have been forged (RFC 3207 §4.2)
        await _introduce(smtp)
    except _TROUBLES as error:
        raise NotConnectedError(_reply(error, Phase.TLS)) from error


async def sign_in(smtp: aiosmtplib.SMTP, relay: Relay) -> None:
    """Show our credentials, if the relay has any for us.

    Args:
        smtp: a connection that was greeted; it is closed when this fails.
        relay: the credentials.

    Raises:
        RelayTrouble: `relay-authentication` when they are not taken, `relay-without-auth` when nobody asks for them.
        NotConnectedError: the relay could not tell just now.
    """
    if relay.username is None:
        return
    if not smtp.supports_extension("auth"):
        smtp.close()
        raise RelayTrouble("relay-without-auth", relay=relay.label)
    try:
        await smtp.login(relay.username, relay.password or "", timeout=relay.timeouts.command)
    except aiosmtplib.SMTPAuthenticationError as error:
        smtp.close()
        if error.code // 100 == 5:  # noqa: PLR2004  5yz is permanent, 454 is not (RFC 4954 §6)
            raise RelayTrouble("relay-authentication", relay=relay.label, reply=_said(error)) from error
        raise NotConnectedError(Reply(Phase.AUTH, error.code, redecode(str(error.message)))) from error
    except _TROUBLES as error:
        smtp.close()
        raise NotConnectedError(_reply(error, Phase.AUTH)) from error
    except BaseException:
        smtp.close()
        raise


def take_over(smtp: aiosmtplib.SMTP) -> Conversation:
    """Take the wire from aiosmtplib.

    Args:
        smtp: a connection that is ready for mail.

    Raises:
        NotConnectedError: `connection-lost` when the relay has gone meanwhile.
    """
    wire = smtp.transport
    if wire is None:
        raise NotConnectedError(Reply(Phase.CONNECT, 0, "connection-lost"))
    # loops other than asyncio's have transports of their own, which are no children of its class
    return Conversation(cast("asyncio.Transport", wire), Offers.read(smtp.esmtp_extensions))


async def _introduce(smtp: aiosmtplib.SMTP) -> None:
    try:
        await smtp.ehlo()
    except aiosmtplib.SMTPHeloError:
        if not smtp.is_connected:
            raise
        await smtp.helo()


def _said(error: aiosmtplib.SMTPResponseException) -> str:
    return f"{error.code} {redecode(str(error.message))}"


def _reply(error: BaseException, phase: Phase) -> Reply:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        # aiosmtplib marks an answer that is none with -1
        if error.code < 0:
            return Reply(phase, 0, "answer-malformed")
        return Reply(phase, error.code, redecode(str(error.message)))
    cause: BaseException | None = error
    while cause is not None:
        for kind, step, reason in _REASONS:
            if isinstance(cause, kind):
                return Reply(step, 0, reason)
        cause = cause.__cause__
    late = isinstance(error, TimeoutError)
    return Reply(phase, 0, "connection-timeout" if late else "connection-lost")
