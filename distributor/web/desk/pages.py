"""Pages of the desk: the frame they share, messages that are carried to the next one, paging."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fastapi import Request, Response

from distributor.access import Act
from distributor.web.desk.visit import Desk, Flash
from distributor.web.pages import Page
from distributor.web.pages import show as show_page

# entries of the navigation: name of its sentence, path, who sees it; those that begin alike are one place
NAVIGATION: Final = (
    ("bulletins", "", Act.READ),
    ("schedules", "schedules", Act.READ),
    ("subscribers", "subscribers", Act.EDIT_BOOK),
    ("address-book", "organizations", Act.READ),
    ("tickets", "tickets", Act.READ),
    ("mail", "mail", Act.READ),
    ("users", "users", Act.MANAGE_USERS),
    ("audit", "audit", Act.READ_AUDIT),
)
_FLASH_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page of a long list.

    Args:
        number: 1-based.
        size: entries on a page.
        total: number of all entries.
    """

    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        """Number of pages, at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def has_more(self) -> bool:
        """Whether another page follows."""
        return self.number < self.pages


def page_number(request: Request) -> int:
    """Read which page is asked for; whatever is no number is the first."""
    asked = request.query_params.get("page", "1")
    return int(asked) if asked.isascii() and asked.isdigit() and 0 < int(asked[:6]) < 100_000 else 1  # noqa: PLR2004  no list is longer


def show(
    desk: Desk,
    template: str,
    title: str,
    values: Mapping[str, object] | None = None,
    *,
    place: str = "",
    status: int = 200,
) -> Response:
    """Render a page of the desk; it is kept by nobody.

    Args:
        desk: the visit.
        template: name below the folder of templates.
        title: what the page is about, in the language of the visit.
        values: the names the template may use beside those of the frame.
        place: the entry of the navigation that it belongs to.
        status: status of the answer.
    """
    navigation = [(name, path) for name, path, act in NAVIGATION if desk.may(act)]
    frame = {"desk": desk, "navigation": navigation, "place": place, "status": status}
    answer = show_page(desk.visit, Page(template, title, None, {**(values or {}), **frame}, is_private=True), status)
    if desk.visit.request.cookies.get(desk.cookies.flash) is not None:
        drop_cookie(answer, desk, desk.cookies.flash)
    return answer


def fragment(desk: Desk, template: str, values: Mapping[str, object]) -> Response:
    """Render a part of a page, for the part to be put in its place."""
    return show_page(desk.visit, Page(template, "", None, {**values, "desk": desk}, is_private=True))


def done(desk: Desk, path: str, flash: Flash | None = None) -> Response:
    """Lead to a page of the desk after something was done (303, so that reloading does not do it again).

    Args:
        desk: the visit.
        path: below `/desk/`.
        flash: what to say there.
    """
    return leave(desk, desk.url(path), flash)


def leave(desk: Desk, address: str, flash: Flash | None = None) -> Response:
    """Lead to an address of this site that was checked."""
    # a script cannot see where a redirect leads without following it, which would use the message up
    is_script = desk.visit.request.headers.get("hx-request") is not None
    status, name = (204, "hx-redirect") if is_script else (303, "location")
    answer = Response(status_code=status, headers={name: address, "cache-control": "no-store"})
    if flash is not None:
        put_cookie(answer, desk, desk.cookies.flash, flash.sealed(desk.context.token_keys), seconds=_FLASH_SECONDS)
    return answer


def put_cookie(answer: Response, desk: Desk, name: str, value: str, *, seconds: int | None = None) -> None:
    """Set a cookie of the desk: not for scripts, not from other sites.

    Args:
        answer: the answer that sets it.
        desk: the visit.
        name: one of its cookie names.
        value: what it holds.
        seconds: how long it lasts; None until the browser is closed.
    """
    secure = desk.cookies.is_secure
    answer.set_cookie(name, value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax")


def drop_cookie(answer: Response, desk: Desk, name: str) -> None:
    """Take a cookie of the desk back."""
    answer.delete_cookie(name, path="/", secure=desk.cookies.is_secure, httponly=True, samesite="lax")
