"""Sending: the life of a delivery, the SMTP conversation, refusals and what to do about them, captured mail."""

from distributor.deliver.advice import USUAL, Advice, RetryPlan, Scope, advise, retry_after
from distributor.deliver.capture import CaptureServer, Received
from distributor.deliver.captured import CapturedMail, CapturedMessage, read_captured, read_message
from distributor.deliver.folder import FolderTransport
from distributor.deliver.refusals import classify, classify_report, judge
from distributor.deliver.relay import Relay, Timeouts
from distributor.deliver.replies import decode_reply, enhanced_status, redecode, tidy
from distributor.deliver.smtp import SmtpTransport
from distributor.deliver.transitions import TRANSITIONS, draw, next_state, sources
from distributor.deliver.transport import AllowListTransport, BeforeDot, LeaseLost, Transport

__all__ = [
    "TRANSITIONS",
    "USUAL",
    "Advice",
    "AllowListTransport",
    "BeforeDot",
    "CaptureServer",
    "CapturedMail",
    "CapturedMessage",
    "FolderTransport",
    "LeaseLost",
    "Received",
    "Relay",
    "RetryPlan",
    "Scope",
    "SmtpTransport",
    "Timeouts",
    "Transport",
    "advise",
    "classify",
    "classify_report",
    "decode_reply",
    "draw",
    "enhanced_status",
    "judge",
    "next_state",
    "read_captured",
    "read_message",
    "redecode",
    "retry_after",
    "sources",
    "tidy",
]
