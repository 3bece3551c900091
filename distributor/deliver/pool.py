"""Kept conversations with one relay: who uses which, and who waits."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable

from distributor.deliver.allowance import Allowance
from distributor.deliver.conversation import Conversation
from distributor.deliver.relay import Relay

_Waiter = asyncio.Future[Conversation | None]


class Pool:
    """Gives conversations to letters, first come, first served; never more at a time than the relay has connections.

    Args:
        relay: its limits.
        opener: opens a new conversation.
    """

    def __init__(self, relay: Relay, opener: Callable[[], Awaitable[Conversation]]) -> None:
        self._relay = relay
        self._opener = opener
        self._allowance = Allowance(relay.messages_per_connection)
        self._open = 0
        self._idle: list[Conversation] = []
        # conversations that wait for the answer to a dot, to which the next letter may be added
        self._followable: dict[Conversation, None] = {}
        self._waiting: deque[_Waiter] = deque()
        self._parting: set[asyncio.Task[None]] = set()
        self.overlaps = relay.overlaps
        # before all do it, one conversation tries whether the relay keeps what comes behind a message
        self._proven = False
        self._trial: Conversation | None = None

    async def take(self) -> Conversation:
        """Give a conversation that nobody uses, a new one, or one whose letter only waits for its last answer.

        Raises:
            NotConnectedError: a new one cannot be opened.
            RelayTrouble: the relay does not take our credentials.
        """
        talk = self._take_idle()
        if talk is not None:
            return talk
        if self._open < self._relay.connections:
            self._open += 1
            return await self._new()
        if self._followable:
            talk = next(iter(self._followable))
            del self._followable[talk]
            talk.holders += 1
            return talk
        return await self._wait()

    def follow(self, talk: Conversation) -> bool:
        """Let the next letter begin on a conversation whose dot is written now; tells whether one does (RFC 2920 §3.1).

        Args:
            talk: the conversation.
        """
        full = talk.served + 1 >= self._allowance.at(_now())
        if not self.overlaps or not talk.offers.pipelining or full:
            return False
        if not self._proven:
            if self._trial is not None:
                return False
            self._trial = talk
            talk.on_trial = True
        if self._hand_over(talk):
            return True
        self._followable[talk] = None
        return False

    def slow_down(self) -> None:
        """Let connections carry fewer messages for a while: the relay has complained of too many."""
        self._allowance.slow_down(_now())

    def prove(self) -> None:
        """Let all conversations do what one has tried: the relay has answered a letter begun behind another."""
        if self._trial is not None:
            self._trial.on_trial = False
        self._proven, self._trial = True, None

    def give_back(self, talk: Conversation) -> None:
        """Take a conversation back; it says goodbye in the background when it is no longer good.

        Args:
            talk: the conversation.
        """
        talk.holders -= 1
        self._followable.pop(talk, None)
        if talk.holders:
            return
        if talk is self._trial:
            # nobody came who could have tried
            talk.on_trial, self._trial = False, None
        if not talk.is_open or talk.served >= self._allowance.at(_now()):
            self._part(talk)
        elif not self._hand_over(talk):
            talk.idle_since = _now()
            self._idle.append(talk)

    async def close(self) -> None:
        """Say goodbye on all conversations that nobody uses."""
        idle, self._idle = self._idle, []
        for talk in idle:
            self._part(talk)
        while self._parting:
            await asyncio.wait(self._parting)

    def _take_idle(self) -> Conversation | None:
        oldest = _now() - self._relay.idle_seconds
        while self._idle:
            talk = self._idle.pop()
            if talk.is_open and talk.idle_since >= oldest:
                talk.holders = 1
                return talk
            self._part(talk)
        return None

    async def _new(self) -> Conversation:
        try:
            talk = await self._opener()
        except BaseException:
            self._free()
            raise
        talk.holders = 1
        return talk

    async def _wait(self) -> Conversation:
        waiter: _Waiter = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            talk = await waiter
        except asyncio.CancelledError:
            self._unwait(waiter)
            raise
        return talk if talk is not None else await self._new()

    def _unwait(self, waiter: _Waiter) -> None:
        """Pass on what a cancelled waiter was given at the last moment."""
        if waiter.cancelled():
            # whoever handed over meanwhile has passed it by
            with contextlib.suppress(ValueError):
                self._waiting.remove(waiter)
            return
        talk = waiter.result()
        if talk is None:
            self._free()
        else:
            self.give_back(talk)

    def _hand_over(self, talk: Conversation | None) -> bool:
        """Give a conversation, or the place for a new one, to who has waited longest."""
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                if talk is not None:
                    talk.holders += 1
                waiter.set_result(talk)
                return True
        return False

    def _free(self) -> None:
        if not self._hand_over(None):
            self._open -= 1

    def _part(self, talk: Conversation) -> None:
        """Say goodbye without letting anybody wait for it: an outcome has to be written down first."""
        task = asyncio.get_running_loop().create_task(talk.quit(self._relay.timeouts.quit))
        self._parting.add(task)
        task.add_done_callback(self._parted)

    def _parted(self, task: asyncio.Task[None]) -> None:
        self._parting.discard(task)
        self._free()


def _now() -> float:
    return asyncio.get_running_loop().time()
