"""Reports that follow no standard: the words of providers (163, QQ, qmail, Exim), in Chinese and English."""

import re
from collections.abc import Sequence
from typing import Final

from distributor.deliver.refusals import classify_report
from distributor.deliver.replies import enhanced_status, tidy
from distributor.model.report import Undelivered
from distributor.model.run import RefusalClass

# what the patterns look at, so that no line takes them long
_LONGEST_LINE: Final = 600

ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}\.[A-Za-z0-9-]{2,63}")
_DAEMON: Final = re.compile(r"mailer-daemon|postmaster|mail delivery (sub)?system|mdaemon|系统退信", re.IGNORECASE)
_FAILED_SUBJECT: Final = re.compile(
    r"退信|退回|投递失败|发送失败|未送达|无法送达|undeliver|returned mail|failure notice|delivery (status )?"
    r"(notification|fail|has failed|report)|mail (delivery|system)\b.{0,20}(fail|error|return)|could not be delivered",
    re.IGNORECASE,
)
_FAILED_TEXT: Final = re.compile(
    r"退信原因|无法(送达|投递)|未能(送达|投递)|投递失败|被退回|could not be delivered|did not reach|undeliverable|"
    r"permanent(ly)? (fatal )?(error|fail)|delivery (to .{1,320} )?failed|unable to deliver|wasn.t able to deliver",
    re.IGNORECASE,
)
_DELAYED: Final = re.compile(
    r"delayed|not yet been delivered|will (keep|continue) (trying|to be retried)|still being retried|"
    r"warning only|do not need to resend|延迟|推迟|暂未送达|(将|会)(继续|再次)(尝试|重试|投递)",
    re.IGNORECASE,
)
_AUTOMATIC: Final = re.compile(
    r"自动(回复|答复|应答)|外出|休假|不在办公室|out of (the )?office|auto(matic)?[- ]?(reply|response|antwort)|"
    r"vacation|away from (my|the) (mail|desk|office)|abwesen",
    re.IGNORECASE,
)
_UNSUBSCRIBE: Final = re.compile(
    r"\s*(?:(?:re|回复|答复)[:：]\s*)?unsubscribe\s+([A-Za-z0-9_.\-]{20,1000})\s*", re.IGNORECASE
)
_REPLY_LINE: Final = re.compile(
    r"(?<![\d.])[45]\d\d[ \-#].{3,}|(?<![\d.])[45]\.\d{1,3}\.\d{1,3}\s.{2,}|.*\(#[45]\.\d{1,3}\.\d{1,3}\)"
)
_REASON_LINE: Final = re.compile(
    r"(?:退信原因|失败原因|错误信息|原因|reason|error)\s*[:：]?\s*(?P<words>.*)|.*(?:不存在|已满|空间不足|拒收|频率|垃圾邮件).*",
    re.IGNORECASE,
)
_INLINE_ID: Final = re.compile(r"^[> \t]*Message-ID:[ \t]*(<[^\s<>]{1,250}>)", re.IGNORECASE | re.MULTILINE)


def wish_to_leave(subject: str) -> str | None:
    """Give the token of a mail as List-Unsubscribe asks for it (RFC 2369), or None."""
    match = _UNSUBSCRIBE.fullmatch(subject)
    return None if match is None else match.group(1)


def is_automatic(fields: dict[str, str]) -> bool:
    """Tell whether an answering machine wrote a mail (RFC 3834, and what is usual)."""
    if _AUTOMATIC.search(fields.get("subject", "")):
        return True
    named = ("x-autoreply", "x-autorespond", "x-autoreply-from", "x-auto-reply")
    return any(name in fields for name in named) or fields.get("precedence", "").lower() == "auto_reply"


def says_automatic(fields: dict[str, str]) -> bool:
    """Tell whether a mail says that no person wrote it."""
    return fields.get("auto-submitted", "no").split(";")[0].strip().lower() not in {"no", ""}


def looks_like_failure(fields: dict[str, str], texts: Sequence[str], *, is_sealed: bool) -> bool:
    """Tell whether a mail without a machine-readable part is a report about a failure.

    Args:
        fields: its headers.
        texts: its texts.
        is_sealed: it came to an address that was made for a report.
    """
    if "x-failed-recipients" in fields:
        return True
    by_daemon = bool(_DAEMON.search(fields.get("from", ""))) or fields.get("return-path", "-").strip() == "<>"
    says = bool(_FAILED_SUBJECT.search(fields.get("subject", ""))) or any(_FAILED_TEXT.search(text) for text in texts)
    return says and (by_daemon or is_sealed)


def says_delayed(fields: dict[str, str], texts: Sequence[str]) -> bool:
    """Tell whether a report speaks of a delay that may still end well."""
    subject = fields.get("subject", "")
    if _DELAYED.search(subject):
        return True
    final = _FAILED_SUBJECT.search(subject) or any(re.search(r"退信原因|permanent", text) for text in texts)
    return not final and any(_DELAYED.search(text) for text in texts)


def undelivered(fields: dict[str, str], texts: Sequence[str]) -> Undelivered:
    """Read in the words of a report who was not reached, and why.

    Args:
        fields: its headers.
        texts: its texts.
    """
    named = ADDRESS.findall(fields.get("x-failed-recipients", ""))
    own = before_returned("\n".join(texts))
    addresses = named or list(dict.fromkeys(ADDRESS.findall(own)))[:20]
    said = _reason(own)
    status = enhanced_status(said) or ""
    return Undelivered(tuple(addresses), status, said, _class(status, said))


def inline_ids(texts: Sequence[str]) -> tuple[str, ...]:
    """Give the Message-IDs of mails that stand as text within a report."""
    return tuple(dict.fromkeys(found for text in texts for found in _INLINE_ID.findall(text)))[:5]


def before_returned(text: str) -> str:
    """Give what a report says itself, without the mail that follows it as text."""
    begin = re.search(
        r"(?im)^[^\w\n]{0,40}(below this line is a copy|this is a copy of the message|-+ ?original message)", text
    )
    return text if begin is None else text[: begin.start()]


def _reason(text: str) -> str:
    """Find the line that says why: an answer of a server first, then a sentence about a reason."""
    lines = [" ".join(line[:_LONGEST_LINE].split()) for line in text.splitlines() if line.strip()][:400]
    for line in lines:
        match = _REPLY_LINE.search(line)
        if match is not None:
            return tidy(match.group(0))
    for number, line in enumerate(lines):
        match = _REASON_LINE.fullmatch(line)
        if match is not None:
            words = match.group("words")
            # the reason may stand in the line below its heading
            return tidy(words or line) if words != "" else tidy(" ".join(lines[number + 1 : number + 2]) or line)
    return tidy(lines[0]) if lines else ""


def _class(status: str, said: str) -> RefusalClass:
    return classify_report(status, said)
