"""The API: programs read what the desk shows and bring in bulletins, by token, scope and role."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from distributor import access
from distributor.access import AccessRole, Act, Actor
from distributor.clock import FixedClock
from distributor.model.api_token import ApiScope
from distributor.store.tables import api_tokens
from distributor.usecases.change_user import disable_user
from distributor.usecases.manage_tokens import revoke_token
from distributor.usecases.read_audit import read_trail
from distributor.usecases.send_bulletin import send_bulletin
from distributor.usecases.sign_off_bulletin import sign_off_bulletin
from distributor.web.api.routing import act_of, router
from tests.support.databases import dump
from tests.support.desks import draft
from tests.support.pages import look_at
from tests.support.programs import API, Program, program
from tests.support.sites import HOST, SiteUnderTest, site

pytestmark = pytest.mark.anyio

SEED = Path(__file__).parents[2] / "seeds" / "000_04bd7fccb17faafb.txt"
ROUTES = [route for route in router.routes if isinstance(route, APIRoute)]
OPEN = {f"{API}", f"{API}/", f"{API}/openapi.json"}
GUARDED = [route for route in ROUTES if route.path not in OPEN]


def path_of(route: APIRoute) -> str:
    return route.path.removeprefix(API).format(bulletin_id="b001", run_id="none")


async def ask(caller: Program, route: APIRoute) -> int:
    if "POST" in (route.methods or ()):
        return (await caller.post(path_of(route))).status_code
    if "HEAD" in (route.methods or ()):
        return (await caller.head(path_of(route))).status_code
    return (await caller.get(path_of(route))).status_code


def test_every_route_but_the_description_has_a_gate_whose_act_some_scope_allows() -> None:
    assert len(GUARDED) > 15
    assert [route.path for route in GUARDED if act_of(route) is None] == []
    assert [route.path for route in GUARDED if access.scope_of(act_of(route) or Act.LOG_IN) is None] == []
    assert {route.path for route in ROUTES if act_of(route) is None} == OPEN


@pytest.mark.parametrize("role", AccessRole)
@pytest.mark.parametrize("scopes", [(ApiScope.READ,), (ApiScope.RECEIVE,), tuple(ApiScope)])
async def test_every_route_is_open_to_whom_scope_and_role_allow_it(
    tmp_path: Path, role: AccessRole, scopes: tuple[ApiScope, ...]
) -> None:
    async with site(tmp_path) as it:
        await draft(it)
        caller = await program(it, role, scopes)
        for route in GUARDED:
            act = act_of(route)
            assert act is not None
            is_open = access.scope_of(act) in scopes and access.may(role, act)
            status = await ask(caller, route)
            assert (status != 403) == is_open, route.path
            assert status < 500


@pytest.mark.parametrize("secret", [None, "", "distributor_nothing", "x" * 5000, "\udcff"])
async def test_without_a_token_that_holds_nothing_is_answered(tmp_path: Path, secret: str | None) -> None:
    async with site(tmp_path) as it:
        await draft(it)
        for route in GUARDED:
            if "HEAD" in (route.methods or ()):
                continue
            caller = Program(it)
            shown = {} if secret is None else {"authorization": b"Bearer " + secret.encode("utf-8", "surrogateescape")}
            method = "POST" if "POST" in (route.methods or ()) else "GET"
            answer = await it.client.request(method, f"{API}{path_of(route)}", headers=shown)
            assert answer.status_code == 401, route.path
            assert answer.headers["www-authenticate"].startswith("Bearer ")
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["code"] == "token-needed"
            assert caller.secret is None


async def test_the_session_of_a_browser_opens_nothing_here(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        caller = await program(it)
        answer = await it.client.get(f"{API}/bulletins", headers={"cookie": f"__Host-desk={caller.secret}"})
        assert answer.status_code == 401


async def test_a_token_ends_by_itself_when_taken_back_and_with_its_account(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        short, taken, stopped = await program(it, days=1), await program(it), await program(it, AccessRole.APPROVER)
        for caller in (short, taken, stopped):
            assert (await caller.get("/bulletins")).status_code == 200
        await revoke_token(it.context, Actor("root"), taken.token_id)
        await disable_user(it.context, Actor("root"), "the-approver")
        assert (await taken.get("/bulletins")).status_code == 401
        assert (await stopped.get("/bulletins")).status_code == 401
        clock = it.context.clock
        assert isinstance(clock, FixedClock)
        clock.moment += timedelta(days=1)
        assert (await short.get("/bulletins")).status_code == 401


async def test_the_secret_is_kept_nowhere(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        caller = await program(it)
        await caller.get("/bulletins")
        assert caller.secret is not None
        assert caller.secret not in repr(await dump(it.context.database))
        assert "api_tokens" in await dump(it.context.database)
        assert "secret" not in api_tokens.c


async def test_reading_changes_nothing_but_when_a_token_was_last_used(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await draft(it)
        caller = await program(it)
        await caller.get("/lists")
        before = await dump(it.context.database)
        for route in ROUTES:
            if "POST" not in (route.methods or ()):
                await ask(caller, route)
        assert await dump(it.context.database) == before


async def test_a_bulletin_is_brought_in_and_the_same_file_again_gives_it(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        caller = await program(it)
        upload = {
            "files": {"file": ("C:\\简报.txt", SEED.read_bytes())},
            "data": {"issue": "第12期", "date": "2023-12-05"},
        }
        answer = await caller.post("/bulletins", **upload)
        assert answer.status_code == 201, answer.text
        made = answer.json()
        assert answer.headers["location"] == f"{API}/bulletins/{made['id']}"
        assert (made["issue"], made["items"], made["state"]) == ("第12期", 31, "draft")
        assert made["original"]["name"] == "简报.txt"
        assert len(made["contents"]) == 31
        assert all(finding["message"] for finding in made["findings"])
        again = await caller.post("/bulletins", **upload)
        assert (again.status_code, again.json()["id"]) == (200, made["id"])
        assert (await caller.get(f"/bulletins/{made['id']}")).json() == made
        file = await caller.get(f"/bulletins/{made['id']}/original")
        assert file.content == SEED.read_bytes()
        assert file.headers["content-security-policy"].endswith("sandbox")
        (entry,) = await read_trail(it.context, "bulletin", made["id"])
        assert (entry.act, entry.actor, entry.origin) == ("receive", "the-editor", "api")


@pytest.mark.parametrize("upload", [{}, {"files": {"file": ("a.pdf", b"%PDF-1.4 broken")}}, {"content": b"nonsense"}])
async def test_what_is_no_bulletin_is_refused_with_one_sentence(tmp_path: Path, upload: dict[str, object]) -> None:
    async with site(tmp_path) as it:
        answer = await (await program(it)).post("/bulletins", **upload)
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert len(answer.json()["detail"]) > 10


async def test_what_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        answer = await (await program(it)).post("/bulletins", headers={"content-length": str(60 * 1024 * 1024)})
        assert (answer.status_code, answer.json()["code"]) == (413, "upload-too-large")


async def sent(it: SiteUnderTest) -> str:
    record = await draft(it)
    await sign_off_bulletin(it.context, Actor("wang"), record.id)
    return (await send_bulletin(it.context, Actor("wang"), record.id)).runs[0].run.id


async def test_plans_lists_runs_and_deliveries_are_read_as_the_desk_shows_them(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        run_id = await sent(it)
        caller = await program(it, AccessRole.READER, (ApiScope.READ,))
        (line,) = (await caller.get("/bulletins?size=10")).json()["entries"]
        assert (line["state"], line["signed"]["actor"]) == ("signed off", "wang")
        plan = (await caller.get("/bulletins/b001/plan")).json()
        assert [row["organization_name"] for row in plan["rows"]] == ["科学技术部", "财政部"]
        assert plan["hash"]
        assert len((await caller.get("/bulletins/b001/items")).json()) == line["items"]
        assert "bao" in [one["id"] for one in (await caller.get("/lists")).json()]
        (run,) = (await caller.get("/bulletins/b001/runs")).json()
        assert (await caller.get("/runs")).json()["entries"] == [run]
        assert (await caller.get(f"/runs/{run_id}")).json() == run
        assert run["total"] == sum(run["by_state"].values()) == 2
        first = (await caller.get(f"/runs/{run_id}/deliveries?size=1")).json()
        assert (first["total"], len(first["entries"])) == (2, 1)
        rest = (await caller.get(f"/runs/{run_id}/deliveries?size=1&page=2")).json()
        assert rest["entries"][0]["address"] != first["entries"][0]["address"]
        none = (await caller.get(f"/runs/{run_id}/deliveries?state=failed")).json()
        assert none["entries"] == []


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/bulletins/none", 404, "bulletin-unknown"),
        ("/bulletins/none/runs", 404, "bulletin-unknown"),
        ("/runs/none", 404, "run-unknown"),
        ("/bulletins?page=0", 422, "request-invalid"),
        ("/runs/none/deliveries?state=gone", 422, "request-invalid"),
        ("/nothing", 404, "not-found"),
    ],
)
async def test_what_fails_is_said_as_data(tmp_path: Path, path: str, status: int, code: str) -> None:
    async with site(tmp_path) as it:
        answer = await (await program(it)).get(path)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json()["type"] == f"urn:distributor:problem:{code}"
        assert answer.json()["status"] == status


async def test_a_method_that_is_not_there_and_a_failure_of_ours_are_data_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("li@most.example")

    async with site(tmp_path) as it:
        caller = await program(it)
        assert (await caller.post("/lists")).json()["code"] == "method-not-allowed"
        monkeypatch.setattr("distributor.web.api.lists.find_recipient_lists", fail)
        answer = await caller.get("/lists")
        assert (answer.status_code, answer.json()["code"]) == (500, "internal-server-error")
        assert len(answer.json()["reference"]) == 10
        assert "most.example" not in answer.text


async def test_the_api_describes_itself_in_both_languages_to_programs_and_people(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        chinese = await it.page(f"{API}/openapi.json", accept_language="zh")
        english = await it.page(f"{API}/openapi.json", accept_language="en")
        described = chinese.json()
        assert described["openapi"].startswith("3.1")
        assert {route.path for route in GUARDED} == set(described["paths"])
        assert english.json()["info"]["title"] == "API"
        assert "components" in described
        assert "Problem" in described["components"]["schemas"]
        page = look_at((await it.page(f"{API}/", accept_language="zh")).text)
        assert len(page.texts("//dl/div")) == len({route.path for route in GUARDED}) + 1
        assert page.texts("//script") == []
        assert json.dumps(described)


async def test_the_description_is_what_the_answers_are(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        await sent(it)
        caller = await program(it)
        described = (await it.page(f"{API}/openapi.json")).json()
        for path, methods in described["paths"].items():
            shape = methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
            if "{run_id}" in path or "application/json" not in shape or not shape["application/json"]["schema"]:
                continue
            reference = shape["application/json"]["schema"].get("$ref", "").rsplit("/", 1)[-1]
            answer = (await caller.get(path.removeprefix(API).format(bulletin_id="b001"))).json()
            if reference:
                assert set(answer) == set(described["components"]["schemas"][reference]["properties"]), path


async def test_the_answers_carry_the_headers_of_security(tmp_path: Path) -> None:
    async with site(tmp_path) as it:
        caller = await program(it)
        for path in ("/bulletins", "/nothing", "/openapi.json"):
            headers = (await caller.get(path)).headers
            assert "default-src 'none'" in headers["content-security-policy"], path
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cache-control"] == "no-store"
            assert "set-cookie" not in headers
        assert "access-control-allow-origin" not in (await caller.get("/bulletins", origin=HOST)).headers
