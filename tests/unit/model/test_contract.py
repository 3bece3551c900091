"""The JSON of `distributor parse --json`."""

from distributor.model.bulletin import (
    Attribution,
    Bulletin,
    DistributionGroup,
    Item,
    Masthead,
    Noise,
    ParsedBulletin,
    Section,
)
from distributor.model.contract import parsed_json
from distributor.model.finding import Finding, Level


def test_the_contract_names_every_part() -> None:
    attribution = Attribution("（甲、乙供稿）", "供稿", ("甲", "乙"), ("丙",), "新华社")
    parsed = ParsedBulletin(
        Bulletin(
            Masthead("简报", "第1期", "2026-01-02", "秘书处"),
            (Section("栏目", (Item("一", ("段",), attribution), Item("二"))),),
            (DistributionGroup("报", ("科技部",), "有关司局"),),
            ("编者按",),
        ),
        (Noise("- 1 -", "page-number", 9),),
        (Finding(Level.WARNING, "missing-attribution", 7),),
    )
    assert parsed_json(parsed, lambda finding: f"says {finding.code}") == {
        "masthead": {"title": "简报", "issue": "第1期", "date": "2026-01-02", "publisher": "秘书处"},
        "sections": [
            {
                "title": "栏目",
                "items": [
                    {
                        "title": "一",
                        "paragraphs": ["段"],
                        "attribution": {
                            "raw": "（甲、乙供稿）",
                            "kind": "供稿",
                            "organizations": ["甲", "乙"],
                            "persons": ["丙"],
                            "source": "新华社",
                        },
                    },
                    {"title": "二", "paragraphs": [], "attribution": None},
                ],
            }
        ],
        "distribution": [{"kind": "报", "entries": ["科技部"], "suffix": "有关司局"}],
        "preamble": ["编者按"],
        "noise": ["- 1 -"],
        "findings": [
            {"level": "warning", "code": "missing-attribution", "message": "says missing-attribution", "line": 7}
        ],
    }
    assert [item.title for item in parsed.bulletin.items] == ["一", "二"]
    assert parsed.blocking == ()
