"""What the columns of a table mean, by their headings in Chinese or English."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from distributor.errors import Refused
from distributor.text import match_key


class Field(StrEnum):
    """What a column holds; the word for people is `import-field.<value>`."""

    ORGANIZATION = "organization"
    ID = "id"
    SHORT_NAME = "short_name"
    KIND = "kind"
    ADDRESS = "address"
    NAME = "name"
    MAILBOX = "mailbox"
    GROUPS = "groups"
    LANGUAGE = "language"
    FORMAT = "format"
    VALID_FROM = "valid_from"
    VALID_TO = "valid_to"


FIELDS: Final = tuple(Field)

_HEADINGS: Final[Mapping[Field, str]] = {
    Field.ORGANIZATION: "单位 机构 单位名称 单位全称 机构名称 全称 organization organisation body company institution",
    Field.ID: "代号 单位代号 编码 单位编码 id code",
    Field.SHORT_NAME: "简称 单位简称 机构简称 shortname short_name abbreviation",
    Field.KIND: "类型 类别 单位类型 单位类别 kind type category",
    Field.ADDRESS: "邮箱 电子邮件 电子邮箱 邮件 邮件地址 邮箱地址 收件地址 email e-mail mail address emailaddress",
    Field.NAME: "姓名 联系人 收件人 显示名 显示名称 名字 name contact displayname recipient",
    Field.MAILBOX: "角色 用途 邮箱用途 role mailbox use purpose",
    Field.GROUPS: "分组 集合 组 组别 所属分组 所属集合 group groups",
    Field.LANGUAGE: "语言 language lang",
    Field.FORMAT: "格式 邮件格式 format",
    Field.VALID_FROM: "有效期自 有效期起 起始日期 开始日期 生效日期 validfrom valid_from from since",
    Field.VALID_TO: "有效期至 有效期止 终止日期 结束日期 截止日期 失效日期 validto valid_to to until",
}
_MEANINGS: Final = {heading: field for field, headings in _HEADINGS.items() for heading in headings.split()}
# 邮箱（必填）, 单位*, Email:
_ADDED: Final = re.compile(r"\(.*?\)|\[.*?\]|[*:：]")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Args:
        heading: as written.
        field: what it holds, None when it is passed over.
    """

    heading: str
    field: Field | None


def read_columns(headings: Sequence[str], chosen: Mapping[int, Field | None] | None = None) -> tuple[Column, ...]:
    """Tell what columns mean; of two that mean the same the first counts.

    Args:
        headings: the first row of the table.
        chosen: what a person says of some columns, by position.

    Raises:
        Refused: `import-no-columns` when neither bodies nor addresses are there, `import-column-twice` when a person
            gave two columns one meaning.
    """
    given = dict(chosen or {})
    named = [field for field in given.values() if field is not None]
    for one in named:
        if named.count(one) > 1:
            raise Refused("import-column-twice", field=one.value)
    found: list[Column] = []
    taken = set(named)
    for position, heading in enumerate(headings):
        meaning = _MEANINGS.get(_ADDED.sub("", match_key(heading)))
        field = given.get(position, None if meaning in taken else meaning)
        if field is not None:
            taken.add(field)
        found.append(Column(heading, field))
    if taken.isdisjoint({Field.ORGANIZATION, Field.ID}):
        raise Refused("import-no-columns", headings="、".join(heading for heading in headings if heading) or "—")
    return tuple(found)
