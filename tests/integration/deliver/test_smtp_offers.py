import pytest

from distributor.deliver import SmtpTransport
from distributor.model.run import DeliveryState, Phase, RefusalClass
from tests.support.delivering import SENDER, Hook, make_mail, relay_to, send, send_one
from tests.support.smtp_script import Script
from tests.support.smtp_server import ScriptedServer

pytestmark = pytest.mark.anyio

ALL = ("SIZE 1000000", "8BITMIME", "SMTPUTF8", "DSN")


async def test_the_bytes_arrive_as_they_were_signed() -> None:
    async with ScriptedServer() as server:
        outcome = await send_one(server)
    assert outcome.state is DeliveryState.SENT
    assert outcome.reply.text == "2.0.0 taken"
    assert server.ledger[0].content == make_mail()
    assert server.ledger[0].sender == SENDER


@pytest.mark.parametrize("message", [b".\r\n", b"..\r\n.\r\n", b".x\r\n\r\n.\r\n", b"no end", b"", b"\r\n", b".\r\n.."])
async def test_dots_at_the_beginning_of_lines_survive(message: bytes) -> None:
    async with ScriptedServer() as server, SmtpTransport(relay_to(server)) as transport:
        await transport.send(SENDER, "a@kjt-gd.example", message, Hook())
        assert server.ledger[0].content == (message if message.endswith(b"\r\n") else message + b"\r\n")


async def test_mail_rcpt_and_data_go_out_at_once_where_the_relay_takes_that() -> None:
    async with ScriptedServer() as server:
        await send_one(server)
    verbs = [command.split(" ")[0] for command in server.commands]
    assert verbs == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]


async def test_size_and_report_parameters_are_given_where_they_are_offered() -> None:
    async with ScriptedServer(Script(extensions=ALL)) as server:
        await send_one(server)
    size = len(make_mail())
    assert list(server.ledger[0].parameters) == [f"SIZE={size}", "RET=HDRS", "ENVID=d-1", "NOTIFY=FAILURE"]


async def test_nothing_is_asked_for_that_is_not_offered() -> None:
    async with ScriptedServer(Script(extensions=())) as server:
        outcome = await send_one(server)
    assert outcome.state is DeliveryState.SENT
    assert server.ledger[0].parameters == ()


async def test_reports_can_be_switched_off() -> None:
    async with ScriptedServer(Script(extensions=("DSN",))) as server:
        await send_one(server, asks_reports=False)
    assert server.ledger[0].parameters == ()


async def test_the_name_of_a_delivery_is_written_as_xtext() -> None:
    async with ScriptedServer(Script(extensions=("DSN",))) as server, SmtpTransport(relay_to(server)) as transport:
        await transport.send(SENDER, "a@kjt-gd.example", make_mail(), Hook(), envelope_id="a+b=c")
        await transport.send(SENDER, "a@kjt-gd.example", make_mail(), Hook(), envelope_id="a b")
        assert "ENVID=a+2Bb+3Dc" in server.ledger[0].parameters
        assert not any("ENVID" in parameter for parameter in server.ledger[1].parameters)


async def test_a_message_above_the_size_limit_is_not_even_begun() -> None:
    async with ScriptedServer(Script(extensions=("SIZE 100",))) as server:
        outcome = await send_one(server)
    assert (outcome.state, outcome.refusal) == (DeliveryState.FAILED, RefusalClass.MESSAGE)
    assert outcome.reply.text == "message-too-big"
    assert not any(command.startswith("MAIL") for command in server.commands)


@pytest.mark.parametrize("offer", ["SIZE", "SIZE 0", "SIZE many", "SIZE ٣"])
async def test_a_relay_without_a_limit_takes_any_size(offer: str) -> None:
    async with ScriptedServer(Script(extensions=(offer,))) as server:
        outcome = await send_one(server)
    assert outcome.state is DeliveryState.SENT
    assert server.ledger[0].parameters == (f"SIZE={len(make_mail())}",)


async def test_a_body_of_eight_bits_needs_the_offer() -> None:
    message = "Subject: x\r\n\r\n简报\r\n".encode()
    async with ScriptedServer(Script(extensions=ALL)) as server, SmtpTransport(relay_to(server)) as transport:
        taken = await transport.send(SENDER, "a@kjt-gd.example", message, Hook())
        assert taken.state is DeliveryState.SENT
        assert "BODY=8BITMIME" in server.ledger[0].parameters
    async with ScriptedServer(Script(extensions=())) as server, SmtpTransport(relay_to(server)) as transport:
        refused = await transport.send(SENDER, "a@kjt-gd.example", message, Hook())
    assert (refused.state, refused.reply.text) == (DeliveryState.FAILED, "relay-without-8bitmime")


async def test_a_chinese_local_part_needs_the_offer() -> None:
    async with ScriptedServer(Script(extensions=ALL)) as server, SmtpTransport(relay_to(server)) as transport:
        taken = await send(transport, "办公厅@kjt-gd.example")
        assert taken.state is DeliveryState.SENT
        assert server.ledger[0].recipient == "办公厅@kjt-gd.example"
        assert "SMTPUTF8" in server.ledger[0].parameters
    async with ScriptedServer(Script(extensions=())) as server, SmtpTransport(relay_to(server)) as transport:
        refused = await send(transport, "办公厅@kjt-gd.example")
    assert (refused.state, refused.refusal) == (DeliveryState.FAILED, RefusalClass.MESSAGE)
    assert (refused.reply.phase, refused.reply.text) == (Phase.RCPT, "relay-without-smtputf8")


async def test_a_chinese_domain_becomes_an_a_label_and_needs_no_offer() -> None:
    async with ScriptedServer(Script(extensions=())) as server, SmtpTransport(relay_to(server)) as transport:
        outcome = await send(transport, "bgt@科技.example")
        assert outcome.state is DeliveryState.SENT
        assert server.ledger[0].recipient == "bgt@xn--2qux23c.example"


@pytest.mark.parametrize(
    "recipient",
    [
        "nobody",
        "a@b@c.example",
        "a b@c.example",
        "a@c.example>\r\nRCPT TO:<x@y.example",
        "a\x00@c.example",
        "@c.example",
    ],
)
async def test_a_malformed_address_fails_alone_and_never_reaches_the_wire(recipient: str) -> None:
    async with ScriptedServer() as server, SmtpTransport(relay_to(server)) as transport:
        outcome = await transport.send(SENDER, recipient, make_mail(), Hook())
        good = await send(transport)
    assert (outcome.state, outcome.refusal) == (DeliveryState.FAILED, RefusalClass.ADDRESS)
    assert outcome.reply.text == "address-malformed"
    assert good.state is DeliveryState.SENT
    assert [taken.recipient for taken in server.ledger] == ["bgt@kjt-gd.example"]


@pytest.mark.parametrize("domain", ["科\u0085技.example", "xn--\u9999.example", "-科技.example"])
async def test_a_domain_without_an_a_label_fails_alone(domain: str) -> None:
    async with ScriptedServer() as server, SmtpTransport(relay_to(server)) as transport:
        outcome = await transport.send(SENDER, f"a@{domain}", make_mail(), Hook())
    assert (outcome.state, outcome.reply.text) == (DeliveryState.FAILED, "address-malformed")


async def test_a_malformed_sender_blames_no_recipient() -> None:
    async with ScriptedServer() as server, SmtpTransport(relay_to(server)) as transport:
        outcome = await transport.send("a b@c", "a@kjt-gd.example", make_mail(), Hook())
    assert (outcome.state, outcome.refusal) == (DeliveryState.FAILED, RefusalClass.MESSAGE)
    assert outcome.reply.text == "sender-malformed"


async def test_the_sender_may_be_empty() -> None:
    async with ScriptedServer() as server, SmtpTransport(relay_to(server)) as transport:
        await transport.send("", "a@kjt-gd.example", make_mail(), Hook())
        assert server.ledger[0].sender == ""


@pytest.mark.parametrize("message", [b"a\r\n.\n\r\n", b"a\n.\r\nb\r\n"])
async def test_dots_beside_bare_line_ends_are_refused_before_they_can_smuggle(message: bytes) -> None:
    async with ScriptedServer() as server, SmtpTransport(relay_to(server)) as transport:
        outcome = await transport.send(SENDER, "a@kjt-gd.example", message, Hook())
    assert (outcome.state, outcome.refusal) == (DeliveryState.FAILED, RefusalClass.MESSAGE)
    assert outcome.reply.text == "message-line-ends"
    assert server.connections == 0
