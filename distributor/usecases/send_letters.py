"""Send the letters that are due: at least once, with one Message-ID."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import anyio

from distributor import compose, log
from distributor.compose.letters import LetterFrame, build_letter
from distributor.deliver import LeaseLost, Transport
from distributor.errors import DistributorError, RelayTrouble
from distributor.model.message import Variant
from distributor.model.recipient import address_key
from distributor.model.run import DeliveryState, Outcome
from distributor.store import left_out, letters
from distributor.store.letters import Letter, LetterState
from distributor.usecases.context import Context

_log = log.get_logger(__name__)

# longer than the longest wait for an answer to the final dot, before which it is renewed
_LEASE = timedelta(minutes=15)
_WAITS = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 30, 60, 120, 240))
_CUT_OFF = "0 worker-stopped"
_NOTE_SECONDS = 3


async def send_letters(context: Context, transport: Transport, *, stopping: anyio.Event | None = None) -> int:
    """Send what is due, one after the other, and give how many letters were tried.

    Several may do it at the same time. A letter that is cancelled under way is given back; only if its final dot was
    written, it counts as in doubt and is sent again after a while, under the same Message-ID.

    Args:
        context: the installation.
        transport: an open way of sending.
        stopping: once set, nothing new is begun.

    Raises:
        RelayTrouble: when the relay refuses our credentials; the letter is due again.
    """
    tried = 0
    while stopping is None or not stopping.is_set():
        held = await _claim(context)
        if held is None:
            break
        await held.send(transport)
        tried += 1
    return tried


async def _claim(context: Context) -> "_Held | None":
    async with context.database.read() as connection:
        if not await letters.is_any_due(connection, await context.database.now(connection)):
            return None
    async with context.database.write() as connection:
        now = await context.database.now(connection)
        until = now + _LEASE
        claimed = await letters.claim(connection, now, until, 1)
        stopped = await left_out.among(connection, [letter.address for letter in claimed])
    return next((_Held(context, one, until, (address_key(one.address), "") in stopped) for one in claimed), None)


@dataclass(slots=True)
class _Held:
    """A letter under a lease; the hook before its dot.

    Args:
        context: the installation.
        letter: the letter.
        until: end of the lease.
        is_unwanted: whether its address is not to be written to any more.
        is_begun: whether the relay may have it.
    """

    context: Context
    letter: Letter
    until: datetime
    is_unwanted: bool
    is_begun: bool = False

    async def send(self, transport: Transport) -> None:
        """Send it and write down what came of it."""
        if self.is_unwanted:
            await self._settle(LetterState.FAILED, "suppressed")
            return
        try:
            message = _message(self.context, self.letter)
        except DistributorError as error:
            await self._settle(LetterState.FAILED, error.code)
            return
        try:
            outcome = await self._hand_over(transport, message)
        except LeaseLost:
            _log.warning("letter-lease-lost", letter=self.letter.id)
            return
        except RelayTrouble:
            await self._give_back()
            raise
        except anyio.get_cancelled_exc_class():
            with anyio.move_on_after(_NOTE_SECONDS, shield=True):
                await self._cut_off()
            raise
        await self._note(outcome)

    async def _hand_over(self, transport: Transport, message: bytes) -> Outcome:
        sender, letter = self.context.sender.address, self.letter
        return await transport.send(sender, letter.address, message, self.renew, envelope_id=letter.id)

    async def renew(self) -> bool:
        """Hold it for the time that the answer to the dot may take; False when another worker has it by now."""
        async with self.context.database.write() as connection:
            until = await self.context.database.now(connection) + _LEASE
            self.is_begun = await letters.renew(connection, self.letter.id, self.until, until)
        if self.is_begun:
            self.until = until
        return self.is_begun

    async def _note(self, outcome: Outcome) -> None:
        if outcome.due is not None:
            await self._give_back(outcome.due)
            return
        reply = f"{outcome.reply.code} {outcome.reply.text}"
        state = _state(outcome, self.letter)
        if state is LetterState.FAILED:
            _log.warning("letter-refused", kind=self.letter.kind, address=self.letter.address, reply=reply)
        await self._settle(state, reply)

    async def _cut_off(self) -> None:
        if not self.is_begun:
            await self._give_back()
            return
        _log.warning("letter-in-doubt", letter=self.letter.id, message_id=self.letter.message_id)
        await self._settle(LetterState.PENDING, _CUT_OFF)

    async def _give_back(self, due: datetime | None = None) -> None:
        """It was not tried, and that counts for nothing."""
        async with self.context.database.write() as connection:
            due = due or await self.context.database.now(connection)
            await letters.give_back(connection, self.letter.id, self.until, due)

    async def _settle(self, state: LetterState, reply: str) -> None:
        async with self.context.database.write() as connection:
            now: datetime = await self.context.database.now(connection)
            again = now + _WAITS[min(self.letter.attempts, len(_WAITS) - 1)]
            moment = again if state is LetterState.PENDING else now
            await letters.settle(connection, self.letter.id, self.until, (state, reply), moment)


def _message(context: Context, letter: Letter) -> bytes:
    variant = Variant.from_bytes((letter.content or "").encode())
    sent = context.now()
    frame = LetterFrame(context.sender, letter.address, letter.message_id, sent, letter.leave_url)
    message = build_letter(variant, frame)
    return compose.sign(message, context.dkim_keys, sent)


def _state(outcome: Outcome, letter: Letter) -> LetterState:
    if outcome.state is DeliveryState.SENT:
        return LetterState.SENT
    waits = outcome.state in {DeliveryState.DEFERRED, DeliveryState.IN_DOUBT}
    return LetterState.PENDING if waits and letter.attempts < len(_WAITS) else LetterState.FAILED
