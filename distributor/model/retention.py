"""How long what is kept (保存期限; 个人信息保护法 §19): no longer than its purpose needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Retention:
    """Days for which each kind of data is kept.

    Args:
        unconfirmed: requests to subscribe that nobody confirmed.
        left: subscribers who have left every list, with their history.
        origins: network addresses in the record of consent.
        letters: letters to subscribers that were sent.
        addresses: addresses of subscribers in the delivery ledger.
    """

    unconfirmed: int = 14
    left: int = 730
    origins: int = 365
    letters: int = 30
    addresses: int = 365


@dataclass(frozen=True, slots=True)
class RetentionReport:
    """What one night removed.

    Args:
        day: the day.
        made: when.
        removed: how many rows by kind of data.
    """

    day: date
    made: datetime
    removed: Mapping[str, int]
