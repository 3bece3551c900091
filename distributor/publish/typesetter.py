"""The typesetter: issues become PDF; the same issue set with the same fonts gives the same bytes.

The compiler works in a child process of its own: it crashes on some texts, and its memory is given back afterwards.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Final

import typst

from distributor import log
from distributor.model.canonical import digest
from distributor.publish.printing import Sheet

_logger: Final = log.get_logger(__name__)
_SONG: Final = (
    *("Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC", "Songti SC", "SimSun", "NSimSun", "STSong"),
    *("FandolSong", "AR PL UMing CN"),
)
_HEI: Final = (
    *("SimHei", "STHeiti", "Heiti SC", "Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "PingFang SC"),
    *("Microsoft YaHei", "FandolHei", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei"),
)
_FANG: Final = ("FangSong_GB2312", "仿宋_GB2312", "FangSong", "STFangsong", "FandolFang R")
_TITLE: Final = ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "方正小标宋简体", "方正小标宋_GBK")
# which fonts a part of the page is set in, the first that is there; the rest stands in for signs it lacks
_PARTS: Final[Mapping[str, Sequence[str]]] = {
    "title": (*_TITLE, *_SONG, *_HEI),
    "song": (*_SONG, *_HEI),
    "body": (*_FANG, *_SONG, *_HEI),
    "hei": (*_HEI, *_SONG),
}
_CHILD: Final = Path(__file__).with_name("typeset_child.py")
# the child gets no secret: only what it needs to start, and what a measured test run needs to follow it
_PASSED_ON: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "SYSTEMROOT", "COVERAGE_PROCESS_CONFIG")
_SECONDS_TO_START: Final = 60
_SECONDS_AN_ISSUE: Final = 30

Job = tuple[Sheet, datetime]


class Typesetter:
    """Sets issues; fonts are looked for once, at the first.

    Args:
        families: fonts of this machine; looked for by default.
        program: what sets them, for tests.
    """

    def __init__(self, families: Iterable[str] | None = None, program: Path = _CHILD) -> None:
        self._families = families
        self._program = program

    @cached_property
    def fonts(self) -> Mapping[str, tuple[str, ...]]:
        """Families of this machine that each part of a page is set in; empty without any Chinese font."""
        known = self._found.families() if self._families is None else self._families
        spelled = {name.casefold(): name for name in known}
        found = {
            part: tuple(spelled[name.casefold()] for name in names if name.casefold() in spelled)
            for part, names in _PARTS.items()
        }
        return found if found["song"] else {}

    def recipe(self, sheet: Sheet, moment: datetime) -> str:
        """Give a digest that stands for the bytes of an issue before it is set.

        Args:
            sheet: what the issue says.
            moment: its date.
        """
        return digest([self._look, sheet, moment])

    def set_issues(self, jobs: Sequence[Job]) -> tuple[bytes | None, ...]:
        """Set issues as PDF; None for one that cannot be set, and for all without a Chinese font.

        Args:
            jobs: what each issue says, and its date.
        """
        if not self.fonts:
            return (None,) * len(jobs)
        done: list[bytes | None] = []
        while len(done) < len(jobs):
            # a crash costs the one issue that provoked it
            done += self._run(jobs[len(done) :]) or [None]
        return tuple(done)

    def _run(self, jobs: Sequence[Job]) -> list[bytes | None]:
        issues = [
            {"sheet": {**sheet, "fonts": self.fonts}, "moment": int(moment.timestamp())} for sheet, moment in jobs
        ]
        request = json.dumps({"template": self._template, "issues": issues}).encode()
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        seconds = _SECONDS_TO_START + _SECONDS_AN_ISSUE * len(jobs)
        try:
            ended = subprocess.run(  # noqa: S603  our own program, the issues go in by the pipe
                (sys.executable, "-P", "-s", str(self._program)),
                input=request,
                capture_output=True,
                timeout=seconds,
                check=False,
                env=environment,
            )
            answer, problem = ended.stdout, ended.stderr.decode("utf-8", "replace")
        except subprocess.TimeoutExpired as expired:
            answer, problem = expired.stdout or b"", f"took longer than {seconds} s"
        found = _parted(answer)
        if len(found) < len(jobs):
            _logger.error("issue-not-set", problem=problem.strip()[:500])
        return found

    @cached_property
    def _look(self) -> str:
        """Digest of all that changes what an issue looks like, its words aside."""
        chosen = {name for names in self.fonts.values() for name in names}
        faces = [
            f"{font.family} {font.style} {font.weight} {_size(font.path)}"
            for font in self._found.fonts()
            if font.family in chosen
        ]
        return digest([self._template, version("typst"), dict(self.fonts), sorted(faces)])

    @cached_property
    def _found(self) -> typst.Fonts:
        return typst.Fonts()

    @cached_property
    def _template(self) -> str:
        return files("distributor.publish").joinpath("issue.typ").read_text("utf-8")


def _parted(answer: bytes) -> list[bytes | None]:
    found: list[bytes | None] = []
    while answer:
        said, _, answer = answer.partition(b"\n")
        if said.isdigit() and len(answer) >= int(said):
            found.append(answer[: int(said)])
            answer = answer[int(said) :]
        elif said.startswith(b"refused"):
            _logger.error("issue-not-set", problem=said.decode("utf-8", "replace"))
            found.append(None)
        else:
            break
    return found


def _size(path: str | None) -> int:
    return Path(path).stat().st_size if path else 0
