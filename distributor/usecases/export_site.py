"""Write feeds, archive pages and OPML as plain files that any web server can serve."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from distributor.errors import Conflict
from distributor.model.feeds import Channel, ChannelKind
from distributor.publish import print_path
from distributor.store import catalogue, documents, listings
from distributor.usecases.context import Context
from distributor.usecases.export_folder import ExportFolder
from distributor.usecases.list_archive import PAGE, pages_of

_OK, _GONE = 200, 410
_HTML = "text/html"
_LISTS = ("", "archive", "sections", "contributors", "feeds")
_PAGED = ("contributors", "feeds")
_FILES = ("robots.txt", "sitemap.xml", "sitemaps/lists.xml", "contributors.csv", "contributions.csv")


@dataclass(frozen=True, slots=True)
class Rendered:
    """An answer of the site.

    Args:
        status: HTTP status.
        media_type: without parameters.
        body: the bytes.
    """

    status: int
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Press:
    """What pages are made with.

    Args:
        render: asks the site for a path, decoded and without a slash at its start.
        static: files that pages refer to, by path.
        base: digest of all that pages share: templates, sentences, settings.
    """

    render: Callable[[str], Awaitable[Rendered]]
    static: Mapping[str, bytes]
    base: str


@dataclass(frozen=True, slots=True)
class ExportedSite:
    """What an export came to.

    Args:
        files: number of files in the folder.
        changed: how many are new or different.
        removed: how many are no more.
    """

    files: int
    changed: int
    removed: int


async def export_site(
    context: Context, press: Press, folder: Path, progress: Callable[[int, int], None] | None = None
) -> ExportedSite:
    """Write the site to a folder; a second time only what has changed is made and written.

    Args:
        context: the installation.
        press: what pages are made with.
        folder: an empty or new folder, or one that was written before.
        progress: is told how many bulletins are done, and of how many.

    Raises:
        Refused: `export-folder-foreign` for a folder that holds something else.
        Misconfigured: `export-folder-unwritable`.
        Conflict: `page-unrenderable` when the site does not give a page that must be there; nothing is switched.
    """
    export = _Export(context, press, ExportFolder(folder))
    await export.documents()
    await export.bulletins(progress)
    await export.channels()
    await export.lists()
    return export.finish()


class _Export:
    """One export, group by group; a group that was made of the same is not made again."""

    def __init__(self, context: Context, press: Press, folder: ExportFolder) -> None:
        self._context = context
        self._press = press
        self._folder = folder
        self._marks: dict[str, str] = {}
        self._prints: dict[str, str] = {}

    async def documents(self) -> None:
        """Write the stored documents: feeds, OPML and printed issues."""
        async with self._context.database.read() as connection:
            feeds = await documents.tags(connection, "feeds/")
            self._prints = await documents.tags(connection, "bulletins/")
        for path, tag in {**feeds, **self._prints}.items():
            if self._is_known(path, tag) and self._keep([path]):
                continue
            async with self._context.database.read() as connection:
                stored = await documents.get(connection, path)
            if stored is not None:
                self._folder.put(path, stored.body)

    async def bulletins(self, progress: Callable[[int, int], None] | None) -> None:
        """Write each bulletin, its items and its file; what was taken back says so."""
        async with self._context.database.read() as connection:
            found = await listings.exported(connection)
        for at, (bulletin_id, changed) in enumerate(found, 1):
            mark = f"{changed} {self._prints.get(print_path(bulletin_id), '')}"
            async with self._context.database.read() as connection:
                keys = await listings.keys_of(connection, bulletin_id)
            pages = [f"bulletins/{bulletin_id}", *(f"items/{key}" for key in keys)]
            original = f"bulletins/{bulletin_id}/original"
            if not (self._is_known(f"bulletin {bulletin_id}", mark) and self._keep(map(_file, pages))):
                await self._render(pages, also=(_OK, _GONE))
                await self._render([original], must=False)
            else:
                self._keep([original])
            if progress is not None:
                progress(at, len(found))

    async def channels(self) -> None:
        """Write the pages of sections and contributors."""
        async with self._context.database.read() as connection:
            marks = await catalogue.marks(connection)
            counts = await catalogue.counts(connection)
        for one in counts:
            if one.channel.kind is ChannelKind.EVERYTHING:
                continue
            pages = list(_pages(one.channel, one.items))
            name = f"channel {one.channel.stem}"
            if not (self._is_known(name, marks.get(one.channel, "")) and self._keep(map(_file, pages))):
                await self._render(pages)

    async def lists(self) -> None:
        """Write the pages that name all others, and the files of the site itself."""
        async with self._context.database.read() as connection:
            years = await listings.years(connection)
            counts = await catalogue.counts(connection)
        pages = pages_of(sum(one.channel.kind is ChannelKind.CONTRIBUTOR for one in counts))
        more = [f"{stem}-{number}" for stem in _PAGED for number in range(2, pages + 1)]
        await self._render([*_LISTS, *more, *(f"archive/{year}" for year in years)])
        await self._render([*_FILES, *(f"sitemaps/{year}.xml" for year in years)])
        missing = await self._press.render("404.html")
        self._folder.put("404.html", missing.body)
        for path, body in self._press.static.items():
            self._folder.put(path, body)

    def finish(self) -> ExportedSite:
        """Switch."""
        files, changed = self._folder.size, self._folder.changed
        removed = self._folder.switch(self._press.base, self._marks)
        return ExportedSite(files, changed, removed)

    def _is_known(self, name: str, mark: str) -> bool:
        self._marks[name] = mark
        known = self._folder.known
        return known.base == self._press.base and known.marks.get(name) == mark

    def _keep(self, paths: Iterable[str]) -> bool:
        return all(self._folder.keep(path) for path in paths)

    async def _render(self, paths: Iterable[str], *, also: tuple[int, ...] = (_OK,), must: bool = True) -> None:
        for path in paths:
            made = await self._press.render(path)
            if made.status in also:
                self._folder.put(_file(path) if made.media_type == _HTML else path, made.body)
            elif must:
                raise Conflict("page-unrenderable", path=path, status=made.status)


def _file(path: str) -> str:
    return f"{path}/index.html" if path else "index.html"


def _pages(channel: Channel, items: int) -> Iterable[str]:
    stem = f"{channel.kind.value}/{channel.slug}"
    for number in count(1):
        if (number - 1) * PAGE >= items:
            return
        yield stem if number == 1 else f"{stem}/{number}"
