"""Imprint lines: who edited, printed and answers the telephone; they are noise with a reason."""

import re

from distributor.parse.chars import squash
from distributor.parse.words import DIGITS

IMPRINT = "imprint"

_STRONG = (
    "执行主编|副主编|主编|总编辑|总编|责任编辑|本期编辑|本期责编|责编|编辑部|编辑|美编|美术编辑|审核人|审核|审稿|审定|审签|签发人|签发|核稿|核发|校对|编校|编审|编委|顾问"
    "|投稿邮箱|投稿信箱|投稿电话|投稿热线|网址|网站|微信公众号|公众号|印数|印制|印刷|准印证号|准印证|内部资料准印证|编印单位|编印|编制|拟稿|打字|承办单位|主办单位|协办单位|主管单位|主管|主办|承办|出版日期|出版|责任校对|排版|设计"
)
_WEAK = "联系电话|电话|传真|电子邮箱|电子邮件|电子信箱|邮箱|信箱|[Ee]-?[Mm]ail|联系地址|通讯地址|通信地址|地址|邮政编码|邮编|联系人|联系方式|微信|QQ"
_STRONG_LINE = re.compile(rf"(?:本期)?(?:{_STRONG})[:：].*")
_WEAK_LINE = re.compile(rf"(?:{_WEAK})[:：].*")
_WEAK_FIELD = re.compile(rf"(?:{_WEAK})[:：]")
_PRINTED = re.compile(rf"[（(【\[]?(?:本期)?(?:共|合计)?印(?:发|制|数)?[:：]?[{DIGITS}]+份[）)】\]]?[。.]?")
_ISSUED = re.compile(rf".{{0,40}}(?:[{DIGITS}]{{4}}年[{DIGITS}]{{1,3}}月[{DIGITS}]{{1,3}}日)(?:印发|印制|印|编印|编发)[。.]?(?:[（(]?共?印[{DIGITS}]+份[）)]?)?")
_ISSUER = re.compile(r".{2,40}(?:编印|印发|编发|印制)[。.]?(?:[（(]?共?印.{1,8}份[）)]?)?")


def is_strong_imprint(text: str) -> bool:
    """A line that only an imprint has: editors, printing, 共印N份, 印发 line of GB/T 9704-2012 §7.4."""
    plain = squash(text)
    return bool(_STRONG_LINE.fullmatch(plain) or _PRINTED.fullmatch(plain) or _ISSUED.fullmatch(plain)) or _many_fields(plain)


def is_weak_imprint(text: str) -> bool:
    """A line of contact details, which can stand in a notice as well."""
    return bool(_WEAK_LINE.fullmatch(squash(text)))


def is_issuer(text: str) -> bool:
    """A line that names the body which issues the bulletin (…编印, …印发)."""
    return bool(_ISSUER.fullmatch(squash(text)))


def _many_fields(plain: str) -> bool:
    """Two contact fields on one line, with no sentence around them, are an imprint."""
    return len(_WEAK_FIELD.findall(plain)) > 1 and bool(_WEAK_LINE.fullmatch(plain)) and "。" not in plain and "，" not in plain
