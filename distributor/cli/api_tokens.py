"""`distributor token …`: with which programs speak to the API."""

import json
from typing import Annotated

import typer

from distributor.cli.options import ActorOption, ConfigOption, JsonOption, actor
from distributor.cli.output import say, table, words
from distributor.model.api_token import ApiScope

app = typer.Typer(help=words("cli.tokens"), no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help=words("cli.tokens.argument-name"))]
UserOption = Annotated[str, typer.Option("--for", help=words("cli.tokens.option-for"))]
ScopeOption = Annotated[list[ApiScope], typer.Option("--scope", help=words("cli.tokens.option-scope"))]
DaysOption = Annotated[int, typer.Option("--days", help=words("cli.tokens.option-days"))]


@app.command("add", help=words("cli.tokens.add"), epilog="distributor token add 资料室 --for li --scope read --as root")
def add(
    name: NameArgument,
    *,
    user: UserOption,
    scope: ScopeOption,
    days: DaysOption = 90,
    as_: ActorOption = None,
    config: ConfigOption = None,
) -> None:
    """Make a token and print its secret once."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.manage_tokens import WantedToken, add_token

    who, wanted = actor(as_), WantedToken(user, name, scope, days)
    made = run_in_container(config, who, lambda container: add_token(container.context, who, wanted))
    say("cli.tokens.added", id=made.token.id, user=made.token.user, until=made.token.expires.date())
    print(made.secret)


@app.command("list", help=words("cli.tokens.list"), epilog="distributor token list --json")
def list_tokens(*, as_json: JsonOption = False, as_: ActorOption = None, config: ConfigOption = None) -> None:
    """List the tokens that were not taken back."""
    from distributor.cli.container import run_in_container
    from distributor.model.canonical import plain
    from distributor.usecases import manage_tokens

    who = actor(as_)
    found = run_in_container(config, who, lambda container: manage_tokens.list_tokens(container.context, who))
    if as_json:
        print(json.dumps(plain(found), ensure_ascii=False))
    elif not found:
        say("cli.tokens.none")
    else:
        columns = [f"cli.column.{name}" for name in ("id", "purpose", "user", "scopes", "expires", "last-used")]
        rows = [(one.id, one.name, one.user, " ".join(one.scopes), one.expires, one.last_used) for one in found]
        table(columns, rows)


@app.command("revoke", help=words("cli.tokens.revoke"), epilog="distributor token revoke ID --as root")
def revoke(
    token_id: Annotated[str, typer.Argument(metavar="ID", help=words("cli.tokens.argument-id"))],
    *,
    as_: ActorOption = None,
    config: ConfigOption = None,
) -> None:
    """Take a token back."""
    from distributor.cli.container import run_in_container
    from distributor.usecases.manage_tokens import revoke_token

    who = actor(as_)
    token = run_in_container(config, who, lambda container: revoke_token(container.context, who, token_id))
    say("cli.tokens.revoked", id=token.id, name=token.name)
