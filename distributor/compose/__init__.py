"""From a bulletin and a role to message bytes: digest selection, rendering, MIME, DKIM."""

from distributor.compose.contexts import (
    DigestContext,
    DistributionView,
    Fullness,
    ItemView,
    OriginalView,
    SectionView,
)
from distributor.compose.digest import ATTACHMENT_LIMIT, attachment_of, digest_context
from distributor.compose.dkim import (
    DkimAlgorithm,
    DkimKey,
    DnsRecord,
    aligned,
    dns_record,
    from_pem,
    new_key,
    to_pem,
)
from distributor.compose.frame import greeting_for, message_frame, mint_message_id, sender_of, unsubscribe_mailto
from distributor.compose.headers import addr_spec, check_message
from distributor.compose.hints import SpamHint, spam_hints
from distributor.compose.limited import RenderLimits, RenderRequest, render_limited
from distributor.compose.mime import Prepared, needs_smtputf8, prepare
from distributor.compose.notice_message import NoticeFrame, build_notice
from distributor.compose.notices import (
    BounceReport,
    FailedAddress,
    FailedBody,
    NoticeContext,
    OverdueBody,
    RefusingDomain,
    RunOverdue,
    RunPaused,
    RunRefused,
    RunReport,
    TrialMail,
    UnsubscribeReceived,
)
from distributor.compose.render import DIGEST, PARTS, SIZE_LIMIT, render_digest, render_notice
from distributor.compose.signing import Signing, Unsigned, begin_signing, sign
from distributor.compose.simulate import as_shown
from distributor.compose.template_check import MESSAGES, TEMPLATE_NAMES
from distributor.compose.theme import ThemeView, checked_theme, contrast, theme_view

__all__ = [
    "ATTACHMENT_LIMIT",
    "DIGEST",
    "MESSAGES",
    "PARTS",
    "SIZE_LIMIT",
    "TEMPLATE_NAMES",
    "BounceReport",
    "DigestContext",
    "DistributionView",
    "DkimAlgorithm",
    "DkimKey",
    "DnsRecord",
    "FailedAddress",
    "FailedBody",
    "Fullness",
    "ItemView",
    "NoticeContext",
    "NoticeFrame",
    "OriginalView",
    "OverdueBody",
    "Prepared",
    "RefusingDomain",
    "RenderLimits",
    "RenderRequest",
    "RunOverdue",
    "RunPaused",
    "RunRefused",
    "RunReport",
    "SectionView",
    "Signing",
    "SpamHint",
    "ThemeView",
    "TrialMail",
    "Unsigned",
    "UnsubscribeReceived",
    "addr_spec",
    "aligned",
    "as_shown",
    "attachment_of",
    "begin_signing",
    "build_notice",
    "check_message",
    "checked_theme",
    "contrast",
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
    "render_limited",
    "render_notice",
    "sender_of",
    "sign",
    "spam_hints",
    "theme_view",
    "to_pem",
    "unsubscribe_mailto",
]
