"""Fixtures for Teams."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.teams.support import Rig, bot_on_teams

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from storage import SqlStore


@pytest.fixture
async def rig(sqlite_store: SqlStore) -> AsyncIterator[Rig]:
    """A bot on a local Teams, with no protocol: for everything but questions."""
    async with bot_on_teams(sqlite_store) as made:
        yield made
