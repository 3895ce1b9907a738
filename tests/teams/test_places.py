"""Where people can be reached is kept once, and not written again with every message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import event

if TYPE_CHECKING:
    from tests.teams.support import Rig


async def test_a_second_message_from_the_same_place_writes_no_place_again(rig: Rig) -> None:
    written: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "places" in statement:
            written.append(statement)

    await rig.post(rig.activity(text="hello"))
    event.listen(rig.reception.store.engine.sync_engine, "before_cursor_execute", note)  # type: ignore[attr-defined]
    await rig.post(rig.activity(text="hello again"))

    assert written == []
