import pytest

from distributor.errors import (
    Conflict,
    DistributorError,
    FileRefused,
    Misconfigured,
    NotFound,
    NotSignedOff,
    RelayTrouble,
)
from distributor.web.errors import status_of


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound("bulletin-unknown", id="x"), 404),
        (NotFound("bulletin-gone", id="x"), 410),
        (NotFound("item-gone", key="x"), 410),
        (FileRefused("file-empty", file="x"), 422),
        (FileRefused("token-invalid"), 404),
        (NotSignedOff("not-signed-off"), 409),
        (Conflict("bulletin-withdrawn"), 409),
        (Misconfigured("config-missing"), 503),
        (RelayTrouble("relay-down"), 503),
    ],
)
def test_each_kind_of_error_has_its_status(error: DistributorError, status: int) -> None:
    assert status_of(error) == status
