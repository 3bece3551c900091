"""Which templates a recipient list may choose."""

from collections.abc import Iterable

from distributor.errors import Misconfigured
from distributor.model.recipient import RecipientList
from distributor.templating import text_environment

_FOLDER, _SUBJECT = "mail/", "/subject.txt"
_CHOSEN = f"{_FOLDER}digest"


def mail_templates() -> tuple[str, ...]:
    """Give the folders below templates/mail that hold a digest; the other messages have readers of their own."""
    names = text_environment().list_templates(filter_func=lambda name: name.startswith(_CHOSEN))
    return tuple(
        name.removeprefix(_FOLDER).removesuffix(_SUBJECT)
        for name in names
        if name.endswith(_SUBJECT) and name.count("/") == _SUBJECT.count("/") + _FOLDER.count("/")
    )


def require_templates(lists: Iterable[RecipientList]) -> None:
    """Refuse a recipient list that asks for a template that does not exist.

    Args:
        lists: the recipient lists.

    Raises:
        Misconfigured: `template-unknown` with those that exist.
    """
    known = mail_templates()
    for entry in lists:
        if entry.template is not None and entry.template not in known:
            raise Misconfigured("template-unknown", list=entry.id, template=entry.template, known="、".join(known))
