"""How fast messages go through SmtpTransport, beside smtp-source on the same work in the same run.

    python -m tests.benchmarks.bench_smtp [--messages 2000] [--rounds 5] [--round-trip 0]

The figures are messages per second and their ratio (smtp-source = 1.00), medians of all rounds; both sides send the
same 60 KB message over 10 kept connections to the same smtp-sink.
"""

import argparse
import asyncio
import contextlib
import statistics
import tempfile
import time
from pathlib import Path

from distributor.deliver import Relay, SmtpTransport
from distributor.model.run import DeliveryState
from distributor.settings import Security
from tests.support.postfix_tools import smtp_sink, smtp_source, tool
from tests.support.slow_wire import slow_wire

CONNECTIONS = 10
HEAD = b"From: <bulletin@xiefa.example>\r\nTo: <bgt@kjt-gd.example>\r\nSubject: bench\r\n\r\n"


def message_of(size: int) -> bytes:
    """Make a message of base64-like lines of 76 characters."""
    lines = (size - len(HEAD)) // 78
    return HEAD + b"".join(b"QUJDREVG"[n % 8 :] + b"x" * (68 + n % 8) + b"\r\n" for n in range(lines))


async def always() -> bool:
    """Let every dot pass, as a lease that holds does."""
    return True


async def _send_all(port: int, messages: int, message: bytes, *, overlaps: bool = False) -> float:
    relay = Relay(
        host="127.0.0.1",
        port=port,
        security=Security.NONE,
        connections=CONNECTIONS,
        messages_per_connection=10**9,
        overlaps=overlaps,
        greeting_name="bench.example",
    )
    left = iter(range(messages))

    async def worker(transport: SmtpTransport) -> None:
        for _ in left:
            outcome = await transport.send("bulletin@xiefa.example", "bgt@kjt-gd.example", message, always)
            if outcome.state is not DeliveryState.SENT:
                raise RuntimeError(outcome)

    async with SmtpTransport(relay) as transport:
        begin = time.perf_counter()
        # letters begin while others wait for their last answer only where more of them are under way
        await asyncio.gather(*(worker(transport) for _ in range(CONNECTIONS * (2 if overlaps else 1))))
        return time.perf_counter() - begin


def _wire(port: int, milliseconds: float) -> contextlib.AbstractContextManager[int]:
    return slow_wire(port, milliseconds) if milliseconds else contextlib.nullcontext(port)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--size", type=int, default=60_000)
    parser.add_argument("--round-trip", type=float, default=0, help="milliseconds of a round trip to the relay")
    arguments = parser.parse_args()
    if tool("smtp-sink") is None:
        print("left out: smtp-sink is not here; it is part of Debian's postfix package")
        return
    message = message_of(arguments.size)
    rates: dict[str, list[float]] = {"smtp-source": [], "SmtpTransport": [], "overlapping": []}
    with tempfile.TemporaryDirectory() as folder, smtp_sink() as sink, _wire(sink, arguments.round_trip) as port:
        file = Path(folder) / "message"
        file.write_bytes(message.replace(b"\r\n", b"\n"))
        for _ in range(arguments.rounds):
            took = smtp_source(port, messages=arguments.messages, sessions=CONNECTIONS, file=file)
            rates["smtp-source"].append(arguments.messages / took)
            for name, overlaps in (("SmtpTransport", False), ("overlapping", True)):
                took = asyncio.run(_send_all(port, arguments.messages, message, overlaps=overlaps))
                rates[name].append(arguments.messages / took)
    reference = statistics.median(rates["smtp-source"])
    work = f"{arguments.messages} messages of {len(message)} bytes, {CONNECTIONS} connections"
    print(f"{work}, round trip {arguments.round_trip:g} ms, medians of {arguments.rounds} rounds")
    for name, figures in rates.items():
        rate = statistics.median(figures)
        spread = f"{min(figures):.0f} to {max(figures):.0f}"
        print(f"{name:14} {rate:8.0f} messages/s  ratio {rate / reference:.2f}  ({spread})")


if __name__ == "__main__":
    main()
