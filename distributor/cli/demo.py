"""`distributor demo`: the whole main job on the bulletin that is shipped, then the site."""

import json
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from distributor.access import AccessRole, Actor
from distributor.cli.container import run_in_container
from distributor.cli.output import say, table, words
from distributor.cli.serving import require_free_port, run_site, run_worker_until_idle
from distributor.errors import Conflict, Misconfigured

if TYPE_CHECKING:
    from distributor.bootstrap import Container

_SEED = "000_04bd7fccb17faafb.txt"
_ISSUE, _DATE = "2023年第12期", "2023-12-05"
_EDITOR, _APPROVER = "演示编辑", "演示签发人"
# a folder without this file was not made by the demo and is never removed
_MARK = ".distributor-demo"


@dataclass(frozen=True, slots=True)
class _Result:
    """What the demo brought about."""

    items: int
    feeds: int
    bodies: int
    addresses: int
    sent: int
    failed: int


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo", help=words("cli.demo"), epilog="distributor demo --once")(demo)


def demo(
    *,
    once: Annotated[bool, typer.Option("--once", help=words("cli.option.once"))] = False,
    host: Annotated[str, typer.Option(help=words("cli.option.host"))] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help=words("cli.option.port"))] = 8000,
    folder: Annotated[Path, typer.Option(help=words("cli.option.folder"))] = Path("var/demo"),
) -> None:
    """Receive, sign off, publish and send the seed; show what came of it; serve the site."""
    from distributor import settings

    if not once:
        require_free_port(host, port)
    began = time.monotonic()
    _rebuild(folder)
    config = settings.asset_folder("config")
    variables = _environment(folder, config)
    seed = settings.asset_folder("seeds") / _SEED
    say("cli.demo.start", file=seed.name)
    data = seed.read_bytes()
    for name in [name for name in os.environ if name.startswith("DISTRIBUTOR_")]:
        del os.environ[name]
    os.environ.update(variables)
    bulletin_id = run_in_container(config, _editor(), lambda container: _publish(container, folder, seed.name, data))
    say("cli.demo.sending")
    run_worker_until_idle(variables)
    result = run_in_container(config, _editor(), lambda container: _result(container, bulletin_id))
    _print(result, time.monotonic() - began, folder)
    if result.sent != result.addresses:
        raise Conflict("demo-unsent", sent=result.sent, total=result.addresses)
    if once:
        say("cli.demo.serve")
        return
    # the next demo makes everything anew: accounts are of use only while the site is there
    password = run_in_container(config, _editor(), _add_accounts)
    _print_log_in(f"http://{host}:{port}/desk/", password)
    run_site(host, port, variables, with_worker=True)


async def _publish(container: "Container", folder: Path, name: str, data: bytes) -> str:
    from distributor.i18n import finding_sentence
    from distributor.model.bulletin import ParsedBulletin
    from distributor.model.contract import parsed_json
    from distributor.parse import Given
    from distributor.usecases.parse_file import known_organizations, parse_file
    from distributor.usecases.publish_bulletin import publish_bulletin
    from distributor.usecases.receive_bulletin import receive_bulletin
    from distributor.usecases.sign_off_bulletin import sign_off_bulletin

    context = container.context
    given = Given(title=context.publication.name, issue=_ISSUE, date=_DATE)
    parsed: ParsedBulletin = parse_file(data, name, given, known_organizations(context.config))
    contract = parsed_json(parsed, finding_sentence)
    (folder / "bulletin.json").write_text(json.dumps(contract, ensure_ascii=False, indent=1), "utf-8")
    record = (await receive_bulletin(context, _editor(), data, name, given)).record
    say(
        "cli.demo.received",
        sections=len(record.sections),
        items=len(record.items),
        findings=len(record.findings),
    )
    approver = Actor(_APPROVER)
    signed = await sign_off_bulletin(context, approver, record.id)
    say("cli.demo.signed", actor=signed.actor, addresses=len(signed.plan.rows))
    await publish_bulletin(context, approver, record.id)
    say("cli.demo.published", documents=await _write_feeds(container, folder))
    return record.id


async def _add_accounts(container: "Container") -> str:
    """Make one account for each role; all have one password, which is new for every demo."""
    from distributor.access import new_password
    from distributor.usecases.add_user import add_user

    password = new_password()
    for role in AccessRole:
        await add_user(container.context, _editor(), _account(role), role, password)
    return password


def _account(role: AccessRole) -> str:
    return f"demo-{role.value}"


async def _write_feeds(container: "Container", folder: Path) -> int:
    from distributor.usecases.read_document import list_documents, read_document

    paths = await list_documents(container.context)
    for path in paths:
        document = await read_document(container.context, path)
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(document.body)
    return len(paths)


async def _result(container: "Container", bulletin_id: str) -> _Result:
    from distributor.model.run import DeliveryState
    from distributor.usecases.list_runs import list_runs
    from distributor.usecases.plan_bulletin import plan_bulletin
    from distributor.usecases.read_archive import read_bulletin
    from distributor.usecases.read_document import list_documents

    context = container.context
    plan = await plan_bulletin(context, bulletin_id)
    runs = await list_runs(context, bulletin_id=bulletin_id)
    return _Result(
        items=len((await read_bulletin(context, bulletin_id)).bulletin.items),
        feeds=len(await list_documents(context)),
        bodies=len({row.organization for row in plan.rows}),
        addresses=len(plan.rows),
        sent=sum(entry.counts.of(DeliveryState.SENT) for entry in runs),
        failed=sum(entry.counts.of(DeliveryState.FAILED) for entry in runs),
    )


def _print(result: _Result, seconds: float, folder: Path) -> None:
    rows = [
        (words("cli.demo.items"), result.items),
        (words("cli.demo.feeds"), result.feeds),
        (words("cli.demo.bodies"), result.bodies),
        (words("cli.demo.addresses"), result.addresses),
        (words("cli.demo.sent"), result.sent),
        (words("cli.demo.failed"), result.failed),
        (words("cli.demo.seconds"), f"{seconds:.1f}"),
    ]
    table(["cli.column.name", "cli.column.value"], rows, title=words("cli.demo.summary"))
    say("cli.demo.files", folder=folder)


def _print_log_in(url: str, password: str) -> None:
    names = "、".join(_account(role) for role in AccessRole)
    say("cli.demo.log-in", url=url, names=names, password=password)


def _rebuild(folder: Path) -> None:
    """Begin with an empty folder; one that the demo did not make is left alone.

    Raises:
        Misconfigured: `demo-folder` or `data-dir-unwritable`.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / _MARK).exists():
        raise Misconfigured("demo-folder", folder=str(folder))
    try:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        (folder / _MARK).touch()
    except OSError as error:
        raise Misconfigured("data-dir-unwritable", folder=str(folder), problem=error) from error


def _environment(folder: Path, config: Path) -> dict[str, str]:
    """The environment of the demo: its own folder, its own database, captured mail, whatever else is set outside."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("DISTRIBUTOR_")}
    kept = {name: os.environ[name] for name in ("DISTRIBUTOR_LANGUAGE",) if name in os.environ}
    own = {"DISTRIBUTOR_DATA_DIR": str(folder), "DISTRIBUTOR_SENDING": "capture", "DISTRIBUTOR_CONFIG": str(config)}
    return {**outside, **kept, **own}


def _editor() -> Actor:
    return Actor(_EDITOR)
