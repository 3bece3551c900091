"""Sentences in the reader's language, from the Babel catalogues in locales/."""

import errno
import re
import socket
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from distributor.errors import DistributorError
from distributor.model.finding import Finding

LANGUAGES = ("zh_CN", "en")
DEFAULT_LANGUAGE = "zh_CN"

_LOCALES = Path(__file__).parent / "locales"


def negotiate(wanted: str | None) -> str:
    """Choose the catalogue for a language tag such as `en-GB`; Chinese when there is none for it.

    Args:
        wanted: BCP 47 tag or locale name, or None.
    """
    if wanted is not None and wanted.lower().replace("_", "-").split("-")[0] == "en":
        return "en"
    return DEFAULT_LANGUAGE


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Load the sentences of one language by message id.

    Args:
        language: one of LANGUAGES.
    """
    with (_LOCALES / language / "LC_MESSAGES" / "distributor.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, locale=language) if message.id}


def translate(message_id: str, language: str = DEFAULT_LANGUAGE, /, **parameters: object) -> str:
    """Make the sentence for a message id; an unknown id is shown as it is, so that nothing is hidden.

    Args:
        message_id: for example `error.file-empty`.
        language: one of LANGUAGES.
        parameters: values for the `{named}` places of the sentence.
    """
    sentence = catalogue(language).get(message_id)
    if not sentence:
        shown = ", ".join(f"{name}: {value}" for name, value in parameters.items())
        return f"{message_id} ({shown})" if shown else message_id
    return sentence.format_map(_Parameters({name: _shown(value, language) for name, value in parameters.items()}))


def error_sentence(error: DistributorError, language: str = DEFAULT_LANGUAGE) -> str:
    """Make the one sentence that says what went wrong and what to do."""
    return translate(f"error.{error.code}", language, **error.parameters)


def finding_sentence(finding: Finding, language: str = DEFAULT_LANGUAGE) -> str:
    """Make the sentence that somebody reads for a finding; what our conversation with a relay found is put in words."""
    values = dict(finding.parameters)
    said = f"reply.{values.get('problem', '')}"
    if said in catalogue(language):
        values["problem"] = translate(said, language).rstrip("。.")
    return translate(f"finding.{finding.code}", language, **values)


def _shown(value: object, language: str) -> object:
    """Write what the system says about a file or a connection in the reader's language; all else stays as it is."""
    name, place = "", {}
    match value:
        case socket.gaierror():
            name = "host-unknown"
        case OSError(errno=int(number)):
            name = errno.errorcode.get(number, "")
        case UnicodeError():
            name = "not-utf8"
        case tomllib.TOMLDecodeError():
            place = dict(zip(("line", "column"), re.findall(r"\b(?:line|column) (\d+)", str(value)), strict=False))
            name = "toml" if place else "toml-end"
    told = f"trouble.{name}"
    if told in catalogue(language):
        return translate(told, language, **place)
    return (value.strerror or str(value)) if isinstance(value, OSError) else value


class _Parameters(dict[str, object]):
    """Values of a sentence; a value that is not given leaves its name, so that a sentence is made all the same."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"
