"""Logging: structured, to standard error, without personal text."""

from __future__ import annotations

import logging
import sys

import structlog


def set_up(level: str) -> None:
    """Log to standard error: readable on a terminal, JSON otherwise.

    Libraries below are quietened, because they log what they carry: Bolt logs the body of a
    badly signed request, and the SDKs log requests and answers.
    """
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s")
    for name in (
        "slack_bolt",
        "slack_sdk",
        "botbuilder",
        "msrest",
        "msal",
        "aiohttp.access",
        "sqlalchemy.engine",
        "aiosqlite",
    ):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    on_terminal = sys.stderr.isatty()
    renderer = structlog.dev.ConsoleRenderer() if on_terminal else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
