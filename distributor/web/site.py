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
        is_static: pages are written to files, so that nothing can be asked of them.
    """

    context: Context
    settings: Settings
    assets: Assets
    is_static: bool = False

    @property
    def metrics_token(self) -> str | None:
        """Who shows this may measure from another machine."""
        token = self.settings.web.metrics_token
        return None if token is None else token.get_secret_value()

    @property
    def shows_captured_mail(self) -> bool:
        """Whether mails stay on this machine, so that they can be looked at."""
        return self.settings.sending is not Sending.LIVE and not self.is_static
