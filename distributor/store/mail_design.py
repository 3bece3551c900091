"""What mails look like: themes and the versions of overridden templates; nothing is ever changed but what is active."""

from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from distributor.errors import NotFound
from distributor.model.theme import Design, TemplateVersion, Theme
from distributor.store.tables import mail_templates, mail_themes
from distributor.store.values import restore


async def load(connection: AsyncConnection) -> Design:
    """Give the newest theme and the templates that are active.

    Args:
        connection: an open transaction.
    """
    columns = (mail_templates.c.name, mail_templates.c.source)
    rows = await connection.execute(select(*columns).where(mail_templates.c.is_active).order_by(mail_templates.c.name))
    overrides = {row.name: row.source for row in rows}
    return Design(await theme(connection), overrides)


async def theme(connection: AsyncConnection) -> Theme:
    """Give the newest theme, or the usual one when nobody has chosen yet."""
    columns = (mail_themes.c.colour, mail_themes.c.dark_colour, mail_themes.c.logo, mail_themes.c.note)
    row = (await connection.execute(select(*columns).order_by(mail_themes.c.id.desc()).limit(1))).first()
    return Theme() if row is None else Theme(row.colour, row.dark_colour, row.logo, row.note)


async def add_theme(connection: AsyncConnection, chosen: Theme, moment: datetime, actor: str) -> None:
    """Keep a theme, which counts from now on.

    Args:
        connection: an open writing transaction.
        chosen: the theme.
        moment: now.
        actor: who has chosen it.
    """
    fields = {name: getattr(chosen, name) for name in ("colour", "dark_colour", "logo", "note")}
    await connection.execute(insert(mail_themes).values(**fields, changed=moment, changed_by=actor))


async def versions(connection: AsyncConnection, name: str | None = None) -> tuple[TemplateVersion, ...]:
    """Give the versions of overridden templates, the newest of each first.

    Args:
        connection: an open transaction.
        name: those of one template, None for all.
    """
    query = select(mail_templates).order_by(mail_templates.c.name, mail_templates.c.number.desc())
    if name is not None:
        query = query.where(mail_templates.c.name == name)
    rows = await connection.execute(query)
    return restore(tuple[TemplateVersion, ...], [dict(row) for row in rows.mappings()])


async def version(connection: AsyncConnection, version_id: str) -> TemplateVersion:
    """Give one version.

    Args:
        connection: an open transaction.
        version_id: its id.

    Raises:
        NotFound: `template-version-unknown`.
    """
    row = (await connection.execute(select(mail_templates).where(mail_templates.c.id == version_id))).mappings().first()
    if row is None:
        raise NotFound("template-version-unknown")
    return restore(TemplateVersion, dict(row))


async def next_number(connection: AsyncConnection, name: str) -> int:
    """Give the number that the next version of a template gets."""
    highest = select(func.coalesce(func.max(mail_templates.c.number), 0)).where(mail_templates.c.name == name)
    return int(await connection.scalar(highest) or 0) + 1


async def add_version(connection: AsyncConnection, saved: TemplateVersion) -> None:
    """Keep a version.

    Args:
        connection: an open writing transaction.
        saved: the version.
    """
    fields = {name: getattr(saved, name) for name in TemplateVersion.__dataclass_fields__}
    await connection.execute(insert(mail_templates).values(fields))


async def set_previewed(connection: AsyncConnection, version_id: str, moment: datetime) -> None:
    """Note that somebody has looked at what a version makes."""
    await connection.execute(update(mail_templates).where(mail_templates.c.id == version_id).values(previewed=moment))


async def activate(connection: AsyncConnection, chosen: TemplateVersion, moment: datetime) -> None:
    """Use a version from now on, and no other one of its template.

    Args:
        connection: an open writing transaction.
        chosen: the version.
        moment: now.
    """
    await deactivate(connection, chosen.name)
    this = update(mail_templates).where(mail_templates.c.id == chosen.id)
    await connection.execute(this.values(is_active=True, activated=moment))


async def deactivate(connection: AsyncConnection, name: str) -> bool:
    """Use the shipped template again; returns whether another one was used.

    Args:
        connection: an open writing transaction.
        name: path of the template below `mail/`.
    """
    used = (mail_templates.c.name == name, mail_templates.c.is_active)
    changed = await connection.execute(update(mail_templates).where(*used).values(is_active=False))
    return changed.rowcount > 0
