"""Fixtures for Teams."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from storage import open_store
from tests.conftest import KEY, apart
from tests.teams.sample import Sample
from tests.teams.support import Rig, bot_on_teams

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from storage import SqlStore


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the newest schema, made once."""
    path = tmp_path_factory.mktemp("teams") / "template.db"

    async def make() -> None:
        async with open_store(f"sqlite+aiosqlite:///{path}", [KEY]) as store:
            await store.migrate()

    apart(make())
    return path


@pytest.fixture
async def sqlite_store(sqlite_url: str, migrated: Path) -> AsyncIterator[SqlStore]:
    """A fresh SQLite file: a copy of the one that was migrated, which is quicker than migrating each."""
    target = Path(sqlite_url.removeprefix("sqlite+aiosqlite:///"))
    for file in migrated.parent.glob("template.db*"):
        shutil.copy(file, target.parent / file.name.replace("template.db", target.name))
    async with open_store(sqlite_url, [KEY]) as store:
        yield store


@pytest.fixture
async def rig(sqlite_store: SqlStore) -> AsyncIterator[Rig]:
    """A bot on a local Teams, which knows Copeland’s protocol."""
    async with bot_on_teams(sqlite_store) as made:
        yield made


@pytest.fixture
def sample(monkeypatch: pytest.MonkeyPatch) -> Sample:
    """A sample form that the bot knows."""
    return Sample().add(monkeypatch)
