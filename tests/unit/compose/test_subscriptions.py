"""Digests for subscribers and letters: what is chosen, how much fits, what the mails say."""

import email
import email.policy
import re
from datetime import UTC, datetime

import pytest

from distributor.compose.letters import LetterFrame, build_letter, render_letter
from distributor.compose.messages_subscribers import LetterContext
from distributor.compose.subscriptions import Chosen, render_subscription, subscription_context, wanted_items
from distributor.i18n import LANGUAGES
from distributor.model.bulletin import Visibility
from distributor.model.message import Sender, Variant
from distributor.model.recipient import MailFormat
from distributor.model.record import BulletinRecord
from distributor.model.subscriber import Frequency, Interests
from distributor.model.theme import Theme
from tests.support.messages import seed_record
from tests.support.records import make_item, make_item_record, make_publication, make_record, seedlike_record
from tests.support.subscriber_mails import everything, make_digest, make_letters, reading

LETTERS = make_letters()
FRAME = LetterFrame(
    Sender("秘书处", "bulletin@xiefa.example", "secretariat@xiefa.example"),
    "reader@reader.example",
    "<letter@xiefa.example>",
    datetime(2026, 1, 5, tzinfo=UTC),
)


def test_subscribers_see_what_everybody_may_see() -> None:
    items = (
        make_item_record(0, key="a"),
        make_item_record(1, make_item("内部", visibility=Visibility.RECIPIENTS), key="b"),
        make_item_record(2, key="c", withdrawn=datetime(2026, 1, 6, tzinfo=UTC)),
        make_item_record(3, key="late"),
    )
    chosen = Chosen(make_record(items=items), frozenset("abc"), "2026-01-05")
    assert [item.key for item in wanted_items(chosen, Interests())] == ["a"]


def test_items_of_several_bulletins_stand_under_common_headings() -> None:
    both = [everything(seedlike_record()), everything(seedlike_record(id="b002"), "2026-01-09")]
    context = subscription_context(make_publication(), both, reading())
    assert context is not None
    assert (context.bulletins, context.count, len(context.sections)) == (2, 62, 3)
    assert (context.begins, context.ends) == ("2026-01-05", "2026-01-09")
    assert context.bulletin_url is None


@pytest.mark.parametrize("frequency", list(Frequency))
@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_digest_of_one_day_names_it_once(frequency: Frequency, language: str) -> None:
    both = [everything(seedlike_record()), everything(seedlike_record(id="b002"))]
    made = subscription_context(make_publication(), both, reading(frequency))
    assert made is not None
    variant = render_subscription(made, language, MailFormat.HTML)
    for text in (variant.subject, variant.text, variant.html or ""):
        assert not re.search(r"(\S*2026\S*)(?:至| to )\1", text)
    if language == "zh_CN":
        assert variant.subject.endswith("（2026年1月5日）")


def test_a_bulletin_that_was_got_officially_is_left_out_and_nothing_left_is_no_digest() -> None:
    both = [everything(seedlike_record()), everything(seedlike_record(id="b002"))]
    context = subscription_context(make_publication(), both, reading(without=("b001",)))
    assert context is not None
    assert context.bulletin_url == "https://bulletin.xiefa.example/bulletins/b002"
    assert subscription_context(make_publication(), both, reading(without=("b001", "b002"))) is None


@pytest.mark.parametrize(("paragraphs", "fullness"), [(1, "full"), (8, "summaries"), (8, "titles")])
def test_a_digest_that_is_too_large_is_cut_to_summaries_and_then_to_titles(paragraphs: int, fullness: str) -> None:
    number = 250 if fullness == "titles" else 20
    words = ["很长的一段。" * 60] * paragraphs
    items = tuple(make_item_record(n, make_item(f"条目{n}", *words), key=f"k{n}") for n in range(number))
    if fullness == "full":
        items = items[:5]
    context = subscription_context(make_publication(), [everything(make_record(items=items))], reading())
    assert context is not None
    variant = render_subscription(context)
    assert variant.html is not None
    assert len(variant.html.encode()) <= 90 * 1024
    assert all(item.content.title in variant.text for item in items)
    assert (words[0] in variant.text) is (fullness == "full")
    assert ("很长的一段" in variant.text) is (fullness != "titles")


def test_an_item_without_a_heading_and_text_alone() -> None:
    items = (make_item_record(0, key="a", section=None),)
    context = subscription_context(make_publication(), [everything(make_record(items=items))], reading())
    assert context is not None
    variant = render_subscription(context, mail_format=MailFormat.TEXT)
    assert variant.html is None
    assert items[0].content.title in variant.text


@pytest.mark.parametrize("words", LETTERS, ids=lambda words: words.kind)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_says_the_same_in_both_parts_and_no_message_id_is_left(words: LetterContext, language: str) -> None:
    variant = render_letter(words, language)
    assert variant.html is not None
    assert f"mail.{words.kind}" not in variant.text + variant.html + variant.subject
    link = next(value for name in words.__dataclass_fields__ if "url" in name and (value := getattr(words, name)))
    assert link in variant.text
    assert link in variant.html


def test_a_letter_is_mail_that_offers_to_leave_only_where_there_is_something_to_leave() -> None:
    variant = render_letter(LETTERS[1])
    plain = email.message_from_bytes(build_letter(variant, FRAME), policy=email.policy.default)
    assert plain["List-Unsubscribe"] is None
    assert [part.get_content_type() for part in plain.iter_parts()] == ["text/plain", "text/html"]
    leave = LetterFrame(FRAME.sender, FRAME.address, FRAME.message_id, FRAME.sent, "https://bulletin.xiefa.example/u")
    mail = email.message_from_bytes(build_letter(variant, leave), policy=email.policy.default)
    assert mail["List-Unsubscribe"] == "<https://bulletin.xiefa.example/u>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_letter_of_text_alone_has_one_part() -> None:
    mail = email.message_from_bytes(build_letter(Variant("题目", None, "正文\n"), FRAME), policy=email.policy.default)
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().strip() == "正文"


def test_a_corrected_item_is_marked_and_no_other() -> None:
    items = (
        make_item_record(0, make_item("改过的"), key="a", revision=2),
        make_item_record(1, make_item("没改的"), key="b"),
    )
    context = subscription_context(make_publication(), [everything(make_record(items=items))], reading())
    assert context is not None
    variant = render_subscription(context, "zh_CN", MailFormat.HTML)
    for words in (variant.text, re.sub(r"<[^>]+>", "", variant.html or "")):
        assert words.count("【更正】") == 1
        assert "【更正】改过的" in words


LONG = tuple(make_item_record(n, make_item(f"第{n}条", "字" * 900, "尾"), key=f"k{n}") for n in range(40))
MANY = tuple(make_item_record(n, make_item(f"第{n}条", "字" * 900), key=f"k{n}") for n in range(400))


@pytest.mark.parametrize(
    "record",
    [seed_record(), make_record(items=LONG), make_record(items=MANY), make_record(items=LONG[:1])],
    ids=["full", "summaries", "titles", "one"],
)
def test_the_text_of_a_digest_carries_every_link_of_its_html_in_the_same_order(record: BulletinRecord) -> None:
    variant = render_subscription(make_digest(record))
    linked = re.findall(r'href="(https:[^"]+)"', variant.html or "")
    assert re.findall(r"https://\S+", variant.text) == linked
    assert len(linked) > len(record.items)


def test_digests_and_letters_carry_the_theme_that_was_chosen() -> None:
    theme = Theme("#0050b3", "#8ab4f8", "协发网", "内部资料　注意保存")
    digest = render_subscription(make_digest(seedlike_record(), theme=theme))
    letters = [render_letter(words) for words in make_letters(theme)]
    for variant in (digest, *letters):
        assert "#0050b3" in (variant.html or "")
        assert "#8ab4f8" in (variant.html or "")
        assert Theme().colour not in (variant.html or "")
    assert digest.text.index("协发网") < digest.text.index("内部资料　注意保存") < digest.text.index("■")


def test_a_seed_sized_digest_fits_in_full() -> None:
    html = render_subscription(make_digest(seed_record(), first=True)).html or ""
    assert len(html.encode()) < 90 * 1024
    assert "本期要目" in html
    assert sum(map(len, re.findall(r"<style.*?</style>", html, flags=re.DOTALL))) < 16 * 1024
