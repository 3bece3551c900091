"""`distributor user …`: the accounts of the desk."""

import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from distributor.access import AccessRole, Actor
from distributor.cli.options import ActorOption, ConfigOption, JsonOption, actor
from distributor.cli.output import say, table, words
from distributor.errors import Refused

if TYPE_CHECKING:
    from distributor.model.user import User
    from distributor.usecases.context import Context

app = typer.Typer(help=words("cli.users"), no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help=words("cli.users.argument-name"))]
StdinOption = Annotated[bool, typer.Option("--password-stdin", help=words("cli.users.option-stdin"))]
GenerateOption = Annotated[bool, typer.Option("--generate", help=words("cli.users.option-generate"))]


@app.command("add", help=words("cli.users.add"), epilog="distributor user add li --role editor --generate --as root")
def add(
    name: NameArgument,
    *,
    role: Annotated[AccessRole, typer.Option(help=words("cli.users.argument-role"))],
    password_stdin: StdinOption = False,
    generate: GenerateOption = False,
    as_: ActorOption = None,
    config: ConfigOption = None,
) -> None:
    """Add an account."""
    from distributor.usecases.add_user import add_user

    password = _password(from_stdin=password_stdin, generate=generate)
    who = actor(as_)
    user = _change(config, who, lambda context: add_user(context, who, name, role, password))
    say("cli.users.added", name=user.name, role=user.role.value)
    if generate:
        say("cli.users.generated", password=password)


@app.command("list", help=words("cli.users.list"), epilog="distributor user list --json")
def list_users(*, as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """List the accounts."""
    from distributor.cli.container import run_in_container
    from distributor.model.canonical import plain
    from distributor.usecases import list_users as usecase

    found = run_in_container(config, actor(None), lambda container: usecase.list_users(container.context))
    if as_json:
        print(json.dumps(plain(found), ensure_ascii=False))
    elif not found:
        say("cli.users.none")
    else:
        columns = [f"cli.column.{name}" for name in ("account", "role", "created", "disabled")]
        table(
            columns, [(user.name, words(f"desk.role.{user.role.value}"), user.created, user.disabled) for user in found]
        )


@app.command("role", help=words("cli.users.role"), epilog="distributor user role li approver --as root")
def role(
    name: NameArgument,
    new: Annotated[AccessRole, typer.Argument(metavar="ROLE", help=words("cli.users.argument-role"))],
    *,
    as_: ActorOption = None,
    config: ConfigOption = None,
) -> None:
    """Give an account another role."""
    from distributor.usecases.change_user import change_role

    who = actor(as_)
    user = _change(config, who, lambda context: change_role(context, who, name, new))
    say("cli.users.role-changed", name=user.name, role=user.role.value)


@app.command("disable", help=words("cli.users.disable"), epilog="distributor user disable li --as root")
def disable(name: NameArgument, *, as_: ActorOption = None, config: ConfigOption = None) -> None:
    """Disable an account."""
    from distributor.usecases.change_user import disable_user

    who = actor(as_)
    user = _change(config, who, lambda context: disable_user(context, who, name))
    say("cli.users.disabled", name=user.name)


@app.command("enable", help=words("cli.users.enable"), epilog="distributor user enable li --as root")
def enable(name: NameArgument, *, as_: ActorOption = None, config: ConfigOption = None) -> None:
    """Enable an account again."""
    from distributor.usecases.change_user import enable_user

    who = actor(as_)
    user = _change(config, who, lambda context: enable_user(context, who, name))
    say("cli.users.enabled", name=user.name)


@app.command("password", help=words("cli.users.password"), epilog="distributor user password li --generate --as root")
def password(
    name: NameArgument,
    *,
    password_stdin: StdinOption = False,
    generate: GenerateOption = False,
    as_: ActorOption = None,
    config: ConfigOption = None,
) -> None:
    """Set a new password."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.set_password import set_password

    new = _password(from_stdin=password_stdin, generate=generate)
    who = actor(as_)
    run_in_container(config, who, lambda container: set_password(container.context, who, name, new))
    say("cli.users.password-set", name=name)
    if generate:
        say("cli.users.generated", password=new)


@app.command(
    "reset-second-factor",
    help=words("cli.users.reset-factor"),
    epilog="distributor user reset-second-factor li --as root",
)
def reset_second_factor(name: NameArgument, *, as_: ActorOption = None, config: ConfigOption = None) -> None:
    """Ask an account for no code any more."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.second_factor import reset_factor

    who = actor(as_)
    had_one = run_in_container(config, who, lambda container: reset_factor(container.context, who, name))
    say("cli.users.factor-reset" if had_one else "cli.users.factor-none", name=name)


def _change(config: Path | None, who: Actor, work: "Callable[[Context], Awaitable[User]]") -> "User":
    from distributor.cli.container import run_in_container

    return run_in_container(config, who, lambda container: work(container.context))


def _password(*, from_stdin: bool, generate: bool) -> str:
    """Take the password from where it was said; never from an argument, which `ps` shows to everybody."""
    from distributor.access import new_password

    if from_stdin and generate:
        raise Refused("password-source")
    if generate:
        return new_password()
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Refused("password-needs-terminal")
    return str(typer.prompt(words("cli.users.prompt"), hide_input=True, confirmation_prompt=True))
