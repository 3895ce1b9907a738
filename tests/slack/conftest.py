"""The town for tests that talk to the whole application, each with a database of its own."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from storage import SqlStore, new_key, open_store
from tests.conftest import apart
from tests.slack.support import Town, town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

KEY = new_key()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the newest schema and nothing in it; making one takes longer than most tests."""
    path = tmp_path_factory.mktemp("slack") / "empty.db"

    async def make() -> None:
        async with open_store(f"sqlite+aiosqlite:///{path}", [KEY]) as store:
            await store.migrate()

    apart(make())
    return path


@pytest.fixture
async def sqlite_store(empty_database: Path, tmp_path: Path) -> AsyncIterator[SqlStore]:
    for file in empty_database.parent.glob("empty.db*"):
        shutil.copy(file, tmp_path / file.name)
    async with open_store(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}", [KEY]) as store:
        yield store


@pytest.fixture
async def bot(sqlite_store: SqlStore) -> AsyncIterator[Town]:
    async with town(sqlite_store) as everything:
        yield everything
