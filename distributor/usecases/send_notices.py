"""Tell the secretariat what it has to know: owe a notice when a run has ended, and send what is owed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import anyio
import anyio.to_thread

from distributor import compose, log, tokens
from distributor.compose import NoticeContext, NoticeFrame
from distributor.deliver import LeaseLost, Transport
from distributor.errors import DistributorError, RelayTrouble
from distributor.i18n import negotiate
from distributor.model.notice import Notice, NoticeKind
from distributor.model.run import DeliveryState, Outcome
from distributor.store import notices, runs
from distributor.templating import language_tag
from distributor.usecases.context import Context
from distributor.usecases.render_mail import designed, render_values
from distributor.usecases.send_preview import preview_message
from distributor.usecases.write_notice import NothingToSay, words_of

_log = log.get_logger(__name__)

# a person who retries a run at once, and answers that come late, are still told of in the same report
SETTLING: Final = timedelta(minutes=2)
_LOOK_BACK: Final = timedelta(days=14)
# longer than the longest wait for the answer to a final dot, before which it is renewed
_LEASE: Final = timedelta(minutes=60)
_NOTE_SECONDS: Final = 3
_WAITS: Final = (2, 5, 15, 30, 60, 120, 240)
_MOST_ATTEMPTS: Final = 24


async def send_notices(
    context: Context, transport: Transport, *, settling: timedelta = SETTLING, stopping: anyio.Event | None = None
) -> int:
    """Owe the reports of runs that have ended, then send what is due, one after the other; gives how many were sent.

    A notice that is cancelled under way is given back; only if its final dot was written, it counts as in doubt and is
    sent again after a while, under the same Message-ID.

    Args:
        context: the installation.
        transport: an open way of sending.
        settling: how long after the end of a run its report is sent.
        stopping: once set, nothing new is begun.

    Raises:
        RelayTrouble: when the relay refuses our credentials; the notice is due again.
    """
    await _owe_reports(context, settling)
    sent = 0
    while stopping is None or not stopping.is_set():
        held = await _claim(context)
        if held is None:
            break
        outcome = await _send(await designed(context), transport, *held)
        sent += outcome is not None and outcome.state is DeliveryState.SENT
    return sent


async def _claim(context: Context) -> tuple[Notice, datetime] | None:
    async with context.database.read() as connection:
        if not await notices.are_due(connection, await context.database.now(connection)):
            return None
    async with context.database.write() as connection:
        now = await context.database.now(connection)
        claimed = await notices.claim(connection, now, now + _LEASE, 1)
    return (claimed[0], now + _LEASE) if claimed else None


async def send_now(context: Context, transport: Transport, notice: Notice) -> Outcome | None:
    """Send one notice that was held back for the caller; gives the outcome, None when it could not be made.

    Args:
        context: the installation.
        transport: an open way of sending.
        notice: the notice.
    """
    return await _send(await designed(context), transport, notice)


async def _owe_reports(context: Context, settling: timedelta) -> None:
    since = context.now() - _LOOK_BACK
    async with context.database.read() as connection:
        if not await notices.unreported_runs(connection, since):
            return
    async with context.database.write() as connection:
        due = await context.database.now(connection) + settling
        ended = await notices.unreported_runs(connection, since)
        counts = await runs.counts(connection, [run.id for run in ended])
        for run in ended:
            kinds = [NoticeKind.RUN_REPORT]
            if counts[run.id].of(DeliveryState.FAILED):
                kinds.append(NoticeKind.BOUNCE_REPORT)
            for kind in kinds:
                notice = Notice(tokens.new_id(), kind, run.id, context.sender.reply_to, context.now())
                await notices.add(connection, notice, due)


async def _send(
    context: Context, transport: Transport, notice: Notice, until: datetime | None = None
) -> Outcome | None:
    """Make and send one notice, and write down what came of it."""
    try:
        message = await _message(context, notice)
    except DistributorError as error:
        _log.warning("notice-dropped", kind=notice.kind, object=notice.object_id, code=error.code)
        await _note(context, notice, DeliveryState.FAILED, error.code)
        return None
    except NothingToSay:
        await _note(context, notice, DeliveryState.CANCELLED, "")
        return None
    if message is None:
        await _note(context, notice, DeliveryState.DEFERRED, "")
        return None
    return await _hand_over(transport, message, _Held(context, notice, until))


async def _hand_over(transport: Transport, message: bytes, held: "_Held") -> Outcome | None:
    context, notice = held.context, held.notice
    try:
        outcome = await transport.send(
            context.sender.address, notice.address, message, held.renew, envelope_id=notice.id
        )
    except LeaseLost:
        _log.warning("notice-lease-lost", kind=notice.kind, object=notice.object_id)
        return None
    except RelayTrouble:
        await held.give_back()
        raise
    except anyio.get_cancelled_exc_class():
        with anyio.move_on_after(_NOTE_SECONDS, shield=True):
            await held.cut_off()
        raise
    if outcome.due is not None:
        await held.give_back(outcome.due)
    else:
        await _note(context, notice, outcome.state, _answer(outcome))
    return outcome


@dataclass(slots=True)
class _Held:
    """A notice under way; the hook before its dot.

    Args:
        context: the installation.
        notice: the notice.
        until: until when it is ours, or None when nobody else sends it.
        is_begun: whether the relay may have it.
    """

    context: Context
    notice: Notice
    until: datetime | None
    is_begun: bool = False

    async def renew(self) -> bool:
        """Keep it for the time that the answer to the dot may take; False when another worker has it by now."""
        if self.until is None:
            return True
        async with self.context.database.write() as connection:
            until = await self.context.database.now(connection) + _LEASE
            self.is_begun = await notices.renew(connection, self.notice.id, self.until, until)
        return self.is_begun

    async def cut_off(self) -> None:
        """Write down that its sending was cut off."""
        if not self.is_begun:
            await self.give_back()
            return
        _log.warning("notice-in-doubt", kind=self.notice.kind, object=self.notice.object_id)
        await _note(self.context, self.notice, DeliveryState.IN_DOUBT, "0 worker-stopped")

    async def give_back(self, due: datetime | None = None) -> None:
        """It was not tried, and that counts for nothing; one that is nobody else's stays as it was."""
        if self.until is None:
            return
        async with self.context.database.write() as connection:
            due = due or await self.context.database.now(connection)
            await notices.give_back(connection, self.notice.id, due)


async def _message(context: Context, notice: Notice) -> bytes | None:
    if notice.kind is NoticeKind.PREVIEW:
        return await preview_message(context, notice)
    async with context.database.read() as connection:
        words = await words_of(connection, context, notice)
    return None if words is None else await anyio.to_thread.run_sync(partial(_build, context, notice, words))


def _build(context: Context, notice: Notice, words: NoticeContext) -> bytes:
    language = negotiate(context.publication.language)
    variant = render_values(context, notice.kind.value, words, language)
    frame = NoticeFrame(
        sender=context.sender,
        address=notice.address,
        message_id=compose.mint_message_id(notice.id, context.sender),
        sent=context.now(),
        language=language_tag(language),
    )
    return compose.sign(compose.build_notice(variant, frame), context.dkim_keys, frame.sent)


async def _note(context: Context, notice: Notice, state: DeliveryState, answer: str) -> None:
    async with context.database.write() as connection:
        now = await context.database.now(connection)
        attempts = notice.attempts + 1
        if state is DeliveryState.SENT:
            await notices.set_sent(connection, notice.id, answer, now)
        elif state is DeliveryState.CANCELLED:
            await notices.set_failed(connection, notice.id, answer, now)
        elif state in {DeliveryState.FAILED, DeliveryState.SUPPRESSED} or attempts >= _MOST_ATTEMPTS:
            _log.warning("notice-failed", kind=notice.kind, object=notice.object_id, answer=answer)
            await notices.set_failed(connection, notice.id, answer, now)
        else:
            # in doubt it is sent again, with the same Message-ID
            wait = timedelta(minutes=_WAITS[min(attempts, len(_WAITS)) - 1])
            await notices.put_off(connection, notice.id, answer, now + wait)


def _answer(outcome: Outcome) -> str:
    return f"{outcome.reply.code} {outcome.reply.text}".strip()
