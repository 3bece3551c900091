"""Measures planning for 100,000 addresses and suggestions among 10,000 bodies.

Run it with `python -m tests.benchmarks.recipients_plan`.
"""

import resource
import sys
import time
from collections.abc import Callable
from typing import TypeVar

from distributor.model.bulletin import DistributionGroup
from distributor.model.recipient import AddressBook, Contact, Group, Organization, OrganizationKind, Plan
from distributor.recipients import make_plan
from tests.support.books import REPORT, SEND

Result = TypeVar("Result")

BODIES = 10_000
MAILBOXES = 10
UNKNOWN = 100
PLACES = "东南西北山水江河湖海城乡金木石田天地云林"
TRADES = ("存储", "木竹", "化纤", "水环境", "电动汽车", "医疗器械", "粉末冶金", "肉类加工", "再生资源", "航天装备")


def large_book() -> AddressBook:
    """Build a book of 10,000 alliances with ten mailboxes each, every one in a group."""
    organizations = []
    for number in range(BODIES):
        place = "".join(PLACES[number // 20**digit % 20] for digit in range(4))
        trade = TRADES[number % len(TRADES)]
        name = f"{place}{trade}产业技术创新战略联盟"
        organizations.append(
            Organization(f"b{number}", name, OrganizationKind.ALLIANCE, f"{place}{trade}联盟", (f"{place}{trade}协会",))
        )
    contacts = [
        Contact(f"m{mailbox}@b{body}.example", f"b{body}") for body in range(BODIES) for mailbox in range(MAILBOXES)
    ]
    groups = [Group("all", "各会员联盟", members=tuple(value.id for value in organizations))]
    return AddressBook(tuple(organizations), tuple(contacts), tuple(groups), (REPORT, SEND))


def measured(label: str, act: Callable[[], Result]) -> Result:
    """Run an act and print how long it took and how large the process has been so far."""
    begun = time.perf_counter()
    result = act()
    seconds = time.perf_counter() - begun
    sys.stdout.write(f"{label}: {seconds:.2f} s, process at most {_megabytes():.0f} MB\n")
    return result


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure a plan by group, a plan by 10,000 single entries, and 100 unknown names."""
    book = measured("address book of 10,000 bodies", large_book)
    by_group = measured("group of 10,000 bodies", lambda: make_plan([DistributionGroup("送", ("各会员联盟",))], book))
    names = tuple(value.short_name or "" for value in book.organizations)
    by_name = measured("10,000 entries by name", lambda: make_plan([DistributionGroup("送", names)], book))
    wrong = tuple(f"{name[:3]}某{name[3:]}" for name in names[::100])
    unknown = measured("100 unknown names", lambda: make_plan([DistributionGroup("送", wrong)], book))
    _say(by_group, by_name, unknown)


def _say(by_group: Plan, by_name: Plan, unknown: Plan) -> None:
    right = sum(entry.suggestions[:1] == (entry.text.replace("某", ""),) for entry in unknown.unresolved)
    sys.stdout.write(
        f"{len(by_group.rows)} and {len(by_name.rows)} addresses; {right} of {len(unknown.unresolved)} unknown names "
        "have the right suggestion first\n"
    )


if __name__ == "__main__":
    main()
