"""How deliveries are worked: patience, policies and pace, as the operator chooses them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from distributor.model.ledger import DoubtPolicy


@dataclass(frozen=True, slots=True)
class Pace:
    """How many messages a relay takes.

    Args:
        per_second: messages a second in all, None for no limit.
        domains: messages a second by recipient domain.
        per_connection: messages over one connection before another one is opened.
    """

    per_second: float | None = None
    domains: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    per_connection: int = 100

    @property
    def is_free(self) -> bool:
        """Whether nothing is limited until a relay complains."""
        return self.per_second is None and not self.domains


# far below what the providers refuse at; their real limits depend on the account and are not published in full
PRESETS: Final[Mapping[str, Pace]] = MappingProxyType(
    {
        "plain": Pace(),
        "qq": Pace(per_second=0.5, per_connection=20),
        "163": Pace(per_second=0.3, per_connection=10),
        "exmail": Pace(per_second=2, per_connection=50),
        "aliyun": Pace(per_second=10, per_connection=100),
    },
)


@dataclass(frozen=True, slots=True)
class Conduct:
    """How deliveries are worked.

    Args:
        lease: how long a claim lasts without being renewed.
        renewal: how often a living worker renews its claims.
        grace: how long a worker whose lease ran out may still renew it.
        catch_up: a run that begins later than this asks a person first.
        doubt: what becomes of deliveries in doubt.
        doubt_attempts: after so many attempts a delivery in doubt waits for a person, whatever the policy.
        pace: how many messages the relay takes.
        elsewhere: domains of senders whose mail goes by further relays, at their own pace.
        retry_minutes: minutes to wait after the first, second … attempt; the last one repeats.
        retry_hours: hours after which a delivery that only this recipient's server refuses is given up.
        idempotency_header: name of the header by which some relays drop the second copy of a message.
        breaker_share: a run is paused when more than this part of it fails …
        breaker_least: … and at least so many deliveries.
    """

    lease: timedelta = timedelta(seconds=30)
    renewal: timedelta = timedelta(seconds=8)
    grace: timedelta = timedelta(seconds=10)
    catch_up: timedelta = timedelta(hours=6)
    doubt: DoubtPolicy = DoubtPolicy.RETRY
    doubt_attempts: int = 5
    pace: Pace = field(default_factory=Pace)
    elsewhere: frozenset[str] = frozenset()
    retry_minutes: tuple[float, ...] = (2, 5, 15, 30, 60, 120, 240)
    retry_hours: float = 72
    idempotency_header: str = "X-Idempotency-Key"
    breaker_share: float = 0.2
    breaker_least: int = 5
