"""Take the reports that have arrived in a mailbox."""

import anyio.to_thread

from distributor.deliver.mailboxes import ReportBox
from distributor.model.report import Taking
from distributor.usecases.context import Context
from distributor.usecases.take_bounce import take_bounce

_AT_A_TIME = 50


async def empty_box(context: Context, box: ReportBox) -> int:
    """Take what is new in a mailbox, and let it not come again; returns how many mails were taken.

    A mail that was taken and whose mailbox could not note that is recognised when it comes again.

    Args:
        context: the installation.
        box: the mailbox.

    Raises:
        RelayTrouble: `report-box` when it cannot be read.
    """
    taken = 0
    while True:
        mails = await anyio.to_thread.run_sync(box.fetch, _AT_A_TIME, abandon_on_cancel=True)
        done = []
        for mail in mails:
            result = await take_bounce(context, mail.data)
            if result.taking is not Taking.EARLY:
                done.append(mail.key)
        await anyio.to_thread.run_sync(box.settle, done, abandon_on_cancel=True)
        taken += len(done)
        if not done or len(mails) < _AT_A_TIME:
            return taken
