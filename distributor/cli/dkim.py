"""`distributor dkim …`: the keys that sign mails."""

from typing import Annotated

import typer

from distributor.cli.options import ConfigOption
from distributor.cli.output import console, say, words

app = typer.Typer(help=words("cli.dkim"), no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keep `new` a command of its own, although it is the only one."""


@app.command("new", help=words("cli.dkim.new"), epilog="distributor dkim new --selector 2026a --algorithm rsa")
def new(
    *,
    selector: Annotated[str, typer.Option(help=words("cli.option.selector"))],
    algorithm: Annotated[str, typer.Option(help=words("cli.option.algorithm"))] = "rsa",
    domain: Annotated[str | None, typer.Option(help=words("cli.option.dkim-domain"), show_default=False)] = None,
    config: ConfigOption = None,
) -> None:
    """Make a key and print the DNS record that publishes it."""
    from distributor import bootstrap, compose
    from distributor.compose import DkimAlgorithm
    from distributor.errors import Refused
    from distributor.usecases.make_dkim_key import make_dkim_key

    known = {"rsa": DkimAlgorithm.RSA, "ed25519": DkimAlgorithm.ED25519}
    if algorithm not in known:
        raise Refused("dkim-algorithm-unknown", algorithm=algorithm, known="、".join(known))
    folder, usual = bootstrap.key_folder(config)
    key = make_dkim_key(folder, domain or usual, selector, known[algorithm])
    say("cli.dkim.made", selector=selector, domain=key.domain)
    console.print(compose.dns_record(key).zone_line, markup=False)
    say("cli.dkim.next" if domain in {None, usual} else "cli.dkim.next-domain", selector=selector, domain=key.domain)
