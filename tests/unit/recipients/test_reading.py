import tomllib
from datetime import date

import pytest

from distributor.errors import Misconfigured
from distributor.model.recipient import AddressBook, MailboxRole, MailFormat, OrganizationKind, Role
from distributor.recipients import read_address_book, read_organizations, read_recipients
from tests.support.books import body
from tests.support.sentences import is_said

MOST = '[[organizations]]\nid = "most"\nname = "科学技术部"\nkind = "ministry"\nshort_name = "科技部"\n'
MOF = '[[organizations]]\nid = "mof"\nname = "财政部"\nkind = "ministry"\n'
BAO = '[[lists]]\nid = "bao"\nname = "报送名单"\nlabels = ["报"]\nrole = "report"\n'


def read(organizations: str = MOST, recipients: str = "") -> AddressBook:
    return read_address_book(tomllib.loads(organizations), tomllib.loads(recipients), files=("o.toml", "r.toml"))


def test_a_full_row_is_read_with_all_its_values() -> None:
    book = read(
        MOST + 'aliases = ["中华人民共和国科学技术部"]\nvalid_from = 1998-03-10\n'
        '[[organizations]]\nid = "office"\nname = "科技部办公厅"\nkind = "other"\nparent = "most"\n'
        '[[groups]]\nid = "centre"\nname = "中央单位"\nmembers = ["most", "office"]\n',
        BAO + 'must_receive = false\ndefault = ["centre"]\nsubject = "{title}"\n'
        '[[contacts]]\norganization = "most"\naddress = "阅办＠科技部。政务"\nname = "阅办"\nmailbox = "cc"\n'
        'language = "en"\nformat = "text"\nvalid_from = 2026-01-01\nvalid_to = 2026-12-31\n'
        '[[groups]]\nid = "all"\nname = "全部单位"\naliases = ["所有单位"]\nmembers = ["centre"]\n',
    )
    most, office = book.organizations
    assert most.names == ("科学技术部", "科技部", "中华人民共和国科学技术部")
    assert (most.valid_from, most.valid_to) == (date(1998, 3, 10), None)
    assert (office.kind, office.parent, office.names) == (OrganizationKind.OTHER, "most", ("科技部办公厅",))
    (contact,) = book.contacts
    assert contact.address == "阅办@xn--2qux23cykq.xn--zfr164b"
    assert (contact.mailbox, contact.format, contact.language) == (MailboxRole.CC, MailFormat.TEXT, "en")
    assert (contact.valid_from, contact.valid_to) == (date(2026, 1, 1), date(2026, 12, 31))
    assert [group.id for group in book.groups] == ["centre", "all"]
    (bao,) = book.lists
    assert (bao.role, bao.must_receive, bao.default, bao.subject) == (Role.REPORT, False, ("centre",), "{title}")


def test_what_is_left_out_gets_the_usual_value() -> None:
    book = read(MOST, BAO + '[[contacts]]\norganization = "most"\naddress = "a@most.example"\n')
    (contact,) = book.contacts
    assert (contact.name, contact.mailbox, contact.language) == (None, MailboxRole.PRIMARY, "zh-CN")
    assert book.lists[0].must_receive


def test_empty_documents_make_an_empty_book() -> None:
    assert read("", "") == AddressBook()


def test_organizations_are_read_without_the_groups_beside_them() -> None:
    document = tomllib.loads(MOST + '[[groups]]\nid = "all"\nname = "各单位"\nmembers = ["most"]\n')
    (most,) = read_organizations(document, "o.toml")
    assert most.id == "most"


def test_blanks_around_a_value_are_dropped() -> None:
    assert read(MOST.replace('"科学技术部"', '" 科学技术部　"')).organizations[0].name == "科学技术部"


BROKEN = {
    "unknown-table": ("[[organisations]]\n", "", "book-unknown-key", "o.toml", "organisations"),
    "unknown-table-of-recipients": (MOST, "[[organizations]]\n", "book-unknown-key", "r.toml", "organizations"),
    "unknown-key": (MOST + 'nam = "x"\n', "", "book-unknown-key", "o.toml", "organizations 1 (most)"),
    "no-table": ("organizations = 1\n", "", "book-wrong-type", "o.toml", "organizations"),
    "no-row": ("organizations = [1]\n", "", "book-wrong-type", "o.toml", "organizations 1"),
    "no-id": ('[[organizations]]\nname = "x"\n', "", "book-missing-key", "o.toml", "organizations 1"),
    "no-name": ('[[organizations]]\nid = "x"\n', "", "book-missing-key", "o.toml", "organizations 1 (x)"),
    "empty-name": (MOST.replace("科学技术部", " "), "", "book-wrong-type", "o.toml", "organizations 1 (most)"),
    "number-as-name": (MOST.replace('"科学技术部"', "7"), "", "book-wrong-type", "o.toml", "organizations 1 (most)"),
    "alias-not-a-list": (MOST + 'aliases = "x"\n', "", "book-wrong-type", "o.toml", "organizations 1 (most)"),
    "number-as-alias": (MOST + "aliases = [7]\n", "", "book-wrong-type", "o.toml", "organizations 1 (most)"),
    "control-character": (
        MOST.replace("科技部", "科\\u0007技部"), "", "book-unseen-characters", "o.toml", "organizations 1 (most)",
    ),
    "line-break": (
        MOST.replace("科技部", "科\\n技部"), "", "book-unseen-characters", "o.toml", "organizations 1 (most)",
    ),
    "unknown-kind": (MOST.replace("ministry", "x"), "", "book-unknown-value", "o.toml", "organizations 1 (most)"),
    "form-of-id": (MOST.replace("most", "科技部"), "", "book-id-form", "o.toml", "organizations 1 (科技部)"),
    "time-as-day": (
        MOST + "valid_from = 2026-01-01T00:00:00Z\n", "", "book-wrong-type", "o.toml", "organizations 1 (most)",
    ),
    "text-as-day": (MOST + 'valid_to = "2026"\n', "", "book-wrong-type", "o.toml", "organizations 1 (most)"),
    "days-turned": (
        MOST + "valid_from = 2026-01-02\nvalid_to = 2026-01-01\n", "", "book-dates", "o.toml", "organizations 1 (most)",
    ),
    "duplicate-id": (MOST + MOST, "", "book-duplicate-id", "o.toml", "organizations 2 (most)"),
    "shared-name": (
        MOST + MOF + 'aliases = ["科 技 部。"]\n', "", "book-shared-name", "o.toml", "organizations 2 (mof)",
    ),
    "unknown-parent": (MOST + 'parent = "x"\n', "", "book-unknown-organization", "o.toml", "organizations 1 (most)"),
    "own-parent": (MOST + 'parent = "most"\n', "", "book-parent-cycle", "o.toml", "organizations 1 (most)"),
    "parents-in-a-circle": (
        MOST + 'parent = "mof"\n' + MOF + 'parent = "most"\n',
        "", "book-parent-cycle", "o.toml", "organizations 1 (most)",
    ),
    "group-with-the-id-of-a-body": (
        MOST, '[[groups]]\nid = "most"\nname = "x"\n', "book-duplicate-id", "r.toml", "groups 1 (most)",
    ),
    "group-with-the-name-of-a-body": (
        MOST, '[[groups]]\nid = "x"\nname = "科技部"\n', "book-shared-name", "r.toml", "groups 1 (x)",
    ),
    "unknown-member": (
        MOST, '[[groups]]\nid = "x"\nname = "x"\nmembers = ["y"]\n', "book-unknown-member", "r.toml", "groups 1 (x)",
    ),
    "groups-in-a-circle": (
        MOST,
        "".join(f'[[groups]]\nid = "{me}"\nname = "{me}"\nmembers = ["most", "{you}"]\n' for me, you in ("xy", "yx")),
        "book-group-cycle", "r.toml", "groups 1 (x)",
    ),
    "contact-of-nobody": (
        MOST, '[[contacts]]\norganization = "x"\naddress = "a@b.example"\n',
        "book-unknown-organization", "r.toml", "contacts 1 (a@b.example)",
    ),
    "contact-twice": (
        MOST, '[[contacts]]\norganization = "most"\naddress = "a@b.example"\n' * 2,
        "book-duplicate-contact", "r.toml", "contacts 2 (a@b.example)",
    ),
    "bad-address": (
        MOST, '[[contacts]]\norganization = "most"\naddress = "a.example"\n',
        "book-address", "r.toml", "contacts 1 (a.example)",
    ),
    "bad-language": (
        MOST, '[[contacts]]\norganization = "most"\naddress = "a@b.example"\nlanguage = "中文"\n',
        "book-unknown-value", "r.toml", "contacts 1 (a@b.example)",
    ),
    "list-twice": (MOST, BAO + BAO, "book-duplicate-id", "r.toml", "lists 2 (bao)"),
    "shared-label": (
        MOST, BAO + BAO.replace('"bao"', '"b"').replace('"报"', '" 报 "'),
        "book-shared-label", "r.toml", "lists 2 (b)",
    ),
    "unknown-default": (MOST, BAO + 'default = ["x"]\n', "book-unknown-member", "r.toml", "lists 1 (bao)"),
    "flag": (MOST, BAO + 'must_receive = "yes"\n', "book-wrong-type", "r.toml", "lists 1 (bao)"),
    "no-role": (MOST, BAO.replace('role = "report"\n', ""), "book-missing-key", "r.toml", "lists 1 (bao)"),
}  # fmt: skip


@pytest.mark.parametrize(("organizations", "recipients", "code", "file", "entry"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_book_is_refused_with_file_and_row(
    organizations: str, recipients: str, code: str, file: str, entry: str
) -> None:
    with pytest.raises(Misconfigured) as caught:
        read(organizations, recipients)
    assert (caught.value.code, caught.value.parameters["file"], caught.value.parameters["entry"]) == (code, file, entry)
    assert is_said(caught.value)


def test_organizations_alone_are_checked_as_strictly() -> None:
    with pytest.raises(Misconfigured) as caught:
        read_organizations(tomllib.loads(MOST + MOST), "o.toml")
    assert caught.value.code == "book-duplicate-id"


def test_a_circle_is_shown_by_the_groups_in_it_alone() -> None:
    groups = "".join(
        f'[[groups]]\nid = "{name}"\nname = "{name}"\nmembers = ["{member}"]\n' for name, member in ("ab", "bc", "cb")
    )
    with pytest.raises(Misconfigured) as caught:
        read(MOST, groups.replace('"cc"', '"c"'))
    assert caught.value.parameters["path"] == "b → c → b"


def test_groups_nested_ten_thousand_deep_are_no_circle() -> None:
    groups = [{"id": f"g{number}", "name": f"g{number}", "members": [f"g{number + 1}"]} for number in range(10_000)]
    groups.append({"id": "g10000", "name": "g10000"})
    assert len(read_address_book({}, {"groups": groups}).groups) == 10_001


LIST = '[[lists]]\nid = "l"\nname = "名单"\nlabels = ["报"]\nrole = "report"\n'


def test_a_list_has_its_own_sender_template_and_members() -> None:
    values = (
        'sender_name = "专用信箱"\nsender_address = "Report@Xiefa.example"\nreply_to = "a＠b.example"\n'
        'template = "digest"\nmembers = ["o", "x＠y.example"]\n'
    )
    organizations = '[[organizations]]\nid = "o"\nname = "甲"\nkind = "other"\n'
    (made,) = read(organizations, LIST + values).lists
    assert (made.sender_name, made.sender_address, made.reply_to) == ("专用信箱", "Report@xiefa.example", "a@b.example")
    assert (made.template, made.members) == ("digest", ("o", "x@y.example"))


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ('members = ["nobody"]', "book-unknown-member"),
        ('default = ["x@y.example"]', "book-unknown-member"),
        ('members = ["x@"]', "book-address"),
        ('reply_to = "nowhere"', "book-address"),
        ('sender_address = "简报@xiefa.example"', "book-sender"),
        ('reply_to = "秘书处@xiefa.example"', "book-sender"),
        ('template = "../etc"', "book-id-form"),
        (f'subject = "{"长" * 201}"', "book-too-long"),
    ],
)
def test_a_list_that_cannot_be_used_is_refused(values: str, code: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        read("", LIST + values)
    assert refused.value.code == code
    assert is_said(refused.value)


def test_five_megabytes_of_a_name_are_refused_with_the_row() -> None:
    with pytest.raises(Misconfigured) as refused:
        read(f'[[organizations]]\nid = "o"\nname = "{"甲" * 5_000_000}"\nkind = "other"\n', "")
    assert (refused.value.code, refused.value.parameters["entry"]) == ("book-too-long", "organizations 1 (o)")


def test_recipients_alone_are_read_for_known_bodies() -> None:
    contact = '[[contacts]]\norganization = "most"\naddress = "a@b.example"\n'
    known = (body("most", "科学技术部"),)
    made = read_recipients(tomllib.loads(LIST + contact), known, "r.toml")
    assert (made.organizations, len(made.contacts), len(made.lists)) == (known, 1, 1)
    with pytest.raises(Misconfigured, match="book-unknown-organization"):
        read_recipients(tomllib.loads(contact), (), "r.toml")
    with pytest.raises(Misconfigured, match="book-unknown-key"):
        read_recipients({"organizations": []}, known, "r.toml")
