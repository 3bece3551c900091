"""Builders of small address books, with defaults that say as little as possible."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

from distributor.model.bulletin import DistributionGroup
from distributor.model.recipient import (
    AddressBook,
    Contact,
    Group,
    Organization,
    OrganizationKind,
    RecipientList,
    Role,
)
from distributor.recipients import read_address_book

CONFIG = Path(__file__).parents[2] / "config"

REPORTED = (
    "科技部、发展改革委、财政部、教育部、工业和信息化部、人力资源和社会保障部、农业农村部、人民银行、国资委、税务总局、"
    "中科院、工程院、全国总工会、全国工商联、国家开发银行"
)
SENT = "各试点产业技术创新战略联盟、联盟协发网成员单位、有关地方科技厅（局）"

REPORT = RecipientList("bao", "报送名单", ("报", "呈报"), Role.REPORT)
SEND = RecipientList("song", "分送名单", ("送", "抄送"), Role.SEND)


def body(key: str, name: str, *aliases: str, short: str | None = None, parent: str | None = None) -> Organization:
    """Build a body."""
    return Organization(key, name, OrganizationKind.MINISTRY, short, aliases, parent)


def mailbox(organization: str, address: str | None = None, **fields: object) -> Contact:
    """Build a mailbox, bulletin@<body>.example unless told."""
    return Contact(address or f"bulletin@{organization}.example", organization, **fields)  # type: ignore[arg-type]


def book(
    organizations: Sequence[Organization] = (),
    contacts: Sequence[Contact] | None = None,
    groups: Sequence[Group] = (),
    lists: Sequence[RecipientList] = (REPORT, SEND),
) -> AddressBook:
    """Build a book with 报 and 送 lists; every body has one mailbox unless told."""
    if contacts is None:
        contacts = [mailbox(value.id) for value in organizations]
    return AddressBook(tuple(organizations), tuple(contacts), tuple(groups), tuple(lists))


def footer(label: str, entries: str, *, suffix: str | None = None, line: int = 1) -> DistributionGroup:
    """Build a line of a footer; entries are separated by 、."""
    return DistributionGroup(label, tuple(entries.split("、")), suffix, line)


def seed_footer() -> tuple[DistributionGroup, ...]:
    """Give the footer of the seed bulletin."""
    return (
        footer("报", REPORTED, suffix="相关司局及部门", line=700),
        footer("送", SENT, line=704),
    )


def shipped_book() -> AddressBook:
    """Read the address book that the product ships."""
    documents = [
        tomllib.loads((CONFIG / name).read_text("utf-8")) for name in ("organizations.toml", "recipients.toml")
    ]
    return read_address_book(*documents)
