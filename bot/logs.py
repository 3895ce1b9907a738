"""Logging: structured, to standard error, without personal text.

What an exception says may quote what a person wrote (a database driver quotes the row, a parser
the text), so neither our log nor the libraries' shows an exception's message: its kind, and where
it came from, is all. Each line stands alone: a line break in a value cannot begin a second one.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from types import TracebackType

QUIET = ("slack_bolt", "slack_sdk", "botbuilder", "msrest", "msal", "aiohttp.access", "sqlalchemy.engine", "aiosqlite")
"""Libraries that log what they carry: Bolt the body of a badly signed request, the SDKs requests and answers."""

FRAMES = 4

MOVES = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Characters that begin a line, move a terminal's cursor or turn the writing round."""


def set_up(level: str) -> None:
    """Log to standard error: readable on a terminal, JSON otherwise."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    handler = StandardError()
    handler.setFormatter(Plain())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    on_terminal = sys.stderr.isatty()
    renderer = structlog.dev.ConsoleRenderer() if on_terminal else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_message,
            one_line,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def without_message(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Put an exception's kind and place where its message and traceback would stand."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["where"] = where(error.__traceback__)
    return event


def one_line(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep every value on its line: what comes from outside must neither look like an entry nor move a terminal."""
    return {name: MOVES.sub(_spelt, value) if isinstance(value, str) else value for name, value in event.items()}


def _spelt(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()


def where(trace: TracebackType | None) -> str:
    """The last steps before the error: file, line and function."""
    frames = traceback.extract_tb(trace)[-FRAMES:]
    return " > ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)


class StandardError(logging.Handler):
    """Writes to whatever standard error is at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line."""
        sys.stderr.write(f"{self.format(record)}\n")


class Plain(logging.Formatter):
    """One JSON object a line for what libraries log: who, how bad, and an error's kind; never what they say."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {"event": "library", "logger": record.name, "level": record.levelname.lower()}
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        if error is not None:
            line["error"] = type(error).__name__
            line["where"] = where(error.__traceback__)
        return json.dumps(line)
