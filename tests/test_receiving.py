"""What comes in is remembered, answered once, and never lost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot import dispatch
from bot.errors import Refusal
from bot.messages import OpenHome, Place, Pressed, Reply, Request, Sender
from bot.model import Event
from tests.support import FakeClock, reception, said

if TYPE_CHECKING:
    from bot.ports import Services
    from storage import SqlStore


@dataclass(frozen=True)
class OneWord:
    """Reads an event whose payload is what was said; a few words mean something else."""

    private: bool = True

    def to_request(self, event: Event) -> Request | None:
        if event.payload == "nothing":
            return None
        if event.payload == "unreadable":
            raise ValueError(event.payload)
        if event.payload.startswith("press "):
            return Pressed(
                key=event.key,
                sender=Sender(platform="slack", user_id="U1"),
                place=Place(private=self.private, address="here"),
                action=event.payload.removeprefix("press "),
            )
        return said(event.payload, key=event.key, private=self.private)


def event(text: str, key: str = "1", clock: FakeClock | None = None) -> Event:
    return Event(platform="slack", key=key, kind="words", payload=text, received_at=(clock or FakeClock()).now())


async def queued(store: SqlStore, clock: FakeClock) -> list[tuple[str, str]]:
    """Where each queued message goes, and its summary."""
    async with store.begin() as uow:
        found = await uow.outbox.claim("slack", clock.now() + timedelta(days=1), timedelta(0), 50)
    return [(message.to.place or message.to.user_id, message.reply.summary) for message in found]


async def test_a_greeting_gets_one_answer_in_its_place(store: SqlStore, clock: FakeClock) -> None:
    desk = reception(store, {"slack": OneWord()}, clock=clock)

    assert await desk.accept(event("hello"))
    await desk.work_waiting()

    [(place, summary)] = await queued(store, clock)
    assert place == "place-of-U1"
    assert "Copeland" in summary


async def test_the_same_event_four_times_has_one_effect(store: SqlStore, clock: FakeClock) -> None:
    desk = reception(store, {"slack": OneWord()}, clock=clock)

    accepted = [await desk.accept(event("hello")) for _ in range(4)]
    await desk.work_waiting()
    accepted.append(await desk.accept(event("hello")))
    await desk.work_waiting()

    assert accepted == [True, False, False, False, False]
    assert len(await queued(store, clock)) == 1


async def test_an_event_accepted_before_a_crash_is_answered_after_it(store: SqlStore, clock: FakeClock) -> None:
    await reception(store, {"slack": OneWord()}, clock=clock).accept(event("hello"))

    await reception(store, {"slack": OneWord()}, clock=clock).work_waiting()

    assert len(await queued(store, clock)) == 1


async def test_a_repeat_of_something_answered_at_once_gets_the_same_answer(store: SqlStore, clock: FakeClock) -> None:
    desk = reception(store, {"slack": OneWord()}, clock=clock)

    first = await desk.answer_now(event("help"))
    second = await desk.answer_now(event("help"))

    assert first is not None
    assert first == second
    assert await queued(store, clock) == []


async def test_a_private_answer_to_a_shared_place_goes_to_the_person(
    store: SqlStore, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def secret(_request: Request, _services: Services) -> Reply:
        return Reply(summary="for you alone", private=True)

    monkeypatch.setattr(dispatch, "PRESS", {"secret": secret})
    desk = reception(store, {"slack": OneWord(private=False)}, clock=clock)
    await desk.accept(event("press secret"))
    await desk.work_waiting()

    assert sorted(await queued(store, clock)) == [
        ("U1", "for you alone"),
        ("here", "I have sent you a private message."),
    ]


async def test_a_refusal_is_said_and_nothing_of_the_handler_is_kept(
    store: SqlStore, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def half_done(_request: Request, services: Services) -> Reply:
        await services.uow.inbox.remember(event("nothing", key="written by the handler"))
        raise Refusal("You cannot do that.")

    monkeypatch.setattr(dispatch, "PRESS", {"half": half_done})
    desk = reception(store, {"slack": OneWord()}, clock=clock)
    await desk.accept(event("press half"))
    await desk.work_waiting()

    assert await queued(store, clock) == [("here", "You cannot do that.")]
    assert await desk.accept(event("nothing", key="written by the handler"))


async def test_a_passing_failure_is_tried_again(
    store: SqlStore, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [RuntimeError("away for a moment")]

    async def shaky(_request: Request, _services: Services) -> Reply:
        if failures:
            raise failures.pop()
        return Reply(summary="done")

    monkeypatch.setattr(dispatch, "PRESS", {"shaky": shaky})
    desk = reception(store, {"slack": OneWord()}, clock=clock)
    await desk.accept(event("press shaky"))
    await desk.work_waiting()

    assert await queued(store, clock) == [("here", "done")]


async def test_a_lasting_failure_is_said_with_a_reference_and_without_what_was_written(
    store: SqlStore, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def broken(_request: Request, _services: Services) -> Reply:
        raise RuntimeError("canary-31c0")

    monkeypatch.setattr(dispatch, "PRESS", {"broken": broken})
    desk = reception(store, {"slack": OneWord()}, clock=clock)
    await desk.accept(event("press broken"))
    await desk.work_waiting()
    [(_, summary)] = await queued(store, clock)

    assert "reference" in summary
    assert "canary" not in summary
    assert "canary" not in "".join(capsys.readouterr())
    assert await desk.work_waiting() == 0


@pytest.mark.parametrize("payload", ["nothing", "unreadable"])
async def test_an_event_that_needs_no_answer_or_cannot_be_read_is_done_with(
    store: SqlStore, clock: FakeClock, payload: str
) -> None:
    desk = reception(store, {"slack": OneWord()}, clock=clock)
    await desk.accept(event(payload))
    await desk.work_waiting()

    assert await queued(store, clock) == []
    assert await desk.work_waiting() == 0


async def test_what_nobody_handles_gets_a_short_help(store: SqlStore, clock: FakeClock) -> None:
    desk = reception(store, {"slack": OneWord()}, clock=clock)
    await desk.accept(event("press no-such-button"))
    await desk.work_waiting()
    [(_, summary)] = await queued(store, clock)

    assert "help" in summary


async def test_more_questions_than_a_person_asks_are_slowed_with_a_kind_word(store: SqlStore, clock: FakeClock) -> None:
    desk = reception(store, {"slack": OneWord()}, clock=clock, asks_per_minute=2)
    for number in range(3):
        await desk.accept(event("may officers come to group meetings", key=str(number)))
        await desk.work_waiting()
    summaries = [summary for _, summary in await queued(store, clock)]

    assert sum("a lot of questions" in summary for summary in summaries) == 1
    assert len(summaries) == 3


def test_every_kind_of_request_has_a_handler_or_a_help() -> None:
    request = OpenHome(key="1", sender=Sender(platform="slack", user_id="U"), place=Place(private=True, address=""))

    assert dispatch.find_handler(request) is not None
    assert dispatch.find_handler(replace(said("anything at all"), text="can I")) is not None
