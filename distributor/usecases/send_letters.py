"""Send the letters that are due: at least once, with one Message-ID."""

from datetime import datetime, timedelta

from distributor import compose, log
from distributor.compose.letters import LetterFrame, build_letter
from distributor.deliver import Transport
from distributor.errors import DistributorError
from distributor.model.message import Variant
from distributor.model.recipient import address_key
from distributor.model.run import DeliveryState, Outcome
from distributor.store import left_out, letters
from distributor.store.letters import Letter, LetterState
from distributor.usecases.context import Context

_log = log.get_logger(__name__)

_BATCH = 50
# longer than the longest wait for an answer to the final dot
_LEASE = timedelta(minutes=15)
_WAITS = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 30, 60, 120, 240))


async def send_letters(context: Context, transport: Transport) -> int:
    """Send what is due and give how many letters were settled.

    Args:
        context: the installation.
        transport: an open way of sending.

    Raises:
        RelayTrouble: when the relay refuses our credentials.
    """
    async with context.database.read() as connection:
        if not await letters.is_any_due(connection, await context.database.now(connection)):
            return 0
    async with context.database.write() as connection:
        now = await context.database.now(connection)
        due = await letters.claim(connection, now, now + _LEASE, _BATCH)
        stopped = await left_out.among(connection, [letter.address for letter in due])
    for letter in due:
        if (address_key(letter.address), "") in stopped:
            await _settle(context, letter, LetterState.FAILED, "suppressed")
        else:
            await _send(context, transport, letter)
    return len(due)


async def _send(context: Context, transport: Transport, letter: Letter) -> None:
    try:
        message = _message(context, letter)
    except DistributorError as error:
        await _settle(context, letter, LetterState.FAILED, error.code)
        return
    outcome = await transport.send(context.sender.address, letter.address, message, _always, envelope_id=letter.id)
    reply = f"{outcome.reply.code} {outcome.reply.text}"
    state = _state(outcome, letter)
    if state is LetterState.FAILED:
        _log.warning("letter-refused", kind=letter.kind, address=letter.address, reply=reply)
    await _settle(context, letter, state, reply)


def _message(context: Context, letter: Letter) -> bytes:
    variant = Variant.from_bytes((letter.content or "").encode())
    sent = context.now()
    frame = LetterFrame(context.sender, letter.address, letter.message_id, sent, letter.leave_url)
    message = build_letter(variant, frame)
    return compose.sign(message, context.dkim_keys, sent) if context.dkim_keys else message


def _state(outcome: Outcome, letter: Letter) -> LetterState:
    if outcome.state is DeliveryState.SENT:
        return LetterState.SENT
    waits = outcome.state in {DeliveryState.DEFERRED, DeliveryState.IN_DOUBT}
    return LetterState.PENDING if waits and letter.attempts < len(_WAITS) else LetterState.FAILED


async def _settle(context: Context, letter: Letter, state: LetterState, reply: str) -> None:
    async with context.database.write() as connection:
        now: datetime = await context.database.now(connection)
        again = now + _WAITS[min(letter.attempts, len(_WAITS) - 1)]
        await letters.settle(connection, letter.id, state, reply, again if state is LetterState.PENDING else now)


async def _always() -> bool:
    return True
