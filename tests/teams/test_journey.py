"""A declaration on Teams from the words to the receipt, as a card and as a dialog, with the real handlers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from bot.rules.protocol import Position
from tests.support import person
from tests.teams import cards_read
from tests.teams.support import USER

if TYPE_CHECKING:
    from tests.teams.support import Rig

CANARY = "we share a flat in Canary Wharf"


@pytest.fixture(autouse=True)
def no_synchronous_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK's own way to the network: used once, and the whole bot stands still meanwhile."""

    def send(*_args: Any, **_more: Any) -> None:
        pytest.fail("a synchronous network call on the event loop")

    monkeypatch.setattr(requests.Session, "send", send)


async def people(rig: Rig) -> None:
    keeper = person(
        "Morgan Sample",
        Position.OFFICER,
        teams_user_id="29:morgan",
        positions=(Position.SERVICE_HEAD, Position.MONITORING_OFFICER),
    )
    async with rig.reception.store.begin() as uow:
        await uow.people.save(person("Pat Example", Position.MEMBER, teams_user_id=USER))
        await uow.people.save(person("Robin Officer", Position.OFFICER, teams_user_id="29:robin"))
        await uow.people.save(keeper)
        await uow.commit()


def filled(card: Any) -> dict[str, str]:
    """What Teams sends with the form's button once the form is filled in."""
    shown = cards_read.inputs(card)
    kinds = shown["field.kind~pick"]["choices"]
    values = {name: one.get("value", "") for name, one in shown.items()}
    return {
        **values,
        "field.other_party": "Robin Officer",
        "field.kind~pick": kinds[0]["value"],
        "field.details": CANARY,
    }


async def test_a_declaration_as_a_card_in_the_private_chat(rig: Rig) -> None:
    await people(rig)
    await rig.tell(rig.activity(text="declare relationship"))
    card = rig.teams.sent.pop().card
    send = cards_read.button(card, "Declare")
    data = {**send["data"], **filled(card)}
    pressed = rig.invoke("adaptiveCard/action", {"action": {**send, "data": data}}, replyToId="form-card")
    await rig.tell(pressed)
    shown = [sent for sent in rig.teams.sent if sent.method == "PUT" and sent.path.endswith("form-card")]
    assert len(shown) == 1
    assert not cards_read.inputs(shown[0].card), "the receipt stands where the form was, and what was typed is gone"
    assert not any(CANARY in sent.text for sent in rig.teams.sent)
    opened = next(sent for sent in rig.teams.sent if sent.path == "/v3/conversations")
    assert opened.body["members"] == [{"id": "29:morgan"}], "the recipient, who has never written to the bot"
    told = [sent for sent in rig.teams.sent if sent.conversation.startswith("sent-")]
    assert len(told) == 1
    assert "Robin" not in told[0].text, "by reference only"
    before = len(rig.teams.sent)
    await rig.tell(pressed)
    await rig.tell({**pressed, "id": "resent-with-another-id"})
    assert len({sent.text for sent in rig.teams.sent[before:] if sent.method == "POST"}) == 0, "nobody is told twice"


async def test_a_declaration_in_a_dialog_that_was_opened_in_a_channel(rig: Rig) -> None:
    await people(rig)
    opener = {"protocolBot": {"does": "press", "action": "open_declaration", "value": ""}}
    opened = await (await rig.post(rig.invoke("task/fetch", {"data": opener}, shared="channel"))).json()
    send = cards_read.button(opened, "Declare")
    submit = rig.invoke("task/submit", {"data": {**send["data"], **filled(opened)}}, shared="channel")
    answered = await (await rig.post(submit)).json()
    assert not cards_read.inputs(answered)
    await rig.work()
    assert not any(sent.conversation.startswith("19:") for sent in rig.teams.sent), "the channel sees nothing at all"
    assert not any(CANARY in sent.text for sent in rig.teams.sent)
