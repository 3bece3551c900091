"""A program that speaks to the API of a site."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import httpx2

from distributor.access import AccessRole, Actor
from distributor.model.api_token import ApiScope
from distributor.store import users
from distributor.usecases.manage_tokens import WantedToken, add_token
from tests.support.desks import add_account
from tests.support.sites import SiteUnderTest

API = "/api/v1"


@dataclass(slots=True)
class Program:
    """A program with a token, or without one."""

    site: SiteUnderTest
    secret: str | None = None
    token_id: str = ""

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        """Read something below /api/v1."""
        return await self.site.client.get(f"{API}{path}", headers=self._headers(headers))

    async def head(self, path: str) -> httpx2.Response:
        """Ask for the headers alone."""
        return await self.site.client.head(f"{API}{path}", headers=self._headers({}))

    async def post(self, path: str, **options: Any) -> httpx2.Response:  # noqa: ANN401  options of the client
        """Send something below /api/v1."""
        headers = self._headers(options.pop("headers", {}))
        return await self.site.client.post(f"{API}{path}", headers=headers, **options)

    def _headers(self, others: dict[str, str]) -> dict[str, str]:
        shown = {} if self.secret is None else {"authorization": f"Bearer {self.secret}"}
        return {"accept-language": "en", **shown, **others}


async def program(
    site: SiteUnderTest,
    role: AccessRole = AccessRole.EDITOR,
    scopes: Collection[ApiScope] = tuple(ApiScope),
    **wanted: Any,  # noqa: ANN401  fields of what is asked for
) -> Program:
    """A program with a token of an account of a role; the account is added when it is not there."""
    name = f"the-{role.value}"
    async with site.context.database.read() as connection:
        user = await users.find(connection, name)
    if user is None:
        await add_account(site.context, name, role)
    made = await add_token(site.context, Actor("root"), WantedToken(name, "资料室", scopes, **wanted))
    return Program(site, made.secret, made.token.id)
