"""The masthead (报头): name, number, date and publisher of a bulletin, any of which may be missing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from distributor.model.bulletin import Masthead
from distributor.parse.chars import ends_sentence, squash
from distributor.parse.dates import find_date, find_issue, iso_date
from distributor.parse.imprint import IMPRINT, is_strong_imprint
from distributor.parse.rows import Row
from distributor.parse.words import BODY_ENDINGS, PUBLICATION_ENDINGS, SECRECY

_REACH = 16  # rows from the top within which a masthead stands
_LONGEST = 60  # characters of one of its lines
_TITLE_ALONE = re.compile(
    r"[^、.．◆★■●【（]{2,20}(?:简报|简讯|通讯|快报|通报|专报|要报|内参|情况反映|会刊|月报|周报|旬报|摘报)$"
)
_TITLE = re.compile(rf".{{0,30}}(?:{PUBLICATION_ENDINGS})(?:[（(][^（）]*[）)])?$")
_BODY = re.compile(rf"[^，。；：！？、“”]{{2,40}}(?:{BODY_ENDINGS})$")
_MARKED = re.compile(
    rf"(?:密级[:：]?)?(?:{SECRECY})[★☆]?.{{0,8}}|密级[:：].{{0,6}}|[（(]?内部.{{0,12}}[）)]?|注意保存|妥善保管|免费交流"
    r"|仅供.{2,12}|(?:编号|准印证号?)[:：.]?.{1,20}|[Nn][Oo](?![.．:：]?\d{1,4}$).{1,20}|签发[人:：].{0,10}"
)
_LATIN = re.compile(r"[ -~’·–—&]+")
_PUBLISHER_MARKS = re.compile(
    r"^(?:主办单位|主办|主编单位|编辑单位|编制单位|发布单位|出版单位|编印单位|编印|编发|编辑出版|编辑|主编|承办)[:：]"
    r"|\s*(?:主办|编印|编发|主编|编辑|印发|编制|编)?(?:出版|印发|发布|出刊)$|\s*(?:主办|编印|编发|主编|编辑|编制|编)$"
)
MARK = "mark above the masthead"
_YEAR_FIRST = re.compile(r"\d{4}年$")


@dataclass(frozen=True, slots=True)
class Head:
    """What was read at the top: the masthead, how many rows it takes, and its parts that are no node.

    Args:
        masthead: the parts found.
        rows: count of rows from the top.
        line: source line of the title or the first row.
        noise: (row, text, reason) of marks, subtitles and printed dates.
    """

    masthead: Masthead = field(default_factory=Masthead)
    rows: int = 0
    noise: tuple[tuple[Row, str, str], ...] = ()


def read_masthead(rows: Sequence[Row], *, closed: bool = False) -> Head:
    """Read the rows above the first content.

    Args:
        rows: rows from the top of the bulletin to the contents table, or to the end.
        closed: the rows end at the contents table, so that no item stands among them.
    """
    count = _extent(rows, closed=closed)
    head = Head(rows=count)
    for row in rows[:count]:
        head = _take(head, row)
    return _titled(head)


def _extent(rows: Sequence[Row], *, closed: bool) -> int:
    """How many rows belong to the masthead: up to the last number, date or publisher near the top."""
    last = 0
    for position, row in enumerate(rows[:_REACH]):
        plain = squash(row.text)
        if len(plain) > _LONGEST or (ends_sentence(plain) and not find_issue(plain)) or plain[-1] in "，、：":
            break
        if _is_masthead_line(plain, position, rows):
            last = position + 1
        elif last and position > last + 1 and not closed:
            break
    if last == 0 and rows and _TITLE_ALONE.fullmatch(squash(rows[0].text)) and len(rows) > 1:
        return 1
    return last


def _is_masthead_line(plain: str, position: int, rows: Sequence[Row]) -> bool:
    issue = find_issue(plain)
    if issue:
        return len(plain) - len(issue.group()) <= _LONGEST // 2 and _only_metadata(
            plain[: issue.start()] + plain[issue.end() :]
        )
    date = find_date(plain)
    if date:
        return _only_metadata(plain[: date.start()] + plain[date.end() :])
    if (
        _MARKED.fullmatch(plain)
        or is_strong_imprint(plain)
        or (_PUBLISHER_MARKS.search(plain) and _BODY.fullmatch(_PUBLISHER_MARKS.sub("", plain)))
    ):
        return True
    return bool(_BODY.fullmatch(plain)) and any(_is_dated(rows, position + step) for step in (-1, 1))


def _is_dated(rows: Sequence[Row], position: int) -> bool:
    if not 0 <= position < min(len(rows), _REACH):
        return False
    plain = squash(rows[position].text)
    date = find_date(plain)
    return date is not None and not plain.replace(plain[date.start() : date.end()], "", 1).strip("（）()")


def _only_metadata(rest: str) -> bool:
    """Whether what stands beside a number or a date can be a publisher, a name or nothing."""
    rest = rest.strip("（）()·")
    if not rest or find_date(rest) or find_issue(rest):
        return True
    bare = _without_marks(rest)
    return bare != rest or (bool(_BODY.fullmatch(bare) or _TITLE.fullmatch(bare)) and not _YEAR_FIRST.search(bare))


def _take(head: Head, row: Row) -> Head:
    """Take number, date and publisher out of one row."""
    plain = squash(row.text)
    masthead, noise = head.masthead, list(head.noise)
    if _MARKED.fullmatch(plain):
        return replace(head, noise=(*noise, (row, row.printed, MARK)))
    if is_strong_imprint(plain) and not find_issue(plain) and not _PUBLISHER_MARKS.match(plain):
        return replace(head, noise=(*noise, (row, row.printed, IMPRINT)))
    noise.append((row, row.marker, "masthead"))
    issue = find_issue(plain)
    if issue and masthead.issue is None:
        number, brackets = _unbracketed(issue.group())
        masthead = replace(masthead, issue=number)
        noise.append((row, brackets, "masthead"))
        plain = plain[: issue.start()] + plain[issue.end() :]
    elif issue and masthead.issue and "总" in issue.group() and "总" not in masthead.issue:
        masthead = replace(masthead, issue=masthead.issue + issue.group())
        plain = plain[: issue.start()] + plain[issue.end() :]
    date = find_date(plain)
    if date and masthead.date is None:
        masthead = replace(masthead, date=iso_date(plain))
        noise.append((row, plain[date.start() : date.end()], "date as printed"))
        plain = plain[: date.start()] + plain[date.end() :]
    changed = plain != squash(row.text)
    rest, noise = _publisher(masthead, (row, plain, changed), noise)
    return Head(rest, head.rows, tuple(noise))


def _unbracketed(issue: str) -> tuple[str, str]:
    """A number without the brackets that enclose the whole of it, and those brackets."""
    if issue[0] in "（(" and issue[-1] in "）)" and issue[1:-1].count("（") == issue[1:-1].count("）"):
        return issue[1:-1], issue[0] + issue[-1]
    return issue, ""


def _without_marks(text: str) -> str:
    """A publisher without 编, 主办 and the like, or the text itself when what is left is no name of a body."""
    bare = _PUBLISHER_MARKS.sub("", text)
    return bare if _BODY.fullmatch(bare) or _PUBLISHER_MARKS.match(text) else text


def _publisher(
    masthead: Masthead, found: tuple[Row, str, bool], noise: list[tuple[Row, str, str]]
) -> tuple[Masthead, list[tuple[Row, str, str]]]:
    """What is left of a row after number and date: a publisher, or a part of the title, or nothing."""
    row, plain, changed = found
    bare = _without_marks(plain)
    titled = masthead.issue is not None or masthead.date is not None
    is_body = bool(_BODY.fullmatch(bare)) and (titled or bare != plain)
    if (
        bare
        and masthead.publisher is None
        and (is_body or bare != plain or (changed and titled and not _TITLE.fullmatch(plain)))
    ):
        masthead = replace(masthead, publisher=bare)
        removed = plain.replace(bare, "", 1)
        return masthead, [*noise, (row, removed, "publisher label")] if removed else noise
    if plain:
        noise.append((row, plain, "masthead"))
    return masthead, noise


def _titled(head: Head) -> Head:
    """Choose the title among the rows of the masthead that are neither number, date nor publisher."""
    free = [
        entry for entry in head.noise if entry[2] == "masthead" and len(entry[1]) > 1 and not _LATIN.fullmatch(entry[1])
    ]
    if not free:
        return head

    def rank(entry: tuple[Row, str, str]) -> tuple[bool, float, int]:
        return (bool(_TITLE.fullmatch(entry[1])), entry[0].style.size or 0.0, -entry[0].index)

    best = max(free, key=rank)
    noise = [entry for entry in head.noise if entry is not best]
    masthead = replace(head.masthead, title=best[1])
    others = [entry for entry in free if entry is not best and _BODY.fullmatch(entry[1])]
    if masthead.publisher is None and others:
        masthead = replace(masthead, publisher=others[0][1])
        noise = [entry for entry in noise if entry is not others[0]]
    return Head(masthead, head.rows, tuple(noise))
