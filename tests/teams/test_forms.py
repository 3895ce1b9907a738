"""Forms: as a dialog where the client has one, as a card in the private chat where it has not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapters.teams.activities import Incoming, event_key
from bot import dispatch
from bot.messages import ChangeForm, CheckDraft, LookUp, OpenForm, Pressed, SubmitForm
from bot.model import Event
from bot.receiving import LEASE
from bot.wording import cards as say
from tests.teams import cards_read
from tests.teams.support import bot_on_teams

if TYPE_CHECKING:
    from storage import SqlStore
    from tests.teams.sample import Sample
    from tests.teams.support import Rig

FILLED = {
    "field.subject": "  Bins in Canary Street ",
    "field.details": "Twice missed, <b>really</b>",
    "field.position~pick": "spouse",
    "field.kinds~many": "a%2Cb c%25,friend",
    "field.since": "2024-05-01",
    "field.other": "",
    "field.other~pick": "p-3",
    "field.risk~tick": "yes",
}
VALUES = {
    "subject": "Bins in Canary Street",
    "details": "Twice missed, <b>really</b>",
    "position": "spouse",
    "kinds": "a,b c%;friend",
    "since": "2024-05-01",
    "other": "p-3",
    "risk": "yes",
}
SUBMIT = {"protocolBot": {"does": "submit", "form": "sample", "token": "token-1"}}
OPEN = {"protocolBot": {"does": "press", "action": "open_sample", "value": "7"}, "msteams": {"type": "task/fetch"}}


def envelope_of(action: dict[str, Any], **inputs: str) -> dict[str, Any]:
    """What Teams sends when a button is pressed: its data, with the inputs merged in."""
    return {**action["data"], **inputs}


async def dialog(rig: Rig, name: str, data: dict[str, Any], **values: Any) -> dict[str, Any]:
    response = await rig.post(rig.invoke(name, {"data": data, "context": {"theme": "default"}}, **values))
    assert response.status == 200
    task: dict[str, Any] = (await response.json())["task"]
    assert task["type"] == "continue"
    return task["value"]


def card_of(value: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = value["card"]["content"]
    return content


async def execute(rig: Rig, data: dict[str, Any], card: str = "card-1", **values: Any) -> None:
    action = {"type": "Action.Execute", "verb": "x", "data": data}
    value = {"action": action, "trigger": "manual"}
    response = await rig.post(rig.invoke("adaptiveCard/action", value, replyToId=card, **values))
    assert response.status == 200
    body = await response.json()
    assert body["statusCode"] == 200
    assert body["type"] == "application/vnd.microsoft.activity.message"
    await rig.work()


# --- dialogs -------------------------------------------------------------------------------


async def test_a_button_opens_its_form_in_a_dialog(rig: Rig, sample: Sample) -> None:
    value = await dialog(rig, "task/fetch", OPEN, shared="channel")
    assert value["title"] == "A sample"
    found = cards_read.inputs(card_of(value))
    assert found["field.subject"]["value"] == "7"
    assert {
        "field.details",
        "field.position~pick",
        "field.kinds~many",
        "field.since",
        "field.other",
        "field.risk~tick",
    } <= set(found)
    await rig.work()
    assert not rig.teams.sent, "the dialog is the answer, and only its opener sees it"


async def test_a_dialog_that_is_sent_in_shows_the_receipt(rig: Rig, sample: Sample) -> None:
    value = await dialog(rig, "task/fetch", OPEN)
    send = cards_read.button(card_of(value), "Send it")
    assert send["type"] == "Action.Submit", "dialogs do not know Action.Execute"
    value = await dialog(rig, "task/submit", envelope_of(send, **FILLED))
    assert "Kept as S-1." in cards_read.text(card_of(value))
    request = sample.got[-1]
    assert isinstance(request, SubmitForm)
    assert (request.form, request.token, dict(request.values)) == ("sample", "token-1", VALUES)


async def test_problems_come_back_by_field_with_everything_that_was_typed(rig: Rig, sample: Sample) -> None:
    value = await dialog(rig, "task/submit", {**SUBMIT, **FILLED, "field.subject": ""})
    card = card_of(value)
    shown = cards_read.text(card)
    assert say.several_problems(2) in shown
    assert "Say what it is about." in shown
    found = cards_read.inputs(card)
    assert found["field.details"]["value"] == FILLED["field.details"]
    assert found["field.position~pick"]["value"] == "spouse"
    assert found["field.kinds~many"]["value"] == "a%2Cb c%25,friend"
    assert found["field.since"]["value"] == "2024-05-01"
    assert found["field.risk~tick"]["value"] == "yes"
    position = [one for one in card["body"] if one.get("id") == "field.subject" or "Say what" in cards_read.text(one)]
    assert [one.get("id") for one in position] == [None, "field.subject"], "the problem stands above its field"


async def test_the_same_dialog_sent_twice_gets_the_same_answer_and_one_effect(rig: Rig, sample: Sample) -> None:
    activity = rig.invoke("task/submit", {"data": {**SUBMIT, **FILLED}})
    first = await (await rig.post(activity)).json()
    for _ in range(3):
        assert await (await rig.post(activity)).json() == first
    assert len(sample.got) == 1
    again = await (await rig.post({**activity, "id": "resent-with-another-id"})).json()
    assert again == first
    assert len(sample.kept) == 1


async def test_a_press_inside_a_dialog_is_answered_in_the_dialog(rig: Rig, sample: Sample) -> None:
    value = await dialog(rig, "task/submit", {"protocolBot": {"does": "press", "action": "press_sample", "value": "x"}})
    button = cards_read.button(card_of(value), "Open the sample")
    assert button["type"] == "Action.Submit"
    assert "msteams" not in button["data"]


async def test_a_failing_handler_is_told_in_the_dialog(
    rig: Rig, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(request: Any, services: Any) -> None:
        raise RuntimeError("Canary")

    monkeypatch.setitem(dispatch.SUBMIT, "sample", broken)  # type: ignore[arg-type]
    value = await dialog(rig, "task/submit", SUBMIT)
    assert "reference" in cards_read.text(card_of(value))
    assert "Canary" not in str(value)


async def test_what_is_still_being_worked_says_so(rig: Rig, sample: Sample) -> None:
    activity = rig.invoke("task/submit", {"data": {**SUBMIT, **FILLED}})
    key = event_key(Incoming(activity), b"")
    now = rig.clock.now()
    async with rig.reception.store.begin() as uow:
        await uow.inbox.remember(Event(platform="teams", key=key, kind="task/submit", payload="{}", received_at=now))
        assert await uow.inbox.claim_one("teams", key, now, LEASE), "another process has it"
        await uow.commit()
    body = await (await rig.post(activity)).json()
    assert say.STILL_WORKING in cards_read.text(body)


# --- message extension ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "form"), [("declareRelationship", "declare_relationship"), ("memberEnquiry", "member_enquiry")]
)
async def test_a_command_of_the_message_extension_opens_its_form(
    rig: Rig, sample: Sample, command: str, form: str
) -> None:
    value = {"commandId": command, "commandContext": "compose"}
    response = await rig.post(rig.invoke("composeExtension/fetchTask", value, shared="groupChat"))
    assert cards_read.inputs(await response.json())
    request = sample.got[-1]
    assert isinstance(request, OpenForm)
    assert request.form == form


MESSAGE = {
    "id": "1",
    "body": {
        "contentType": "html",
        "content": "<div><p>Please ring <at id='0'>Jo</at> &amp; me<br>today</p><script>x</script></div>",
    },
    "from": {"user": {"displayName": "Jo Example"}},
}


async def test_a_message_is_checked_for_the_eyes_of_whoever_asks(rig: Rig, sample: Sample) -> None:
    value = {"commandId": "checkMessage", "commandContext": "message", "messagePayload": MESSAGE}
    response = await rig.post(rig.invoke("composeExtension/fetchTask", value, shared="channel"))
    assert "Nothing found." in cards_read.text(await response.json())
    request = sample.got[-1]
    assert isinstance(request, CheckDraft)
    assert request.text == "Please ring Jo & me\ntoday"
    await rig.work()
    assert not rig.teams.sent


async def test_a_message_is_logged_as_an_enquiry_with_its_text(rig: Rig, sample: Sample) -> None:
    value = {"commandId": "logEnquiry", "commandContext": "message", "messagePayload": MESSAGE}
    response = await rig.post(rig.invoke("composeExtension/fetchTask", value))
    found = cards_read.inputs(await response.json())
    assert found["field.details"]["value"] == "Please ring Jo & me\ntoday"
    send = {**SUBMIT, **FILLED}
    response = await rig.post(rig.invoke("composeExtension/submitAction", {"commandId": "logEnquiry", "data": send}))
    assert "Kept as S-1." in cards_read.text(await response.json())


async def test_an_unknown_command_gets_a_short_help(rig: Rig) -> None:
    response = await rig.post(rig.invoke("composeExtension/fetchTask", {"commandId": "whatever"}))
    assert "help" in cards_read.text(await response.json())


# --- suggestions ---------------------------------------------------------------------------


async def test_names_are_suggested_while_they_are_typed(rig: Rig, sample: Sample) -> None:
    query = {"queryText": "Sam", "dataset": "other", "queryOptions": {"skip": 0, "top": 15}, "kind": "search"}
    body = await (await rig.post(rig.invoke("application/search", query))).json()
    assert body["type"] == "application/vnd.microsoft.search.searchResponse"
    assert body["value"]["results"][0] == {"value": "p-0", "title": "Sam Number 0"}
    assert len(body["value"]["results"]) == 15
    request = sample.got[-1]
    assert isinstance(request, LookUp)
    assert (request.field_name, request.typed) == ("other", "Sam")


async def test_a_dialog_suggests_names_and_takes_any_name_all_the_same(rig: Rig, sample: Sample) -> None:
    found = cards_read.inputs(card_of(await dialog(rig, "task/fetch", OPEN)))
    assert found["field.other~pick"]["choices.data"] == {"type": "Data.Query", "dataset": "other", "count": 15}
    assert found["field.other"]["type"] == "Input.Text"
    await dialog(rig, "task/submit", {**SUBMIT, **FILLED, "field.other": "Sam Sample", "field.other~pick": "p-3"})
    request = sample.got[-1]
    assert isinstance(request, SubmitForm)
    assert request.values["other"] == "Sam Sample", "what was typed wins"


# --- the same form as a card ---------------------------------------------------------------


async def open_card(rig: Rig) -> dict[str, Any]:
    """The form as a card in the private chat: what a press becomes where no dialog was opened."""
    await rig.tell(rig.activity(value={"protocolBot": OPEN["protocolBot"]}, replyToId="help-card"))
    return rig.teams.sent.pop().card


async def test_a_form_card_can_be_filled_in_and_sent(rig: Rig, sample: Sample) -> None:
    card = await open_card(rig)
    send = cards_read.button(card, "Send it")
    assert (send["type"], send["fallback"]["type"]) == ("Action.Execute", "Action.Submit")
    assert send["fallback"]["data"] == send["data"]
    assert "field.other~pick" not in cards_read.inputs(card), "a card suggests nothing: a plain input works everywhere"
    await execute(rig, envelope_of(send, **FILLED), card="form-card")
    (sent,) = rig.teams.sent
    assert (sent.method, sent.path) == ("PUT", "/v3/conversations/a:private-with-pat/activities/form-card")
    assert "Kept as S-1." in cards_read.text(sent.card), "the receipt takes the place of the form"
    assert not cards_read.inputs(sent.card)


async def test_both_shapes_of_a_press_mean_the_same(rig: Rig, sample: Sample) -> None:
    await execute(rig, {**SUBMIT, **FILLED}, card="form-card")
    await rig.tell(rig.activity(value={**SUBMIT, **FILLED}, replyToId="form-card"))
    first, second = (request for request in sample.got if isinstance(request, SubmitForm))
    assert first.values == second.values == VALUES
    assert [sent.method for sent in rig.teams.sent] == ["PUT", "PUT"]


async def test_a_form_card_comes_back_in_its_place_with_problems_and_values(rig: Rig, sample: Sample) -> None:
    await execute(rig, {**SUBMIT, **FILLED, "field.subject": ""}, card="form-card")
    (sent,) = rig.teams.sent
    assert sent.method == "PUT"
    assert "Say what it is about." in cards_read.text(sent.card)
    assert cards_read.inputs(sent.card)["field.details"]["value"] == FILLED["field.details"]


async def test_a_live_field_gives_the_form_a_button_for_it(rig: Rig, sample: Sample) -> None:
    sample.live = True
    card = await open_card(rig)
    assert not any(one.get("isRequired") for one in cards_read.inputs(card).values()), "or the button would be blocked"
    assert say.REQUIRED in cards_read.inputs(card)["field.subject"]["label"]
    change = cards_read.button(card, say.UPDATE_FORM)
    await execute(rig, envelope_of(change, **FILLED), card="form-card")
    request = sample.got[-1]
    assert isinstance(request, ChangeForm)
    assert (request.token, request.values) == ("token-1", VALUES)
    assert rig.teams.sent[-1].method == "PUT"


async def test_a_form_card_that_was_deleted_is_answered_with_a_new_message(rig: Rig, sample: Sample) -> None:
    rig.teams.misbehave.append(404)
    await execute(rig, {**SUBMIT, **FILLED}, card="gone")
    assert [sent.method for sent in rig.teams.sent] == ["PUT", "POST"]


async def test_a_reply_that_replaces_updates_the_card_whose_button_was_pressed(rig: Rig, sample: Sample) -> None:
    await execute(rig, {"protocolBot": {"does": "press", "action": "press_sample", "value": "it"}}, card="card-9")
    (sent,) = rig.teams.sent
    assert (sent.method, sent.path.rsplit("/", 1)[1]) == ("PUT", "card-9")


async def test_a_press_is_given_with_the_inputs_beside_it(rig: Rig, sample: Sample) -> None:
    data = {"protocolBot": {"does": "press", "action": "press_sample", "value": "it"}, "field.note": " so ", "x": "y"}
    await execute(rig, data)
    request = sample.got[-1]
    assert isinstance(request, Pressed)
    assert (request.action, request.value, request.values) == ("press_sample", "it", {"note": "so"})


async def test_a_card_that_refreshes_itself_does_nothing(rig: Rig, sample: Sample) -> None:
    value = {"action": {"type": "Action.Execute", "verb": "x", "data": SUBMIT}, "trigger": "automatic"}
    assert (await rig.post(rig.invoke("adaptiveCard/action", value))).status == 200
    await rig.work()
    assert not sample.got


async def test_the_playground_gets_no_button_that_needs_a_dialog(sqlite_store: SqlStore, sample: Sample) -> None:
    async with bot_on_teams(sqlite_store, teams_unauthenticated="loopback") as rig:
        await rig.post(rig.activity(text="help"), token="")
        await rig.work()
        assert not any("msteams" in one for one in cards_read.elements(rig.teams.sent[0].body))
        assert cards_read.button(rig.teams.sent[0].card, "Declare a relationship")["type"] == "Action.Execute"
