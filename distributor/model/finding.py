"""Findings: what a program noticed and a person should look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """How much a finding weighs: a blocking one stops publication and sign-off until it is settled."""

    INFO = "info"
    WARNING = "warning"
    BLOCKING = "blocking"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing for the editor to look at; the sentence is made at the edge from code and parameters.

    Args:
        level: how much it weighs.
        code: the last part of the message id `finding.<code>` in the catalogues.
        line: 1-based line of the source, or None when it belongs to no line.
        parameters: the values the sentence names.
    """

    level: Level
    code: str
    line: int | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
