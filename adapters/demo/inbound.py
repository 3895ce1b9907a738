"""From what the page sends to a request. The page's JSON is checked like any other input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from bot.messages import (
    Asked,
    ChangeForm,
    CheckDraft,
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

if TYPE_CHECKING:
    from bot.model import Event

LONGEST_TEXT = 20_000


class _Sent(BaseModel):
    """What every message of the page has: who sent it, and a number of its own against double clicks."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: Annotated[str, Field(min_length=8, max_length=64)]
    person: Annotated[str, Field(max_length=64)]
    name: Annotated[str, Field(max_length=200)] = ""


Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
Word = Annotated[str, Field(max_length=200)]
Values = Annotated[dict[Word, Text], Field(max_length=50)]


class _Say(_Sent):
    type: Literal["say"]
    text: Text


class _Ask(_Sent):
    type: Literal["ask"]
    text: Text


class _Open(_Sent):
    type: Literal["open"]
    form: Word
    values: Values = {}


class _Change(_Sent):
    type: Literal["change"]
    form: Word
    token: Word
    values: Values


class _Submit(_Sent):
    type: Literal["submit"]
    form: Word
    token: Word
    values: Values


class _Press(_Sent):
    type: Literal["press"]
    action: Word
    value: Text = ""
    values: Values = {}


class _Check(_Sent):
    type: Literal["check"]
    text: Text
    audience: Word = ""


class _LookUp(_Sent):
    type: Literal["look_up"]
    field: Word
    typed: Text


class _Home(_Sent):
    type: Literal["home"]


Sent = Annotated[
    _Say | _Ask | _Open | _Change | _Submit | _Press | _Check | _LookUp | _Home, Field(discriminator="type")
]
SENT: TypeAdapter[Sent] = TypeAdapter(Sent)


class DemoTranslator:
    """:class:`bot.ports.Translator` for the page."""

    def to_request(self, event: Event) -> Request | None:
        """The request that the page sent; it was checked when it came in."""
        sent = SENT.validate_json(event.payload)
        common: dict[str, Any] = {
            "key": event.key,
            "sender": Sender(platform="demo", user_id=sent.person, name=sent.name),
            "place": Place(private=True, address=sent.person, thread=sent.person),
        }
        match sent:
            case _Say(text=text):
                return Said(**common, text=text)
            case _Ask(text=text):
                return Asked(**common, text=text)
            case _Open(form=form, values=values):
                return OpenForm(**common, form=form, values=values)
            case _Change(form=form, token=token, values=values):
                return ChangeForm(**common, form=form, token=token, values=values)
            case _Submit(form=form, token=token, values=values):
                return SubmitForm(**common, form=form, token=token, values=values)
            case _Press(action=action, value=value, values=values):
                return Pressed(**common, action=action, value=value, values=values)
            case _Check(text=text, audience=audience):
                return CheckDraft(**common, text=text, audience=audience)
            case _LookUp(field=name, typed=typed):
                return LookUp(**common, field_name=name, typed=typed)
            case _Home():
                return OpenHome(**common)
