"""Everything that anything logs, at its most talkative."""

from __future__ import annotations

import contextlib
import logging
import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from bot import logs

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Everything(logging.Handler):
    """Takes each record of each library with its arguments and its traceback, as no handler of ours would show it."""

    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(logging.DEBUG)

    __hash__ = object.__hash__

    def emit(self, record: logging.LogRecord) -> None:
        text = f"{record.name} {record.getMessage()} {record.args!r}"
        if record.exc_info and record.exc_info[1] is not None:
            text += "".join(traceback.format_exception(record.exc_info[1]))
        self.said.append(text)


@contextlib.contextmanager
def everything_logged() -> Iterator[Everything]:
    """``LOG_LEVEL=DEBUG``, and every library at DEBUG too, though no setting makes them so."""
    known, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.set_up("DEBUG")
    kept = Everything()
    root.addHandler(kept)
    root.setLevel(logging.DEBUG)
    libraries = [one for one in logging.root.manager.loggerDict.values() if isinstance(one, logging.Logger)]
    levels = {one: one.level for one in libraries}
    for library in libraries:
        library.setLevel(logging.DEBUG)
    try:
        yield kept
    finally:
        for library, before in levels.items():
            library.setLevel(before)
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.configure(**known)
