"""From a bulletin and a role to message bytes: digest selection, rendering, MIME, DKIM."""

from distributor.compose.contexts import DigestContext, DistributionView, Fullness, ItemView, SectionView
from distributor.compose.digest import digest_context
from distributor.compose.dkim import (
    DkimAlgorithm,
    DkimKey,
    DnsRecord,
    dns_record,
    from_pem,
    new_key,
    sign,
    to_pem,
)
from distributor.compose.frame import greeting_for, message_frame, mint_message_id, unsubscribe_mailto
from distributor.compose.headers import check_message
from distributor.compose.mime import Prepared, needs_smtputf8, prepare
from distributor.compose.render import SIZE_LIMIT, render_digest

__all__ = [
    "SIZE_LIMIT",
    "DigestContext",
    "DistributionView",
    "DkimAlgorithm",
    "DkimKey",
    "DnsRecord",
    "Fullness",
    "ItemView",
    "Prepared",
    "SectionView",
    "check_message",
    "digest_context",
    "dns_record",
    "from_pem",
    "greeting_for",
    "message_frame",
    "mint_message_id",
    "needs_smtputf8",
    "new_key",
    "prepare",
    "render_digest",
    "sign",
    "to_pem",
    "unsubscribe_mailto",
]
