"""The typesetting child process: sets issues from standard input, one after the other, and ends at the first crash.

Run by its file, so that it loads nothing of the program. The request is JSON: the template and issues with their
dates. Each answer is a line with the length of the bytes that follow it, or with the reason why there are none.
"""

import json
import sys
from typing import Literal

import typst

# archivable and accessible (ISO 19005-2, ISO 14289-1); where a sign has no glyph, no standard allows the file
_STANDARDS: tuple[tuple[Literal["a-2a", "ua-1"], ...], ...] = (("a-2a", "ua-1"), ())


def main() -> None:
    """Set what standard input asks for."""
    request = json.loads(sys.stdin.buffer.read())
    fonts = typst.Fonts()
    for issue in request["issues"]:
        answer = _set(request["template"].encode(), issue, fonts)
        data = answer if isinstance(answer, bytes) else b""
        said = str(len(data)) if isinstance(answer, bytes) else " ".join(answer.split())
        sys.stdout.buffer.write(said.encode() + b"\n" + data)
        sys.stdout.buffer.flush()


def _set(template: bytes, issue: dict[str, object], fonts: typst.Fonts) -> bytes | str:
    problem = ""
    for standards in _STANDARDS:
        try:
            return typst.compile(
                template,
                font_paths=fonts,
                format="pdf",
                sys_inputs={"issue": json.dumps(issue["sheet"])},
                pdf_standards=list(standards),
                timestamp=int(str(issue["moment"])),
            )
        except typst.TypstError as error:
            problem = error.message
    return f"refused: {problem}"


if __name__ == "__main__":
    main()
