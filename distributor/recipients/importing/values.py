"""Cells of a table → values of the model, in the words people write into tables."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Final

from distributor.model.recipient import MailboxRole, MailFormat, OrganizationKind
from distributor.recipients.reading import is_language
from distributor.text import match_key

_KINDS: Final[Mapping[OrganizationKind, str]] = {
    OrganizationKind.MINISTRY: "中央单位 部委 中央部门 国家部委 ministry",
    OrganizationKind.ALLIANCE: "联盟 试点联盟 产业联盟 alliance",
    OrganizationKind.MEMBER: "成员单位 网员单位 成员 网员 member",
    OrganizationKind.LOCAL: "地方部门 地方 地方单位 地方科技部门 local localdepartment",
    OrganizationKind.OTHER: "其他 其它 other",
}
_MAILBOXES: Final[Mapping[MailboxRole, str]] = {
    MailboxRole.PRIMARY: "主 主送 首选 主要 主邮箱 primary main to",
    MailboxRole.CC: "抄送 副本 cc copy",
    MailboxRole.BACKUP: "备用 备份 备选 backup spare",
}
_FORMATS: Final[Mapping[MailFormat, str]] = {
    MailFormat.HTML: "html 网页 图文 超文本",
    MailFormat.TEXT: "text txt 文本 纯文本 plain plaintext",
}
_LANGUAGES: Final = {"中文": "zh-CN", "汉语": "zh-CN", "简体中文": "zh-CN", "英文": "en", "英语": "en", "english": "en"}
_DAY: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00:00)?|(\d{4})(\d{2})(\d{2})")

_KIND_OF: Final = {word: value for value, words in _KINDS.items() for word in words.split()}
_MAILBOX_OF: Final = {word: value for value, words in _MAILBOXES.items() for word in words.split()}
_FORMAT_OF: Final = {word: value for value, words in _FORMATS.items() for word in words.split()}


@lru_cache(maxsize=1_024)
def kind_of(text: str) -> OrganizationKind | None:
    """Tell a sort of body by its word, or None."""
    return _KIND_OF.get(match_key(text))


@lru_cache(maxsize=1_024)
def mailbox_of(text: str) -> MailboxRole | None:
    """Tell what a mailbox is for by its word, or None."""
    return _MAILBOX_OF.get(match_key(text))


@lru_cache(maxsize=1_024)
def format_of(text: str) -> MailFormat | None:
    """Tell a mail format by its word, or None."""
    return _FORMAT_OF.get(match_key(text))


@lru_cache(maxsize=1_024)
def language_of(text: str) -> str | None:
    """Tell a language by its tag or name, or None."""
    named = _LANGUAGES.get(match_key(text))
    return named or (text if is_language(text) else None)


@lru_cache(maxsize=1_024)
def day_of(text: str) -> date | None:
    """Tell a day as tables have it: 2026-01-31, 2026/1/31, 2026年1月31日, 20260131; or None."""
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(part) for part in (found.groups()[:3] if found[1] else found.groups()[3:]))
    try:
        return date(year, month, day)
    except ValueError:
        return None


def words_for(field: str) -> str:
    """Give the words a column may hold, the first of each value, for a suggestion.

    Args:
        field: kind, mailbox or format.
    """
    words: Mapping[str, Iterable[str]] = {
        "kind": _KINDS.values(),
        "mailbox": _MAILBOXES.values(),
        "format": _FORMATS.values(),
    }
    return "、".join(several.split()[0] for several in words[field])
