"""Who may do what, what a password must be, how logins are slowed, and how the audit log is chained; pure."""

from distributor.access.chain import BrokenLink, check_chain, seal
from distributor.access.hashing import hash_password, is_password, needs_new_hash
from distributor.access.names import clean_name
from distributor.access.passwords import new_password, require_strong
from distributor.access.roles import Act, Actor, least_role, may, require
from distributor.access.scopes import require_scope, scope_of
from distributor.access.throttle import ACCOUNT, ADDRESS, Limit, counted, network_of, uncounted, wait
from distributor.access.totp import matching_step, new_totp_secret, provisioning_uri, totp_code, totp_step
from distributor.model.audit import Origin
from distributor.model.user import AccessRole

__all__ = [
    "ACCOUNT",
    "ADDRESS",
    "AccessRole",
    "Act",
    "Actor",
    "BrokenLink",
    "Limit",
    "Origin",
    "check_chain",
    "clean_name",
    "counted",
    "hash_password",
    "is_password",
    "least_role",
    "matching_step",
    "may",
    "needs_new_hash",
    "network_of",
    "new_password",
    "new_totp_secret",
    "provisioning_uri",
    "require",
    "require_scope",
    "require_strong",
    "scope_of",
    "seal",
    "totp_code",
    "totp_step",
    "uncounted",
    "wait",
]
