import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.deliver import classify, classify_report, judge
from distributor.model.run import DeliveryState, Phase, RefusalClass, Reply

C = RefusalClass
DEFERRED, FAILED = DeliveryState.DEFERRED, DeliveryState.FAILED

# phase, code, text, class, what becomes of the delivery
ANSWERS = [
    # address
    (Phase.RCPT, 550, "5.1.1 <x@y.example>: Recipient address rejected: User unknown", C.ADDRESS, FAILED),
    (Phase.RCPT, 550, "5.1.10 RESOLVER.ADR.RecipientNotFound; not found", C.ADDRESS, FAILED),
    (Phase.RCPT, 550, "User not found: x@163.com", C.ADDRESS, FAILED),
    (Phase.RCPT, 550, "Invalid User", C.ADDRESS, FAILED),
    (Phase.RCPT, 550, "Mailbox not found. http://service.mail.qq.com/cgi-bin/help?id=20022", C.ADDRESS, FAILED),
    (Phase.DOT, 550, "Mailbox not found", C.ADDRESS, FAILED),
    (Phase.RCPT, 550, "RP:RCPT 用户不存在", C.ADDRESS, FAILED),
    (Phase.RCPT, 550, "User suspended", C.ADDRESS, FAILED),
    (Phase.RCPT, 551, "user not local; please try", C.ADDRESS, FAILED),
    (Phase.RCPT, 553, "5.1.3 bad address syntax", C.ADDRESS, FAILED),
    (Phase.RCPT, 501, "Bad address syntax", C.ADDRESS, FAILED),
    (Phase.RCPT, 450, "4.1.1 <x@y.example>: unverified address", C.ADDRESS, DEFERRED),
    # mailbox full
    (Phase.RCPT, 552, "5.2.2 mailbox full", C.MAILBOX_FULL, DEFERRED),
    (Phase.RCPT, 552, "Quota exceeded", C.MAILBOX_FULL, DEFERRED),
    (Phase.RCPT, 452, "4.2.2 The email account is over quota", C.MAILBOX_FULL, DEFERRED),
    (Phase.DOT, 552, "收件人空间不足", C.MAILBOX_FULL, DEFERRED),
    (Phase.RCPT, 552, "no more room", C.MAILBOX_FULL, DEFERRED),
    # the message itself
    (Phase.DOT, 552, "Requested mail action aborted: exceeded mailsize limit", C.MESSAGE, FAILED),
    (Phase.MAIL, 552, "5.3.4 Message size exceeds fixed limit", C.MESSAGE, FAILED),
    (Phase.DOT, 552, "Illegal Attachment", C.MESSAGE, FAILED),
    (Phase.DOT, 554, "5.6.0 malformed header", C.MESSAGE, FAILED),
    (Phase.DOT, 500, "line too long", C.MESSAGE, FAILED),
    (Phase.RCPT, 552, "5.2.2 mailbox size limit exceeded", C.MAILBOX_FULL, DEFERRED),
    # throttle
    (Phase.CONNECT, 421, "HL:REP 163 mx1,too many wrong recipients", C.THROTTLE, DEFERRED),
    (Phase.CONNECT, 421, "HL:ICC 163 mx1", C.THROTTLE, DEFERRED),
    (Phase.CONNECT, 421, "HL:IFC 163 mx1", C.THROTTLE, DEFERRED),
    (Phase.MAIL, 450, "MI:CEL 163 smtp8", C.THROTTLE, DEFERRED),
    (Phase.MAIL, 450, "MI:DMC 163 smtp8", C.THROTTLE, DEFERRED),
    (Phase.DOT, 451, "MI:SFQ 163 smtp8", C.THROTTLE, DEFERRED),
    (Phase.RCPT, 451, "RP:QRC 163 smtp8", C.THROTTLE, DEFERRED),
    (Phase.CONNECT, 550, "Ip frequency limited. http://service.mail.qq.com/", C.THROTTLE, DEFERRED),
    (Phase.MAIL, 550, "Sender frequency limited", C.THROTTLE, DEFERRED),
    (Phase.CONNECT, 550, "Connection frequency limited", C.THROTTLE, DEFERRED),
    (Phase.MAIL, 550, "Domain frequency limited", C.THROTTLE, DEFERRED),
    (Phase.MAIL, 421, "4.7.0 Too many messages in this connection", C.THROTTLE, DEFERRED),
    (Phase.DOT, 421, "4.7.28 unusual rate of mail", C.THROTTLE, DEFERRED),
    (Phase.MAIL, 550, "发信频率过高", C.THROTTLE, DEFERRED),
    # day limit
    (Phase.RCPT, 550, "RP:TRC 163 smtp8", C.DAY_LIMIT, DEFERRED),
    (Phase.DOT, 554, "MI:STC 163 smtp8", C.DAY_LIMIT, DEFERRED),
    (Phase.MAIL, 550, "MI:STC 163 smtp8", C.DAY_LIMIT, DEFERRED),
    (Phase.DOT, 550, "5.4.5 Daily user sending quota exceeded", C.DAY_LIMIT, DEFERRED),
    (Phase.DOT, 552, "Daily sending quota exceeded", C.DAY_LIMIT, DEFERRED),
    (Phase.DOT, 552, "Not enough sending quota", C.DAY_LIMIT, DEFERRED),
    # greylisting
    (Phase.DOT, 451, "DT:SPM 163 smtp8,please try again", C.GREYLIST, DEFERRED),
    (Phase.RCPT, 450, "4.2.0 <x@y.example>: Recipient address rejected: Greylisted", C.GREYLIST, DEFERRED),
    (Phase.RCPT, 451, "4.7.1 Please try again later", C.GREYLIST, DEFERRED),
    (Phase.RCPT, 451, "try again in 300 seconds", C.GREYLIST, DEFERRED),
    # policy
    (Phase.DOT, 554, "DT:SPM 163 smtp8", C.POLICY, DEFERRED),
    (Phase.DOT, 550, "content rejected. http://service.mail.qq.com/", C.POLICY, DEFERRED),
    (Phase.DOT, 550, "Mail content denied", C.POLICY, DEFERRED),
    (Phase.RCPT, 550, "5.7.1 Service unavailable; client host blocked", C.POLICY, DEFERRED),
    (Phase.DOT, 554, "5.7.9 Message not accepted for policy reasons", C.POLICY, DEFERRED),
    (Phase.CONNECT, 554, "no SMTP service here", C.POLICY, DEFERRED),
    (Phase.CONNECT, 554, "HL:IHU 163 mx1", C.POLICY, DEFERRED),
    (Phase.DOT, 554, "Reject by content spam", C.POLICY, DEFERRED),
    (Phase.CONNECT, 554, "IP in blacklist", C.POLICY, DEFERRED),
    (Phase.RCPT, 550, "Mail is rejected by recipients", C.POLICY, DEFERRED),
    (Phase.RCPT, 554, "no", C.POLICY, DEFERRED),
    # our set-up
    (Phase.MAIL, 550, "MI:SPF 163 smtp8", C.SET_UP, DEFERRED),
    (Phase.DOT, 550, "MI:DMA 163 smtp8", C.SET_UP, DEFERRED),
    (Phase.CONNECT, 550, "MI:NHD 163 smtp8", C.SET_UP, DEFERRED),
    (Phase.DOT, 554, "DT:SUM 163 smtp8", C.SET_UP, DEFERRED),
    (Phase.DOT, 550, "5.7.515 Access denied, sending domain does not meet the level", C.SET_UP, DEFERRED),
    (Phase.DOT, 550, "5.7.26 Unauthenticated email", C.SET_UP, DEFERRED),
    (Phase.DOT, 550, "SPF check failed", C.SET_UP, DEFERRED),
    (Phase.MAIL, 501, "mail from address must be same as authorization user", C.SET_UP, DEFERRED),
    (Phase.MAIL, 530, "5.7.0 Must issue a STARTTLS command first", C.SET_UP, DEFERRED),
    (Phase.MAIL, 553, "sender is rejected", C.SET_UP, DEFERRED),
    (Phase.TLS, 0, "tls-not-offered", C.SET_UP, DEFERRED),
    (Phase.TLS, 0, "certificate-untrusted", C.SET_UP, DEFERRED),
    (Phase.RCPT, 554, "5.7.1 <x@y.example>: Relay access denied", C.SET_UP, DEFERRED),
    (Phase.MAIL, 550, "5.1.8 sender address rejected: domain not found", C.SET_UP, DEFERRED),
    # authentication
    (Phase.AUTH, 535, "Error: authentication failed, system busy", C.AUTHENTICATION, DEFERRED),
    (Phase.AUTH, 535, "Login Fail. Please enter your authorization code", C.AUTHENTICATION, DEFERRED),
    (Phase.MAIL, 530, "5.7.0 Authentication required", C.AUTHENTICATION, DEFERRED),
    (Phase.MAIL, 553, "authentication is required,163 smtp8", C.AUTHENTICATION, DEFERRED),
    (Phase.AUTH, 550, "用户被锁定", C.AUTHENTICATION, DEFERRED),
    (Phase.AUTH, 454, "4.7.0 Temporary authentication failure", C.TEMPORARY, DEFERRED),
    (Phase.MAIL, 451, "Requested mail action not taken: too much fail authentication", C.TEMPORARY, DEFERRED),
    # temporary and connection
    (Phase.RCPT, 550, "Mailbox unavailable or access denied", C.TEMPORARY, DEFERRED),
    (Phase.DOT, 451, "4.3.0 local error in processing", C.TEMPORARY, DEFERRED),
    (Phase.DATA, 452, "4.3.1 insufficient storage", C.TEMPORARY, DEFERRED),
    (Phase.CONNECT, 0, "connection-refused", C.CONNECTION, DEFERRED),
    (Phase.CONNECT, 421, "4.3.2 shutting down", C.CONNECTION, DEFERRED),
    (Phase.DATA, 0, "connection-lost", C.CONNECTION, DEFERRED),
    (Phase.DATA, 554, "transaction failed", C.MESSAGE, FAILED),
]


@pytest.mark.parametrize(("phase", "code", "text", "refusal", "state"), ANSWERS)
def test_an_answer_is_of_its_class(
    phase: Phase, code: int, text: str, refusal: RefusalClass, state: DeliveryState
) -> None:
    reply = Reply(phase, code, text)
    assert classify(reply) is refusal
    outcome = judge(reply)
    assert (outcome.state, outcome.refusal, outcome.reply) == (state, refusal, reply)


@pytest.mark.parametrize(
    ("status", "diagnostic", "refusal"),
    [
        ("5.1.1", "550 5.1.1 user unknown", C.ADDRESS),
        ("5.1.10", "", C.ADDRESS),
        ("5.0.0", "550 Mailbox not found", C.ADDRESS),
        ("5.1.2", "Host not found", C.ADDRESS),
        ("5.2.2", "552 5.2.2 over quota", C.MAILBOX_FULL),
        ("5.2.1", "", C.ADDRESS),
        ("5.3.4", "", C.MESSAGE),
        ("5.7.1", "550 5.7.1 blocked", C.POLICY),
        ("5.7.515", "", C.SET_UP),
        ("5.0.0", "550 MI:SPF 163 smtp8", C.SET_UP),
        ("5.0.0", "554 DT:SPM 163 smtp8", C.POLICY),
        ("5.0.0", "550 RP:TRC 163", C.DAY_LIMIT),
        ("5.4.4", "no MX record", C.ADDRESS),
        ("5.0.0", "something went wrong", C.MESSAGE),
        ("4.4.7", "delivery time expired", C.TEMPORARY),
        ("4.4.1", "connection timed out", C.TEMPORARY),
        ("4.7.1", "451 4.7.1 greylisted", C.GREYLIST),
        ("5.0.0", "550 Ip frequency limited", C.THROTTLE),
        ("5.0.0", "554 delivery error: dd Sorry your message cannot be delivered. This mailbox is disabled", C.ADDRESS),
    ],
)
def test_a_report_is_of_its_class(status: str, diagnostic: str, refusal: RefusalClass) -> None:
    assert classify_report(status, diagnostic) is refusal


def test_a_taken_message_has_no_class() -> None:
    outcome = judge(Reply(Phase.DOT, 250, "2.0.0 queued as 42"))
    assert (outcome.state, outcome.refusal) == (DeliveryState.SENT, None)


@given(st.sampled_from(Phase), st.integers(400, 599), st.text(max_size=60))
def test_every_refusal_has_a_class_and_only_a_permanent_one_fails(phase: Phase, code: int, text: str) -> None:
    outcome = judge(Reply(phase, code, text))
    assert outcome.refusal is not None
    assert outcome.state is DEFERRED or code >= 500


@given(
    st.sampled_from([Phase.CONNECT, Phase.TLS, Phase.AUTH]),
    st.integers(400, 599),
    st.sampled_from(["", "5.7.1 no", "554 go away", "HL:IPB", "SPF check failed", "too many connections"]),
)
def test_nothing_said_before_mail_fails_a_delivery(phase: Phase, code: int, text: str) -> None:
    assert judge(Reply(phase, code, text)).state is DEFERRED
