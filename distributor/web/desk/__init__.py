"""The desk of the secretariat: pages behind a login; each route declares the act it is for."""

from distributor.web.desk import (
    account,
    address_book,
    api_tokens,
    audit,
    bulletins,
    certificates,
    changing,
    editing,
    home,
    login,
    mail_look,
    mail_preview,
    run_acts,
    run_ledger,
    runs,
    schedules,
    second_factor,
    sent,
    signing,
    subscribers,
    tickets,
    upload,
    users,
    withdrawing,
)
from distributor.web.desk.routing import router

# importing a module registers its routes
PARTS = (
    home,
    login,
    account,
    api_tokens,
    second_factor,
    upload,
    bulletins,
    mail_preview,
    signing,
    editing,
    changing,
    withdrawing,
    runs,
    run_ledger,
    run_acts,
    certificates,
    sent,
    schedules,
    subscribers,
    address_book,
    tickets,
    mail_look,
    users,
    audit,
)

__all__ = ["PARTS", "router"]
