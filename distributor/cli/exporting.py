"""`distributor export DIR`: the site as plain files for any web server."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote, urlsplit

import typer

from distributor.cli.options import ConfigOption, actor
from distributor.cli.output import counting, say, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from distributor.bootstrap import Container
    from distributor.usecases.export_site import ExportedSite, Press

# rooms on the same floor never import each other: cli builds the site by its name, as it does to serve it
_WEB = "distributor.web.app:create_app"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export", help=words("cli.export"), epilog="distributor export /srv/www/bulletin")(export)


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=words("cli.argument.export"))],
    *,
    config: ConfigOption = None,
) -> None:
    """Write feeds and pages to a folder; a second time only what has changed."""
    from distributor.cli.container import run_in_container

    with counting("cli.export.progress") as progress:
        done = run_in_container(config, actor(None), lambda container: _export(container, folder, progress))
    say("cli.export.done", files=done.files, changed=done.changed, removed=done.removed, folder=folder)


async def _export(container: "Container", folder: Path, progress: "Callable[[int, int], None]") -> "ExportedSite":
    import httpx2
    from uvicorn.importer import import_from_string

    from distributor.usecases.export_site import export_site

    app = import_from_string(_WEB)(container, is_static=True)
    address = urlsplit(container.context.publication.base_url)
    transport = httpx2.ASGITransport(app, root_path=address.path.rstrip("/"))
    base_url = f"{address.scheme}://{address.netloc}"
    async with httpx2.AsyncClient(transport=transport, base_url=base_url) as client:
        return await export_site(container.context, _press(container, app, client), folder, progress)


def _press(container: "Container", app: Any, client: Any) -> "Press":  # noqa: ANN401  both are known by name alone here
    from distributor.usecases.export_site import Press, Rendered

    async def render(path: str) -> Rendered:
        answer = await client.get(f"/{quote(path)}", headers={"accept-encoding": "identity"})
        return Rendered(answer.status_code, answer.headers["content-type"].partition(";")[0], answer.content)

    assets = app.state.site.assets.public
    static = {f"static/{name}": asset.body for name, asset in assets.items()}
    return Press(render, static, _base(container, {name: asset.version for name, asset in assets.items()}))


def _base(container: "Container", versions: dict[str, str]) -> str:
    """Make the digest of all that pages share: program, settings, templates, sentences, style sheets."""
    from distributor import __version__
    from distributor.i18n import LANGUAGES, catalogue
    from distributor.model.canonical import digest, digest_bytes
    from distributor.settings import asset_folder

    templates = sorted((asset_folder("templates") / "web").rglob("*.html"))
    return digest(
        [
            __version__,
            container.context.publication,
            container.context.feeds,
            container.settings.language,
            versions,
            [digest_bytes(file.read_bytes()) for file in templates],
            [dict(catalogue(language)) for language in LANGUAGES],
        ]
    )
