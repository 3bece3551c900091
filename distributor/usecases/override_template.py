"""Put a template in the place of a shipped one: saved, looked at, then used; every version is kept."""

from dataclasses import dataclass
from functools import partial

import anyio.to_thread

from distributor import access, compose, tokens
from distributor.access import Act, Actor
from distributor.compose import RenderRequest
from distributor.errors import Conflict, NotFound
from distributor.i18n import negotiate
from distributor.model.audit import AuditAct, Touched
from distributor.model.canonical import digest
from distributor.model.message import Variant
from distributor.model.recipient import MailFormat
from distributor.model.theme import TemplateVersion
from distributor.settings import asset_folder
from distributor.store import mail_design
from distributor.usecases.audit import record_act
from distributor.usecases.context import Context
from distributor.usecases.sample_mail import as_read, sample_context

_KIND = "mail-template"


@dataclass(frozen=True, slots=True)
class TemplateState:
    """A mail template and what was put in its place.

    Args:
        name: path below `mail/`.
        shipped: the source that comes with the program.
        versions: what was put in its place, the newest first.
    """

    name: str
    shipped: str
    versions: tuple[TemplateVersion, ...]

    @property
    def active(self) -> TemplateVersion | None:
        """The version that is used, None for the shipped one."""
        return next((version for version in self.versions if version.is_active), None)


async def list_templates(context: Context) -> tuple[TemplateState, ...]:
    """Give all templates of mails that can be overridden.

    Args:
        context: the installation.
    """
    async with context.database.read() as connection:
        versions = await mail_design.versions(connection)
    return tuple(
        TemplateState(name, _shipped(name), tuple(version for version in versions if version.name == name))
        for name in compose.TEMPLATE_NAMES
    )


async def show_template(context: Context, name: str) -> TemplateState:
    """Give one template.

    Args:
        context: the installation.
        name: path below `mail/`.

    Raises:
        NotFound: `template-name-unknown`.
    """
    _require_known(name)
    async with context.database.read() as connection:
        return TemplateState(name, _shipped(name), await mail_design.versions(connection, name))


async def save_template(context: Context, actor: Actor, name: str, source: str) -> TemplateVersion:
    """Keep a new version of a template that was tried on a sample; it is not used yet.

    Args:
        context: the installation.
        actor: who wrote it.
        name: path below `mail/`.
        source: the template.

    Raises:
        NotFound: `template-name-unknown`.
        Refused: a `template-…` code that says what is wrong with it.
    """
    access.require(actor, Act.CONFIGURE)
    _require_known(name)
    unified = source.replace("\r\n", "\n")
    await _try(context, name, unified)
    async with context.database.write() as connection:
        number = await mail_design.next_number(connection, name)
        version = TemplateVersion(tokens.new_key(), name, number, unified, context.now(), actor.name)
        await mail_design.add_version(connection, version)
        touched = Touched(_KIND, name, None, digest(unified))
        await record_act(connection, context, actor, AuditAct.SAVE_TEMPLATE, touched, {"number": number})
    return version


async def show_version(context: Context, version_id: str) -> TemplateVersion:
    """Give one version.

    Args:
        context: the installation.
        version_id: its id.

    Raises:
        NotFound: `template-version-unknown`.
    """
    async with context.database.read() as connection:
        return await mail_design.version(connection, version_id)


async def render_version(context: Context, version: TemplateVersion) -> Variant:
    """Give what a version makes of a sample.

    Args:
        context: the installation.
        version: the version.

    Raises:
        Refused: a `template-…` code when it cannot be rendered any more.
    """
    return await _try(context, version.name, version.source)


async def preview_template(context: Context, actor: Actor, version_id: str) -> tuple[TemplateVersion, Variant]:
    """Show what a version makes of a sample; from then on it can be activated.

    Args:
        context: the installation.
        actor: who looks.
        version_id: the version.

    Raises:
        NotFound: `template-version-unknown`.
        Refused: a `template-…` code when it cannot be rendered any more.
    """
    access.require(actor, Act.CONFIGURE)
    async with context.database.read() as connection:
        version = await mail_design.version(connection, version_id)
    variant = await _try(context, version.name, version.source)
    if version.previewed is None:
        async with context.database.write() as connection:
            await mail_design.set_previewed(connection, version_id, context.now())
            version = await mail_design.version(connection, version_id)
    return version, variant


async def activate_template(context: Context, actor: Actor, version_id: str) -> TemplateVersion:
    """Use a version for all mails that are rendered from now on.

    Args:
        context: the installation.
        actor: who decides.
        version_id: the version.

    Raises:
        NotFound: `template-version-unknown`.
        Conflict: `template-not-previewed`.
        Refused: a `template-…` code when it cannot be rendered any more.
    """
    access.require(actor, Act.CONFIGURE)
    async with context.database.read() as connection:
        version = await mail_design.version(connection, version_id)
    if version.previewed is None:
        raise Conflict("template-not-previewed")
    await _try(context, version.name, version.source)
    async with context.database.write() as connection:
        before = (await mail_design.load(connection)).overrides.get(version.name)
        await mail_design.activate(connection, version, context.now())
        touched = Touched(_KIND, version.name, None if before is None else digest(before), digest(version.source))
        await record_act(connection, context, actor, AuditAct.ACTIVATE_TEMPLATE, touched, {"number": version.number})
        return await mail_design.version(connection, version_id)


async def reset_template(context: Context, actor: Actor, name: str) -> bool:
    """Use the shipped template again; returns whether another one was used.

    Args:
        context: the installation.
        actor: who decides.
        name: path below `mail/`.

    Raises:
        NotFound: `template-name-unknown`.
    """
    access.require(actor, Act.CONFIGURE)
    _require_known(name)
    async with context.database.write() as connection:
        before = (await mail_design.load(connection)).overrides.get(name)
        if before is None:
            return False
        await mail_design.deactivate(connection, name)
        touched = Touched(_KIND, name, digest(before), None)
        await record_act(connection, context, actor, AuditAct.RESET_TEMPLATE, touched)
    return True


async def _try(context: Context, name: str, source: str) -> Variant:
    """Render a sample with one template overridden, and the others of its message as they are used now."""
    message = name.partition("/")[0]
    async with context.database.read() as connection:
        design = await mail_design.load(connection)
    request = RenderRequest(
        message=message,
        context=await sample_context(context, message, design.theme),
        language=negotiate(context.publication.language),
        mail_format=MailFormat.HTML,
        sources={**design.overrides_of(message), name: source},
    )
    variant = await anyio.to_thread.run_sync(partial(compose.render_limited, request))
    return as_read(variant, f"{context.publication.base_url}/")


def _require_known(name: str) -> None:
    if name not in compose.TEMPLATE_NAMES:
        raise NotFound("template-name-unknown", template=name[:100], known="、".join(compose.TEMPLATE_NAMES))


def _shipped(name: str) -> str:
    return (asset_folder("templates") / "mail" / name).read_text("utf-8")
