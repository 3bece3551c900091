"""Windows of digests: whatever happens, each item is in exactly one digest of a reader."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from distributor.model.subscriber import Frequency, Interests, LogEntry
from distributor.schedule import closed_windows

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def entry(number: int, bulletin: str, hours: int, *, opens: bool = True) -> LogEntry:
    return LogEntry(number, bulletin, f"item{number}", opens, BEGIN + hours * HOUR)


LOG = (
    *(entry(1, "b1", 1), entry(2, "b1", 1)),
    *(entry(3, "b2", 5), entry(4, "b1", 6, opens=False), entry(5, "b3", 9)),
)


def at(hours: int) -> datetime:
    return BEGIN + hours * HOUR


def numbers(frequency: Frequency, hours: int, seen: int = 0) -> list[list[int]]:
    windows = closed_windows(frequency, LOG, seen, at(hours))
    ends = [seen, *(window.until for window in windows)]
    return [[one.number for one in window.after(ends[place])] for place, window in enumerate(windows)]


def test_a_weekly_digest_takes_everything_before_its_moment() -> None:
    assert numbers(Frequency.WEEKLY, 10) == [[1, 2, 3, 4, 5]]


def test_what_is_published_at_the_moment_stays_for_the_next_one() -> None:
    assert numbers(Frequency.WEEKLY, 5) == [[1, 2]]
    assert numbers(Frequency.WEEKLY, 9, seen=2) == [[3]]


def test_each_issue_has_a_window_and_late_items_go_with_the_next_issue() -> None:
    assert numbers(Frequency.ISSUE, 10) == [[1, 2], [3], [4, 5]]


def test_late_items_alone_make_no_digest() -> None:
    assert numbers(Frequency.WEEKLY, 8, seen=3) == []


def test_nothing_new_makes_no_digest() -> None:
    assert numbers(Frequency.DAILY, 10, seen=5) == []


def test_an_entry_behind_one_that_must_wait_waits_too() -> None:
    late = (entry(1, "b1", 1), entry(2, "b2", 7), entry(3, "b3", 2))
    (window,) = closed_windows(Frequency.DAILY, late, 0, at(5))
    assert window.until == 1


def test_a_digest_is_known_by_its_newest_issue() -> None:
    assert [window.anchor for window in closed_windows(Frequency.ISSUE, LOG, 0, at(10))] == ["b1", "b2", "b3"]


@dataclass
class Reader:
    """Simulates what the database does: a reader, how often they are written to, where they stand."""

    frequency: Frequency
    seen: int = 0
    digests: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)


@dataclass
class House:
    """A house that publishes; the log grows as it does in the database."""

    log: list[LogEntry] = field(default_factory=list)
    issues: int = 0

    def publish(self, moment: datetime, items: int) -> None:
        self.issues += 1
        for _ in range(items):
            self._enter(f"b{self.issues}", moment, opens=True)

    def add_late(self, moment: datetime, issue: int) -> None:
        if self.issues:
            self._enter(f"b{issue % self.issues + 1}", moment, opens=False)

    def _enter(self, bulletin: str, moment: datetime, *, opens: bool) -> None:
        number = len(self.log) + 1
        self.log.append(LogEntry(number, bulletin, f"i{number}", opens, moment))

    def close(self, frequency: Frequency, moment: datetime, readers: list[Reader]) -> None:
        mine = [reader for reader in readers if reader.frequency is frequency]
        if not mine:
            return
        lowest = min(reader.seen for reader in mine)
        entries = [one for one in self.log if one.number > lowest]
        for window in closed_windows(frequency, entries, lowest, moment):
            for reader in mine:
                if reader.seen < window.until:
                    got = tuple(one.number for one in window.after(reader.seen))
                    reader.digests.append((window.anchor, got))
                    reader.seen = window.until


FREQUENCIES = st.sampled_from(Frequency)
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("publish"), st.integers(1, 4), st.integers(0, 60)),
        st.tuples(st.just("late"), st.integers(0, 9), st.integers(0, 60)),
        # how long after its moment a schedule finds out: an outage is a long time
        st.tuples(st.just("close"), FREQUENCIES, st.integers(0, 30)),
        st.tuples(st.just("change"), FREQUENCIES, st.integers(0, 3)),
        st.tuples(st.just("join"), FREQUENCIES, st.just(0)),
    ),
    max_size=60,
)


@settings(max_examples=300)
@given(events=EVENTS, first=FREQUENCIES)
def test_every_item_is_in_exactly_one_digest_of_each_reader(
    events: list[tuple[str, object, int]], first: Frequency
) -> None:
    house, readers, joined = House(), [Reader(first)], [0]
    now = BEGIN
    for kind, what, number in events:
        now += HOUR
        if kind == "publish":
            # another process may have begun earlier and be seen later: moments need not rise
            house.publish(now - number * timedelta(minutes=1), int(str(what)))
        elif kind == "late":
            house.add_late(now - number * timedelta(minutes=1), int(str(what)))
        elif kind == "close":
            house.close(Frequency(str(what)), now - number * HOUR, readers)
        elif kind == "change":
            readers[number % len(readers)].frequency = Frequency(str(what))
        else:
            readers.append(Reader(Frequency(str(what)), seen=len(house.log)))
            joined.append(len(house.log))
    house.publish(now + HOUR, 1)
    for frequency in Frequency:
        house.close(frequency, now + 100 * HOUR, readers)
    for reader, since in zip(readers, joined, strict=True):
        got = [number for _, numbers in reader.digests for number in numbers]
        assert got == list(range(since + 1, len(house.log) + 1))
        anchors = [anchor for anchor, _ in reader.digests]
        assert len(set(anchors)) == len(anchors)
        assert all(numbers for _, numbers in reader.digests)


def test_interests_are_any_of_a_kind_and_all_of_the_kinds() -> None:
    interests = Interests(sections=("联盟动态",), words=("芯片", "WAPI"))
    assert interests.wants("联盟动态", (), "讨论wapi标准")
    assert not interests.wants("联盟动态", (), "讨论标准")
    assert not interests.wants("政策动态", (), "芯片")
    assert Interests(contributors=("甲联盟", "乙联盟")).wants(None, ("乙联盟",), "")
    assert not Interests(contributors=("甲联盟",)).wants(None, (), "")
    assert Interests().is_empty
    assert Interests().wants(None, (), "")
