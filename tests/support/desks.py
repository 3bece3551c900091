"""A desk to work at: accounts without the cost of hashing, browsers that are logged in, forms as they send them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx2

from distributor import access
from distributor.access import AccessRole
from distributor.model.finding import Finding
from distributor.model.record import BulletinRecord
from distributor.model.user import User
from distributor.store import address_book, sessions, users
from distributor.usecases.context import Context
from distributor.usecases.log_in import Client, new_session
from tests.support.address_books import keep
from tests.support.books import body, book, footer
from tests.support.records import make_record
from tests.support.sites import HOST, SiteUnderTest

PASSWORD = "correct horse battery"  # noqa: S105  the password of all accounts of the tests
COOKIE = "__Host-desk"


@cache
def hashed(password: str = PASSWORD) -> str:
    """The hash of a password, made once for all tests."""
    return access.hash_password(password)


async def add_account(context: Context, name: str, role: AccessRole = AccessRole.EDITOR, **overrides: Any) -> User:  # noqa: ANN401  a builder passes any field on
    """An account with the password of the tests, put into the store without an entry of the audit log."""
    now = context.now()
    user = User(**{"name": name, "role": role, "created": now, "password_set": now, **overrides})
    async with context.database.write() as connection:
        await users.add(connection, user, hashed())
    return user


@dataclass(slots=True)
class Browser:
    """A browser at the desk; its cookies are its own."""

    site: SiteUnderTest
    cookies: dict[str, str]

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        """Open a page."""
        return self._kept(await self._client().get(path, headers=self._headers(headers)))

    async def post(self, path: str, fields: Mapping[str, Any] | None = None, **options: Any) -> httpx2.Response:  # noqa: ANN401  options of the client
        """Send a form as a page of this site would; `headers` replaces those of a browser."""
        headers = self._headers(options.pop("headers", {"origin": HOST, "sec-fetch-site": "same-origin"}))
        return self._kept(await self._client().post(path, data=fields, headers=headers, **options))

    async def submit(self, page: str, path: str, fields: Mapping[str, Any] | None = None) -> httpx2.Response:
        """Open a page and send one of its forms, with the hidden fields that stand in it."""
        document = (await self.get(page)).text
        return await self.post(path, {**hidden(document, path), **(fields or {})})

    def _client(self) -> httpx2.AsyncClient:
        self.site.client.cookies.clear()
        return self.site.client

    def _headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {**({"cookie": cookie} if cookie else {}), **headers}

    def _kept(self, answer: httpx2.Response) -> httpx2.Response:
        for line in answer.headers.get_list("set-cookie"):
            name, _, rest = line.partition("=")
            value = rest.split(";")[0].strip('"')
            if "max-age=0" in line.lower() or not value:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        self.site.client.cookies.clear()
        return answer


def guest(site: SiteUnderTest) -> Browser:
    """A browser where nobody is logged in."""
    return Browser(site, {})


async def browser(site: SiteUnderTest, role: AccessRole = AccessRole.EDITOR, name: str | None = None) -> Browser:
    """A browser in which somebody of a role is logged in; the account is added when it is not there."""
    context = site.context
    name = name or f"the-{role.value}"
    async with context.database.read() as connection:
        user = await users.find(connection, name)
    if user is None:
        user = await add_account(context, name, role)
    opened = new_session(user, Client("203.0.113.7", "Browser of the tests"), context.now())
    async with context.database.write() as connection:
        await sessions.add(connection, opened.session, opened.token)
    return Browser(site, {COOKIE: opened.token})


def hidden(document: str, path: str) -> dict[str, str]:
    """The hidden fields of the form that leads to a path."""
    for form in re.findall(r"<form\b.*?</form>", document, flags=re.DOTALL):
        if re.search(rf'action="{re.escape(path)}(?:\?[^"]*)?"', form):
            return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    raise AssertionError(f"no form leads to {path}")


async def draft(site: SiteUnderTest, *findings: Finding, **overrides: Any) -> BulletinRecord:  # noqa: ANN401  a builder passes any field on
    """A bulletin that was received, reported to two ministries that the address book knows."""
    fields: dict[str, Any] = {"findings": findings, "distribution": (footer("报", "科技部、财政部"),)}
    record = make_record(**{**fields, **overrides})
    known = book([body("most", "科学技术部", short="科技部"), body("mof", "财政部")])
    async with site.context.database.write() as connection:
        await address_book.replace(connection, known)
    await keep(site.context, record)
    return record
