"""Sending to a relay over a pool of kept connections."""

import asyncio
import socket
import ssl
from functools import partial
from types import TracebackType
from typing import Final, Self

from distributor.deliver.advice import advise
from distributor.deliver.connect import NotConnectedError, greet, sign_in, take_over, tls_context
from distributor.deliver.conversation import Conversation, DroppedError
from distributor.deliver.envelope import Letter, on_the_wire, unfit
from distributor.deliver.pool import Pool
from distributor.deliver.refusals import judge
from distributor.deliver.relay import Relay
from distributor.deliver.transaction import NoTurnError, transact
from distributor.deliver.transport import BeforeDot
from distributor.errors import Misconfigured, RelayTrouble
from distributor.model.run import Outcome, Phase, RefusalClass, Reply
from distributor.settings import Security

# a kept connection may be closed at any moment, and so may the next one; a new one that is closed ends the attempt
_TRIES: Final = 3


class SmtpTransport:
    """Sends to one relay; any number of tasks may send at the same time and share its connections.

    The outcome of a message is given to its task before the next message on that connection comes to its hook: who
    notes the outcome before awaiting anything else has at most one message in doubt for each connection.

    Args:
        relay: the relay.

    Raises:
        Misconfigured: `credentials-without-tls` when a user name is set and the connection would be in the clear.
    """

    def __init__(self, relay: Relay) -> None:
        if relay.username is not None and relay.security is Security.NONE:
            raise Misconfigured("credentials-without-tls", relay=relay.label)
        self.relay = relay
        self._pool = Pool(relay, self._open)
        self._signing_in = asyncio.Lock()
        self._trouble: RelayTrouble | None = None
        self._rests_until = 0.0
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
        await self._pool.close()

    @property
    def trouble(self) -> RelayTrouble | None:
        """Why the relay is left alone, or None; the first refusal of our credentials makes it rest."""
        if self._trouble is not None and asyncio.get_running_loop().time() >= self._rests_until:
            self._trouble = None
        return self._trouble

    def resume(self) -> None:
        """Use the relay again before its rest is over: the operator has dealt with the trouble."""
        self._trouble = None

    def _stop_for(self, trouble: RelayTrouble) -> None:
        self._trouble = trouble
        self._rests_until = asyncio.get_running_loop().time() + self.relay.rest_seconds

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
        outcome = None
        tries = 0
        while outcome is None and tries < _TRIES:
            try:
                outcome = await self._try(letter, before_dot)
            except NoTurnError:
                continue
            tries += 1
        outcome = outcome or judge(Reply(Phase.MAIL, 0, "connection-lost"))
        if outcome.refusal is RefusalClass.AUTHENTICATION:
            # this answer is recorded, the next delivery is not even begun
            self._stop_for(RelayTrouble("relay-authentication", relay=self.relay.label, reply=outcome.reply.text))
        return outcome

    def _refuse_when_stopped(self) -> None:
        trouble = self.trouble
        if trouble is not None:
            raise RelayTrouble(trouble.code, **trouble.parameters)

    async def _try(self, letter: Letter, before_dot: BeforeDot) -> Outcome | None:
        """Send over a conversation of the pool; None when a kept one was closed before it said a word about this."""
        self._refuse_when_stopped()
        try:
            talk = await self._pool.take()
        except NotConnectedError as error:
            return judge(error.reply)
        is_kept, served, talk.is_used = talk.is_used, talk.served, True
        follows = talk.holders > 1
        try:
            outcome = await self._converse(talk, letter, before_dot)
        except DroppedError as error:
            if error.reason == "answer-timeout" and talk.served > served:
                # it answered the letter before and swallowed what came behind it
                self._pool.overlaps = False
            return None if is_kept else judge(error.reply)
        if follows and outcome.reply.code:
            self._pool.prove()
        closed_on_us = is_kept and talk.closing and outcome.reply.phase is Phase.MAIL
        return None if closed_on_us and outcome.refusal is RefusalClass.CONNECTION else outcome

    async def _open(self) -> Conversation:
        if self._greeting_name is None:
            await self.__aenter__()
        self._refuse_when_stopped()
        smtp = await greet(self.relay, self._context, self._greeting_name or "localhost")
        # one after the other: the first refusal stops the relay before a second one can lock the account
        async with self._signing_in:
            if self.trouble is not None:
                smtp.close()
                self._refuse_when_stopped()
            try:
                await sign_in(smtp, self.relay)
            except RelayTrouble as trouble:
                self._stop_for(trouble)
                raise
        return take_over(smtp)

    async def _converse(self, talk: Conversation, letter: Letter, before_dot: BeforeDot) -> Outcome:
        finished = False
        try:
            # it may have stopped while this letter waited for its turn
            self._refuse_when_stopped()
            outcome = await transact(talk, letter, self.relay, before_dot, partial(self._pool.follow, talk))
            finished = True
            if outcome.refusal is not None and advise(outcome.refusal).slows:
                # before it is given back: this connection may have carried enough
                self._pool.slow_down()
        except NoTurnError:
            # the message before still waits for its answer there
            finished = True
            raise
        finally:
            if not finished:
                talk.abort()
            self._pool.give_back(talk)
        return outcome
