"""Conversations: private, in a channel, in a group; welcome and removal; what needs no answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adapters.teams.activities import Incoming
from bot.rules.protocol import Position
from bot.wording import ask, common
from tests.support import person
from tests.teams import cards_read
from tests.teams.support import BOT, DIRECTORY_ID, USER, bot_on_teams

if TYPE_CHECKING:
    from storage import SqlStore
    from tests.teams.sample import Sample
    from tests.teams.support import Rig


@pytest.mark.parametrize("words", ["hi", "Hello", "help", "HELP!", ""])
async def test_greetings_and_help_are_answered_with_what_it_can_do(rig: Rig, words: str) -> None:
    await rig.tell(rig.activity(text=words))
    assert "Ask in your own words" in cards_read.text(rig.teams.sent[0].card)
    assert rig.teams.sent[0].body["summary"]


async def test_the_answer_goes_to_the_conversation_with_the_bots_own_token(rig: Rig) -> None:
    await rig.tell(rig.activity(text="help"))
    (sent,) = rig.teams.sent
    assert sent.method == "POST"
    assert sent.path == f"/v3/conversations/a:private-with-pat/activities/{sent.body['replyToId']}"
    assert sent.authorization == "Bearer bot-token-1"
    assert sent.body["from"]["id"] == BOT
    assert sent.body["recipient"]["id"] == USER


async def test_in_a_channel_the_answer_stays_in_the_thread(rig: Rig) -> None:
    asked = rig.mention("help")
    await rig.tell(asked)
    (sent,) = rig.teams.sent
    assert sent.path == f"/v3/conversations/19:team@thread.tacv2;messageid=77/activities/{asked['id']}"
    assert sent.body["replyToId"] == asked["id"]


async def test_in_a_shared_place_only_what_is_said_to_the_bot_counts(rig: Rig) -> None:
    await rig.tell(rig.activity(text="help", shared="channel"))
    await rig.tell(rig.activity(text="help", shared="groupChat"))
    assert not rig.teams.sent
    await rig.tell(rig.mention("help", shared="groupChat"))
    assert len(rig.teams.sent) == 1


@pytest.mark.parametrize(
    ("text", "entities", "said"),
    [
        ("<at>Protocol Bot</at> may I?", [(BOT, "<at>Protocol Bot</at>")], "may I?"),
        ("may I, <at>Bot</at>?", [(BOT, "<at>Bot</at>")], "may I, ?"),
        ("<at>Protocol</at> <at>Bot</at> hi", [(BOT, "<at>Protocol</at>"), (BOT, "<at>Bot</at>")], "hi"),
        (
            "<at>Bot</at> may <at>Jo Example</at>?",
            [(BOT, "<at>Bot</at>"), ("29:jo", "<at>Jo Example</at>")],
            "may Jo Example?",
        ),
        ("<at>Bot</at> a &lt; b &amp;amp; c\u00a0d", [(BOT, "<at>Bot</at>")], "a < b &amp; c d"),
        ("<at>Bot</at>\r\n one \r\n\r\n two", [(BOT, "<at>Bot</at>")], "one\ntwo"),
        ("<at>Fake</at> hello", [], "<at>Fake</at> hello"),
    ],
)
def test_mentions_are_stripped_by_what_teams_says_of_them(
    text: str, entities: list[tuple[str, str]], said: str
) -> None:
    named = [{"type": "mention", "mentioned": {"id": who}, "text": words} for who, words in entities]
    incoming = Incoming({"text": text, "entities": named, "recipient": {"id": BOT}})
    assert incoming.said() == said


async def test_the_same_activity_sent_four_times_has_one_answer(rig: Rig) -> None:
    activity = rig.activity(text="help")
    for _ in range(4):
        await rig.tell(activity)
    assert len(rig.teams.sent) == 1


async def test_the_same_id_in_another_conversation_is_another_activity(rig: Rig) -> None:
    await rig.tell(rig.activity(text="help", id="1"))
    await rig.tell(rig.mention("help", id="1"))
    assert len(rig.teams.sent) == 2


async def test_a_question_is_remembered_before_it_is_acknowledged(rig: Rig) -> None:
    """The process may die right after the acknowledgement: whoever starts next answers, once."""
    assert (await rig.post(rig.activity(text="help"))).status == 200
    assert not rig.teams.sent
    await rig.work()
    assert len(rig.teams.sent) == 1


async def test_what_was_said_cannot_be_read_from_the_database(rig: Rig, sqlite_url: str) -> None:
    await rig.post(rig.activity(text="my brother is Councillor Canary"))
    folder = Path(sqlite_url.removeprefix("sqlite+aiosqlite:///")).parent
    for file in folder.glob("test.db*"):
        assert b"Canary" not in file.read_bytes()
        assert b"private-with-pat" not in file.read_bytes()


@pytest.mark.parametrize(
    "kind",
    [
        "typing",
        "messageReaction",
        "messageUpdate",
        "messageDelete",
        "event",
        "endOfConversation",
        "handoff",
        "whatever",
    ],
)
async def test_what_needs_no_answer_is_acknowledged(rig: Rig, kind: str) -> None:
    await rig.tell(rig.activity(kind, text="help"))
    assert not rig.teams.sent


@pytest.mark.parametrize("name", ["signin/verifyState", "fileConsent/invoke", "message/submitAction", "", "whatever"])
async def test_an_unknown_invoke_is_acknowledged(rig: Rig, name: str) -> None:
    response = await rig.post(rig.invoke(name, {"x": 1}))
    assert (response.status, await response.json()) == (200, {})


async def test_bots_are_not_answered(rig: Rig) -> None:
    await rig.tell(rig.activity(text="help", **{"from": {"id": "28:another-bot"}}))
    await rig.tell(rig.activity(text="help", **{"from": {"id": "29:x", "role": "bot"}}))
    assert not rig.teams.sent


async def test_an_activity_without_a_conversation_is_acknowledged(rig: Rig) -> None:
    await rig.tell(rig.activity(text="help", conversation={"tenantId": rig.activity()["conversation"]["tenantId"]}))
    assert not rig.teams.sent


async def test_a_search_from_the_message_extension_says_where_to_ask(rig: Rig) -> None:
    response = await rig.post(rig.invoke("composeExtension/query", {"commandId": "x"}))
    assert (await response.json())["composeExtension"]["type"] == "message"


async def test_an_attachment_alone_gets_help_not_silence(rig: Rig) -> None:
    await rig.tell(rig.activity(attachments=[{"contentType": "image/png", "contentUrl": "x"}]))
    assert len(rig.teams.sent) == 1


async def test_a_card_of_somebody_elses_gets_a_short_help(rig: Rig) -> None:
    await rig.tell(rig.invoke("adaptiveCard/action", {"action": {"type": "Action.Execute", "verb": "x", "data": {}}}))
    assert common.CANNOT_SEE_WHAT in cards_read.text(rig.teams.sent[0].card)


# --- welcome -------------------------------------------------------------------------------


def added(rig: Rig, *members: str, **values: Any) -> dict[str, Any]:
    return rig.activity("conversationUpdate", membersAdded=[{"id": member} for member in members], **values)


@pytest.mark.parametrize("shared", ["", "groupChat", "channel"])
async def test_one_welcome_however_often_teams_says_that_the_bot_was_added(rig: Rig, shared: str) -> None:
    await rig.tell(rig.activity("installationUpdate", action="add", shared=shared))
    await rig.tell(added(rig, USER, BOT, shared=shared))
    rig.clock.forward(days=3)
    await rig.tell(added(rig, BOT, shared=shared))
    assert len(rig.teams.sent) == 1


async def test_the_welcome_comes_once_even_long_after_events_are_forgotten(rig: Rig) -> None:
    await rig.tell(added(rig, BOT))
    rig.clock.forward(days=3)
    async with rig.reception.store.begin() as uow:
        assert await uow.inbox.forget_before(rig.clock.now())
        await uow.commit()
    await rig.tell(added(rig, BOT))
    assert len(rig.teams.sent) == 1


async def test_nobody_is_greeted_when_people_join(rig: Rig) -> None:
    await rig.tell(added(rig, "29:one", "29:two", shared="channel"))
    assert not rig.teams.sent


async def test_a_place_is_kept_under_both_ids_and_forgotten_on_removal(rig: Rig) -> None:
    await rig.tell(rig.activity(text="help"))
    places = rig.adapter.places
    for who in (USER, DIRECTORY_ID):
        reference = await places.find(who)
        assert reference is not None
        assert reference["conversation"]["id"] == "a:private-with-pat"
        assert "Pat" not in json.dumps(reference), "ids only"
    await rig.tell(rig.activity("installationUpdate", action="remove"))
    assert [await places.find(who) for who in (USER, DIRECTORY_ID)] == [None, None]
    await rig.tell(rig.activity(text="help"))
    assert await places.find(USER) is not None, "writing again makes the person reachable again"


async def test_a_conversation_that_the_bot_left_and_joined_again_is_welcomed_again(rig: Rig) -> None:
    await rig.tell(added(rig, BOT, shared="channel"))
    await rig.tell(rig.activity("conversationUpdate", membersRemoved=[{"id": BOT}], shared="channel"))
    for _ in range(2):
        await rig.tell(added(rig, BOT, shared="channel"))
        await rig.tell(rig.activity("installationUpdate", action="add", shared="channel"))
    assert len(rig.teams.sent) == 2


async def test_the_service_address_is_refreshed_with_each_contact(sqlite_store: SqlStore) -> None:
    async with bot_on_teams(sqlite_store, teams_service_hosts=("127.0.0.1",)) as rig:
        await rig.tell(rig.activity(text="help"))
        moved = rig.teams.url + "/moved/"
        token = rig.teams.token(rig.clock.now(), serviceurl=moved)
        await rig.post(rig.activity(text="help", serviceUrl=moved), token=token)
        reference = await rig.adapter.places.find(USER)
        assert reference is not None
        assert reference["serviceUrl"] == moved


async def test_what_is_said_in_a_shared_place_is_no_private_place(rig: Rig) -> None:
    await rig.tell(rig.mention("help"))
    await rig.tell(rig.mention("help", shared="groupChat"))
    odd = rig.activity(text="help")
    odd["conversation"]["isGroup"] = True
    await rig.tell(odd)
    assert await rig.adapter.places.find(USER) is None


# --- private answers where others are ------------------------------------------------------


async def test_a_private_answer_goes_to_the_person_and_the_channel_gets_a_pointer(rig: Rig, sample: Sample) -> None:
    await rig.tell(rig.activity(text="help"))
    rig.teams.sent.clear()
    data = {"protocolBot": {"does": "press", "action": "open_sample", "value": "secret subject"}}
    await rig.tell(rig.activity(shared="channel", value=data))
    by_place = {sent.conversation: sent for sent in rig.teams.sent}
    assert set(by_place) == {"a:private-with-pat", "19:team@thread.tacv2;messageid=77"}
    assert "secret subject" in by_place["a:private-with-pat"].text
    pointer = by_place["19:team@thread.tacv2;messageid=77"]
    assert "secret subject" not in pointer.text
    assert common.SENT_PRIVATELY in cards_read.text(pointer.card)


async def test_a_form_never_shows_in_a_shared_place_even_where_it_is_not_private(rig: Rig, sample: Sample) -> None:
    sample.private = False
    data = {"protocolBot": {"does": "press", "action": "open_sample", "value": "secret subject"}}
    await rig.tell(rig.activity(shared="channel", value=data))
    (sent,) = rig.teams.sent
    assert not cards_read.inputs(sent.card)
    opener = cards_read.button(sent.card, "Open the form: A sample")
    assert opener["data"]["msteams"] == {"type": "task/fetch"}


@pytest.mark.parametrize("known_as", [USER, DIRECTORY_ID])
async def test_the_directory_may_know_a_person_by_either_id(rig: Rig, known_as: str) -> None:
    async with rig.reception.store.begin() as uow:
        await uow.people.save(person("Pat Example", Position.MEMBER, teams_user_id=known_as))
        await uow.commit()
    await rig.tell(rig.activity(text="help"))
    assert ask.EXAMPLES["member"][0] in cards_read.text(rig.teams.sent[0].card)
