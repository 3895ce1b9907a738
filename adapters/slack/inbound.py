"""What Slack sends, as requests; and requests as remembered events and back. Pure: no network, no clock.

Slack's payloads are read once, on arrival. What is remembered is the request alone, so no more of a
person's message is kept than the answer needs.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from adapters.slack import render
from adapters.slack.modals import FIELD_BLOCK
from adapters.slack.spot import Spot
from adapters.slack.text import clean, from_slack, unescape, without_first_mention
from bot.messages import (
    Asked,
    ChangeForm,
    CheckDraft,
    Installed,
    LookUp,
    OpenForm,
    OpenHome,
    Place,
    Pressed,
    Request,
    Said,
    Sender,
    SubmitForm,
)
from bot.model import Event

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

PLATFORM = "slack"

DECLARE, ASK, ENQUIRE = "/declare-relationship", "/ask-protocol", "/member-enquiry"
COMMAND_FORMS = {DECLARE: "declare_relationship", ENQUIRE: "member_enquiry"}
CHECK_MESSAGE, LOG_ENQUIRY, DECLARE_SHORTCUT = "check_message", "log_enquiry", "declare_relationship"
SHORTCUT_FORMS = {DECLARE_SHORTCUT: "declare_relationship", LOG_ENQUIRY: "member_enquiry"}

HELP_WORDS = frozenset({"help", "?", "version", "privacy"})
HUMAN_SUBTYPES = frozenset({"", "file_share", "thread_broadcast", "me_message"})
"""Subtypes under which a person speaks to us. Edits, joins, deletions and bots' messages have others."""

_KINDS: Mapping[str, type[Request]] = {
    kind.__name__: kind
    for kind in (
        Said,
        Asked,
        OpenForm,
        ChangeForm,
        SubmitForm,
        Pressed,
        CheckDraft,
        LookUp,
        OpenHome,
        Installed,
    )
}
_SAFE_KEY = re.compile(r"[A-Za-z0-9._:|-]{1,180}")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a payload means.

    ``opens`` is the form whose window must be opened at once, with ``trigger``, before anything else.
    """

    request: Request
    opens: str = ""
    trigger: str = ""


# --- remembered and read back ---------------------------------------------------------------


def to_event(request: Request, now: datetime) -> Event:
    """The request as it is remembered."""
    payload = {"is": type(request).__name__, **asdict(request)}
    return Event(
        platform=PLATFORM,
        key=request.key,
        kind=type(request).__name__,
        payload=json.dumps(payload),
        received_at=now,
    )


class SlackTranslator:
    """:class:`bot.ports.Translator`."""

    def to_request(self, event: Event) -> Request | None:
        """The request that was remembered."""
        values = json.loads(event.payload)
        kind = _KINDS[values.pop("is")]
        values["sender"] = Sender(**values["sender"])
        values["place"] = Place(**values["place"])
        return kind(**values)


# --- the Events API -------------------------------------------------------------------------


def mention(body: Mapping[str, Any]) -> Reading | None:
    """A mention in a channel: answered in its thread. In a direct message the message itself is the event."""
    event = _table(body, "event")
    if _text(event, "channel").startswith("D") or not _from_person(body, event):
        return None
    channel, thread = _text(event, "channel"), _text(event, "thread_ts") or _text(event, "ts")
    return _said(body, event, Spot(user=_text(event, "user"), channel=channel, thread=thread), private=False)


def direct_message(body: Mapping[str, Any]) -> Reading | None:
    """A message in the conversation between a person and the bot; of other conversations none is read."""
    event = _table(body, "event")
    if _text(event, "channel_type") != "im" or not _from_person(body, event):
        return None
    spot = Spot(user=_text(event, "user"), channel=_text(event, "channel"), thread=_text(event, "thread_ts"))
    return _said(body, event, spot, private=True)


def home_opened(body: Mapping[str, Any]) -> Reading | None:
    """The Home tab was opened, or the direct messages with the bot: the latter is the moment to say welcome."""
    event = _table(body, "event")
    sender = _event_sender(body, event)
    if not sender.user_id:
        return None
    key = _event_key(body)
    if _text(event, "tab") == "messages":
        spot = Spot(user=_text(event, "user"), channel=_text(event, "channel"))
        return Reading(Installed(key=key, sender=sender, place=_place(spot, private=True)))
    spot = Spot(user=_text(event, "user"), home=True)
    return Reading(OpenHome(key=key, sender=sender, place=_place(spot, private=True)))


def _said(body: Mapping[str, Any], event: Mapping[str, Any], spot: Spot, *, private: bool) -> Reading:
    bot = _bot_user(body)
    raw = _text(event, "text")
    text = from_slack(raw if bot else without_first_mention(raw), bot)
    sender = _event_sender(body, event)
    return Reading(Said(key=_event_key(body), sender=sender, place=_place(spot, private=private), text=text))


def _from_person(body: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Whether a person wrote the message: not a bot, not ourselves, not an edit of something already answered."""
    user = _text(event, "user")
    return bool(
        user
        and user != _bot_user(body)
        and user != "USLACKBOT"
        and not event.get("bot_id")
        and not event.get("bot_profile")
        and not event.get("edited")
        and not event.get("hidden")
        and _text(event, "subtype") in HUMAN_SUBTYPES
        and _text(event, "channel")
    )


def _bot_user(body: Mapping[str, Any]) -> str:
    authorizations = body.get("authorizations")
    for each in authorizations if isinstance(authorizations, list) else ():
        if isinstance(each, dict) and each.get("is_bot"):
            return _text(each, "user_id")
    return ""


def _event_key(body: Mapping[str, Any]) -> str:
    return _key("event", _text(body, "event_id"), body)


def _event_sender(body: Mapping[str, Any], event: Mapping[str, Any]) -> Sender:
    """Who sent the event. In a channel shared with another organisation, its people never pass for ours."""
    home_of_app = _text(body, "enterprise_id") or _text(body, "team_id")
    user, home_of_user = _text(event, "user"), _text(event, "user_team")
    ours = {_text(body, "enterprise_id"), _text(body, "team_id")}
    if body.get("is_ext_shared_channel") and home_of_user and home_of_user not in ours:
        return Sender(platform=PLATFORM, user_id=f"{home_of_user}:{user}", tenant=home_of_user)
    return Sender(platform=PLATFORM, user_id=user, tenant=home_of_app)


# --- commands and shortcuts -----------------------------------------------------------------


def command(body: Mapping[str, Any]) -> Reading | None:
    """A slash command. It is private wherever it was typed: the answer goes to the person's direct messages."""
    name, text = _text(body, "command"), from_slack(_text(body, "text"))
    sender = Sender(
        platform=PLATFORM,
        user_id=_text(body, "user_id"),
        tenant=_text(body, "enterprise_id") or _text(body, "team_id"),
    )
    if not sender.user_id or name not in {ASK, *COMMAND_FORMS}:
        return None
    trigger = _text(body, "trigger_id")
    key, place = _key("command", trigger, body), _place(Spot(user=sender.user_id), private=True)
    if text.lower() in HELP_WORDS:
        word = "help" if text == "?" else text
        return Reading(Said(key=key, sender=sender, place=place, text=word))
    if name == ASK:
        return Reading(Asked(key=key, sender=sender, place=place, text=text))
    values = {"details": text} if name == ENQUIRE and text else {}
    form = COMMAND_FORMS[name]
    return Reading(OpenForm(key=key, sender=sender, place=place, form=form, values=values), form, trigger)


def shortcut(body: Mapping[str, Any]) -> Reading | None:
    """A shortcut: on a message, or from the search box. One that we do not know gets help."""
    sender = _interaction_sender(body)
    if not sender.user_id:
        return None
    name, trigger = _text(body, "callback_id"), _text(body, "trigger_id")
    key, place = _key("shortcut", trigger, body), _place(Spot(user=sender.user_id), private=True)
    words = from_slack(_text(_table(body, "message"), "text"))
    if name == CHECK_MESSAGE:
        audience = _audience(_table(body, "channel"))
        return Reading(CheckDraft(key=key, sender=sender, place=place, text=words, audience=audience))
    form = SHORTCUT_FORMS.get(name)
    if form is None:
        return Reading(Said(key=key, sender=sender, place=place, text="help"))
    values = {"details": words} if name == LOG_ENQUIRY and words else {}
    return Reading(OpenForm(key=key, sender=sender, place=place, form=form, values=values), form, trigger)


def _audience(channel: Mapping[str, Any]) -> str:
    """Who can read the conversation, as far as its id and name tell; empty between two people."""
    if _text(channel, "id").startswith("D") or _text(channel, "name") == "directmessage":
        return ""
    return (
        "group"
        if _text(channel, "id").startswith("G") or _text(channel, "name") == "privategroup"
        else "public channel"
    )


# --- buttons, fields, views -----------------------------------------------------------------


def action(body: Mapping[str, Any]) -> Reading | None:
    """A button pressed, or a field changed that decides what the rest of the form shows."""
    actions = body.get("actions")
    pressed = actions[0] if isinstance(actions, list) and actions and isinstance(actions[0], dict) else {}
    sender = _interaction_sender(body)
    if not sender.user_id or not pressed:
        return None
    trigger = _text(body, "trigger_id")
    key = _key("action", trigger, body)
    view = _table(body, "view")
    if _text(pressed, "block_id").startswith(FIELD_BLOCK):
        spot = Spot(user=_text(_table(body, "user"), "id"), view=_text(view, "id"), passing=True)
        return _changed(view, key, sender, spot)
    kind, opens, name = render.read_action_id(_text(pressed, "action_id"))
    value = _text(pressed, "value")
    spot, private = _pressed_spot(body, view)
    if kind == render.OPEN_AGAIN:
        place = _place(Spot(user=spot.user), private=True)
        return Reading(OpenForm(key=key, sender=sender, place=place, form=opens), opens, trigger)
    if kind != render.PRESS:
        return _help_for(pressed, key, sender, spot)
    place = _place(replace(spot, action=name, value=value), private=private)
    request = Pressed(key=key, sender=sender, place=place, action=name, value=value, values=_values(view))
    return Reading(request, opens, trigger)


def _help_for(pressed: Mapping[str, Any], key: str, sender: Sender, spot: Spot) -> Reading | None:
    """A button that we do not know gets help, not silence; a link is followed by Slack itself."""
    if _text(pressed, "type") != "button" or pressed.get("url"):
        return None
    return Reading(Said(key=key, sender=sender, place=_place(Spot(user=spot.user), private=True), text="help"))


def _pressed_spot(body: Mapping[str, Any], view: Mapping[str, Any]) -> tuple[Spot, bool]:
    """Where the button was, and whether only the person sees that place."""
    user = _text(_table(body, "user"), "id")
    if _text(view, "type") == "modal":
        return Spot(user=user, view=_text(view, "id"), passing=True), True
    container, message = _table(body, "container"), _table(body, "message")
    channel = _text(container, "channel_id") or _text(_table(body, "channel"), "id")
    if not channel:  # the Home tab
        return Spot(user=user), True
    stamp = _text(container, "message_ts") or _text(message, "ts")
    private = channel.startswith("D")
    thread = _text(message, "thread_ts") or _text(container, "thread_ts") or ("" if private else stamp)
    replaceable = "" if container.get("is_ephemeral") else stamp
    return Spot(user=user, channel=channel, thread=thread, message=replaceable), private


def suggestion(body: Mapping[str, Any]) -> Reading | None:
    """What was typed so far in a field with suggestions. The same letters in the same window ask the same thing."""
    sender = _interaction_sender(body)
    block = _text(body, "block_id")
    if not sender.user_id or not block.startswith(FIELD_BLOCK):
        return None
    typed = clean(unescape(_text(body, "value"))).strip()
    view = _table(body, "view")
    mark = [sender.tenant, sender.user_id, _text(view, "id"), _text(view, "hash"), block, typed]
    key = "options:" + hashlib.sha256(json.dumps(mark).encode()).hexdigest()
    place = _place(Spot(user=sender.user_id, silent=True), private=True)
    name = block.removeprefix(FIELD_BLOCK)
    return Reading(LookUp(key=key, sender=sender, place=place, field_name=name, typed=typed))


def submission(body: Mapping[str, Any]) -> Reading | None:
    """A form sent in. After a correction the view keeps its hash, so the trigger id is a part of the key."""
    view, sender = _table(body, "view"), _interaction_sender(body)
    if not sender.user_id or not _text(view, "id"):
        return None
    mark = _text(body, "trigger_id") or _digest(view.get("state"))
    spot = Spot(user=sender.user_id, view=_text(view, "id"))
    return Reading(
        SubmitForm(
            key=_key("submit", f"{_text(view, 'id')}:{_text(view, 'hash')}:{mark}", body),
            sender=sender,
            place=_place(spot, private=True),
            form=_text(view, "callback_id"),
            token=_token(view),
            values=_values(view),
        )
    )


def closed(body: Mapping[str, Any]) -> Reading | None:
    """A form closed without sending it: what it holds is handed over as a change, so that a draft can be kept."""
    view, sender = _table(body, "view"), _interaction_sender(body)
    if not sender.user_id or not _values(view):
        return None
    key = _key("closed", f"{_text(view, 'id')}:{_text(view, 'hash')}", body)
    return _changed(view, key, sender, Spot(user=sender.user_id, silent=True))


def _changed(view: Mapping[str, Any], key: str, sender: Sender, spot: Spot) -> Reading | None:
    token = _token(view)
    if not token:
        return None
    place = _place(spot, private=True)
    form = _text(view, "callback_id")
    return Reading(ChangeForm(key=key, sender=sender, place=place, form=form, token=token, values=_values(view)))


def field_blocks(body: Mapping[str, Any]) -> list[str]:
    """The block ids of the fields in the view that was sent in."""
    blocks = _table(body, "view").get("blocks")
    state = _table(_table(_table(body, "view"), "state"), "values")
    listed = (
        [_text(block, "block_id") for block in blocks if isinstance(block, dict)] if isinstance(blocks, list) else []
    )
    return [block for block in (*listed, *state) if block.startswith(FIELD_BLOCK)]


def _values(view: Mapping[str, Any]) -> dict[str, str]:
    """What the fields of a view say, by name."""
    values = {}
    for block, elements in _table(_table(view, "state"), "values").items():
        if block.startswith(FIELD_BLOCK) and isinstance(elements, dict):
            element = next((each for each in elements.values() if isinstance(each, dict)), {})
            values[block.removeprefix(FIELD_BLOCK)] = _value(element)
    return values


def _value(element: Mapping[str, Any]) -> str:
    chosen = element.get("selected_options")
    if isinstance(chosen, list):
        return ";".join(_text(each, "value") for each in chosen if isinstance(each, dict))
    one = element.get("selected_option")
    if isinstance(one, dict):
        return unescape(_text(one, "value"))
    return _text(element, "selected_date") or clean(unescape(_text(element, "value")))


def _token(view: Mapping[str, Any]) -> str:
    try:
        kept = json.loads(_text(view, "private_metadata") or "{}")
    except ValueError:
        return ""
    return _text(kept, "token") if isinstance(kept, dict) else ""


# --- shared ---------------------------------------------------------------------------------


def _interaction_sender(body: Mapping[str, Any]) -> Sender:
    user, team, enterprise = _table(body, "user"), _table(body, "team"), _table(body, "enterprise")
    tenant = _text(enterprise, "id") or _text(team, "enterprise_id") or _text(team, "id") or _text(user, "team_id")
    return Sender(platform=PLATFORM, user_id=_text(user, "id"), tenant=tenant)


def _place(spot: Spot, *, private: bool) -> Place:
    return Place(private=private, address=spot.pack(), thread=spot.conversation)


def _key(kind: str, given: str, body: Mapping[str, Any]) -> str:
    """Slack's own id for the event; a digest of the whole where there is none, or a strange one."""
    return f"{kind}:{given}" if _SAFE_KEY.fullmatch(given) else f"{kind}:{_digest(body)}"


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _table(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""
