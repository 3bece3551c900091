"""Bulletins that mean harm: signs of markup, forbidden characters, texts of any length."""

from typing import Any

from distributor.model.bulletin import Attribution, Item
from distributor.model.record import BulletinRecord, Original
from tests.support.records import make_item, record_of

TITLE = "A&B <script>alert(1)</script> ]]> \N{GRINNING FACE}\x0c"
TITLE_AS_READ = "A&B <script>alert(1)</script> ]]> \N{GRINNING FACE}"
CONTENTS: tuple[Item, ...] = (
    make_item(
        TITLE, "R&D 占比 <5% & \"引号\" ]]> 'x'", "<img src=x onerror=alert(1)><iframe src='//e.example'></iframe>"
    ),
    make_item("孤立代理\ud83d字符", "正文\udc00有\x00控制\x08字符\x1b[31m\ufffe。"),
    make_item("长" * 20_000, "文" * 20_000),
    make_item("没有正文", paragraphs=()),
    make_item("", "没有标题"),
    make_item("\x00\u2028 \n", "\x0b\x0c", attribution=Attribution("\x01", "供稿", ("\x02", "甲&乙<丙>联盟"), ())),
    make_item(
        "换行\r\n标题\r续行", "一行\r\n二行\n三行\u2028四行", attribution=Attribution("（<b>记者</b> &）", "记者")
    ),
    make_item("&amp; &lt;b&gt; &#x0;", "&amp;lt;script&amp;gt; <!-- 注释 --> <![CDATA[x]]>"),
    make_item("\U0001f468\u200d\U0001f469\u200d\U0001f467 e\u0301 \u202e翻转\u202c", "\ufdd0\U0001ffff"),
)


def hostile_record(**overrides: Any) -> BulletinRecord:  # noqa: ANN401  a builder passes any field on
    """A bulletin of hostile items from a file with a hostile name, under a hostile heading."""
    original = Original("../a&b<i>\x00.pdf", "application/pdf", 0, "0" * 64)
    return record_of(*CONTENTS, section="<栏目> & ]]>\x0c", **{"original": original, **overrides})
