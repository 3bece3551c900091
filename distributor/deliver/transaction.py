"""One message over one conversation: MAIL, RCPT, DATA, the message, the hook, the dot (RFC 5321 §3.3)."""

import asyncio
from collections.abc import Callable, Sequence

from distributor.deliver.conversation import Answer, Conversation, DroppedError
from distributor.deliver.envelope import Letter, check_message, commands
from distributor.deliver.refusals import judge
from distributor.deliver.relay import Relay, Timeouts
from distributor.deliver.transport import BeforeDot, LeaseLost
from distributor.model.run import DeliveryState, Outcome, Phase, Reply

Follow = Callable[[], bool]
_Command = tuple[Phase, bytes]

# a relay that has answered the dot and not what came behind it has most likely thrown that away
_TRIAL_SECONDS = 10.0
# who has begun behind a message that the relay thinks about for longer goes over another connection
_TURN_SECONDS = 10.0
# RSET comes before anything is said about a message; no phase of the ledger stands for it
_RESET = Phase.CONNECT


class NoTurnError(Exception):
    """The answer to the message before does not come; nothing of this one has left but its addresses."""


async def transact(talk: Conversation, letter: Letter, relay: Relay, before_dot: BeforeDot, follow: Follow) -> Outcome:
    """Send one message; the conversation is closed by itself when it is no longer good.

    Args:
        talk: the conversation.
        letter: message and addresses.
        relay: patience and wishes.
        before_dot: see Transport.
        follow: called with the dot: another letter may be begun on the conversation; tells whether one was.

    Raises:
        DroppedError: the conversation ended before the relay had answered anything; nothing was sent.
        NoTurnError: the message before holds it up; the conversation is of no use for others, and not to be cut.
        LeaseLost: before_dot said no.
    """
    written = check_message(letter, talk.offers) or commands(letter, talk.offers, asks_reports=relay.asks_reports)
    if isinstance(written, Outcome):
        return written
    mail, rcpt = written
    steps = [(Phase.MAIL, mail), (Phase.RCPT, rcpt), (Phase.DATA, b"DATA\r\n")]
    if talk.needs_reset:
        steps = [(_RESET, b"RSET\r\n"), *steps]
    if talk.offers.pipelining:
        talk.write(b"".join(command for _, command in steps), Phase.MAIL)
    await _take_turn(talk)
    try:
        refusal = await _offer(talk, steps, relay.timeouts)
        if refusal is not None:
            return judge(refusal)
        return await _hand_over(talk, letter, relay.timeouts, before_dot, follow)
    finally:
        talk.turn.release()


async def _take_turn(talk: Conversation) -> None:
    if not talk.turn.locked():
        await talk.turn.acquire()
        return
    try:
        async with asyncio.timeout(_TURN_SECONDS):
            await talk.turn.acquire()
    except TimeoutError:
        # it is closed when the answer has come; what is begun on it has no end and is thrown away by the relay
        talk.closing = True
        raise NoTurnError from None


async def _offer(talk: Conversation, steps: Sequence[_Command], patience: Timeouts) -> Reply | None:
    """Say who writes to whom; gives the refusal, or None when the relay waits for the message."""
    answers: list[Answer] = []
    for phase, command in steps:
        try:
            if not talk.offers.pipelining:
                talk.write(command, phase)
            seconds = patience.data if phase is Phase.DATA else patience.command
            if talk.on_trial and not answers:
                seconds = min(seconds, _TRIAL_SECONDS)
            answers.append(await talk.answer(phase, seconds))
        except DroppedError as dropped:
            # what was refused before the connection went stays refused; before any answer nothing has happened
            return _loss(answers, dropped)
        if not talk.offers.pipelining and not answers[-1].goes_on:
            break
    talk.needs_reset = False
    refusal = _refusal(answers)
    if refusal is None:
        return None
    if refusal.phase is _RESET:
        raise DroppedError(Phase.MAIL, "reset-refused")
    await _back_out(talk, refusal, answers[-1], patience)
    return refusal.reply


def _refusal(answers: Sequence[Answer]) -> Answer | None:
    return next((answer for answer in answers if not answer.goes_on), None)


def _loss(answers: Sequence[Answer], dropped: DroppedError) -> Reply:
    refusal = _refusal(answers)
    if refusal is not None:
        return refusal.reply
    if not any(answer.phase is Phase.MAIL for answer in answers):
        raise dropped
    return dropped.reply


async def _back_out(talk: Conversation, refusal: Answer, last: Answer, patience: Timeouts) -> None:
    """Leave a refused transaction so that the next one can begin."""
    if last.phase is Phase.DATA and last.goes_on:
        await _end_empty(talk, refusal, patience)
    talk.needs_reset = True


async def _end_empty(talk: Conversation, refusal: Answer, patience: Timeouts) -> None:
    """End a message that the relay waits for although it refused the only recipient (RFC 2920 §3.1)."""
    if refusal.phase is not Phase.RCPT:
        # it would take an empty message for a recipient it has accepted
        talk.abort()
        return
    try:
        talk.write(b".\r\n", Phase.DATA)
        await talk.answer(Phase.DATA, patience.command)
    except DroppedError:
        talk.abort()


async def _hand_over(
    talk: Conversation, letter: Letter, patience: Timeouts, before_dot: BeforeDot, follow: Follow
) -> Outcome:
    """Send the message, ask, and set the dot."""
    try:
        talk.write(letter.wire, Phase.DATA)
        await talk.drained(Phase.DATA, patience.block)
        if talk.has_answer():
            return await _interrupted(talk, patience)
        await _ask(before_dot, letter.recipient)
        if talk.has_answer():
            return await _interrupted(talk, patience)
        if follow():
            # one packet instead of two, and the relay wakes up once
            talk.write_with_next(b".\r\n", Phase.DATA)
        else:
            talk.write(b".\r\n", Phase.DATA)
    except DroppedError as dropped:
        # the dot was never written: the relay cannot have taken the message
        return judge(dropped.reply)
    except BaseException:
        talk.abort()
        raise
    return await _verdict(talk, patience)


async def _ask(before_dot: BeforeDot, recipient: str) -> None:
    if not await before_dot():
        raise LeaseLost(recipient)


async def _interrupted(talk: Conversation, patience: Timeouts) -> Outcome:
    """Take the answer of a relay that speaks before the message has ended; there is no way on from there."""
    answer = await talk.answer(Phase.DATA, patience.data)
    talk.abort()
    if answer.code // 100 in (4, 5):
        return judge(answer.reply)
    return judge(Reply(Phase.DATA, 0, "answer-malformed"))


async def _verdict(talk: Conversation, patience: Timeouts) -> Outcome:
    """Wait for the answer to the dot; without one the delivery is in doubt."""
    try:
        answer = await talk.answer(Phase.DOT, patience.dot)
    except DroppedError as dropped:
        return Outcome(DeliveryState.IN_DOUBT, dropped.reply)
    if answer.code // 100 == 3:  # noqa: PLR2004  3yz asks for more (RFC 5321 §4.2.1), which makes no sense here
        talk.abort()
        return Outcome(DeliveryState.IN_DOUBT, Reply(Phase.DOT, 0, "answer-malformed"))
    talk.served += 1
    return judge(answer.reply)
