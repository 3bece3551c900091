"""How fast messages are composed and signed: `python -m tests.benchmarks.bench_compose [COUNT]`.

Composing by splicing is compared with building an EmailMessage for each reader, signing with dkimpy.
"""

import sys
import time
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP

import dkim
from rich.console import Console
from rich.table import Table

from distributor.compose import DkimAlgorithm, Prepared, new_key, prepare, sign, to_pem
from distributor.model.message import Personal, Slot, Variant, marker
from tests.support.messages import make_frame, make_personal, make_variant, seed_record

RSA = new_key("xiefa.example", "r1")
ED25519 = new_key("xiefa.example", "e1", DkimAlgorithm.ED25519)


def main() -> None:
    """Measure and print a table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    variant = make_variant(seed_record())
    prepared = prepare(variant, make_frame())
    readers = [_reader(number) for number in range(count)]
    for reader in readers:
        prepared.build(reader)
    message = prepared.build(readers[0])
    rebuild = _seconds(lambda reader: _rebuilt(variant, reader), readers[: count // 10 or 1])
    dkimpy = _seconds(lambda _: _signed_by_dkimpy(message), readers[: count // 20 or 1])
    rows = [
        ("spliced", _seconds(prepared.build, readers), rebuild),
        ("rebuilt as EmailMessage", rebuild, rebuild),
        ("signed by dkimpy, RSA", dkimpy, dkimpy),
        ("signed, RSA", _seconds(lambda _: sign(message, [RSA]), readers), dkimpy),
        ("signed, Ed25519", _seconds(lambda _: sign(message, [ED25519]), readers), dkimpy),
        ("signed, both", _seconds(lambda _: sign(message, [RSA, ED25519]), readers), dkimpy),
        ("spliced and signed, both", _seconds(lambda reader: _finished(prepared, reader), readers), rebuild + dkimpy),
    ]
    Console().print(_table(rows, len(message), variant))


def _reader(number: int) -> Personal:
    return make_personal(
        address=f"office{number}@most.example",
        greeting=f"第{number}研究所" + "办公室" * (number % 7),
        unsubscribe_url=f"https://bulletin.xiefa.example/unsubscribe/{'t' * (60 + number % 50)}",
        message_id=f"<m{number}@xiefa.example>",
        idempotency_key=f"m{number}",
    )


def _seconds(act: Callable[[Personal], object], readers: list[Personal]) -> float:
    began = time.perf_counter()
    for reader in readers:
        act(reader)
    return (time.perf_counter() - began) / len(readers)


def _finished(prepared: Prepared, reader: Personal) -> bytes:
    return sign(prepared.build(reader), [RSA, ED25519])


def _rebuilt(variant: Variant, reader: Personal) -> bytes:
    message = EmailMessage(SMTP)
    message["Subject"] = variant.subject
    message["To"] = reader.address
    message["Message-ID"] = reader.message_id
    text, html = variant.text, variant.html or ""
    for slot in Slot:
        text, html = (part.replace(marker(slot), reader.value(slot)) for part in (text, html))
    message.set_content(text, cte="base64")
    message.add_alternative(html, subtype="html", cte="base64")
    return message.as_bytes()


def _signed_by_dkimpy(message: bytes) -> bytes:
    signature = dkim.sign(message, b"r1", b"xiefa.example", to_pem(RSA), canonicalize=(b"relaxed", b"relaxed"))
    return bytes(signature) + message


def _table(rows: list[tuple[str, float, float]], size: int, variant: Variant) -> Table:
    html = len((variant.html or "").encode())
    table = Table(title=f"message {size:,} bytes, HTML {html:,} bytes")
    for column in ("step", "ms a message", "messages a second", "times as fast"):
        table.add_column(column, justify="left" if column == "step" else "right")
    for name, seconds, reference in rows:
        table.add_row(name, f"{seconds * 1000:.3f}", f"{1 / seconds:,.0f}", f"{reference / seconds:.1f}")
    return table


if __name__ == "__main__":
    main()
