"""The tables of docs/access.md: which role may do what, and which page of the desk is for which act.

`python -m tests.support.access_docs` writes them anew.
"""

from pathlib import Path

from fastapi.routing import APIRoute

from distributor import access
from distributor.access import AccessRole, Act
from distributor.web import api
from distributor.web.api.routing import act_of as act_of_api
from distributor.web.desk.routing import act_of, router

PAGE = Path(__file__).parents[2] / "docs" / "access.md"
BEGIN, END = "<!-- matrix: begin -->", "<!-- matrix: end -->"
_COLUMNS = ("anybody", *(role.value for role in AccessRole))


def tables() -> str:
    """Both tables, in Markdown."""
    programs = "### Routes of the API\n\nBeside the role of its account a program needs a token with the scope."
    return f"### Acts\n\n{_acts()}\n\n### Routes of the desk\n\n{_routes()}\n\n{programs}\n\n{_api()}"


def _acts() -> str:
    rows = [f"| {act.value} | {_marks(act)} |" for act in Act]
    return "\n".join([_heading("act"), *rows])


def _routes() -> str:
    routes = [route for route in router.routes if isinstance(route, APIRoute)]
    rows = [
        f"| `{'POST' if 'POST' in (route.methods or ()) else 'GET'}` | `{route.path}` | {act.value} | {_marks(act)} |"
        for route in sorted(routes, key=lambda route: (route.path, sorted(route.methods or ())))
        if (act := act_of(route)) is not None
    ]
    return "\n".join([_heading("method | path | act"), *rows])


def _api() -> str:
    routes = [route for route in api.router.routes if isinstance(route, APIRoute) and route.include_in_schema]
    rows = [
        f"| `{next(iter(route.methods or ()))}` | `{route.path}` | {access.scope_of(act)} | {_marks(act)} |"
        for route in sorted(routes, key=lambda route: (route.path, sorted(route.methods or ())))
        if (act := act_of_api(route)) is not None
    ]
    return "\n".join([_heading("method | path | scope"), *rows])


def _heading(first: str) -> str:
    names = [*first.split(" | "), *_COLUMNS]
    rule = ["---"] * len(first.split(" | ")) + [":-:"] * len(_COLUMNS)
    return f"| {' | '.join(names)} |\n|{'|'.join(rule)}|"


def _marks(act: Act) -> str:
    return " | ".join("✓" if access.may(role, act) else "" for role in (None, *AccessRole))


def main() -> None:
    """Write the tables into the page."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n\n{tables()}\n\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
