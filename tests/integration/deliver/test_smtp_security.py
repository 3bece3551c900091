import asyncio
from pathlib import Path

import pytest

from distributor.deliver import Relay, SmtpTransport
from distributor.errors import Misconfigured, RelayTrouble
from distributor.model.run import DeliveryState, Phase, RefusalClass
from distributor.settings import Security
from tests.support.certificates import Certificate, make_certificate
from tests.support.delivering import make_mail, relay_to, send, send_one
from tests.support.smtp_script import Act, Answer, Mail, Script, Step
from tests.support.smtp_server import ScriptedServer

pytestmark = pytest.mark.anyio

USER = {"bulletin@xiefa.example": "right"}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.mark.parametrize("implicit", [True, False], ids=["tls", "starttls"])
async def test_mail_goes_over_tls_with_a_password(certificate: Certificate, *, implicit: bool) -> None:
    script = Script(credentials=USER)
    async with ScriptedServer(script, certificate=certificate, implicit_tls=implicit) as server:
        outcome = await send_one(
            server,
            security=Security.TLS if implicit else Security.STARTTLS,
            trust=certificate.public,
            username="bulletin@xiefa.example",
            password="right",  # noqa: S106  of a server in this test
        )
        assert outcome.state is DeliveryState.SENT
        assert server.ledger[0].content == make_mail()
        assert server.logins == 1


async def test_long_messages_go_over_tls_on_a_kept_connection(certificate: Certificate) -> None:
    message = make_mail(body="x" * 70 + "\r\n" + ("y" * 70 + "\r\n") * 40_000)
    async with ScriptedServer(certificate=certificate) as server:
        relay = relay_to(server, security=Security.STARTTLS, trust=certificate.public, connections=1)
        async with SmtpTransport(relay) as transport:
            for _ in range(3):
                await transport.send("a@b.example", "c@d.example", message, _yes)
        assert [taken.content for taken in server.ledger] == [message] * 3
        assert server.connections == 1


async def _yes() -> bool:
    return True


async def test_a_relay_that_offers_no_tls_gets_nothing() -> None:
    async with ScriptedServer() as server:
        outcome = await send_one(server, security=Security.STARTTLS)
        assert server.ledger == []
    assert (outcome.state, outcome.refusal) == (DeliveryState.DEFERRED, RefusalClass.SET_UP)
    assert (outcome.reply.phase, outcome.reply.text) == (Phase.TLS, "tls-not-offered")


@pytest.mark.parametrize("implicit", [True, False], ids=["tls", "starttls"])
async def test_a_certificate_of_an_unknown_authority_gets_nothing(certificate: Certificate, *, implicit: bool) -> None:
    async with ScriptedServer(certificate=certificate, implicit_tls=implicit) as server:
        outcome = await send_one(server, security=Security.TLS if implicit else Security.STARTTLS)
        assert server.ledger == []
    assert (outcome.state, outcome.refusal) == (DeliveryState.DEFERRED, RefusalClass.SET_UP)
    assert (outcome.reply.phase, outcome.reply.text) == (Phase.TLS, "certificate-untrusted")


async def test_an_expired_certificate_gets_nothing(tmp_path: Path) -> None:
    expired = make_certificate(tmp_path, valid=False)
    async with ScriptedServer(certificate=expired) as server:
        outcome = await send_one(server, security=Security.STARTTLS, trust=expired.public)
    assert outcome.reply.text == "certificate-untrusted"


async def test_a_relay_that_cannot_protect_the_connection_fails_nobody(certificate: Certificate) -> None:
    async with ScriptedServer(
        Script(answers={Step.STARTTLS: "454 4.7.0 not available"}), certificate=certificate
    ) as server:
        outcome = await send_one(server, security=Security.STARTTLS, trust=certificate.public)
    assert outcome.state is DeliveryState.DEFERRED
    assert (outcome.reply.phase, outcome.reply.code) == (Phase.TLS, 454)


async def test_a_server_that_speaks_no_tls_on_the_tls_port_fails_nobody() -> None:
    async with ScriptedServer() as server:
        outcome = await send_one(server, security=Security.TLS)
    assert outcome.state is DeliveryState.DEFERRED
    assert (outcome.reply.phase, outcome.reply.text) == (Phase.TLS, "tls-failed")


async def test_credentials_never_travel_in_the_clear() -> None:
    with pytest.raises(Misconfigured) as caught:
        SmtpTransport(Relay(security=Security.NONE, username="user", password="secret"))  # noqa: S106  no real one
    assert caught.value.code == "credentials-without-tls"
    assert "secret" not in str(caught.value)


def test_a_relay_never_shows_its_password() -> None:
    assert "secret" not in repr(Relay(username="user", password="secret"))  # noqa: S106  no real one


async def test_a_trust_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as caught:
        async with SmtpTransport(Relay(trust=tmp_path / "missing.pem")):
            pass
    assert caught.value.code == "relay-trust"


def protected(server: ScriptedServer, certificate: Certificate, **changes: object) -> Relay:
    usual = {"security": Security.STARTTLS, "trust": certificate.public, "username": "bulletin@xiefa.example"}
    return relay_to(server, **{**usual, "password": "wrong", "connections": 5, **changes})


async def test_the_first_refused_password_stops_the_relay(certificate: Certificate) -> None:
    async with ScriptedServer(Script(credentials=USER), certificate=certificate) as server:
        async with SmtpTransport(protected(server, certificate)) as transport:
            outcomes = await asyncio.gather(*(send(transport) for _ in range(8)), return_exceptions=True)
            with pytest.raises(RelayTrouble):
                await send(transport)
            assert transport.trouble is not None
        # aiosmtplib tries each mechanism the server offers once: PLAIN and LOGIN
        assert server.logins == 2
        assert server.ledger == []
    assert all(isinstance(outcome, RelayTrouble) for outcome in outcomes)
    codes = {outcome.code for outcome in outcomes if isinstance(outcome, RelayTrouble)}
    assert codes == {"relay-authentication"}


async def test_a_stopped_relay_can_be_used_again_when_the_operator_says_so(certificate: Certificate) -> None:
    async with (
        ScriptedServer(Script(credentials={}), certificate=certificate) as server,
        SmtpTransport(protected(server, certificate, password=USER["bulletin@xiefa.example"])) as transport,
    ):
        with pytest.raises(RelayTrouble) as caught:
            await send(transport)
        assert caught.value.code == "relay-without-auth"
        server.script = Script(credentials=USER)
        transport.resume()
        assert (await send(transport)).state is DeliveryState.SENT


async def test_a_stopped_relay_is_tried_again_when_it_has_rested(certificate: Certificate) -> None:
    password = USER["bulletin@xiefa.example"]
    async with (
        ScriptedServer(Script(credentials={}), certificate=certificate) as server,
        SmtpTransport(protected(server, certificate, password=password, rest_seconds=0.2)) as transport,
    ):
        with pytest.raises(RelayTrouble):
            await send(transport)
        server.script = Script(credentials=USER)
        with pytest.raises(RelayTrouble):
            await send(transport)
        assert server.logins == 0
        await asyncio.sleep(0.25)
        assert (await send(transport)).state is DeliveryState.SENT
    assert transport.trouble is None


async def test_a_relay_that_cannot_check_a_password_now_is_not_stopped(certificate: Certificate) -> None:
    script = Script(answers={Step.AUTH: "454 4.7.0 try later"}, credentials=USER)
    async with (
        ScriptedServer(script, certificate=certificate) as server,
        SmtpTransport(protected(server, certificate)) as transport,
    ):
        outcome = await send(transport)
        assert transport.trouble is None
    assert (outcome.state, outcome.refusal) == (DeliveryState.DEFERRED, RefusalClass.TEMPORARY)
    assert outcome.reply.phase is Phase.AUTH


@pytest.mark.parametrize("act", [Act.DROP, b"9xx what?"])
async def test_a_relay_that_goes_while_we_sign_in_is_not_stopped(certificate: Certificate, act: Answer) -> None:
    script = Script(answers={Step.AUTH: act}, credentials=USER)
    async with (
        ScriptedServer(script, certificate=certificate) as server,
        SmtpTransport(protected(server, certificate)) as transport,
    ):
        outcome = await send(transport)
        assert transport.trouble is None
    assert (outcome.state, outcome.refusal) == (DeliveryState.DEFERRED, RefusalClass.CONNECTION)


@pytest.mark.parametrize("step", [Step.MAIL, Step.DOT])
async def test_a_relay_that_wants_a_password_later_is_stopped_after_this_answer(step: Step) -> None:
    async with ScriptedServer(Script(answers={step: "530 5.7.0 Authentication required"})) as server:
        async with SmtpTransport(relay_to(server)) as transport:
            outcome = await send(transport)
            with pytest.raises(RelayTrouble):
                await send(transport)
        assert sum(command.startswith("MAIL") for command in server.commands) == 1
    assert (outcome.state, outcome.refusal) == (DeliveryState.DEFERRED, RefusalClass.AUTHENTICATION)


@pytest.mark.parametrize("step", [Step.CONNECT, Step.EHLO, Step.STARTTLS, Step.AUTH])
async def test_a_send_cancelled_on_the_way_in_leaves_no_connection_behind(certificate: Certificate, step: Step) -> None:
    reached = asyncio.Event()

    def hang(mail: Mail) -> Answer:
        del mail
        reached.set()
        return Act.HANG

    async with (
        ScriptedServer(Script(answers={step: hang}, credentials=USER), certificate=certificate) as server,
        SmtpTransport(protected(server, certificate)) as transport,
    ):
        sending = asyncio.create_task(send(transport))
        await reached.wait()
        # asyncio 3.11 loses a cancellation that meets the end of what is waited for (wait_for), so not at once
        await asyncio.sleep(0.02)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert transport.trouble is None
