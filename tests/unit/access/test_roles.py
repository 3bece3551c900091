"""Who may do what."""

import pytest

from distributor import access
from distributor.access import AccessRole, Act, Actor
from distributor.errors import Refused
from tests.support.sentences import is_said

READER = {Act.LOG_IN, Act.READ, Act.OWN_ACCOUNT}
EDITOR = READER | {Act.RECEIVE, Act.SETTLE_TICKETS, Act.EDIT_BOOK, Act.DESIGN_MAIL}
APPROVER = EDITOR | {Act.SIGN_OFF, Act.PUBLISH, Act.SEND}
MATRIX = {
    None: {Act.LOG_IN},
    AccessRole.READER: READER,
    AccessRole.EDITOR: EDITOR,
    AccessRole.APPROVER: APPROVER,
    AccessRole.ADMINISTRATOR: set(Act),
}


@pytest.mark.parametrize("role", MATRIX)
def test_each_role_may_do_what_the_matrix_says(role: AccessRole | None) -> None:
    assert {act for act in Act if access.may(role, act)} == MATRIX[role]


@pytest.mark.parametrize("act", Act)
def test_a_higher_role_may_do_what_a_lower_one_may(act: Act) -> None:
    allowed = [access.may(role, act) for role in (None, *AccessRole)]
    assert allowed == sorted(allowed)
    assert allowed[-1]


def test_an_editor_cannot_sign_off() -> None:
    with pytest.raises(Refused) as refused:
        access.require(Actor("li", AccessRole.EDITOR), Act.SIGN_OFF)
    assert refused.value.parameters == {"actor": "li", "act": "sign off", "role": "approver"}
    assert is_said(refused.value)


def test_every_act_needs_a_name() -> None:
    with pytest.raises(Refused, match="actor-unnamed"):
        access.require(Actor("  "), Act.READ)


def test_who_has_the_shell_administers() -> None:
    somebody = Actor("li")
    assert (somebody.role, somebody.origin) == (AccessRole.ADMINISTRATOR, access.Origin.SHELL)
