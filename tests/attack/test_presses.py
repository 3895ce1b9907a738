"""The same thing sent many times at once, as impatient fingers and repeating networks do: one effect."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from bot.model import Event
from storage import tables
from tests.journeys.stage import OnSlack, council
from tests.journeys.walks import COUNCILS, declare, opened

if TYPE_CHECKING:
    from bot.messages import Reply
    from storage import SqlStore
    from tests.journeys.stage import Stage

PRESSES = 24


async def pressed(stage: Stage, form: str, token: str, values: dict[str, str], *, who: str = "ada.sample") -> list[str]:
    """The same form sent in by many presses, each an event of its own; what each is told."""
    user = f"U{who.upper().replace('.', '')}"
    sender = {"platform": "slack", "user_id": user}
    place = {"private": True, "address": json.dumps({"user": user}), "thread": user}

    async def press(number: int) -> Reply | None:
        payload = {
            "is": "SubmitForm",
            "key": f"press:{number}",
            "sender": sender,
            "place": place,
            "form": form,
            "token": token,
            "values": values,
        }
        event = Event(
            platform="slack",
            key=f"press:{number}",
            kind="SubmitForm",
            payload=json.dumps(payload),
            received_at=stage.clock.now(),
        )
        return await stage.running.reception.answer_now(event)

    replies = await asyncio.gather(*(press(number) for number in range(PRESSES)))
    assert all(reply is not None for reply in replies)
    return [reply.summary for reply in replies if reply is not None]


async def count(store: SqlStore, table: str) -> int:
    async with store.begin() as uow:
        found = await uow.connection.scalar(select(func.count()).select_from(tables.metadata.tables[table]))
        return int(found or 0)


async def test_a_declaration_pressed_many_times_at_once_is_one_record_and_one_notice(store: SqlStore) -> None:
    async with council("slack", store, "copeland", declarations_per_hour=100) as stage:
        values = {"other_party": "person:femi.sample", "kind": "family"}
        told = await pressed(stage, "declare_relationship", "one-token", values)
        await stage.settle()

        assert len(set(told)) == 1, "everybody hears the same reference"
        assert await count(store, "disclosures") == 1
        assert len(stage.inbox("mo.template")) == 1


async def test_an_enquiry_pressed_many_times_at_once_is_one_enquiry(store: SqlStore) -> None:
    async with council("slack", store, "tower-hamlets") as stage:
        values = {"subject": "Light", "details": "The light is out.", "service": "Housing"}
        told = await pressed(stage, "member_enquiry", "one-token", values)
        await stage.settle()

        assert len(set(told)) == 1
        assert await count(store, "cases") == 1
        assert len([one for one in stage.inbox("gwen.specimen") if "is yours" in one.notice]) == 1


async def test_a_step_pressed_many_times_at_once_is_taken_once(store: SqlStore) -> None:
    async with council("slack", store, "copeland") as stage:
        await declare(stage, COUNCILS[0])
        window = await opened(stage, "mo.template")
        assert isinstance(stage, OnSlack)
        token = json.loads(window.native["private_metadata"])["token"]
        values = {"step": "conditions set", "text": "keep out of it", "told": "", "review_on": ""}
        told = await pressed(stage, "disclosure", token, values, who="mo.template")
        await stage.settle()

        assert len(set(told)) == 1
        async with store.begin() as uow:
            [disclosure] = await uow.disclosures.all()
            steps = [event.step.value for event in await uow.disclosures.events(disclosure.id)]
        assert steps.count("conditions set") == 1


async def test_a_question_to_a_person_pressed_many_times_at_once_is_asked_once(store: SqlStore) -> None:
    async with council("slack", store, "copeland") as stage:
        told = await pressed(stage, "ask_person", "-.one-token", {"question": "May I?"})
        await stage.settle()

        assert len(set(told)) == 1
        assert await count(store, "handoffs") == 1
