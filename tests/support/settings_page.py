"""Write docs/settings.md from the settings themselves: `python -m tests.support.settings_page`."""

from enum import Enum
from pathlib import Path

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from distributor.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
HEAD = """# Settings

What the operator sets stands in `config/distributor.toml`; a variable wins over the file. Another folder of
configuration is chosen with `--config DIR` or `DISTRIBUTOR_CONFIG`. What the secretariat sets (organizations,
recipients, schedules, calendar) stands in the other files of that folder and is put into the database by
`distributor apply`.

| Setting | Variable | Default | What it is |
|---|---|---|---|
"""


def page() -> str:
    """Give the text of the page."""
    return HEAD + "".join(_rows(Settings, ""))


def _rows(model: type[BaseModel], prefix: str) -> list[str]:
    rows: list[str] = []
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            rows += _rows(kind, f"{prefix}{name}.")
            continue
        default = field.get_default(call_default_factory=True)
        variable = "DISTRIBUTOR_" + f"{prefix}{name}".upper().replace(".", "__")
        rows.append(f"| `{prefix}{name}` | `{variable}` | {_shown(default)} | {field.description} |\n")
    return rows


def _shown(default: object) -> str:
    if default in (None, PydanticUndefined, []):
        return "–"
    return f"`{default.value if isinstance(default, Enum) else default}`"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
