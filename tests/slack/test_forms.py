"""Forms as modals: opened before anything slow, filled in afterwards, changed while filled, sent in once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from adapters.demo.people import SAMPLE_PEOPLE
from adapters.slack import wording as say
from adapters.slack.spot import Spot
from bot import dispatch
from bot.messages import (
    Address,
    Button,
    Buttons,
    Field,
    FieldKind,
    Form,
    OpenForm,
    Option,
    Paragraph,
    Pressed,
    Reply,
    SubmitForm,
)
from tests.slack.block_kit import texts
from tests.slack.fake_slack import Misbehaviour
from tests.slack.support import actions, break_database, filled

if TYPE_CHECKING:
    from bot.ports import Services
    from tests.slack.support import Town

CANARY = "canary-7b1e"
GOOD = {"other_party": "person:femi.sample", "kind": "family", "details": CANARY, "bearing": "service"}


@pytest.fixture
async def council(bot: Town) -> Town:
    """The town with a directory in which U1 is a councillor, and officers have accounts too."""
    async with bot.store.begin() as uow:
        for person in SAMPLE_PEOPLE:
            slack_id = "U1" if person.id == "ada.sample" else f"U{person.id.replace('.', '').upper()}"
            await uow.people.save(replace(person, slack_user_id=slack_id))
        await uow.commit()
    return bot


async def opened(bot: Town, user: str = "U1") -> dict[str, Any]:
    """The declaration form as the person sees it once it is filled."""
    response = await bot.command("/declare-relationship", user=user)
    assert response.status == 200
    await bot.settle()
    return list(bot.slack.views.values())[-1]


def blocks_of(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {block["block_id"].removeprefix("field:"): block for block in view["blocks"] if block["type"] == "input"}


# --- opening ----------------------------------------------------------------------------------


async def test_the_command_opens_a_window_and_fills_it(council: Town) -> None:
    view = await opened(council)

    [loading] = council.slack.called("views.open")
    assert loading["view"]["callback_id"] == "declare_relationship"
    assert view["callback_id"] == "declare_relationship"
    assert set(blocks_of(view)) >= {"other_party", "kind", "details", "at_risk"}
    assert "Monitoring Officer" in texts(view["blocks"]) or "Head of Legal" in texts(view["blocks"])


async def test_the_window_opens_before_the_database_is_asked(council: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    released = asyncio.Event()
    order: list[str] = []
    begin = type(council.store).begin

    class Slow:
        def __init__(self) -> None:
            self.inner = begin(council.store)

        async def __aenter__(self) -> Any:
            order.append("database")
            await released.wait()
            return await self.inner.__aenter__()

        async def __aexit__(self, *error: object) -> None:
            await self.inner.__aexit__(*error)

    async def slow_remember(_store: object, _event: object) -> bool:
        async with Slow():
            return True

    monkeypatch.setattr(type(council.store), "begin", lambda _self: Slow())
    monkeypatch.setattr(type(council.store), "remember", slow_remember)
    council.slack.after_call = order.append

    response = await council.command("/declare-relationship")  # answered although the database stands still
    assert response.status == 200
    await council.slack.until(lambda: bool(council.slack.views))
    assert order[0] == "views.open"
    released.set()
    await council.settle()
    assert order.index("views.open") < order.index("database")


SHORTCUT = {"type": "shortcut", "callback_id": "declare_relationship"}


async def test_the_global_shortcut_opens_the_form(council: Town) -> None:
    await council.interact({**SHORTCUT, "trigger_id": council.slack.trigger()})
    await council.settle()

    [view] = council.slack.views.values()
    assert "other_party" in blocks_of(view)


async def test_a_button_in_help_opens_the_form(council: Town) -> None:
    await council.event(council.direct("help"))
    await council.settle()
    [message] = council.slack.dm("U1")

    await council.press(
        actions(message)["Declare a relationship"],
        container={"type": "message", "message_ts": message["ts"], "channel_id": "DU1"},
        message=message,
    )
    await council.settle()

    [view] = council.slack.views.values()
    assert "other_party" in blocks_of(view)


async def test_a_button_on_the_home_tab_opens_the_form(council: Town) -> None:
    await council.event({"type": "app_home_opened", "user": "U1", "channel": "DU1", "tab": "home"})
    await council.settle()

    await council.press(
        actions(council.slack.homes["U1"])["Declare a relationship"],
        container={"type": "view", "view_id": "VHU1"},
        view={"id": "VHU1", "type": "home", "state": {"values": {}}},
    )
    await council.settle()

    [view] = council.slack.views.values()
    assert "other_party" in blocks_of(view)


async def test_the_words_in_a_direct_message_get_a_button_that_opens_the_form(council: Town) -> None:
    await council.event(council.direct("declare a relationship"))
    await council.settle()
    [message] = council.slack.dm("U1")

    await council.press(
        actions(message)[say.OPEN_FORM],
        container={"type": "message", "message_ts": message["ts"], "channel_id": "DU1"},
        message=message,
    )
    await council.settle()

    [view] = council.slack.views.values()
    assert "other_party" in blocks_of(view)


async def test_the_words_in_a_channel_are_answered_privately_with_a_pointer(council: Town) -> None:
    await council.event(council.mention("declare a relationship"))
    await council.settle()

    [pointer] = council.slack.said_in("C1")
    assert actions(pointer) == {}
    [private] = council.slack.dm("U1")
    assert say.OPEN_FORM in actions(private)


@pytest.mark.parametrize(
    "trouble",
    [Misbehaviour(error="expired_trigger_id"), Misbehaviour(status=500), Misbehaviour(status=429, retry_after=9)],
    ids=["expired", "server error", "rate limited"],
)
async def test_a_window_that_did_not_open_in_time_becomes_a_message_with_a_button(
    council: Town, trouble: Misbehaviour
) -> None:
    council.slack.plan("views.open", trouble)

    await council.command("/declare-relationship")
    await council.settle()

    [message] = council.slack.dm("U1")
    assert say.TOO_LATE in texts(message["blocks"])
    await council.press(actions(message)[say.OPEN_FORM], container={"channel_id": "DU1", "message_ts": message["ts"]})
    await council.settle()
    [view] = council.slack.views.values()
    assert "other_party" in blocks_of(view)


async def test_a_button_that_was_too_late_is_pressed_again_for_the_same_thing(
    council: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    async def open_record(request: Pressed, _services: Services) -> Reply:
        seen.append(request.value)
        return Reply(summary="x", form=Form(id="record", token="t", title="DR-1", intro=(Paragraph(CANARY),)))

    monkeypatch.setattr(dispatch, "PRESS", {**dispatch.PRESS, "open_record": open_record})
    council.slack.plan("views.open", Misbehaviour(error="expired_trigger_id"))
    button = {"action_id": "press:0:record:open_record", "value": "DR-1"}

    await council.press(button, container={"channel_id": "DU1", "message_ts": "1.1"})
    await council.settle()
    [message] = council.slack.dm("U1")
    await council.press(actions(message)[say.OPEN_FORM], container={"channel_id": "DU1", "message_ts": message["ts"]})
    await council.settle()

    assert seen == ["DR-1", "DR-1"]
    assert CANARY not in str(council.slack.called("chat.postMessage"))  # what a form says never stands in a message
    [view] = council.slack.views.values()
    assert CANARY in texts(view["blocks"])


async def test_the_same_press_replayed_opens_one_window_and_says_nothing_more(council: Town) -> None:
    trigger = council.slack.trigger()
    for _ in range(3):
        await council.command("/declare-relationship", trigger=trigger)
    await council.settle()
    await council.command("/declare-relationship", trigger=trigger)
    await council.settle()

    assert len(council.slack.views) == 1
    assert council.slack.dm("U1") == []


async def test_the_same_press_again_while_the_first_is_being_remembered_is_the_same_press(
    council: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    released, remember = asyncio.Event(), type(council.store).remember

    async def slow(store: Any, event: Any) -> bool:
        await released.wait()
        return await remember(store, event)

    monkeypatch.setattr(type(council.store), "remember", slow)
    trigger = council.slack.trigger()
    await council.command("/declare-relationship", trigger=trigger)
    await council.slack.until(lambda: bool(council.slack.views))
    council.slack.expire(trigger)
    await council.command("/declare-relationship", trigger=trigger)
    released.set()
    await council.settle()

    assert len(council.slack.called("views.open")) == 1
    [view] = council.slack.views.values()
    assert "other_party" in blocks_of(view)
    assert council.slack.dm("U1") == []


async def test_a_window_that_cannot_be_filled_says_so(council: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    break_database(council, monkeypatch)
    await council.command("/declare-relationship")
    assert council.adapter.desk is not None
    await asyncio.gather(*council.adapter.desk._background)

    [view] = council.slack.views.values()
    assert say.LOADING_FAILED in texts(view["blocks"])


async def test_a_window_closed_before_it_was_filled_is_left_alone(council: Town) -> None:
    await council.command("/declare-relationship")
    await council.slack.until(lambda: bool(council.slack.views))
    council.slack.views.clear()
    await council.settle()

    assert council.slack.dm("U1") == []


async def test_an_enquiry_from_a_message_starts_with_its_words(council: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    got: list[OpenForm] = []

    async def open_enquiry(request: OpenForm, _services: Services) -> Reply:
        got.append(request)
        field = Field(name="details", label="Details", kind=FieldKind.TEXT, value=request.values["details"])
        return Reply(summary="x", form=Form(id="member_enquiry", token="t", title="Member enquiry", fields=(field,)))

    monkeypatch.setattr(dispatch, "OPEN", {**dispatch.OPEN, "member_enquiry": open_enquiry})
    await council.interact(
        {
            "type": "message_action",
            "callback_id": "log_enquiry",
            "trigger_id": council.slack.trigger(),
            "channel": {"id": "C1", "name": "general"},
            "message": {
                "user": "U2",
                "ts": "1.1",
                "text": "Holes &lt;again&gt; on <https://maps.example|High Street>",
            },
        }
    )
    await council.settle()

    assert got[0].form == "member_enquiry"
    [view] = council.slack.views.values()
    assert view["callback_id"] == "member_enquiry"
    assert blocks_of(view)["details"]["element"]["initial_value"] == "Holes <again> on High Street"


# --- while it is being filled in ------------------------------------------------------------------


async def change(bot: Town, view: dict[str, Any], name: str, values: dict[str, str]) -> None:
    block = blocks_of(view)[name]
    await bot.press(
        {"action_id": "value", "block_id": block["block_id"], "type": block["element"]["type"]},
        container={"type": "view", "view_id": view["id"]},
        view=filled(view, values),
    )
    await bot.settle()


async def test_a_field_that_decides_what_follows_changes_the_open_form(council: Town) -> None:
    view = await opened(council)
    before = texts(view["blocks"])

    await change(council, view, "at_risk", {"at_risk": "yes", "details": CANARY})

    after = council.slack.views[view["id"]]
    assert texts(after["blocks"]) != before
    assert blocks_of(after)["details"]["element"]["initial_value"] == CANARY
    assert (
        blocks_of(after)["details"]["block_id"] == blocks_of(view)["details"]["block_id"]
    )  # Slack keeps what was typed


async def test_names_are_suggested_while_they_are_typed_and_free_text_is_among_them(council: Town) -> None:
    view = await opened(council)

    async def typed(text: str) -> list[dict[str, Any]]:
        response = await council.interact(
            {
                "type": "block_suggestion",
                "action_id": "value",
                "block_id": "field:other_party",
                "value": text,
                "view": filled(view, {}),
            }
        )
        found: list[dict[str, Any]] = (await response.json())["options"]
        return found

    options = await typed("femi sampel")
    assert options[0]["value"] == "person:femi.sample"
    assert options[-1]["value"] == "femi sampel"
    assert await typed("femi sampel") == options  # a repeat gets the same
    assert [option["value"] for option in await typed("Zebedee Nobody")] == ["Zebedee Nobody"]
    assert await typed("") == []


async def test_suggestions_do_not_wait_for_a_slow_database(council: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    view = await opened(council)
    assert council.adapter.desk is not None
    never, council.adapter.desk.answer_seconds = asyncio.Event(), 0.0

    async def slow(*_: object) -> Reply:
        await never.wait()
        return Reply(summary="")

    monkeypatch.setattr(dispatch, "LOOK_UP", {"other_party": slow})
    response = await council.interact(
        {
            "type": "block_suggestion",
            "action_id": "value",
            "block_id": "field:other_party",
            "value": "Pat",
            "view": filled(view, {}),
        }
    )
    never.set()

    assert [option["value"] for option in (await response.json())["options"]] == ["Pat"]


async def test_what_was_typed_into_a_closed_form_is_there_again_and_nobody_is_bothered(council: Town) -> None:
    view = await opened(council)

    await council.submit(view, {"details": CANARY}, kind="view_closed")
    await council.settle()
    assert council.slack.dm("U1") == []
    again = await opened(council)

    assert blocks_of(again)["details"]["element"]["initial_value"] == CANARY


# --- sending it in --------------------------------------------------------------------------------


async def test_a_declaration_is_taken_in_and_its_recipient_told_by_reference_only(council: Town) -> None:
    view = await opened(council)

    response = await council.submit(view, GOOD)
    shown = await response.json()
    await council.settle()

    assert shown["response_action"] == "update"
    assert "submit" not in shown["view"]
    sent = str(council.slack.called("chat.postMessage"))
    assert CANARY not in sent
    assert len(council.slack.called("chat.postMessage")) >= 1


async def test_problems_come_back_beside_their_fields(council: Town) -> None:
    view = await opened(council)

    response = await council.submit(view, {"details": CANARY})
    answer = await response.json()

    assert answer["response_action"] == "errors"
    assert set(answer["errors"]) >= {"field:other_party", "field:kind"}


async def test_a_corrected_form_is_taken_although_its_window_kept_the_same_hash(council: Town) -> None:
    view = await opened(council)
    await council.submit(view, {})

    response = await council.submit(view, GOOD)

    assert (await response.json())["response_action"] == "update"


async def test_a_form_sent_in_four_times_has_one_effect_and_one_answer(council: Town) -> None:
    view = await opened(council)
    trigger = council.slack.trigger()

    answers = [await (await council.submit(view, GOOD, trigger=trigger)).json() for _ in range(4)]
    pressed_again = await (await council.submit(view, GOOD)).json()
    await council.settle()

    assert answers[1:] == answers[:1] * 3
    assert pressed_again["response_action"] == "update"
    async with council.store.begin() as uow:
        assert len(await uow.disclosures.all()) == 1


async def test_an_answer_that_takes_too_long_appears_in_the_window_later(
    council: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = await opened(council)
    assert council.adapter.desk is not None
    ready, council.adapter.desk.answer_seconds = asyncio.Event(), 0.0

    async def slow(*_: object) -> Reply:
        await ready.wait()
        return Reply(summary="Recorded as DR-7", parts=(Paragraph("Recorded as DR-7"),))

    monkeypatch.setattr(dispatch, "SUBMIT", {"declare_relationship": slow})
    response = await council.submit(view, GOOD)
    shown = await response.json()
    assert say.WORKING in texts(shown["view"]["blocks"])
    ready.set()
    await council.settle()

    assert "Recorded as DR-7" in texts(council.slack.views[view["id"]]["blocks"])


async def test_a_late_answer_to_a_closed_window_comes_as_a_message(
    council: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = await opened(council)
    assert council.adapter.desk is not None
    ready, council.adapter.desk.answer_seconds = asyncio.Event(), 0.0

    async def slow(*_: object) -> Reply:
        await ready.wait()
        return Reply(summary="Recorded as DR-7", parts=(Paragraph("Recorded as DR-7"),))

    monkeypatch.setattr(dispatch, "SUBMIT", {"declare_relationship": slow})
    await council.submit(view, GOOD)
    council.slack.views.clear()
    ready.set()
    await council.settle()

    [message] = council.slack.dm("U1")
    assert "Recorded as DR-7" in texts(message["blocks"])


async def test_a_form_that_cannot_be_taken_leaves_what_was_typed_in_the_window(
    council: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = await opened(council)

    break_database(council, monkeypatch)
    response = await council.submit(view, GOOD)
    answer = await response.json()

    assert response.status == 200
    assert answer["response_action"] == "errors"
    assert list(answer["errors"].values()) == [say.NOT_TAKEN]


async def test_a_problem_without_a_field_in_the_window_comes_with_the_form_itself(
    council: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = await opened(council)

    async def refuse(request: SubmitForm, _services: Services) -> Reply:
        fields = (Field(name="reason", label="Why"), Field(name="kind", label="Kind"))
        problems = {"reason": "Please say why.", "": "Two answers contradict each other."}
        form = Form(id=request.form, token=request.token, title="Again", fields=fields, problems=problems)
        return Reply(summary="x", form=form)

    monkeypatch.setattr(dispatch, "SUBMIT", {"declare_relationship": refuse})
    answer = await (await council.submit(view, GOOD)).json()

    assert answer["response_action"] == "update"
    shown = texts(answer["view"]["blocks"])
    assert "Two answers contradict each other." in shown
    assert shown.index("Please say why.") < shown.index("Why", shown.index("Please say why.") + 14)
    assert "reason" in blocks_of(answer["view"])


async def test_a_button_inside_a_window_answers_in_that_window(council: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    got: list[Pressed] = []

    async def pressed(request: Pressed, _services: Services) -> Reply:
        got.append(request)
        return Reply(summary="Explained", parts=(Paragraph("Explained"),))

    async def with_button(request: OpenForm, _services: Services) -> Reply:
        field = Field(name="kind", label="Kind", kind=FieldKind.CHOICE, options=(Option("a", "A"), Option("b", "B")))
        intro = (Buttons((Button(label="Explain", action="explain", value="5.3"),)),)
        return Reply(summary="x", form=Form(id=request.form, token="t", title="T", intro=intro, fields=(field,)))

    monkeypatch.setattr(dispatch, "OPEN", {"declare_relationship": with_button})
    monkeypatch.setattr(dispatch, "PRESS", {**dispatch.PRESS, "explain": pressed})
    view = await opened(council)
    await council.press(
        actions(view)["Explain"], container={"type": "view", "view_id": view["id"]}, view=filled(view, {"kind": "b"})
    )
    await council.settle()

    assert (got[0].value, dict(got[0].values)) == ("5.3", {"kind": "b"})
    assert "Explained" in texts(council.slack.views[view["id"]]["blocks"])


async def test_a_reply_that_replaces_updates_the_message_whose_button_was_pressed(
    council: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def acknowledge(_request: Pressed, _services: Services) -> Reply:
        return Reply(summary="Taken", parts=(Paragraph("You have taken this enquiry."),), replaces=True)

    monkeypatch.setattr(dispatch, "PRESS", {**dispatch.PRESS, "acknowledge": acknowledge})
    row = Buttons((Button(label="Take it", action="acknowledge"),))
    await council.adapter.messenger.deliver(
        Address(platform="slack", user_id="U1"), Reply(summary="New", parts=(row,)), key="k1", uncertain=False
    )
    [message] = council.slack.dm("U1")
    container = {"type": "message", "channel_id": "DU1", "message_ts": message["ts"]}
    await council.press(actions(message)["Take it"], container=container, message=message)
    await council.settle()

    [message] = council.slack.dm("U1")
    assert texts(message["blocks"]) == "You have taken this enquiry."
    assert actions(message) == {}


def test_an_address_comes_back_as_it_was() -> None:
    spot = Spot(user="U1", channel="C1", thread="1.2", message="1.3", view="V1", home=True, late=True, action="a")
    assert Spot.unpack(spot.pack()) == spot
