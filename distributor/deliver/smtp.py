"""Sending to a relay over a pool of kept connections."""

import asyncio
import socket
import ssl
from types import TracebackType
from typing import Self

from distributor.deliver.connect import NotConnectedError, greet, sign_in, take_over, tls_context
from distributor.deliver.conversation import Conversation, DroppedError
from distributor.deliver.envelope import Letter, on_the_wire, unfit
from distributor.deliver.refusals import judge
from distributor.deliver.relay import Relay
from distributor.deliver.transaction import transact
from distributor.deliver.transport import BeforeDot
from distributor.errors import Misconfigured, RelayTrouble
from distributor.model.run import Outcome, Phase, RefusalClass
from distributor.settings import Security


class SmtpTransport:
    """Sends to one relay; as many tasks as the relay has connections may send at the same time.

    Args:
        relay: the relay.

    Raises:
        Misconfigured: `credentials-without-tls` when a user name is set and the connection would be in the clear.
    """

    def __init__(self, relay: Relay) -> None:
        if relay.username is not None and relay.security is Security.NONE:
            raise Misconfigured("credentials-without-tls", relay=relay.label)
        self.relay = relay
        self._slots = asyncio.Semaphore(relay.connections)
        self._kept: list[Conversation] = []
        self._signing_in = asyncio.Lock()
        self._trouble: RelayTrouble | None = None
        self._context: ssl.SSLContext | None = None
        self._greeting_name = relay.greeting_name

    async def __aenter__(self) -> Self:
        """Prepare TLS and our name; no connection is opened yet."""
        if self.relay.security is not Security.NONE:
            self._context = await asyncio.to_thread(tls_context, self.relay)
        if self._greeting_name is None:
            self._greeting_name = await asyncio.to_thread(socket.getfqdn)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Say goodbye on every kept connection."""
        kept, self._kept = self._kept, []
        await asyncio.gather(*(talk.quit(self.relay.timeouts.quit) for talk in kept))

    @property
    def trouble(self) -> RelayTrouble | None:
        """Why the relay is stopped, or None; it is stopped by the first refusal of our credentials."""
        return self._trouble

    def resume(self) -> None:
        """Use the relay again after the operator has dealt with the trouble."""
        self._trouble = None

    async def send(
        self,
        envelope_from: str,
        recipient: str,
        message: bytes,
        before_dot: BeforeDot,
        *,
        envelope_id: str | None = None,
    ) -> Outcome:
        """Send one message to one address; see Transport."""
        wire = on_the_wire(message)
        if wire is None:
            return unfit(Phase.DATA, "message-line-ends", RefusalClass.MESSAGE)
        letter = Letter(envelope_from, recipient, len(message), wire, envelope_id)
        async with self._slots:
            self._refuse_when_stopped()
            outcome = await self._over_kept(letter, before_dot) or await self._over_new(letter, before_dot)
        if outcome.refusal is RefusalClass.AUTHENTICATION:
            # this answer is recorded, the next delivery is not even begun
            self._trouble = RelayTrouble("relay-authentication", relay=self.relay.label, reply=outcome.reply.text)
        return outcome

    def _refuse_when_stopped(self) -> None:
        if self._trouble is not None:
            raise RelayTrouble(self._trouble.code, **self._trouble.parameters)

    async def _over_kept(self, letter: Letter, before_dot: BeforeDot) -> Outcome | None:
        """Send over a kept connection; None when there is none that still works."""
        talk = await self._still_good()
        if talk is None:
            return None
        try:
            outcome = await self._converse(talk, letter, before_dot)
        except DroppedError:
            # the relay had closed it before it said a word about this message
            return None
        closed_on_us = talk.closing and outcome.reply.phase is Phase.MAIL
        return None if closed_on_us and outcome.refusal is RefusalClass.CONNECTION else outcome

    async def _over_new(self, letter: Letter, before_dot: BeforeDot) -> Outcome:
        try:
            talk = await self._open()
            return await self._converse(talk, letter, before_dot)
        except (NotConnectedError, DroppedError) as error:
            return judge(error.reply)

    async def _still_good(self) -> Conversation | None:
        oldest = asyncio.get_running_loop().time() - self.relay.idle_seconds
        while self._kept:
            talk = self._kept.pop()
            if talk.is_open and talk.idle_since >= oldest:
                return talk
            await talk.quit(self.relay.timeouts.quit)
        return None

    async def _open(self) -> Conversation:
        if self._greeting_name is None:
            await self.__aenter__()
        smtp = await greet(self.relay, self._context, self._greeting_name or "localhost")
        # one after the other: the first refusal stops the relay before a second one can lock the account
        async with self._signing_in:
            if self._trouble is not None:
                smtp.close()
                self._refuse_when_stopped()
            try:
                await sign_in(smtp, self.relay)
            except RelayTrouble as trouble:
                self._trouble = trouble
                raise
        return take_over(smtp)

    async def _converse(self, talk: Conversation, letter: Letter, before_dot: BeforeDot) -> Outcome:
        finished = False
        try:
            outcome = await transact(talk, letter, self.relay, before_dot)
            finished = True
        finally:
            if not finished:
                talk.abort()
        await self._put_back(talk)
        return outcome

    async def _put_back(self, talk: Conversation) -> None:
        if not talk.is_open or talk.served >= self.relay.messages_per_connection:
            await talk.quit(self.relay.timeouts.quit)
            return
        talk.idle_since = asyncio.get_running_loop().time()
        self._kept.append(talk)
