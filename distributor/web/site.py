"""What all handlers work with."""

from dataclasses import dataclass

from distributor.settings import Sending, Settings
from distributor.usecases.context import Context
from distributor.web.assets import Assets


@dataclass(frozen=True, slots=True)
class Site:
    """The site of one installation.

    Args:
        context: what the use cases work with.
        settings: what the operator set.
        assets: style sheets and scripts.
    """

    context: Context
    settings: Settings
    assets: Assets

    @property
    def shows_captured_mail(self) -> bool:
        """Whether mails stay on this machine, so that they can be looked at."""
        return self.settings.sending is not Sending.LIVE
