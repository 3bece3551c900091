"""`distributor recipients …`: the address book."""

import typer

from distributor.cli.options import ConfigOption, actor
from distributor.cli.output import say, words

app = typer.Typer(help=words("cli.recipients"), no_args_is_help=True)


@app.command("check", help=words("cli.recipients.check"), epilog="distributor recipients check")
def check(*, config: ConfigOption = None) -> int:
    """Say what would go wrong with the address book; exit code 1 when something would."""
    from distributor.cli.container import run_in_container
    from distributor.cli.findings import print_findings
    from distributor.model.finding import Level
    from distributor.usecases.check_recipients import check_recipients

    book, findings = run_in_container(config, actor(None), lambda container: check_recipients(container.context))
    print_findings(findings)
    say(
        "cli.recipients.checked",
        organizations=len(book.organizations),
        contacts=len(book.contacts),
        groups=len(book.groups),
        lists=len(book.lists),
        findings=len(findings),
    )
    return 1 if any(finding.level is Level.BLOCKING for finding in findings) else 0
