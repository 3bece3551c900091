"""The audit log: what was done, by whom, chained so that nothing can be changed unnoticed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

# stands for "before the first entry" in the chain
GENESIS = "0" * 64


class Origin(StrEnum):
    """Where an act comes from: a page of the desk, the API, the shell of the machine, or the program by itself."""

    DESK = "desk"
    API = "api"
    SHELL = "shell"
    PROGRAM = "program"


class AuditAct(StrEnum):
    """What can be found in the log; sentences `desk.act.<value>` name them for people."""

    RECEIVE = "receive"
    EDIT = "edit"
    SIGN_OFF = "sign-off"
    PUBLISH = "publish"
    CORRECT = "correct"
    DISCARD_CORRECTION = "discard-correction"
    WITHDRAW = "withdraw"
    UNDO_WITHDRAWAL = "undo-withdrawal"
    GRANT_FEED = "grant-feed"
    REVOKE_FEED = "revoke-feed"
    SEND = "send"
    APPLY = "apply-configuration"
    EDIT_BOOK = "edit-address-book"
    ADJUST_PLAN = "adjust-plan"
    CLOSE_TICKET = "close-ticket"
    REOPEN_TICKET = "reopen-ticket"
    CHANGE_THEME = "change-theme"
    SAVE_TEMPLATE = "save-template"
    ACTIVATE_TEMPLATE = "activate-template"
    RESET_TEMPLATE = "reset-template"
    TEST_MAIL = "test-mail"
    CHANGE_SCHEDULE = "change-schedule"
    DECIDE_OCCURRENCE = "decide-occurrence"
    APPLY_CALENDAR = "apply-calendar"
    DECIDE_SUBSCRIPTION = "decide-subscription"
    EXPORT_SUBSCRIBERS = "export-subscribers"
    REMOVE_SUBSCRIBER = "remove-subscriber"
    ADD_USER = "add-user"
    CHANGE_ROLE = "change-role"
    DISABLE_USER = "disable-user"
    ENABLE_USER = "enable-user"
    SET_PASSWORD = "set-password"  # noqa: S105  the name of an act
    ENABLE_SECOND_FACTOR = "enable-second-factor"
    DISABLE_SECOND_FACTOR = "disable-second-factor"
    MAKE_RECOVERY_CODES = "make-recovery-codes"
    LOG_IN = "log-in"
    LOG_IN_SLOWED = "log-in-slowed"
    LOG_OUT = "log-out"
    REVOKE_SESSION = "revoke-session"
    ADD_TOKEN = "add-token"  # noqa: S105  the name of an act
    REVOKE_TOKEN = "revoke-token"  # noqa: S105  as above
    RESTORE_BACKUP = "restore-backup"
    COPY_DATABASE = "copy-database"


@dataclass(frozen=True, slots=True)
class Touched:
    """The object of an act.

    Args:
        kind: bulletin, user, session, ticket, configuration …
        id: its id.
        before: digest of it before the act, None when it was not there.
        after: digest of it after the act, None when it is gone.
    """

    kind: str
    id: str
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the audit log.

    Args:
        position: 1-based, without gaps.
        at: when, by the clock of the program.
        actor: name of who did it.
        origin: one of Origin.
        act: one of AuditAct, kept as text so that an old log can always be read.
        touched: the object.
        previous: hash of the entry before, GENESIS for the first.
        hash: hash of all the above and the details.
        details: what else there is to say, plain values.
    """

    position: int
    at: datetime
    actor: str
    origin: str
    act: str
    touched: Touched
    previous: str
    hash: str
    details: Mapping[str, object] = field(default_factory=dict)
