"""Who may do what; pure."""

from distributor.access.roles import AccessRole, Act, Actor, require

__all__ = ["AccessRole", "Act", "Actor", "require"]
