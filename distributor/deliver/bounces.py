"""Reading mails that come back: reports of failures (RFC 3464, RFC 6533), complaints (RFC 5965), wishes to leave."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from distributor.deliver import report_text, verp
from distributor.deliver.refusals import classify_report
from distributor.deliver.replies import enhanced_status, tidy
from distributor.deliver.report_parts import Fields, Parts
from distributor.model.report import Report, ReportKind, Trace, Undelivered

_MESSAGE_ID: Final = re.compile(r"<[^\s<>]{1,250}>")
_ENVELOPE_ID: Final = re.compile(r"[!-~]{1,100}")
_ESCAPED: Final = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_MOST_HINTS: Final = 8
_NO_COMPLAINT: Final = frozenset({"not-spam", "opt-out-not", "dmarc", "auth-failure"})
# the last wins when several recipients fare differently
_ACTIONS: Final = {
    "delivered": ReportKind.SUCCESS,
    "relayed": ReportKind.SUCCESS,
    "expanded": ReportKind.SUCCESS,
    "delayed": ReportKind.DELAY,
    "failed": ReportKind.FAILURE,
}


def read_report(data: bytes, keys: Sequence[str], *, recipient: str = "", header: str = "X-Idempotency-Key") -> Report:
    """Say what a mail that came back is, and which delivery it speaks of; it never raises.

    Args:
        data: its bytes; of a very long one the beginning is read.
        keys: secret keys of links, for addresses that name a delivery.
        recipient: the envelope address it came to, or empty.
        header: name of the idempotency header.
    """
    parts = Parts(data)
    trace = _trace(parts, keys, recipient, header)
    if parts.feedback:
        return _complaint(parts.feedback[0], trace)
    if parts.statuses:
        return _status_report(parts, trace)
    token = report_text.wish_to_leave(parts.fields.get("subject", ""))
    if token is not None:
        return Report(ReportKind.UNSUBSCRIBE, trace, token=token)
    return _by_its_words(parts, trace)


def _complaint(fields: Fields, trace: Trace) -> Report:
    """Read a complaint; reports about authentication come in the same form (RFC 6591)."""
    kind = fields.get("feedback-type", "abuse").strip().lower()
    if kind in _NO_COMPLAINT:
        return Report(ReportKind.OTHER, trace)
    named = [fields.get(name, "") for name in ("original-rcpt-to", "removal-recipient")]
    addresses = tuple(address for value in named if (address := _address(value)))
    said = tidy(f"{kind} {fields.get('user-agent', '')}")
    return Report(ReportKind.COMPLAINT, trace, (Undelivered(addresses, "", said, classify_report("5.7.1", kind)),))


def _status_report(parts: Parts, trace: Trace) -> Report:
    by_kind: dict[ReportKind, list[Undelivered]] = {}
    for blocks in parts.statuses:
        for fields in blocks:
            action = re.match(r"[a-z]+", fields.get("action", "").lower())
            if "action" not in fields and "status" not in fields:
                continue
            kind = _ACTIONS.get(action.group(0) if action else "") or _kind_of_status(fields.get("status", ""))
            by_kind.setdefault(kind, []).append(_undelivered(fields))
    for kind in (ReportKind.FAILURE, ReportKind.DELAY, ReportKind.SUCCESS):
        if kind in by_kind:
            return Report(kind, trace, tuple(by_kind[kind]))
    return Report(ReportKind.OTHER, trace)


def _kind_of_status(status: str) -> ReportKind:
    return {"5": ReportKind.FAILURE, "4": ReportKind.DELAY, "2": ReportKind.SUCCESS}.get(status[:1], ReportKind.OTHER)


def _undelivered(fields: Fields) -> Undelivered:
    status = enhanced_status(fields.get("status", "")) or ""
    diagnostic = _after_type(fields.get("diagnostic-code", "")) or fields.get("x-display-name", "")
    named = (_address(fields.get(name, "")) for name in ("final-recipient", "original-recipient"))
    addresses = tuple(dict.fromkeys(address for address in named if address))
    return Undelivered(addresses, status, tidy(diagnostic), classify_report(status, diagnostic))


def _by_its_words(parts: Parts, trace: Trace) -> Report:
    fields, texts = parts.fields, parts.texts
    if report_text.is_automatic(fields):
        return Report(ReportKind.AUTOMATIC, trace)
    if report_text.looks_like_failure(fields, texts, is_sealed=trace.verified is not None):
        kind = ReportKind.DELAY if report_text.says_delayed(fields, texts) else ReportKind.FAILURE
        return Report(kind, trace, (report_text.undelivered(fields, texts),))
    return Report(ReportKind.AUTOMATIC if report_text.says_automatic(fields) else ReportKind.OTHER, trace)


def _trace(parts: Parts, keys: Sequence[str], recipient: str, header: str) -> Trace:
    sealed = (verp.delivery_of(address, keys) for address in (recipient, *parts.recipients))
    returned = [fields.get("message-id", "") for fields in parts.returned]
    answered = [parts.fields.get(name, "") for name in ("in-reply-to", "references", "x-original-message-id")]
    ids = [*_ids(returned), *report_text.inline_ids(parts.texts), *_ids(answered)]
    envelope_ids = [fields.get("original-envelope-id", "") for blocks in parts.statuses for fields in blocks]
    envelope_ids += [fields.get("original-envelope-id", "") for fields in parts.feedback]
    return Trace(
        verified=next((found for found in sealed if found is not None), None),
        envelope_ids=_hints(found for found in envelope_ids if _ENVELOPE_ID.fullmatch(found)),
        message_ids=_hints(ids),
        keys=_hints(value for fields in parts.returned if (value := fields.get(header.lower(), ""))),
    )


def _ids(values: Iterable[str]) -> list[str]:
    return [found for value in values for found in _MESSAGE_ID.findall(value)]


def _hints(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value[:300] for value in values))[:_MOST_HINTS]


def _after_type(value: str) -> str:
    """Take the type away from `type; value` (RFC 3464 §2.1.2)."""
    kind, found, rest = value.partition(";")
    return rest.strip() if found and re.fullmatch(r"\s*[A-Za-z0-9-]{1,30}\s*", kind) else value.strip()


def _address(value: str) -> str:
    """Read an address of a report, also an international one (RFC 6533 §3)."""
    plain = _after_type(value).strip("<> \t")
    return _ESCAPED.sub(_character, plain)[:320]


def _character(match: re.Match[str]) -> str:
    number = int(match.group(1), 16)
    return chr(number) if 0x20 <= number < 0x110000 and not 0xD800 <= number < 0xE000 else ""  # noqa: PLR2004  the limits of Unicode
