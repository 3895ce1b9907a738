from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support import protocol
from tests.teams.support import bot_on_teams

if TYPE_CHECKING:
    from storage import SqlStore


async def test_a_private_question_is_answered(sqlite_store: SqlStore) -> None:
    async with bot_on_teams(sqlite_store, protocol()) as rig:
        await rig.tell(rig.activity(text="hello"))
        assert len(rig.teams.sent) == 1
