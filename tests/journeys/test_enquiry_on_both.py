"""An enquiry's whole life, as Slack and Teams show it: every message and every form within their limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.slack import modals
from adapters.slack import render as slack
from adapters.teams import render as teams
from adapters.teams.limits import CARD_ACTIONS
from bot.rules.casework import Step
from tests.handlers.test_enquiries import ADA, GWEN, IVY, OZ
from tests.handlers.test_remind import Council
from tests.slack.block_kit import problems_of_message, problems_of_view
from tests.teams import cards_read

if TYPE_CHECKING:
    from bot.messages import Form, Reply
    from storage import SqlStore
    from tests.support import FakeClock


def shown(reply: Reply) -> int:
    """Render on both; how many messages it is on Teams."""
    assert problems_of_message(slack.message(reply)) == []
    cards = teams.messages(reply, private=True)
    for card in cards:
        pressable = [
            each for each in cards_read.elements(card) if str(each.get("type", "")).startswith("Action.Execute")
        ]
        assert len(pressable) <= CARD_ACTIONS
    if reply.form is not None:
        opened(reply.form)
    return len(cards)


def opened(form: Form) -> None:
    assert problems_of_view(modals.form_view(form)) == []


@pytest.fixture
async def council(sqlite_store: SqlStore, clock: FakeClock) -> Council:
    return await Council(sqlite_store, clock, "tower-hamlets").directory()


async def test_from_raising_to_closing(council: Council) -> None:
    for who in (ADA, OZ):
        opened(await council.open(who, "member_enquiry"))
    case = await council.raise_one(subject="S" * 200, details="Long. " * 480, urgent="", ward="North")
    for who in (ADA, GWEN, OZ):
        opened(await council.opened(who, case))
    for step in Step:
        opened(await council.change(GWEN, await council.opened(GWEN, case), step=step.value))
    shown(await council.step(GWEN, case, "holding reply", text="Because. " * 300, on="2026-03-20"))
    shown(await council.step(GWEN, case, "passed on", text="Highways", to_officer=f"person:{IVY}"))
    shown(await council.press(ADA, "case_clock", case.id))
    for day in ("2026-03-18", "2026-03-20", "2026-03-23", "2026-03-24"):
        await council.day(day)
    shown(await council.step(IVY, case, "reply", text="Done. " * 500))
    shown(await council.step(ADA, case, "closed"))
    for who, action in ((ADA, "my_enquiries"), (IVY, "my_enquiries"), (OZ, "all_enquiries"), (OZ, "enquiry_figures")):
        shown(await council.press(who, action))
    opened(await council.open(GWEN, "away"))
    await council.send()

    assert len(council.sent) > 8
    assert {shown(reply) for *_, reply in council.sent} == {1}


async def test_a_digest_of_many_is_one_message_on_both(council: Council) -> None:
    for _ in range(9):
        await council.raise_one()
    await council.send()
    got = await council.day("2026-03-18")

    assert [shown(reply) for replies in got.values() for reply in replies] == [1] * 3
