"""Ask a relay whether it would take our mail: reachable, protected, credentials, size."""

from distributor.deliver.connect import NotConnectedError, greet, sign_in, tls_context
from distributor.deliver.relay import Relay
from distributor.errors import RelayTrouble
from distributor.model.finding import Finding, Level
from distributor.settings import Security


async def probe(relay: Relay, greeting_name: str, largest_message: int) -> tuple[Finding, ...]:
    """Hold a conversation without a message and say what would go wrong.

    Args:
        relay: where to.
        greeting_name: our name in EHLO.
        largest_message: bytes of the largest message that is to be sent.
    """
    findings = [_in_the_clear(relay)] if relay.security is Security.NONE else []
    context = None if relay.security is Security.NONE else tls_context(relay)
    try:
        smtp = await greet(relay, context, greeting_name)
    except NotConnectedError as error:
        problem = f"{error.reply.code or ''} {error.reply.text}".strip()
        return (*findings, _finding(Level.BLOCKING, "doctor-relay-unreachable", relay, problem=problem))
    try:
        await sign_in(smtp, relay)
        offered = smtp.esmtp_extensions.get("size", "")
    except NotConnectedError as error:
        findings.append(_finding(Level.WARNING, "doctor-relay-busy", relay, problem=error.reply.text))
        return tuple(findings)
    except RelayTrouble as error:
        problem = str(error.parameters.get("reply", error.code))
        return (*findings, _finding(Level.BLOCKING, "doctor-relay-credentials", relay, problem=problem))
    finally:
        smtp.close()
    if offered.isdigit() and 0 < int(offered) < largest_message:
        sizes = {"offered": offered, "needed": str(largest_message)}
        findings.append(_finding(Level.BLOCKING, "doctor-relay-size", relay, **sizes))
    return (*findings, _finding(Level.INFO, "doctor-relay-ready", relay))


def _in_the_clear(relay: Relay) -> Finding:
    level = Level.BLOCKING if relay.username is not None else Level.WARNING
    return _finding(level, "doctor-relay-in-the-clear", relay)


def _finding(level: Level, code: str, relay: Relay, **parameters: str) -> Finding:
    return Finding(level, code, parameters={"relay": f"{relay.label}:{relay.port}", **parameters})
