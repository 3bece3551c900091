"""The Jinja environments shared by mails and pages: HTML always escapes, subjects and text never do."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path

from jinja2 import (
    ChoiceLoader,
    DictLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
    pass_context,
)
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from distributor.i18n import translate
from distributor.settings import asset_folder

_ENGLISH_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?")
# what `render` adds to the context of every template
COMMON_NAMES = frozenset({"t", "language", "lang"})


@cache
def html_environment(folder: Path | None = None) -> Environment:
    """Give the environment for HTML: every value is escaped, an unknown name is an error.

    Args:
        folder: folder of the templates; the one shipped by default.
    """
    # select_autoescape goes by file names and misses some, so that escaping is on for whatever is rendered here
    return _environment(folder, autoescape=True)


@cache
def text_environment(folder: Path | None = None) -> Environment:
    """Give the environment for subjects and plain text: nothing is escaped, an unknown name is an error.

    Args:
        folder: folder of the templates; the one shipped by default.
    """
    return _environment(folder, autoescape=False)


def sandboxed_environment(sources: Mapping[str, str], *, autoescape: bool) -> Environment:
    """Give an environment for templates that somebody wrote at run time, in front of those that are shipped.

    They reach no attribute that begins with an underscore and change no value; only a limited process stops one that
    never ends.

    Args:
        sources: templates by their path below the folder of templates.
        autoescape: for HTML.
    """
    shipped = FileSystemLoader(asset_folder("templates"))
    return _furnished(
        ImmutableSandboxedEnvironment(
            loader=ChoiceLoader([DictLoader(sources), shipped]),
            autoescape=autoescape,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
    )


def render(environment: Environment, name: str, language: str, context: Mapping[str, object]) -> str:
    """Render a template in a language; it gets `t(message_id, **parameters)`, `language` and `lang` beside its context.

    Args:
        environment: `html_environment()` or `text_environment()`.
        name: path below the folder of templates, for example `mail/digest/body.html`.
        language: one of i18n.LANGUAGES.
        context: the names the template may use.
    """
    common = {"t": _sentences(language), "language": language, "lang": language_tag(language)}
    return environment.get_template(name).render({**context, **common})


def broken_templates(folder: Path | None = None) -> tuple[tuple[str, str], ...]:
    """Give the templates that cannot be used, each with the line and the reason.

    Args:
        folder: folder of the templates; the one shipped by default.
    """
    environment = html_environment(folder)
    broken = []
    for name in environment.list_templates():
        try:
            environment.get_template(name)
        except TemplateSyntaxError as error:
            broken.append((name, f"{error.lineno}: {error.message}"))
        except (TemplateError, UnicodeDecodeError) as error:
            broken.append((name, str(error)))
    return tuple(broken)


def language_tag(language: str) -> str:
    """Give the BCP 47 tag of one of i18n.LANGUAGES, for `lang` attributes and headers: zh_CN → zh-CN."""
    return language.replace("_", "-")


def day(value: date | str, language: str) -> str:
    """Write a date for people: 2023年12月5日, or 5 December 2023.

    Args:
        value: a date, a moment in the zone it is to be shown in, or `YYYY-MM-DD` or `YYYY-MM` as a masthead has it;
            any other text is shown as it is.
        language: one of i18n.LANGUAGES.
    """
    if isinstance(value, str):
        if _DATE.fullmatch(value) is None:
            return value
        parts = [int(part) for part in value.split("-")]
    else:
        parts = [value.year, value.month, value.day]
    if language == "en":
        return " ".join([*(str(part) for part in parts[2:]), _ENGLISH_MONTHS[parts[1] - 1], str(parts[0])])
    return "".join(f"{part}{unit}" for part, unit in zip(parts, "年月日", strict=False))


def moment(value: datetime, language: str) -> str:
    """Write a moment for people, to the minute, in the zone it carries: 2023年12月5日 09:30."""
    return f"{day(value, language)} {value:%H:%M}"


def _sentences(language: str) -> Callable[..., str]:
    def sentence(message_id: str, /, **parameters: object) -> str:
        return translate(message_id, language, **parameters)

    return sentence


def _environment(folder: Path | None, *, autoescape: bool) -> Environment:
    return _furnished(
        Environment(
            loader=FileSystemLoader(folder or asset_folder("templates")),
            autoescape=autoescape,  # noqa: S701  off for subjects and plain text alone, where & must stay &
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
    )


def _furnished(environment: Environment) -> Environment:
    environment.filters["day"] = pass_context(lambda context, value: day(value, _language(context)))
    environment.filters["moment"] = pass_context(lambda context, value: moment(value, _language(context)))
    return environment


def _language(context: Context) -> str:
    return str(context["language"])
