from distributor.model.canonical import digest
from distributor.model.recipient import MailboxRole, Suppression
from distributor.recipients import make_plan
from tests.support.books import body, book, footer, mailbox

MOST, MOF = body("most", "科学技术部", "科技部"), body("mof", "财政部")
FIRST, SPARE = mailbox("most"), mailbox("most", "spare@most.example", mailbox=MailboxRole.BACKUP)


def test_a_backup_mailbox_beside_a_primary_one_is_an_alternate() -> None:
    plan = make_plan([footer("报", "科技部")], book([MOST], [FIRST, SPARE]))
    assert [row.address for row in plan.rows] == [FIRST.address]
    assert [(row.address, row.organization, row.list_id) for row in plan.alternates] == [(SPARE.address, "most", "bao")]


def test_a_backup_mailbox_alone_gets_the_mail_and_is_no_alternate() -> None:
    plan = make_plan([footer("报", "科技部")], book([MOST], [SPARE]))
    assert [row.address for row in plan.rows] == [SPARE.address]
    assert plan.alternates == ()


def test_an_address_that_gets_the_mail_anyway_is_no_alternate() -> None:
    shared = mailbox("mof", SPARE.address)
    plan = make_plan([footer("报", "科技部、财政部")], book([MOST, MOF], [FIRST, SPARE, shared]))
    assert plan.alternates == ()


def test_a_suppressed_backup_is_no_alternate() -> None:
    stopped = [Suppression(SPARE.address.upper(), "停发")]
    assert make_plan([footer("报", "科技部")], book([MOST], [FIRST, SPARE]), stopped).alternates == ()


def test_a_plan_without_alternates_keeps_the_digest_it_had_before_there_were_any() -> None:
    plan = make_plan([footer("报", "科技部")], book([MOST], [FIRST]))
    assert plan.hash == digest([plan.entries, plan.rows])
    assert make_plan([footer("报", "科技部")], book([MOST], [FIRST, SPARE])).hash != plan.hash
