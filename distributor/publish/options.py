"""What the operator may choose about feeds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FeedOptions:
    """Choices that hold for all feeds.

    Args:
        window: how many bulletins a subscription feed holds; older ones stand in the archive documents.
        hub: address of the WebSub hub, or None when there is none (W3C WebSub, section 4).
        image: address of a square picture (PNG, JPEG or GIF) of the publication, or None.
    """

    window: int = 12
    hub: str | None = None
    image: str | None = None
