"""Keeps and finds; decides nothing. SQLAlchemy 2 async on SQLite or PostgreSQL: the same code, the same tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.crypto import Sealer, new_key
from storage.store import SqlStore

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["SqlStore", "new_key", "open_store"]


def open_store(url: str, keys: Iterable[str]) -> SqlStore:
    """The store for a DATABASE_URL and the ENCRYPTION_KEYS, newest first.

    Raises:
        ConfigurationError: the address or a key is of no use.
    """
    return SqlStore(url, Sealer(keys))
