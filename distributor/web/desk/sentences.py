"""Sentences of errors for who works at the desk: they name pages and roles, never commands."""

from distributor.errors import DistributorError
from distributor.i18n import catalogue, translate


def desk_sentence(error: DistributorError, language: str) -> str:
    """Make the one sentence that says what went wrong and what to do at the desk.

    Args:
        error: what went wrong.
        language: one of LANGUAGES.
    """
    own = f"desk-error.{error.code}"
    message_id = own if own in catalogue(language) else f"error.{error.code}"
    role = error.parameters.get("role")
    named = {} if role is None else {"role": translate(f"desk.role.{role}", language)}
    return translate(message_id, language, **{**error.parameters, **named})
