"""A publication (刊物): what the operator says once about the bulletin and its sender."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Publication:
    """The publication that every bulletin belongs to.

    Args:
        slug: short ASCII name, part of ids and of the List-Id.
        name: name as it stands in the masthead.
        publisher: the body that edits it.
        description: one sentence for feeds and the home page.
        base_url: address of the public site, without a slash at its end; links in mails and feeds begin with it.
        tag_authority: domain or address that mints tag URIs (RFC 4151), independent of base_url.
        tag_date: `YYYY`, `YYYY-MM` or `YYYY-MM-DD` on which the authority was held.
        language: language of the bulletins (BCP 47).
        time_zone: IANA name of the zone in which dates are meant and shown.
        rights: the line about rights in feeds, or None.
        contact: address of the secretariat for readers.
    """

    slug: str
    name: str
    publisher: str
    description: str
    base_url: str
    tag_authority: str
    tag_date: str
    language: str
    time_zone: str
    rights: str | None
    contact: str
