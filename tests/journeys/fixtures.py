"""A database with the newest schema, made once and copied for each test: quicker than making it each time."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, text

from storage import open_store
from storage.tables import metadata
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


@contextlib.asynccontextmanager
async def copied(url: str, empty: Path) -> AsyncIterator[SqlStore]:
    """A fresh SQLite file. These tests outlive no power cut, so nothing waits for the disk (tests/faults/ does)."""
    target = Path(url.removeprefix("sqlite+aiosqlite:///"))
    for file in empty.parent.glob("empty.db*"):
        shutil.copy(file, target.parent / file.name.replace("empty.db", target.name))
    async with open_store(url, [KEY]) as opened:

        @event.listens_for(opened.engine.sync_engine, "connect")
        def _quickly(connection: Any, _record: object) -> None:
            cursor = connection.cursor()
            cursor.execute("PRAGMA synchronous=OFF")
            cursor.close()

        yield opened


@pytest.fixture
async def sqlite_store(sqlite_url: str, empty_database: Path) -> AsyncIterator[SqlStore]:
    async with copied(sqlite_url, empty_database) as opened:
        yield opened


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[SqlStore]:
    """A fresh store on either database."""
    url = request.getfixturevalue(f"{request.param}_url")
    if request.param == "sqlite":
        async with copied(url, request.getfixturevalue("empty_database")) as opened:
            yield opened
        return
    async with open_store(url, [KEY]) as opened:
        await opened.migrate()
        names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
        async with opened.engine.begin() as connection:
            await connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        yield opened
