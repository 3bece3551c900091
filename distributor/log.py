"""Logging: one line per event, readable on a terminal, JSON elsewhere, addresses masked."""

import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO, cast

import structlog

_ADDRESS = re.compile(r"([\w.+-])[\w.+-]*@([\w.-]+)")


def configure(*, level: int = 20, json: bool | None = None) -> None:
    """Set up the log once per process.

    Args:
        level: lowest level that is written, as in the logging module.
        json: write JSON lines; by default exactly when standard error is no terminal.
    """
    as_json = not sys.stderr.isatty() if json is None else json
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            # before the masking: what a failure says may name addresses, too
            structlog.processors.format_exc_info,
            mask_addresses,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _StandardError())),
        cache_logger_on_first_use=True,
    )


class _StandardError:
    """Whatever stands for standard error when a line is written: loggers outlive the stream they were made with."""

    def write(self, text: str) -> int:
        """Write a text."""
        return sys.stderr.write(text)

    def flush(self) -> None:
        """Write what is still held back."""
        sys.stderr.flush()


def get_logger(name: str) -> Any:  # noqa: ANN401  structlog's own loggers are typed so
    """Give the logger of a module."""
    # `logger` is taken: the name of a parameter of structlog itself
    return structlog.get_logger(module=name)


def mask_addresses(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hide the local part of every e-mail address in a log event and keep it on one line."""
    for name, value in event.items():
        event[name] = _masked(value)
    return event


def _masked(value: Any) -> Any:  # noqa: ANN401  a log event holds whatever was said
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(one) for one in value]
    if isinstance(value, Mapping):
        return {mask(str(name)): _masked(one) for name, one in value.items()}
    return value


def mask(text: str) -> str:
    """Hide the local part of every e-mail address in a text and remove control characters."""
    return "".join(c if c.isprintable() else " " for c in _ADDRESS.sub(r"\1***@\2", text))
