"""The tables of docs/mail.md: what templates of mails may use, from the docstrings of the contexts.

`python -m tests.support.context_docs` writes them anew.
"""

import dataclasses
import re
from pathlib import Path

from distributor.compose.contexts import DigestContext, DistributionView, ItemView, OriginalView, SectionView
from distributor.compose.messages_subscribers import AddressChange, ConfirmSubscription, House, SignupApproval, Welcome
from distributor.compose.notices import (
    BounceReport,
    FailedAddress,
    FailedBody,
    OverdueBody,
    RefusingDomain,
    RunOverdue,
    RunPaused,
    RunRefused,
    RunReport,
    TrialMail,
    UnsubscribeReceived,
)
from distributor.compose.subscriptions import ListView, SubscriptionContext
from distributor.compose.theme import ThemeView

CONTEXTS = (
    *(DigestContext, SectionView, ItemView, DistributionView, OriginalView, ThemeView),
    *(UnsubscribeReceived, BounceReport, FailedBody, FailedAddress, RunReport),
    *(RunPaused, RunRefused, RefusingDomain, RunOverdue, OverdueBody, TrialMail),
    *(SubscriptionContext, ListView, House, ConfirmSubscription, Welcome, AddressChange, SignupApproval),
)
PAGE = Path(__file__).parents[2] / "docs" / "mail.md"
BEGIN, END = "<!-- contexts: begin -->", "<!-- contexts: end -->"


def tables() -> str:
    """All tables, in Markdown."""
    return "\n\n".join(_table(context) for context in CONTEXTS)


def described(context: type) -> dict[str, str]:
    """The sentence for each field of a context, from its docstring."""
    arguments = (context.__doc__ or "").partition("Args:")[2]
    found = re.findall(r"^\s+(\w+): (.+?)\s*$", arguments, flags=re.MULTILINE)
    return dict(found)


def _table(context: type) -> str:
    sentences = described(context)
    rows = [f"| `{field.name}` | {_type(field)} | {sentences[field.name]} |" for field in dataclasses.fields(context)]
    return "\n".join([f"### {context.__name__}", "", "| name | type | what it is |", "|---|---|---|", *rows])


def _type(field: "dataclasses.Field[object]") -> str:
    name = field.type if isinstance(field.type, str) else getattr(field.type, "__name__", str(field.type))
    written = str(field.type) if "[" in str(field.type) or "|" in str(field.type) else name
    short = re.sub(r"\b(?:\w+\.)+(\w+)", r"\1", written)
    return f"`{short}`".replace("|", "\\|")


def main() -> None:
    """Write the tables into the page."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n\n{tables()}\n\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
