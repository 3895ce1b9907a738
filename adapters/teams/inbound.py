"""From what Teams sent to a request. Pure: an activity in, a value out; nothing is decided here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapters.teams import envelope
from adapters.teams.activities import Incoming, table_of, text_of
from adapters.teams.envelope import Does
from adapters.teams.html_text import plain
from bot.messages import (
    ChangeForm,
    CheckDraft,
    Installed,
    LookUp,
    OpenForm,
    Place,
    Pressed,
    Request,
    Said,
    Sender,
    SubmitForm,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.teams.envelope import Envelope
    from bot.model import Event

PLATFORM = "teams"

FORM_COMMANDS = {"declareRelationship": "declare_relationship", "memberEnquiry": "member_enquiry"}
"""Commands of the message extension that open a form."""


@dataclass(frozen=True, slots=True)
class TeamsTranslator:
    """:class:`bot.ports.Translator` for Teams."""

    def to_request(self, event: Event) -> Request | None:
        """The request in a remembered activity, or nothing where it needs no answer."""
        return to_request(Incoming(json.loads(event.payload)), event.key)


def to_request(incoming: Incoming, key: str) -> Request | None:
    """What the sender wants."""
    match incoming.type:
        case "message":
            return _message(incoming, key)
        case "invoke":
            return _invoke(incoming, key)
        case "installationUpdate" | "conversationUpdate":
            return Installed(**_base(incoming, key))
        case _:
            return None


def _message(incoming: Incoming, key: str) -> Request | None:
    press = envelope.read(incoming.value)
    if press is not None:
        return _press(incoming, key, press)
    if not incoming.is_personal and not incoming.mentions_bot:
        return None  # with wider permissions Teams hands over all messages of a team; only those to the bot count
    return Said(**_base(incoming, key), text=incoming.said())


def _invoke(incoming: Incoming, key: str) -> Request | None:
    value = incoming.value
    match incoming.name:
        case "adaptiveCard/action":
            action = table_of(value, "action")
            press = envelope.read(table_of(action, "data"))
            return _press(incoming, key, press or envelope.Envelope(does=Does.PRESS, action=text_of(action, "verb")))
        case "task/fetch" | "task/submit":
            press = envelope.read(table_of(value, "data"))
            return _press(incoming, key, press or envelope.Envelope(does=Does.PRESS))
        case "composeExtension/fetchTask" | "composeExtension/submitAction":
            press = envelope.read(table_of(value, "data"))
            return _press(incoming, key, press) if press else _command(incoming, key)
        case "application/search":
            return LookUp(
                **_base(incoming, key), field_name=text_of(value, "dataset"), typed=text_of(value, "queryText")
            )
        case _:
            return None


def _press(incoming: Incoming, key: str, press: Envelope) -> Request:
    base = _base(incoming, key, press)
    match press.does:
        case Does.OPEN:
            return OpenForm(**base, form=press.form, values=press.values)
        case Does.CHANGE:
            return ChangeForm(**base, form=press.form, token=press.token, values=press.values)
        case Does.SUBMIT:
            return SubmitForm(**base, form=press.form, token=press.token, values=press.values)
        case Does.PRESS:
            return Pressed(**base, action=press.action, value=press.value, values=press.values)


def _command(incoming: Incoming, key: str) -> Request:
    base = _base(incoming, key)
    command = text_of(incoming.value, "commandId")
    message = _message_text(incoming.value)
    if command in FORM_COMMANDS:
        return OpenForm(**base, form=FORM_COMMANDS[command])
    if command == "checkMessage":
        return CheckDraft(**base, text=message)
    if command == "logEnquiry":
        return OpenForm(**base, form="member_enquiry", values={"details": message})
    return Pressed(**base, action=command)


def _message_text(value: Mapping[str, Any]) -> str:
    """The words of the message that a command was used on."""
    message = table_of(value, "messagePayload")
    body = table_of(message, "body")
    content = text_of(body, "content")
    words = plain(content) if text_of(body, "contentType").lower() != "text" else content.strip()
    subject = text_of(message, "subject").strip()
    return f"{subject}\n{words}".strip() if subject else words


def _base(incoming: Incoming, key: str, press: Envelope | None = None) -> dict[str, Any]:
    address: dict[str, Any] = {"ref": reference(incoming), "tenant": incoming.tenant, "private": incoming.is_personal}
    if press is not None and incoming.reply_to_id and not in_dialog(incoming):
        address |= {"card": incoming.reply_to_id, "form": press.is_form}
    return {
        "key": key,
        "sender": Sender(
            platform=PLATFORM,
            user_id=incoming.user_id,
            alt_id=incoming.directory_id,
            tenant=incoming.tenant,
            name=text_of(incoming.user, "name").strip(),
        ),
        "place": Place(
            private=incoming.is_personal,
            address=json.dumps(address, separators=(",", ":")),
            thread=incoming.conversation_id,
        ),
    }


def in_dialog(incoming: Incoming) -> bool:
    """Whether it comes from a dialog, whose answer is shown in the dialog."""
    return incoming.type == "invoke" and incoming.name.startswith(("task/", "composeExtension/"))


def reference(incoming: Incoming) -> dict[str, Any]:
    """How to answer in the same conversation and thread: ids only, as the SDK's conversation reference has them."""
    return {
        **({"activityId": incoming.id} if incoming.type == "message" and incoming.id else {}),
        "channelId": incoming.channel_id,
        "serviceUrl": incoming.service_url,
        "conversation": {
            "id": incoming.conversation_id,
            "conversationType": text_of(incoming.conversation, "conversationType"),
            **({"isGroup": True} if incoming.conversation.get("isGroup") is True else {}),
        },
        "bot": {"id": incoming.bot_id},
        "user": {"id": incoming.user_id},
    }
