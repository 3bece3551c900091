"""Keys under which a distribution entry and a known name are the same; for matching only, never shown."""

import re
from collections.abc import Iterator
from typing import Final

from distributor.text import match_key

_LONGEST: Final = 200

_PLAIN_HAN: Final = re.compile("[\u4e00-\u9fff]+")
_EDGES: Final = "。.;,、:"

# 相关司局及部门, 等有关单位: whom inside the body it concerns, not which body
_INSIDE: Final = "(?:司局|部门|单位|处室|司|局|处|机构|直属单位)"
_QUALIFIER: Final = re.compile(f"等?(?:有关|相关){_INSIDE}(?:(?:及|和|与|、)(?:其他)?(?:有关|相关)?{_INSIDE})*$")
# 国家卫生健康委, 国务院国资委: what a footer sets before the name of a ministry. Bare offices and bureaus keep it:
# a province has an 能源局 and an 办公厅 of its own.
_STATE: Final = re.compile("^(?:中华人民共和国|国务院(?=国资委|国有资产))?(?:国家)?(?=.+(?:部|委|委员会|总局|总署)$)")
_COLLECTIVE: Final = re.compile("^(?:各|有关|相关|全体|所有)|各|(?:成员|会员|理事|网员)单位$")
_UNITS: Final = re.compile(r"厅(?:[()\[\]、/或和及局委])+$")
_SHORTER: Final = (
    (re.compile("产业(?:链)?技术创新(?:战略)?联盟"), "联盟"),
    (re.compile("委员会"), "委"),
    (re.compile("科学技术"), "科技"),
    (re.compile("发展和改革"), "发展改革"),
    (_UNITS, "厅"),
    (re.compile("^相关"), "有关"),
    (re.compile("各"), ""),
)


def name_key(name: str) -> str:
    """Make the strict key of a name: Unicode NFKC, width, case, blanks and kinds of bracket make no difference."""
    # most names are plain ideographs, which all those foldings leave alone
    return name if _PLAIN_HAN.fullmatch(name) else match_key(name).strip(_EDGES)


def loose_key(key: str) -> str:
    """Make the loose key of a strict key: usual short forms of 委员会, 科学技术 and 产业技术创新战略联盟, 厅（局）, 各.

    Two names that share a loose key may still be two bodies; the caller must see that only one has it.
    """
    if len(key) > _LONGEST:
        return key
    for pattern, short in _SHORTER:
        key = pattern.sub(short, key)
    return key


def entry_keys(entry: str) -> Iterator[str]:
    """Give the strict keys an entry may stand for, the entry as printed first, then without what footers add.

    Args:
        entry: as printed; a qualifier (相关司局及部门) and 国家, 国务院, 中华人民共和国 before a ministry are dropped.
    """
    key = name_key(entry)
    yield key
    if len(key) > _LONGEST:
        return
    bare = _QUALIFIER.sub("", key).strip(_EDGES)
    without_state = _STATE.sub("", bare)
    for other in (bare, without_state):
        if other and other != key:
            yield other


def is_collective(entry: str) -> bool:
    """Tell whether an entry speaks of many bodies (各…, 有关…, …成员单位)."""
    return _COLLECTIVE.search(name_key(entry)) is not None
