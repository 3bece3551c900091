"""The way from positioned lines to a bulletin: noise out, zones found, body read as a whole, parts put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from distributor.errors import FileRefused
from distributor.model.bulletin import Bulletin, Noise, ParsedBulletin
from distributor.model.lines import Source
from distributor.parse.assemble import Body, assemble
from distributor.parse.contents import CONTENTS, Contents, bare_title, find_contents, is_contents_head, is_leader_row
from distributor.parse.distribution import starts_group
from distributor.parse.facts import ending, gather
from distributor.parse.findings import Evidence, filled, repeated_labels, structure_findings
from distributor.parse.given import Given
from distributor.parse.layout import Layout, measure
from distributor.parse.masthead import Head, read_masthead
from distributor.parse.nodes import cut
from distributor.parse.noise import strip_noise
from distributor.parse.rows import Row, read_rows, renumbered
from distributor.parse.structure import find_structure
from distributor.parse.tables import joined_cells
from distributor.parse.tail import Tail, find_head_groups, find_tail, read_tail
from distributor.parse.torn import mended
from distributor.parse.wording import wording_findings

_HEAD_REACH = 30  # rows from the top within which a distribution can stand at the head


@dataclass(frozen=True, slots=True)
class _Zones:
    """The zones of the bulletin and the rows of its body."""

    layout: Layout
    head: Head
    contents: Contents
    head_groups: Tail
    tail: Tail
    body: tuple[Row, ...]
    noise: tuple[Noise, ...]


def parse(source: Source, given: Given = Given()) -> ParsedBulletin:
    """Read the lines of a bulletin into its structure, with findings for the editor.

    Args:
        source: the lines of the file.
        given: metadata for what the masthead lacks.

    Raises:
        FileRefused: `empty-text` when there is no text, `no-items` when it holds no item.
    """
    rows = read_rows(source)
    if not rows:
        raise FileRefused("empty-text")
    zones = _zones(rows)
    body = _read_body(zones)
    items = [item for section in body.sections for item in section.items]
    if len(items) < 2 and not any(item.paragraphs for item in items):  # noqa: PLR2004  a lone line is no bulletin
        raise FileRefused("no-items")
    masthead, filling = filled(zones.head.masthead, given)
    bulletin = Bulletin(masthead, body.sections, zones.head_groups.groups + zones.tail.groups, body.preamble)
    noise = tuple(sorted(zones.noise + body.noise, key=lambda entry: entry.line))
    evidence = Evidence(bulletin, noise, zones.contents, _second_footers(zones), _ragged_end(zones))
    findings = (*source.findings, *filling, *structure_findings(evidence), *wording_findings(bulletin))
    return ParsedBulletin(bulletin, noise, tuple(sorted(findings, key=lambda finding: finding.line or 0)))


def _second_footers(zones: _Zones) -> tuple[int, ...]:
    inside = tuple(group for row in zones.body if starts_group(row.text) for group in read_tail((row,)).groups)
    return repeated_labels(zones.head_groups.groups + zones.tail.groups, inside)


def _ragged_end(zones: _Zones) -> int | None:
    """Line of the last row of the body when its sentence breaks off."""
    last = zones.body[-1] if zones.body else None
    if last is None or zones.tail.groups or ending(last.text) not in ("comma", "open"):
        return None
    return last.number


def _zones(rows: Sequence[Row]) -> _Zones:
    kept, stripped = strip_noise(rows)
    kept = mended(kept)
    noise = [Noise(row.printed, reason, row.number) for row, reason in stripped]
    layout = measure([row for row in kept if not is_leader_row(row.text)])
    start, end = find_head_groups(kept, layout, min(_HEAD_REACH, len(kept) // 3))
    head_groups = read_tail(kept[start:end])
    kept = renumbered((*kept[:start], *kept[end:]))
    tail_start = find_tail(kept)
    tail = read_tail(kept[tail_start:], layout)
    main = kept[:tail_start]
    contents = find_contents(main)
    head = read_masthead(main[: contents.start], closed=True) if contents.entries else read_masthead(main)
    contents = _with_torn_head(main, contents, head.rows)
    noise += [Noise(row.printed, CONTENTS, row.number) for row in main[contents.start : contents.end]]
    for part in (head.noise, head_groups.noise, tail.noise):
        noise += [Noise(text, reason, row.number) for row, text, reason in part if text]
    body = (*main[head.rows : contents.start], *main[contents.end :]) if contents.entries else main[head.rows :]
    return _Zones(layout, head, contents, head_groups, tail, joined_cells(body), tuple(noise))


def _with_torn_head(rows: Sequence[Row], contents: Contents, top: int) -> Contents:
    """Take the halves of a torn heading, which stand between masthead and table, into the table."""
    start = contents.start
    while start > top and is_contents_head(rows[start - 1].text):
        start -= 1
    return replace(contents, start=start)


def _read_body(zones: _Zones) -> Body:
    facts = gather(zones.body, zones.layout, _promises(zones.body, zones.contents))
    reading = find_structure(facts, zones.layout)
    return assemble(cut(facts, reading.kinds, reading.confidence))


def _promises(rows: Sequence[Row], contents: Contents) -> Mapping[int, tuple[int, bool | None]]:
    """Where titles of the contents table begin in the body, how many rows they take, and whether they are sections."""
    wanted = {entry.text: entry for entry in contents.entries}
    if not wanted:
        return {}
    starts = {text[:4] for text in wanted}
    paged = sum(entry.paged for entry in contents.entries)
    telling = paged * 2 > len(contents.entries) > paged
    found: dict[int, tuple[int, bool | None]] = {}
    for position, row in enumerate(rows):
        whole = bare_title(row.text)
        if whole[:4] not in starts:
            continue
        for count in range(1, 5):
            if whole in wanted:
                found[position] = (count, not wanted[whole].paged if telling else None)
            if position + count >= len(rows):
                break
            whole += rows[position + count].squashed
    return found
