"""How mails look: what the secretariat chooses, and what an administrator put in the place of a template."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Theme:
    """What the secretariat chooses about the look of mails.

    Args:
        colour: of masthead, rules and links on light paper, `#rrggbb`.
        dark_colour: the same on dark paper, `#rrggbb`.
        logo: short words above the masthead instead of a picture, or None.
        note: short words below the masthead (内部资料　注意保存), or None.
    """

    colour: str = "#b01116"
    dark_colour: str = "#f2928c"
    logo: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class TemplateVersion:
    """One version of what an administrator put in the place of a shipped template.

    Args:
        id: minted with it.
        name: path of the template below `mail/`, for example digest/body.html.
        number: 1-based among the versions of this template.
        source: the template.
        saved: when.
        saved_by: name of the actor.
        previewed: when somebody looked at what it makes, or None.
        activated: when it was last put to use, or None.
        is_active: whether it is used now.
    """

    id: str
    name: str
    number: int
    source: str
    saved: datetime
    saved_by: str
    previewed: datetime | None = None
    activated: datetime | None = None
    is_active: bool = False


@dataclass(frozen=True, slots=True)
class Design:
    """Everything that decides what mails look like, beside their words.

    Args:
        theme: what the secretariat chose.
        overrides: sources of templates by their path below `mail/`, instead of the shipped ones.
    """

    theme: Theme = field(default_factory=Theme)
    overrides: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def overrides_of(self, message: str) -> dict[str, str]:
        """Give the overridden templates of one message.

        Args:
            message: folder below templates/mail.
        """
        return {name: source for name, source in self.overrides.items() if name.startswith(f"{message}/")}
