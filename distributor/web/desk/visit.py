"""A visit at the desk: who, with which form, and how links and forms are written for them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from distributor import access, tokens
from distributor.access import Act, Actor
from distributor.errors import Refused
from distributor.i18n import translate
from distributor.usecases.context import Context
from distributor.usecases.recognise_session import SignedIn
from distributor.web.desk.forms import Form
from distributor.web.desk.guard import CookieNames, make_form_token
from distributor.web.visit import Visit

_FLASH = "desk-flash"


@dataclass(frozen=True, slots=True)
class Flash:
    """One message for the next page, after something was done.

    Args:
        message_id: the sentence.
        parameters: its values.
        undo: path of the form that takes it back, or empty.
        is_problem: nothing was done, and the sentence says why.
    """

    message_id: str
    parameters: Mapping[str, str | int] = field(default_factory=dict)
    undo: str = ""
    is_problem: bool = False

    def sealed(self, keys: tuple[str, ...]) -> str:
        """Write it into a cookie that nobody else can make."""
        parts = (self.message_id, json.dumps(dict(self.parameters)), self.undo, "1" if self.is_problem else "")
        return tokens.sign(_FLASH, parts, keys)

    @classmethod
    def opened(cls, cookie: str | None, keys: tuple[str, ...]) -> "Flash | None":
        """Read it from a cookie; None for a cookie that is not ours."""
        if cookie is None:
            return None
        try:
            message_id, parameters, undo, problem = tokens.verify(_FLASH, cookie, keys)
        except (Refused, ValueError):
            return None
        return cls(message_id, json.loads(parameters), undo, bool(problem))


@dataclass(frozen=True, slots=True)
class Desk:
    """A request that was let in.

    Args:
        visit: the request, its language, how links are written.
        who: who is logged in, or None on the page of the login.
        cookies: names of the cookies.
        secret: what forms are bound to: the token of the session, or that of the guest.
        flash: what the page before has to say, or None.
        form: what was sent; empty for a page.
    """

    visit: Visit
    who: SignedIn | None
    cookies: CookieNames
    secret: str
    flash: Flash | None
    form: Form

    @property
    def context(self) -> Context:
        """What the use cases work with."""
        return self.visit.site.context

    @property
    def signed_in(self) -> SignedIn:
        """Who is logged in; only for pages that need a login."""
        if self.who is None:
            raise Refused("login-needed")
        return self.who

    @property
    def actor(self) -> Actor:
        """Who acts; only for pages that need a login."""
        return self.signed_in.actor

    @property
    def form_token(self) -> str:
        """A token for one form."""
        return make_form_token(self.secret)

    def may(self, act: str) -> bool:
        """Whether the one who is logged in may do something, for templates that offer it."""
        return access.may(None if self.who is None else self.who.user.role, Act(act))

    def url(self, path: str = "", **query: str | int) -> str:
        """Give the address of a page of the desk, carrying a chosen language along.

        Args:
            path: decoded, without a slash at its start, below `/desk/`.
            query: further parameters; empty ones are left out.
        """
        address = self.visit.link(f"desk/{path}")
        kept = {name: value for name, value in query.items() if value not in ("", None)}
        if not kept:
            return address
        return f"{address}{'&' if '?' in address else '?'}{urlencode(kept)}"

    def in_language(self, language: str) -> str:
        """Give the address of this same page in a language, with what else was asked for."""
        asked = [(name, value) for name, value in self.visit.request.query_params.multi_items() if name != "lang"]
        address = self.visit.in_language(language)
        return f"{address}&{urlencode(asked)}" if asked else address

    def say(self, message_id: str, /, **parameters: object) -> str:
        """Give a sentence in the language of the visit."""
        return translate(message_id, self.visit.language, **parameters)

    def local(self, moment: datetime) -> datetime:
        """Give a moment in the zone of the publication."""
        return moment.astimezone(ZoneInfo(self.context.publication.time_zone))


def desk_of(request: Request) -> Desk:
    """Give the visit that the gate of the route let in; without a gate nobody comes in."""
    desk: Desk | None = getattr(request.state, "desk", None)
    if desk is None:
        raise Refused("login-needed")
    return desk


Desked = Annotated[Desk, Depends(desk_of)]
