"""Who may do what."""

import pytest

from distributor import access
from distributor.access import AccessRole, Act, Actor
from distributor.access.roles import may
from distributor.errors import Refused

MATRIX = {
    AccessRole.READER: {Act.READ},
    AccessRole.EDITOR: {Act.READ, Act.RECEIVE},
    AccessRole.APPROVER: {Act.READ, Act.RECEIVE, Act.SIGN_OFF, Act.PUBLISH, Act.SEND},
    AccessRole.ADMINISTRATOR: set(Act),
}


@pytest.mark.parametrize("role", AccessRole)
@pytest.mark.parametrize("act", Act)
def test_each_role_may_do_what_the_matrix_says(role: AccessRole, act: Act) -> None:
    assert may(Actor("somebody", role), act) is (act in MATRIX[role])


def test_an_editor_cannot_sign_off() -> None:
    with pytest.raises(Refused) as refused:
        access.require(Actor("li", AccessRole.EDITOR), Act.SIGN_OFF)
    assert refused.value.parameters == {"actor": "li", "act": "sign off", "role": "approver"}


def test_every_act_needs_a_name() -> None:
    with pytest.raises(Refused, match="actor-unnamed"):
        access.require(Actor("  "), Act.READ)
