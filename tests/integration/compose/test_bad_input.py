"""Whatever stands in a bulletin, an address book or a file name: the message stays valid."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from distributor.compose import DkimAlgorithm, check_message, digest_context, new_key, prepare, render_digest, sign
from distributor.model.bulletin import Attribution, DistributionGroup, Masthead
from distributor.model.message import Attachment
from distributor.model.recipient import OriginalFile
from distributor.model.record import BulletinRecord, Original
from distributor.model.theme import Theme
from tests.support.messages import REPORT, content, dkim_results, make_frame, make_personal, read_message
from tests.support.records import make_item, make_publication, record_of

KEYS = (new_key("xiefa.example", "r1"), new_key("xiefa.example", "e1", DkimAlgorithm.ED25519))
HOSTILE = {
    "control characters": "简报\x00\x01\x1b[31m\x7f\x9b第一",
    "line breaks": "简报\r\nBcc: all@victim.example\r\n\r\n<script>x</script>",
    "other line breaks": "简报\x0b\x0c\x85\u2028\u2029第一",
    "encoded-word": "=?utf-8?q?=0D=0ABcc:=20all@victim.example?=",
    "broken encoded-word": "=?utf-8?b?5aaC?= =?gb2312?Q?=B9?= ?=",
    "bidi overrides": "简报\u202e\u2066gpj.exe\u2069\u200f第一",
    "invisible": "简\u200b报\u2060第\ufeff一\u00ad",
    "noncharacters": "\ufdd0unsubscribe_url\ufdd1\ufffe\uffff",
    "three thousand characters": "推进科技创新，" * 430,
    "one word of three thousand": "x" * 3000,
    "emoji": "👩\u200d🔬🚀🇨🇳✅简报" * 5,
    "rare characters": "𠀀𠮷𡈽𪚥𫠜联盟" * 10,
    "markup": "<img src=x onerror=alert(1)>&amp;{{ title }}{% raw %}</td></table>",
    "quotes and commas": '科技部，“办公厅”, "综合处" <内部>; (甲)',
    "surrogates": "简\ud800报\udfff",
    "template": "{{ 7*7 }}{% for a in b %}",
    "dots": "\r\n.\r\n..\r\n.",
    "blank": "　 \t ",
}


def hostile_record(words: str) -> BulletinRecord:
    """A bulletin that says it everywhere."""
    attribution = Attribution(words, "供稿", (words,))
    record = record_of(make_item(words, words, attribution=attribution), make_item("正常的一条"))
    return replace(
        record,
        masthead=Masthead(words, words, words, words),
        preamble=(words,),
        distribution=(DistributionGroup(words, (words, "科技部"), words),),
        original=Original(f"{words}.pdf", "application/pdf", 3, "0" * 64),
        items=tuple(replace(item, section=words) for item in record.items),
    )


def hostile_message(words: str) -> bytes:
    """The signed bytes of a mail in which everything that can be words is hostile."""
    served = replace(REPORT, name=words, original=OriginalFile.ATTACH)
    digest = digest_context(make_publication(), hostile_record(words), served, Theme(logo=words, note=words))
    variant = replace(render_digest(digest), attachment=Attachment(f"{words}.pdf", "application/pdf", 3, "0" * 64))
    personal = make_personal(display_name=words, greeting=words)
    return sign(prepare(variant, make_frame(list_name=words), b"%PD").build(personal), KEYS, personal.sent)


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_a_message_stays_valid_whatever_stands_in_it(words: str) -> None:
    message = hostile_message(words)
    check_message(message)
    head, _, _ = message.partition(b"\r\n\r\n")
    assert message.isascii()
    assert max(len(line) for line in message.split(b"\r\n")) <= 998
    assert all(len(word) <= 75 for word in re.findall(rb"=\?[^?\s]+\?[bqBQ]\?[^?\s]*\?=", head))
    names = re.findall(rb"(?m)^([A-Za-z-]+):", head)
    assert sorted(set(names)) == sorted(dict.fromkeys(names))
    assert b"Bcc" not in names
    assert [names.count(name) for name in (b"From", b"To", b"Subject", b"Date", b"List-Unsubscribe")] == [1] * 5
    assert dkim_results(message, *KEYS) == [True, True]


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_what_readers_see_holds_nothing_active_and_every_slot_once(words: str) -> None:
    parsed = read_message(hostile_message(words))
    assert not parsed.defects
    page, text = content(parsed, "html"), content(parsed, "plain")
    tree = html.document_fromstring(page)
    assert tree.xpath("//script | //img | //iframe | //@onerror") == []
    assert all(str(link).startswith(("https://", "mailto:")) for link in tree.xpath("//@href"))
    assert page.count("https://bulletin.xiefa.example/unsubscribe/") == 2
    assert text.count("https://bulletin.xiefa.example/unsubscribe/") == 2
    assert not re.search("[\ufdd0\ufdd1\u202e\u2066\x00\x1b]", page + text)
    assert "正常的一条" in text
    assert len(str(parsed["Subject"])) <= 180


@given(st.text(max_size=120))
def test_any_text_anywhere_makes_a_valid_message(words: str) -> None:
    check_message(hostile_message(words))
