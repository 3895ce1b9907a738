"""The town for tests that talk to the whole application."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.slack.support import Town, town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from storage import SqlStore


@pytest.fixture
async def bot(sqlite_store: SqlStore) -> AsyncIterator[Town]:
    async with town(sqlite_store) as everything:
        yield everything
