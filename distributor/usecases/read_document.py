"""Read a stored document: a feed or the OPML of all feeds."""

from distributor.errors import NotFound
from distributor.model.document import Document
from distributor.store import documents, site_state
from distributor.usecases.context import Context


async def read_document(context: Context, path: str) -> Document:
    """Give a document as it was rendered at the last publication.

    Args:
        context: the installation.
        path: for example `feeds/all.rss.xml`.

    Raises:
        NotFound: `document-unknown`, or `document-gone` where one stood that was retired.
    """
    async with context.database.read() as connection:
        document = await documents.get(connection, path)
        if document is None and await documents.is_retired(connection, path):
            raise NotFound("document-gone", path=path)
    if document is None:
        raise NotFound("document-unknown", path=path)
    return document


async def list_documents(context: Context) -> tuple[str, ...]:
    """Give the paths of all public documents."""
    async with context.database.read() as connection:
        return await documents.paths(connection, "feeds/")


async def site_version(context: Context) -> int:
    """Give a number that grows with everything that changes what readers get.

    Args:
        context: the installation.
    """
    async with context.database.read() as connection:
        return await site_state.version(connection)
