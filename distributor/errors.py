"""The error tree of the product; every error carries a code and parameters, its sentence is made at the edge."""

# DistributorError
# ├── Refused              what was given cannot be used: the sentence says what to do
# │   ├── FileRefused      a bulletin file that cannot be read
# │   └── AddressRefused   an e-mail address that cannot be used
# ├── NotFound             nothing has that name or id
# ├── Conflict             the state of a thing forbids the act (not signed off, already withdrawn)
# │   └── NotSignedOff     nothing leaves unsigned
# ├── Misconfigured        a setting, a file or a folder the program needs is missing or wrong
# └── RelayTrouble         the mail relay does not do its part

from typing import ClassVar


class DistributorError(Exception):
    """Base of all our errors.

    Args:
        code: the last part of the message id `error.<code>` in the catalogues.
        parameters: the values the sentence names (file, line, list, address …).
    """

    exit_code: ClassVar[int] = 2

    def __init__(self, code: str, **parameters: object) -> None:
        super().__init__(code, parameters)
        self.code = code
        self.parameters: dict[str, object] = parameters

    def __str__(self) -> str:
        named = ", ".join(f"{name}={value!r}" for name, value in self.parameters.items())
        return f"{self.code}({named})"


class Refused(DistributorError):
    """What was given cannot be used; nothing has changed."""


class FileRefused(Refused):
    """A bulletin file that cannot be read, with advice."""


class AddressRefused(Refused):
    """An e-mail address that cannot be used."""


class NotFound(DistributorError):
    """Nothing has that name or id."""


class Conflict(DistributorError):
    """The state of a thing forbids the act."""


class NotSignedOff(Conflict):
    """The act needs a sign-off that does not exist or no longer holds."""


class Misconfigured(DistributorError):
    """A setting, a file or a folder the program needs is missing or wrong."""


class RelayTrouble(DistributorError):
    """The mail relay cannot be reached or does not do its part."""
