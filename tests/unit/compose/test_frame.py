from dataclasses import replace

import pytest

from distributor.compose import greeting_for, message_frame, mint_message_id, sender_of, unsubscribe_mailto
from distributor.model.message import Sender
from distributor.model.recipient import Role
from distributor.model.run import Mailing
from tests.support.messages import REPORT, SENDER
from tests.support.records import make_publication


def test_the_frame_says_where_the_list_lives() -> None:
    frame = message_frame(make_publication(), SENDER, REPORT, "b3cd4fgh5j")
    assert frame.list_id == "report.xiefa.xiefa.example"
    assert frame.list_name == "联盟协发网简报 报送名单"
    assert frame.archive_url == "https://bulletin.xiefa.example/"
    assert frame.language == "zh-CN"


def test_english_words_around_a_chinese_bulletin_are_both_named() -> None:
    assert message_frame(make_publication(), SENDER, REPORT, "b", "en").language == "en, zh-CN"


@pytest.mark.parametrize("slug", ["a", "xiefa", "a-very-long-name-of-a-publication"])
def test_feedback_has_at_most_four_fields_and_a_sender_of_5_to_15_characters(slug: str) -> None:
    feedback = message_frame(make_publication(slug=slug), SENDER, REPORT, "b3cd4fgh5j").feedback
    assert len(feedback) <= 4
    assert 5 <= len(feedback[-1]) <= 15
    assert not any(":" in field for field in feedback)
    notice = message_frame(make_publication(slug=slug), SENDER, REPORT, "b3", mailing=Mailing.CORRECTION).feedback
    assert (feedback[2], notice[2]) == ("digest", "correction")


def test_a_message_id_is_minted_on_our_own_domain() -> None:
    assert mint_message_id("d4f5", SENDER) == "<d4f5@xiefa.example>"
    assert mint_message_id("d4f5", replace(SENDER, address="b@协发.example")) == "<d4f5@xn--ykrsl.example>"


def test_the_token_is_quoted_in_the_mailto_uri() -> None:
    assert unsubscribe_mailto("a@b.example", "t.o_k-e&n=") == "mailto:a@b.example?subject=unsubscribe%20t.o_k-e%26n%3D"


def test_a_body_is_greeted_by_its_name_and_a_subscriber_as_a_reader() -> None:
    assert greeting_for(Role.REPORT, "科学技术部") == "科学技术部"
    assert greeting_for(Role.SUBSCRIBER, "") == "各位读者"
    assert greeting_for(Role.SEND, "", "en") == "Dear reader"


def test_a_list_has_a_sender_and_answers_of_its_own_but_keeps_its_id() -> None:
    own = replace(
        REPORT, sender_name="报送专用信箱", sender_address="report@bao.example", reply_to="answer@bao.example"
    )
    frame = message_frame(make_publication(), SENDER, own, "b3cd4fgh5j")
    assert frame.sender == Sender("报送专用信箱", "report@bao.example", "answer@bao.example")
    assert frame.owner_uri == "mailto:answer@bao.example"
    assert frame.list_id == "report.xiefa.xiefa.example"
    named = replace(REPORT, sender_name="报送专用信箱")
    assert sender_of(named, SENDER) == replace(SENDER, name="报送专用信箱")
