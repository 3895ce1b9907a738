"""A database with the newest schema, made once and copied for each test: quicker than making it each time."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from storage import open_store
from tests.conftest import KEY, apart

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from storage import SqlStore


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("journeys") / "empty.db"

    async def make() -> None:
        async with open_store(f"sqlite+aiosqlite:///{path}", [KEY]) as store:
            await store.migrate()

    apart(make())
    return path


@pytest.fixture
async def sqlite_store(sqlite_url: str, empty_database: Path) -> AsyncIterator[SqlStore]:
    """A fresh SQLite file."""
    target = Path(sqlite_url.removeprefix("sqlite+aiosqlite:///"))
    for file in empty_database.parent.glob("empty.db*"):
        shutil.copy(file, target.parent / file.name.replace("empty.db", target.name))
    async with open_store(sqlite_url, [KEY]) as store:
        yield store
