"""What a refusal speaks of: answers of relays and status codes of reports, in one table read from top to bottom."""

import re
from dataclasses import dataclass
from typing import Final

from distributor.deliver.replies import enhanced_status
from distributor.model.run import DeliveryState, Outcome, Phase, RefusalClass, Reply

_C = RefusalClass


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table: a reply of this code, status and wording in one of these phases is of this class.

    Args:
        refusal: the class.
        words: pattern to be found in the text, or None.
        codes: reply codes as text, or prefixes of them; empty for every one.
        status: enhanced status without its first digit (RFC 3463), or a prefix of it such as `7.`.
        phases: empty for every one.
    """

    refusal: RefusalClass
    words: re.Pattern[str] | None = None
    codes: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    phases: tuple[Phase, ...] = ()

    def matches(self, code: str, status: str, text: str, phase: Phase | None) -> bool:
        """Tell whether a refusal belongs in this row."""
        return (
            (not self.codes or code.startswith(self.codes))
            and (not self.status or _status_begins(status, self.status))
            and (not self.phases or phase in self.phases)
            and (self.words is None or self.words.search(text) is not None)
        )


def _status_begins(status: str, beginnings: tuple[str, ...]) -> bool:
    rest = status.partition(".")[2]
    return any(rest.startswith(b) if b.endswith(".") else rest == b for b in beginnings)


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_AT_CONNECT: Final = (Phase.CONNECT, Phase.TLS)

# The wording of providers in China comes first: their codes say the opposite of what they mean (a limit with 550).
RULES: Final = (
    Rule(_C.CONNECTION, codes=("0",), phases=(Phase.AUTH,)),
    # signing in; 530 with STARTTLS in its text means that the connection must be protected first
    Rule(_C.SET_UP, _words(r"starttls"), codes=("530", "538", "503")),
    Rule(_C.TEMPORARY, _words(r"too much fail authentication"), codes=("451",)),
    Rule(_C.AUTHENTICATION, codes=("530", "534", "535", "538")),
    Rule(_C.AUTHENTICATION, _words(r"authentication (is )?required", r"need EHLO and AUTH", r"auth error limit")),
    Rule(_C.TEMPORARY, codes=("4",), phases=(Phase.AUTH,)),
    Rule(_C.AUTHENTICATION, codes=("5",), phases=(Phase.AUTH,)),
    # one day's measure is full
    Rule(_C.DAY_LIMIT, _words(r"\bRP:TRC\b", r"\bMI:STC\b", r"sending (quota|limit)", r"当天|当日")),
    # too fast
    Rule(
        _C.THROTTLE,
        _words(
            r"\bHL:(REP|ICC|IFC|IFQ|MEP)\b",
            r"\b(MI|RP):(CEL|CCL|DMC|DRC|QRC|SFQ|RCL)\b",
            r"(frequency|rate)[ -]?limit",
            r"\brate\b.{0,12}exceed",
            r"sent too (fast|many)",
            r"too many (connections|messages|mails|recipients)",
            r"too much recipient",
            r"throttl",
            r"try again later, rate",
            r"频率|过于频繁",
        ),
    ),
    Rule(_C.THROTTLE, codes=("421",), status=("7.28",)),
    # our own domain is not set up as it should
    Rule(
        _C.SET_UP,
        _words(
            r"\bMI:(SPF|DMA|NHD|IMF)\b",
            r"\bDT:SUM\b",
            r"\bspf\b.*(fail|check|denied)",
            r"\bdmarc\b",
            r"\bdkim\b.*(fail|invalid|required)",
            r"mail ?from (address )?must (be the )?(same|equal)",
            r"not match(ed)? (the )?(authenticated|login)",
            r"reverse dns|\bPTR\b",
            r"relay(ing)? (access )?(denied|not (permitted|allowed))|unable to relay|no relaying",
            r"\A(tls-not-offered|certificate-untrusted)\Z",
        ),
    ),
    Rule(
        _C.SET_UP,
        status=("1.7", "1.8", "7.515", "7.20", "7.21", "7.22", "7.23", "7.24", "7.25", "7.26", "7.27", "7.29"),
    ),
    # come again in a few minutes
    Rule(_C.GREYLIST, _words(r"gr[ae]y-?list"), codes=("4",)),
    Rule(_C.GREYLIST, _words(r"\bDT:SPM\b", r"try again in \d+ (sec|min)"), codes=("450", "451")),
    Rule(_C.GREYLIST, codes=("4",), status=("7.1",), phases=(Phase.RCPT,)),
    # nobody lives there
    Rule(
        _C.ADDRESS,
        _words(
            r"(user|mailbox|recipient|account|address)( is)? (not (found|exist|known)|unknown)",
            r"(unknown|invalid|no such|non-?existent) (local )?(user|recipient|mailbox|rcptto|account)",
            r"(user|mailbox|recipient|account|address) (does ?n.t|doesn’t|does not) exist",
            r"(user|mailbox|account) (is )?(suspended|hangup|disabled|locked)",
            r"user not local",
            r"用户不存在|收件人不存在|邮箱不存在|地址不存在",
        ),
    ),
    Rule(_C.ADDRESS, status=("1.0", "1.1", "1.2", "1.3", "1.6", "1.10", "2.1", "4.4", "4.310")),
    # no room, or too much
    Rule(
        _C.MAILBOX_FULL,
        _words(r"(mailbox|quota|user).{0,24}(full|exceed)", r"over ?quota", r"收件人空间不足|邮箱已满"),
    ),
    Rule(
        _C.MESSAGE,
        _words(r"mailsize limit", r"(message|mail|size).{0,24}(too (big|large|long)|exceed)", r"illegal attachment"),
        codes=("552", "554", "550", "523"),
    ),
    Rule(_C.MESSAGE, status=("2.3", "3.4", "6.", "5.6")),
    Rule(_C.MAILBOX_FULL, status=("2.2",)),
    Rule(_C.MAILBOX_FULL, codes=("552",)),
    # what QQ says of a mailbox that just got much mail; it is there
    Rule(_C.TEMPORARY, _words(r"unavailable or access denied")),
    # they do not want this, or not from us
    Rule(
        _C.POLICY,
        _words(
            r"\bDT:(SPM|RBL)\b",
            r"\bHL:(IHU|IPB)\b",
            r"\b(WM:BL[IU]|MI:SPB|RP:FRL)\b",
            r"content (rejected|denied)",
            r"\bspam\b",
            r"black ?list",
            r"\brbl\b",
            r"block(ed|list)",
            r"connection denied",
            r"suspicious|bounce attack",
            r"rejected by recipient",
            r"拒收|垃圾邮件",
        ),
    ),
    Rule(_C.POLICY, status=("7.",)),
    Rule(_C.POLICY, codes=("5",), phases=_AT_CONNECT),
    Rule(_C.CONNECTION, phases=_AT_CONNECT),
    Rule(_C.CONNECTION, codes=("421", "0")),
    # the syntax of the address
    Rule(_C.ADDRESS, codes=("501", "550", "551", "553"), phases=(Phase.RCPT,)),
    Rule(_C.SET_UP, codes=("5",), phases=(Phase.MAIL,)),
    Rule(_C.TEMPORARY, codes=("4",)),
    Rule(_C.ADDRESS, status=("1.",)),
    Rule(_C.POLICY, codes=("5",), phases=(Phase.RCPT,)),
    Rule(_C.MESSAGE, codes=("5",)),
)

# what is final when it comes with a 5xx; everything else speaks of us, of the relay or of today
_FINAL: Final = frozenset({_C.ADDRESS, _C.MESSAGE})


def classify(reply: Reply) -> RefusalClass:
    """Find the class of a refusal.

    Args:
        reply: an answer that is no success.
    """
    status = enhanced_status(reply.text) or ""
    return _first(str(reply.code), status, reply.text, reply.phase)


def classify_report(status: str, diagnostic: str = "") -> RefusalClass:
    """Find the class of a failed or delayed delivery in a report (RFC 3464).

    Args:
        status: the Status field, for example `5.1.1`.
        diagnostic: the Diagnostic-Code field without its type, decoded.
    """
    code = re.match(r"\s*([245]\d\d)\b", diagnostic)
    # a status in the diagnostic comes from the server that refused; x.0.0 in the field says nothing
    told = enhanced_status(diagnostic) or status
    # without any number there is only the wording to go by; 0 would mean that there was no answer
    number = code.group(1) if code else f"{status[:1]}00" if status else ""
    return _first(number, told, diagnostic, None)


def _first(code: str, status: str, text: str, phase: Phase | None) -> RefusalClass:
    return next((rule.refusal for rule in RULES if rule.matches(code, status, text, phase)), _C.TEMPORARY)


def judge(reply: Reply) -> Outcome:
    """Turn an answer into the outcome of the attempt; only what speaks of the address or the message is final.

    Args:
        reply: the answer that decided the attempt.
    """
    if reply.phase is Phase.DOT and reply.code // 100 == 2:  # noqa: PLR2004  2yz is success (RFC 5321 §4.2.1)
        return Outcome(DeliveryState.SENT, reply)
    refusal = classify(reply)
    final = refusal in _FINAL and reply.code // 100 == 5  # noqa: PLR2004  5yz is permanent (RFC 5321 §4.2.1)
    return Outcome(DeliveryState.FAILED if final else DeliveryState.DEFERRED, reply, refusal)
