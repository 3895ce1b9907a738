"""A member's enquiry from the command to its end, with the time moved by the test."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from tests.journeys.stage import PLATFORMS, council
from tests.journeys.walks import MEMBER, OFFICER, opened, raise_enquiry, reads, take
from tests.support import FakeClock

if TYPE_CHECKING:
    from storage import SqlStore
    from tests.journeys.stage import Message, Stage

DUE = {"tower-hamlets": date(2026, 3, 16), "west-oxfordshire": date(2026, 3, 9)}
"""Ten working days (Tower Hamlets 8.1) and five (West Oxfordshire 29(a)) from Monday 2 March 2026."""


async def morning_of(stage: Stage, day: date) -> None:
    """Five past nine on that day, and everything that is due by then."""
    stage.clock.instant = datetime(day.year, day.month, day.day, 9, 5, tzinfo=UTC)
    await stage.running.scheduler.remind()
    await stage.settle()


def reminders(stage: Stage) -> list[Message]:
    """What reminds the officer: from there a holding reply can be sent."""
    return [one for one in stage.inbox(OFFICER) if "Holding reply" in one.buttons]


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("pack", DUE)
async def test_raised_acknowledged_reminded_held_replied_closed(
    sqlite_store: SqlStore, platform: str, pack: str
) -> None:
    async with council(platform, sqlite_store, pack, FakeClock()) as stage:
        reference = await raise_enquiry(stage)
        due = DUE[pack]
        receipt = stage.latest(MEMBER)
        assert "Gwen Specimen" in receipt.notice
        assert f"{due.day} March 2026" in receipt.notice, "acknowledged with who has it and by when"
        given = stage.latest(OFFICER)
        assert reference in given.notice
        await stage.press(OFFICER, given, "I have it")

        await morning_of(stage, due)
        [reminder] = reminders(stage)
        assert reference in reminder.notice
        await morning_of(stage, due)
        assert reminders(stage) == [reminder], "once"

        window = await opened(stage, OFFICER, "Holding reply", of=reminder)
        done = await stage.send(OFFICER, window, step="holding reply", text="words for holding", on="2026-03-27")
        assert not done.problems, done.problems
        await stage.settle()
        assert "27 March 2026" in stage.latest(MEMBER).notice
        assert await reads(stage, MEMBER, "words for holding")

        await take(stage, OFFICER, "reply", of=given, text="words for reply")
        assert f"There is a reply to enquiry {reference}" in stage.latest(MEMBER).notice
        assert await reads(stage, MEMBER, "words for reply")
        await take(stage, MEMBER, "closed")
        await morning_of(stage, date(2026, 4, 30))
        assert reminders(stage) == [reminder], "nothing for what is closed"
        async with stage.store.begin() as uow:
            case = await uow.cases.get(reference)
        assert case is not None
        assert case.state.value == "closed"


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_another_member_does_not_learn_of_it_until_it_is_shared(sqlite_store: SqlStore, platform: str) -> None:
    """Tower Hamlets 13.16."""
    async with council(platform, sqlite_store, "tower-hamlets") as stage:
        await raise_enquiry(stage)
        receipt = stage.latest(MEMBER)
        window = await stage.press("ben.specimen", receipt, "Open")
        assert window is not None
        assert "cannot find that" in window.words
        await take(stage, MEMBER, "shared", share_with="person:ben.specimen")
        assert await reads(stage, "ben.specimen", "words for enquiry details")


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_refusal_is_private_where_others_read_along(sqlite_store: SqlStore, platform: str) -> None:
    """Whether somebody may see the register must not show in a channel by what the bot answers there."""
    async with council(platform, sqlite_store, "copeland") as stage:
        await stage.mention("ben.specimen", "register")
        await stage.mention("mo.template", "register")

        assert "cannot find that" not in stage.in_public()
        assert "cannot find that" in stage.latest("ben.specimen").notice
        assert stage.in_public().count("I have sent you a private message") >= 2
