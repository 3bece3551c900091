from dataclasses import replace

import pytest

from distributor.model.finding import Level
from distributor.model.recipient import AddressBook, Group, MailboxRole, Role
from distributor.recipients import check
from distributor.recipients.providers import likely_provider
from tests.support.books import REPORT, SEND, body, book, mailbox
from tests.support.sentences import is_said

MOST, MOF = body("most", "科学技术部", short="科技部"), body("mof", "财政部")
BAO = replace(REPORT, default=("most",))
SONG = replace(SEND, default=("most",))


def codes(made: AddressBook) -> list[str]:
    findings = check(made)
    assert all(is_said(finding) for finding in findings)
    return [finding.code for finding in findings]


def found(made: AddressBook, code: str) -> dict[str, str]:
    (finding,) = (finding for finding in check(made) if finding.code == code)
    assert is_said(finding)
    return dict(finding.parameters)


def test_a_tidy_book_gives_no_finding() -> None:
    assert check(book([MOST, MOF], groups=[Group("g", "各单位", members=("most", "mof"))], lists=[BAO, SONG])) == ()


def test_a_body_that_lists_or_groups_serve_needs_a_mailbox() -> None:
    made = book([MOST, MOF], [], [Group("g", "各单位", members=("mof",))], [BAO])
    assert codes(made) == ["organization-without-contact"] * 2
    assert {finding.level for finding in check(made)} == {Level.WARNING}


def test_bodies_that_nothing_serves_are_only_noted() -> None:
    made = book([MOST, MOF, body("cas", "中国科学院")], [mailbox("most")], lists=[BAO])
    assert found(made, "organizations-without-contact") == {"count": "2", "organizations": "财政部、中国科学院"}
    assert [finding.level for finding in check(made)] == [Level.INFO]


def test_a_body_with_backup_mailboxes_alone_is_found() -> None:
    made = book([MOST], [mailbox("most", mailbox=MailboxRole.BACKUP)], lists=[BAO])
    assert codes(made) == ["organization-without-primary"]


def test_names_that_differ_by_a_usual_short_form_are_found() -> None:
    made = book([body("a", "存储产业技术创新战略联盟"), body("b", "存储产业技术创新联盟")], lists=[BAO])
    assert found(made, "names-alike") == {
        "name": "存储产业技术创新联盟",
        "organization": "存储产业技术创新联盟",
        "other": "存储产业技术创新战略联盟",
    }


def test_a_name_of_one_character_is_found() -> None:
    assert found(book([body("a", "某部", "部")], lists=[BAO]), "name-too-short") == {
        "name": "部",
        "organization": "某部",
    }


def test_groups_without_members_or_with_one_twice_are_found() -> None:
    made = book([MOST], groups=[Group("a", "各甲"), Group("b", "各乙", members=("most", "most"))], lists=[BAO])
    assert codes(made) == ["group-empty", "group-member-twice"]


def test_lists_without_label_or_default_are_found() -> None:
    subscribers = replace(SEND, id="all", labels=(), role=Role.SUBSCRIBER)
    assert codes(book([MOST], lists=[replace(BAO, labels=())])) == ["list-without-label"]
    assert codes(book([MOST], lists=[REPORT, subscribers])) == ["list-without-default"]
    assert codes(book([MOST], lists=[])) == ["no-lists"]


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("kjt@qq.con", "address-typo"),
        ("noreply@most.example", "address-technical"),
        ("Postmaster@most.example", "address-technical"),
        ("办公室kjt@most.example", "address-mixed-script"),
    ],
)
def test_a_doubtful_address_is_found(address: str, code: str) -> None:
    made = book([MOST], [mailbox("most", address)], lists=[BAO])
    assert codes(made) == [code]
    assert found(made, code)["address"] == address


def test_a_local_part_in_one_script_is_not_doubtful() -> None:
    assert check(book([MOST], [mailbox("most", "办公室@most.example")], lists=[BAO])) == ()


def test_one_mailbox_of_two_bodies_is_noted() -> None:
    made = book([MOST, MOF], [mailbox("most", "A@x.example"), mailbox("mof", "a@x.example")], lists=[BAO])
    assert found(made, "address-shared") == {"address": "a@x.example", "organizations": "科学技术部、财政部"}


def test_a_mailbox_of_an_unknown_body_is_named_by_its_id() -> None:
    made = book([MOST], [mailbox("most"), mailbox("x", "a@qq.con")], lists=[BAO])
    assert found(made, "address-typo")["organization"] == "x"


@pytest.mark.parametrize(
    ("domain", "likely"),
    [
        ("qq.con", "qq.com"), ("qq.cm", "qq.com"), ("qq.cn", "qq.com"), ("qq.ocm", "qq.com"), ("163.cm", "163.com"),
        ("136.com", "163.com"), ("gmial.com", "gmail.com"), ("gmai.com", "gmail.com"), ("foxmial.com", "foxmail.com"),
        ("outlok.com", "outlook.com"), ("yeah.ne", "yeah.net"), ("hotmail.con", "hotmail.com"), ("sina.com", None),
        ("qq.com", None), ("mail.com", None), ("163.net", None), ("most.example", None), ("com", None),
        ("qd.com", None), ("hebei.gov.cn", None), ("xn--2qux23cykq.xn--zfr164b", None), ("sina.com.cn", None),
        ("gmxil.net", None), ("hotlami.com", None), ("hotamli.com", None),
    ],
)  # fmt: skip
def test_slips_in_the_domain_of_a_provider_are_recognised(domain: str, likely: str | None) -> None:
    assert likely_provider(domain) == likely
