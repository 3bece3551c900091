"""Look at the mails that the embedded server caught or that were written into a folder."""

import anyio

from distributor.deliver.captured import CapturedMail, CapturedMessage, read_captured, read_message
from distributor.usecases.context import Context


async def list_captured_mail(context: Context) -> tuple[CapturedMail, ...]:
    """Give the kept mails, the newest first.

    Args:
        context: the installation.
    """
    return (await anyio.to_thread.run_sync(read_captured, context.mail_folder))[::-1]


async def read_captured_mail(context: Context, name: str) -> CapturedMessage:
    """Give one kept mail in its parts.

    Args:
        context: the installation.
        name: as the list gives it.

    Raises:
        NotFound: `captured-mail`.
    """
    return await anyio.to_thread.run_sync(read_message, context.mail_folder, name)
