import pytest

from distributor.compose import SIZE_LIMIT, spam_hints
from distributor.i18n import LANGUAGES, translate
from distributor.model.message import Variant
from tests.support.messages import make_variant, seed_record

TEXT = "近日，联盟在北京召开会议，讨论下一阶段的重点任务，各成员单位参加了会议并作了发言。" * 3


def codes(subject: str = "联盟协发网简报 第12期", html: str | None = f"<p>{TEXT}</p>", text: str = TEXT) -> list[str]:
    return [hint.code for hint in spam_hints(Variant(subject, html, text))]


def test_the_reference_bulletin_gets_no_hint() -> None:
    assert spam_hints(make_variant(seed_record())) == ()


@pytest.mark.parametrize(
    ("subject", "code"),
    [
        ("联盟协发网简报" * 6, "subject-long"),
        ("简报", "subject-short"),
        ("重磅！！最新一期简报", "subject-exclaims"),
        ("GREAT NEWS FOR ALL MEMBERS", "subject-capitals"),
        ("免费领取最新一期简报", "subject-word"),
        ("You are a WINNER today", "subject-word"),
    ],
)
def test_a_subject_that_looks_like_advertising_is_named(subject: str, code: str) -> None:
    assert codes(subject) == [code]


def test_a_plain_subject_with_an_abbreviation_is_fine() -> None:
    assert codes("WAPI联盟简报 第3期！") == []


@pytest.mark.parametrize(
    ("html", "text", "code"),
    [
        (f"<p>{TEXT}</p>", " \n", "text-missing"),
        ("<p>" + "<a href='https://a.example'>看</a>" * 80 + "</p>", TEXT, "many-links"),
        ("<p>请看附件</p>", TEXT, "little-text"),
        ("<p>" + "字" * (SIZE_LIMIT // 3 + 1) + "</p>", TEXT, "clipped"),
    ],
)
def test_a_body_that_looks_like_advertising_is_named(html: str, text: str, code: str) -> None:
    assert codes(html=html, text=text) == [code]


def test_a_mail_of_text_alone_is_not_blamed_for_its_html() -> None:
    assert codes(html=None) == []


def test_every_hint_is_said_in_both_languages() -> None:
    hints = [
        *spam_hints(Variant("免费" + "!" * 50, "<p><a><a><a><a><a><a></p>" + " " * SIZE_LIMIT, "")),
        *spam_hints(Variant("ABCDEFGHI", None, "x")),
        *spam_hints(Variant("简", None, "x")),
    ]
    for hint in hints:
        for language in LANGUAGES:
            sentence = translate(f"mail.hint.{hint.code}", language, **hint.parameters)
            assert hint.code not in sentence
            assert "{" not in sentence
