"""Choose the colours of mails, and the words above and below the masthead."""

from distributor import access, compose
from distributor.access import Act, Actor
from distributor.model.audit import AuditAct, Touched
from distributor.model.canonical import digest, plain
from distributor.model.theme import Theme
from distributor.store import mail_design
from distributor.usecases.audit import record_act
from distributor.usecases.context import Context


async def show_theme(context: Context) -> Theme:
    """Give the theme that mails have now.

    Args:
        context: the installation.
    """
    async with context.database.read() as connection:
        return await mail_design.theme(connection)


async def change_theme(
    context: Context, actor: Actor, colour: str, dark_colour: str = "", logo: str = "", note: str = ""
) -> Theme:
    """Choose a theme for all mails that are rendered from now on; what is signed keeps the one it was signed with.

    Args:
        context: the installation.
        actor: who chooses.
        colour: `#rrggbb`, on light paper.
        dark_colour: the same on dark paper; empty for one that goes with `colour`.
        logo: words above the masthead, or empty.
        note: words below the masthead, or empty.

    Raises:
        Refused: a `theme-…` code; for a colour that cannot be read, with one that can.
    """
    access.require(actor, Act.DESIGN_MAIL)
    chosen = compose.checked_theme(colour, dark_colour, logo, note)
    async with context.database.write() as connection:
        before = await mail_design.theme(connection)
        if before != chosen:
            await mail_design.add_theme(connection, chosen, context.now(), actor.name)
            touched = Touched("mail-theme", "theme", digest(before), digest(chosen))
            fields = plain(chosen)
            details = fields if isinstance(fields, dict) else {}
            await record_act(connection, context, actor, AuditAct.CHANGE_THEME, touched, details)
    return chosen
