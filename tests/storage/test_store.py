"""The store keeps what it is given, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import (
    Address,
    Bullets,
    Button,
    Buttons,
    Citation,
    Fact,
    Facts,
    Field,
    FieldKind,
    Form,
    Heading,
    Note,
    Option,
    Paragraph,
    Reply,
)
from bot.model import Event, OutgoingMessage
from bot.rules.protocol import Position
from storage.serial import reply_from_json, reply_to_json
from storage.tables import metadata
from tests.support import FakeClock, person

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage import SqlStore

LEASE = timedelta(seconds=60)


def event(key: str, clock: FakeClock) -> Event:
    return Event(platform="slack", key=key, kind="mention", payload='{"text": "hush"}', received_at=clock.now())


def message(key: str, clock: FakeClock, **changes: object) -> OutgoingMessage:
    values: dict[str, object] = {
        "key": key,
        "to": Address(platform="slack", user_id="U1"),
        "reply": Reply(summary=key),
        "created_at": clock.now(),
        "not_before": clock.now(),
    }
    return OutgoingMessage(**{**values, **changes})  # type: ignore[arg-type]


async def test_the_schema_is_what_the_tables_say(store: SqlStore) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        return compare_metadata(context, metadata)

    async with store.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_migrating_twice_at_once_is_harmless(store: SqlStore) -> None:
    await asyncio.gather(store.migrate(), store.migrate())

    assert not await store.pending()


async def test_nothing_is_kept_without_a_commit(store: SqlStore, clock: FakeClock) -> None:
    async with store.begin() as uow:
        await uow.inbox.remember(event("1", clock))

    async with store.begin() as uow:
        assert await uow.inbox.claim("slack", clock.now(), LEASE, 10) == []


async def test_an_event_is_remembered_once_and_worked_by_one(store: SqlStore, clock: FakeClock) -> None:
    async with store.begin() as uow:
        assert await uow.inbox.remember(event("1", clock))
        assert not await uow.inbox.remember(event("1", clock))
        await uow.commit()
    async with store.begin() as uow:
        [claimed] = await uow.inbox.claim("slack", clock.now(), LEASE, 10)
        await uow.commit()
    async with store.begin() as uow:
        assert await uow.inbox.claim("slack", clock.now(), LEASE, 10) == []

    assert claimed.payload == '{"text": "hush"}'


async def test_an_event_whose_worker_vanished_is_worked_again_after_the_lease(
    store: SqlStore, clock: FakeClock
) -> None:
    async with store.begin() as uow:
        await uow.inbox.remember(event("1", clock))
        await uow.inbox.claim("slack", clock.now(), LEASE, 10)
        await uow.commit()
    clock.forward(seconds=61)
    async with store.begin() as uow:
        [again] = await uow.inbox.claim("slack", clock.now(), LEASE, 10)

    assert again.attempts == 2


async def test_a_worked_event_keeps_its_answer_and_loses_its_text(store: SqlStore, clock: FakeClock) -> None:
    reply = Reply(summary="answer", parts=(Paragraph("text"),))
    async with store.begin() as uow:
        await uow.inbox.remember(event("1", clock))
        await uow.inbox.done("slack", "1", reply)
        await uow.commit()
    async with store.begin() as uow:
        assert await uow.inbox.response("slack", "1") == reply
        assert not await uow.inbox.remember(event("1", clock))
        assert await uow.inbox.claim("slack", clock.now(), LEASE, 10) == []
        assert await uow.inbox.forget_before(clock.now() + LEASE) == 1


async def test_a_message_is_queued_once_and_comes_back_as_it_was(store: SqlStore, clock: FakeClock) -> None:
    sent = message("a", clock)
    async with store.begin() as uow:
        assert await uow.outbox.put(sent)
        assert not await uow.outbox.put(sent)
        await uow.outbox.put(message("later", clock, not_before=clock.now() + timedelta(hours=1)))
        await uow.commit()
    async with store.begin() as uow:
        assert list(await uow.outbox.claim("slack", clock.now(), LEASE, 10)) == [sent]
        assert list(await uow.outbox.claim("teams", clock.now(), LEASE, 10)) == []


async def test_a_message_whose_sender_vanished_comes_back_as_uncertain(store: SqlStore, clock: FakeClock) -> None:
    async with store.begin() as uow:
        await uow.outbox.put(message("a", clock))
        await uow.outbox.claim("slack", clock.now(), LEASE, 10)
        await uow.commit()
    clock.forward(seconds=61)
    async with store.begin() as uow:
        [again] = await uow.outbox.claim("slack", clock.now(), LEASE, 10)

    assert again.uncertain


async def test_two_senders_never_claim_the_same_message(store: SqlStore, clock: FakeClock) -> None:
    async with store.begin() as uow:
        for number in range(40):
            await uow.outbox.put(message(str(number), clock))
        await uow.commit()

    async def claim() -> list[str]:
        keys: list[str] = []
        while True:
            async with store.begin() as uow:
                found = await uow.outbox.claim("slack", clock.now(), LEASE, 5)
                await uow.commit()
            if not found:
                return keys
            keys += [each.key for each in found]

    claimed = [key for keys in await asyncio.gather(*(claim() for _ in range(4))) for key in keys]

    assert sorted(claimed, key=int) == [str(number) for number in range(40)]


async def test_importing_a_person_again_updates_them_by_email(store: SqlStore) -> None:
    async with store.begin() as uow:
        await uow.people.save(person("Sam Sample", Position.OFFICER, email="Sam@Council.example"))
        await uow.people.save(person("Sam Newname", Position.SERVICE_HEAD, email="sam@council.EXAMPLE"))
        [found] = await uow.people.all()
        await uow.people.link(found.id, "teams", "29:abc")
        linked = await uow.people.by_platform_id("teams", "29:abc")

    assert (found.name, found.position) == ("Sam Newname", Position.SERVICE_HEAD)
    assert linked is not None
    assert linked.email == "sam@council.example"


async def test_nobody_is_found_by_an_empty_id(store: SqlStore) -> None:
    async with store.begin() as uow:
        await uow.people.save(person("Sam Sample", slack_user_id=""))

        assert await uow.people.by_platform_id("slack", "") is None


async def test_a_place_is_remembered_renewed_and_forgotten(store: SqlStore, clock: FakeClock) -> None:
    async with store.begin() as uow:
        assert await uow.places.remember("teams", "29:a", "tenant", "one", clock.now())
        assert not await uow.places.remember("teams", "29:a", "tenant", "two", clock.now())
        assert await uow.places.find("teams", "29:a") == "two"
        await uow.places.forget("teams", "29:a")
        assert await uow.places.find("teams", "29:a") is None


async def test_what_people_wrote_is_not_in_the_file(sqlite_store: SqlStore, sqlite_url: str, clock: FakeClock) -> None:
    canary = "canary-7e1f"
    async with sqlite_store.begin() as uow:
        await uow.inbox.remember(Event(platform="slack", key="1", kind="k", payload=canary, received_at=clock.now()))
        await uow.inbox.done("slack", "1", Reply(summary=canary))
        await uow.outbox.put(message("a", clock, reply=Reply(summary=canary)))
        await uow.places.remember("teams", "29:a", "t", canary, clock.now())
        await uow.commit()
    path = sqlite_url.removeprefix("sqlite+aiosqlite:///")

    for suffix in ("", "-wal"):
        with open(path + suffix, "rb") as file:  # noqa: ASYNC230, PTH123
            assert canary.encode() not in file.read()


async def test_concurrent_changes_are_never_lost(store: SqlStore, clock: FakeClock) -> None:
    """A deferred transaction would lose most of these without any error."""
    async with store.begin() as uow:
        await uow.outbox.put(message("a", clock))
        await uow.commit()

    async def once_more() -> None:
        async with store.begin() as uow:
            await uow.outbox.postpone("a", clock.now(), "", uncertain=False)
            await uow.commit()

    await asyncio.gather(*(once_more() for _ in range(40)))
    async with store.begin() as uow:
        [found] = await uow.outbox.claim("slack", clock.now(), LEASE, 10)

    assert found.attempts == 40


texts = st.text(max_size=40)
parts = st.one_of(
    st.builds(Heading, texts),
    st.builds(Paragraph, texts),
    st.builds(Note, texts),
    st.builds(Bullets, st.lists(texts, max_size=3).map(tuple)),
    st.builds(Facts, st.lists(st.builds(Fact, texts, texts), max_size=3).map(tuple)),
    st.builds(Buttons, st.lists(st.builds(Button, texts, texts, texts), max_size=3).map(tuple)),
    st.builds(Citation, texts, texts, texts, texts, texts, texts, texts, texts, st.none() | texts),
)
forms = st.builds(
    Form,
    id=texts,
    token=texts,
    title=texts,
    intro=st.lists(parts, max_size=2).map(tuple),
    fields=st.lists(
        st.builds(
            Field,
            name=texts,
            label=texts,
            kind=st.sampled_from(FieldKind),
            options=st.lists(st.builds(Option, texts, texts), max_size=2).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
    problems=st.dictionaries(texts, texts, max_size=2),
)


@given(st.builds(Reply, summary=texts, parts=st.lists(parts, max_size=4).map(tuple), form=st.none() | forms))
def test_every_reply_is_read_back_as_it_was_written(reply: Reply) -> None:
    assert reply_from_json(reply_to_json(reply)) == reply


async def test_many_events_at_once_are_each_remembered_once(store: SqlStore, clock: FakeClock) -> None:
    keys = [str(number % 150) for number in range(400)]
    new = await asyncio.gather(*(store.remember(event(key, clock)) for key in keys))

    # Which of two copies is the first is not promised: two batches may reach PostgreSQL in either order.
    assert sorted(key for key, first in zip(keys, new, strict=True) if first) == sorted(set(keys))
    assert not await store.remember(event("7", clock))
    async with store.begin() as uow:
        assert len(await uow.inbox.claim("slack", clock.now(), LEASE, 500)) == 150


async def test_two_writers_of_the_same_events_never_wait_for_each_other(store: SqlStore, clock: FakeClock) -> None:
    async with store.begin() as uow:
        await uow.inbox.remember(event("a", clock))
        later = asyncio.gather(*(store.remember(event(key, clock)) for key in ("b", "a")))
        await asyncio.sleep(0.2)  # for as long as it takes to be held up by the first
        async with asyncio.timeout(10):
            await uow.inbox.remember(event("b", clock))
        await uow.commit()

    assert await later == [False, False]


async def test_whoever_waits_hears_that_it_could_not_be_kept(store: SqlStore, clock: FakeClock) -> None:
    async with store.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE inbox RENAME TO elsewhere")
    results = await asyncio.gather(*(store.remember(event(str(n), clock)) for n in range(3)), return_exceptions=True)
    async with store.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO inbox")

    assert all(isinstance(result, Exception) for result in results)
    assert await store.remember(event("0", clock))
