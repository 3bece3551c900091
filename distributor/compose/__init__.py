"""From a bulletin and a role to message bytes: digest selection, rendering, MIME, DKIM."""

from distributor.compose.contexts import DigestContext, DistributionView, Fullness, ItemView, SectionView
from distributor.compose.digest import digest_context
from distributor.compose.frame import greeting_for, message_frame, mint_message_id, unsubscribe_mailto
from distributor.compose.headers import check_message
from distributor.compose.mime import Prepared, needs_smtputf8, prepare
from distributor.compose.render import SIZE_LIMIT, render_digest

__all__ = [
    "SIZE_LIMIT",
    "DigestContext",
    "DistributionView",
    "Fullness",
    "ItemView",
    "Prepared",
    "SectionView",
    "check_message",
    "digest_context",
    "greeting_for",
    "message_frame",
    "mint_message_id",
    "needs_smtputf8",
    "prepare",
    "render_digest",
    "unsubscribe_mailto",
]
