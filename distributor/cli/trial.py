"""`distributor test-mail`: send one mail to an address of one's own, to see whether and how it arrives."""

from typing import TYPE_CHECKING, Annotated

import typer

from distributor.cli.options import ActorOption, ConfigOption, actor
from distributor.cli.output import say, words
from distributor.model.recipient import MailFormat

if TYPE_CHECKING:
    from distributor.bootstrap import Container
    from distributor.model.run import Outcome


def register(app: typer.Typer) -> None:
    """Add the command."""
    example = "distributor test-mail ID --to me@xiefa.example --list bao --as wang"
    app.command("test-mail", help=words("cli.test-mail"), epilog=example)(trial)


def trial(
    bulletin_id: Annotated[str | None, typer.Argument(metavar="[ID]", help=words("cli.argument.test-mail"))] = None,
    *,
    to: Annotated[str, typer.Option("--to", help=words("cli.option.to-address"))],
    list_id: Annotated[str | None, typer.Option("--list", help=words("cli.option.test-list"))] = None,
    text: Annotated[bool, typer.Option("--text", help=words("cli.option.text"))] = False,
    as_: ActorOption = None,
    config: ConfigOption = None,
) -> int:
    """Send a bulletin as a preview, or a plain test without one; exit code 1 when the relay did not take it."""
    from distributor.cli.container import run_in_container
    from distributor.model.run import DeliveryState
    from distributor.model.sign_off import VariantKey
    from distributor.usecases.preview_mail import preview_mail
    from distributor.usecases.send_notices import send_now
    from distributor.usecases.send_preview import send_preview, send_test

    async def work(container: "Container") -> "Outcome | None":
        context = container.context
        if bulletin_id is None:
            notice = await send_test(context, actor(as_), to, at_once=False)
        else:
            chosen = list_id or (await preview_mail(context, bulletin_id)).key.list_id
            mail_format = MailFormat.TEXT if text else MailFormat.HTML
            key = VariantKey(chosen, context.publication.language, mail_format)
            notice = await send_preview(context, actor(as_), to, bulletin_id, key, at_once=False)
        async with container.transport() as transport:
            return await send_now(context, transport, notice)

    outcome = run_in_container(config, actor(as_), work)
    is_sent = outcome is not None and outcome.state is DeliveryState.SENT
    answer = "" if outcome is None else f"{outcome.reply.code} {outcome.reply.text}"
    say("cli.test-mail.sent" if is_sent else "cli.test-mail.not-sent", address=to, answer=answer)
    return 0 if is_sent else 1
