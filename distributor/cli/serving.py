"""`distributor serve` and `worker`: the site, and the process that sends."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer

from distributor.cli.options import ConfigOption
from distributor.cli.output import say, words
from distributor.errors import Misconfigured

_STOP_SECONDS = 30
# fewer than the 1,024 files that a process may usually open
_MOST_CONNECTIONS = 800
_LARGEST_HEAD = 32 * 1024
_IDLE_SECONDS = 15
# rooms on the same floor never import each other: cli starts web and worker by name, in processes of their own
_WEB = "distributor.web.app:factory"
_WORKER = "distributor.worker"
_PROTOCOL = "distributor.web.patience:PatientProtocol"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("serve", help=words("cli.serve"), epilog="distributor serve --port 8000")(serve)
    app.command("worker", help=words("cli.worker"), epilog="distributor worker --until-idle")(worker)


def serve(
    *,
    host: Annotated[str | None, typer.Option(help=words("cli.option.host"), show_default=False)] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help=words("cli.option.port"), show_default=False)
    ] = None,
    with_worker: Annotated[bool, typer.Option("--worker/--no-worker", help=words("cli.option.worker"))] = True,
    config: ConfigOption = None,
) -> None:
    """Serve archive, feeds and captured mail, with a worker beside it, until Ctrl-C."""
    from distributor import settings

    chosen = settings.load(config)
    _prepare(config)
    run_site(host or chosen.web.host, port or chosen.web.port, environment(config), with_worker=with_worker)


def worker(
    *,
    until_idle: Annotated[bool, typer.Option("--until-idle", help=words("cli.option.until-idle"))] = False,
    config: ConfigOption = None,
) -> int:
    """Send what is due and claim what the schedules say, until SIGTERM."""
    _prepare(config)
    command = _worker_command(*(["--until-idle"] if until_idle else []))
    return subprocess.run(command, env=environment(config), check=False).returncode  # noqa: S603  our own program


def run_site(host: str, port: int, variables: dict[str, str], *, with_worker: bool) -> None:
    """Serve the site until it is told to stop.

    Args:
        host: address to listen on.
        port: port to listen on.
        variables: environment of the site and its worker.
        with_worker: keep a worker beside it.

    Raises:
        Misconfigured: `port-in-use`.
    """
    import uvicorn

    require_free_port(host, port)
    os.environ.update(variables)
    config = uvicorn.Config(
        _WEB,
        factory=True,
        host=host,
        port=port,
        log_level="warning",
        server_header=False,
        http=_PROTOCOL,
        ws="none",
        limit_concurrency=_MOST_CONNECTIONS,
        h11_max_incomplete_event_size=_LARGEST_HEAD,
        timeout_keep_alive=_IDLE_SECONDS,
        timeout_graceful_shutdown=_STOP_SECONDS,
    )
    # uvicorn raises the signal again when it has shut down; as an exception it lets us end the worker, too
    signal.signal(signal.SIGTERM, _leave)
    with config.bind_socket() as listening, _worker_beside(variables if with_worker else None):
        # who asks from now on waits until the application stands, and is not turned away
        listening.listen()
        say("cli.serve.ready", url=f"http://{host}:{port}/")
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])


def _leave(_signal: int, _frame: object) -> None:
    raise SystemExit(0)


def require_free_port(host: str, port: int) -> None:
    """Refuse a port that another program listens on.

    Raises:
        Misconfigured: `port-in-use`, or `address-unusable` for a host that is not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as error:
            raise Misconfigured("address-unusable", host=host, port=port, problem=error) from error
        except socket.gaierror as error:
            raise Misconfigured("address-unusable", host=host, port=port, problem=error) from error
        except OSError as error:
            raise Misconfigured("port-in-use", host=host, port=port) from error


def run_worker_until_idle(variables: dict[str, str]) -> int:
    """Run a worker until nothing is due any more; gives its exit code.

    Args:
        variables: environment of the worker.
    """
    return subprocess.run(_worker_command("--until-idle"), env=variables, check=False).returncode  # noqa: S603  our own program


def environment(config: Path | None) -> dict[str, str]:
    """Give the environment of a child process, with the chosen configuration."""
    chosen = {} if config is None else {"DISTRIBUTOR_CONFIG": str(config)}
    return {**os.environ, **chosen}


def _prepare(config: Path | None) -> None:
    """Refuse now, with one sentence, what the child would refuse with many lines."""
    from distributor.cli.container import run_in_container
    from distributor.cli.options import actor

    async def nothing(_container: object) -> None:
        return None

    run_in_container(config, actor(None), nothing)


def _worker_command(*options: str) -> list[str]:
    return [sys.executable, "-m", _WORKER, *options]


@contextmanager
def _worker_beside(variables: dict[str, str] | None) -> Iterator[None]:
    if variables is None:
        yield
        return
    child = subprocess.Popen(_worker_command("--beside", str(os.getpid())), env=variables)  # noqa: S603  our own program
    try:
        yield
    finally:
        child.terminate()
        try:
            child.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
