"""A sign-off (签发): what was approved, by whom, bound by hash."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from distributor.model.canonical import digest
from distributor.model.recipient import MailFormat, Plan
from distributor.model.run import Mailing


@dataclass(frozen=True, slots=True)
class VariantKey:
    """Which rendering of a bulletin.

    Args:
        list_id: for which list.
        language: in which language, BCP 47.
        format: HTML with text, or text alone.
        mailing: the digest, or the notice of a correction.
    """

    list_id: str
    language: str
    format: MailFormat
    mailing: Mailing = Mailing.DIGEST


@dataclass(frozen=True, slots=True)
class SignedVariant:
    """A rendering that was approved, by the digest of its bytes."""

    key: VariantKey
    sha256: str


@dataclass(frozen=True, slots=True)
class SignOff:
    """An approval of exactly this content, these renderings and this plan.

    Args:
        id: minted with it.
        bulletin_id: the bulletin.
        actor: who signed.
        signed: when.
        content_hash: digest of every word.
        plan: who gets it; removals do not void the sign-off, additions do.
        variants: the stored renderings.
    """

    id: str
    bulletin_id: str
    actor: str
    signed: datetime
    content_hash: str
    plan: Plan
    variants: tuple[SignedVariant, ...]

    @property
    def renderings_hash(self) -> str:
        """Digest of all renderings it binds."""
        return renderings_hash(self.variants)

    def variant(self, key: VariantKey) -> str | None:
        """Give the digest of the rendering for a key, or None when it was not signed."""
        return next((variant.sha256 for variant in self.variants if variant.key == key), None)


def renderings_hash(variants: Sequence[SignedVariant]) -> str:
    """Digest of renderings, in whatever order they were made."""
    return digest(sorted((variant.sha256, digest(variant.key)) for variant in variants))
