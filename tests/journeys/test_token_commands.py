"""`distributor token …`."""

import json

import pytest

from tests.support.installations import Run, run

__all__ = ["run"]


@pytest.fixture
def ready(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    assert run("init")[0] == 0
    code, _, errors = run("user", "add", "li", "--role", "editor", "--generate", "--as", "root")
    assert code == 0, errors
    return run


def test_a_token_is_shown_once_listed_and_taken_back(ready: Run) -> None:
    assert "No tokens yet" in ready("token", "list")[1]
    code, out, errors = ready("token", "add", "library", "--for", "Li", "--scope", "read", "--days", 7, "--as", "root")
    assert code == 0, errors
    secret = out.splitlines()[-1]
    assert secret.startswith("distributor_")
    assert len(secret) > 50
    (token,) = json.loads(ready("token", "list", "--json")[1])
    assert (token["user"], token["name"], token["scopes"], token["created_by"]) == ("li", "library", ["read"], "root")
    listed = ready("token", "list")[1]
    assert token["id"] in listed
    assert secret not in listed
    assert "holds no more" in ready("token", "revoke", token["id"], "--as", "root")[1]
    assert ready("token", "list", "--json")[1].strip() == "[]"
    code, _, errors = ready("token", "revoke", token["id"], "--as", "root")
    assert (code, errors.count("\n")) == (2, 1)


@pytest.mark.parametrize(
    "options",
    [
        ("library", "--for", "nobody", "--scope", "read"),
        (" ", "--for", "li", "--scope", "read"),
        ("x" * 101, "--for", "li", "--scope", "read"),
        ("library", "--for", "li", "--scope", "read", "--days", 0),
        ("library", "--for", "li", "--scope", "read", "--days", 400),
        ("library", "--for", "li", "--scope", "everything"),
        ("library", "--for", "li"),
    ],
)
def test_what_makes_no_token_is_refused_with_one_sentence(ready: Run, options: tuple[object, ...]) -> None:
    code, out, errors = ready("token", "add", *options, "--as", "root")
    assert (code, out, errors.count("\n")) == (2, "", 1)
