"""What comes in and what goes out, as values that name no platform.

An adapter turns a platform's payload into one of the requests, and a :class:`Reply` back into
a message, a card or a form. It decides nothing on the way. Every text in a reply is plain
text: adapters escape it, so nothing that a person typed can become markup or a mention.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - storage reads replies back by these types
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

# --- what comes in -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """The person behind a request, as the platform knows them."""

    platform: str
    user_id: str
    alt_id: str = ""
    """Another id for the same person, which the directory may know instead (Teams has two)."""
    tenant: str = ""
    name: str = ""
    email: str = ""
    """Filled in only where the platform itself vouches for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a request was made, and where an answer to it goes.

    ``address`` is opaque here: the adapter that made it knows how to post to it.
    ``thread`` identifies the conversation that a follow-up belongs to.
    """

    private: bool
    address: str
    thread: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The parent of everything that a person can send.

    ``key`` is unique for each event of a platform; the same event sent again has the same key.
    """

    key: str
    sender: Sender
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(Request):
    """Words addressed to the bot: by mention, or in a private conversation."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Request):
    """A question that is certainly meant as one, as after ``/ask-protocol``."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenForm(Request):
    """A wish to fill in a form, perhaps with something already known."""

    form: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeForm(Request):
    """A field of an open form changed that decides what the rest of the form shows."""

    form: str
    token: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitForm(Request):
    """A form sent in. ``token`` is the form's own, so that the same form twice has one effect."""

    form: str
    token: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed(Request):
    """A button pressed. ``values`` holds what the fields beside it said, if there were any."""

    action: str
    value: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckDraft(Request):
    """A message to check against the protocol, for the eyes of the person who asks."""

    text: str
    audience: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp(Request):
    """What was typed so far in a field that offers suggestions."""

    field_name: str
    typed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenHome(Request):
    """The bot's own page on the platform was opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed(Request):
    """The bot was added to a private conversation, a team or a group chat."""


# --- what goes out -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Citation:
    """The paragraph that an answer stands on: document, version, label, what it says."""

    council: str
    document: str
    version: str
    ref: str
    label: str
    section: str
    says: str
    binds: str
    official: str | None = None
    stale: str | None = None
    kind: Literal["citation"] = "citation"


@dataclass(frozen=True, slots=True)
class Heading:
    """A short line that names what follows."""

    text: str
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text. Line breaks in it are kept."""

    text: str
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of short lines."""

    items: tuple[str, ...]
    kind: Literal["bullets"] = "bullets"


@dataclass(frozen=True, slots=True)
class Note:
    """Small print."""

    text: str
    kind: Literal["note"] = "note"


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its value."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels and values, in reading order."""

    rows: tuple[Fact, ...]
    kind: Literal["facts"] = "facts"


class Emphasis(StrEnum):
    """How much a button stands out."""

    NORMAL = "normal"
    PRIMARY = "primary"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press. ``action`` names the handler, ``value`` what it is about (2,000 characters at most).

    ``opens`` is the id of the form that the press opens, so that a platform can open its dialog at once.
    """

    label: str
    action: str
    value: str = ""
    emphasis: Emphasis = Emphasis.NORMAL
    opens: str = ""
    confirm: str = ""


@dataclass(frozen=True, slots=True)
class Buttons:
    """A row of at most five buttons."""

    buttons: tuple[Button, ...]
    kind: Literal["buttons"] = "buttons"


Part = Heading | Paragraph | Bullets | Note | Facts | Citation | Buttons


class FieldKind(StrEnum):
    """How a field is filled in."""

    LINE = "line"
    TEXT = "text"
    CHOICE = "choice"
    CHOICES = "choices"
    DATE = "date"
    PERSON = "person"
    """A name with suggestions from the directory (:class:`LookUp`); free text is allowed too."""
    TICK = "tick"


@dataclass(frozen=True, slots=True)
class Option:
    """One of the choices of a field."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question of a form. ``value`` is what is known already; a tick is ``yes`` or empty.

    Several choices in one value are parted by ``;``. ``live`` asks for a :class:`ChangeForm` on change.
    """

    name: str
    label: str
    kind: FieldKind = FieldKind.LINE
    hint: str = ""
    value: str = ""
    options: tuple[Option, ...] = ()
    required: bool = True
    max_length: int = 3000
    live: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form: what to read first, the fields, and the problems of the last attempt by field name."""

    id: str
    token: str
    title: str
    intro: tuple[Part, ...] = ()
    fields: tuple[Field, ...] = ()
    submit: str = "Send"
    problems: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a person gets back.

    ``summary`` is the whole in plain words: for notifications, screen readers and clients that
    show no more. It never holds confidential text, since it may show on a locked screen.
    ``private`` means for the person alone: where the request was made in a shared place, the
    reply goes to them privately and the place gets no more than a pointer.
    ``replaces`` means that it takes the place of the message whose button was pressed.
    """

    summary: str
    parts: tuple[Part, ...] = ()
    form: Form | None = None
    private: bool = False
    replaces: bool = False
    options: tuple[Option, ...] = ()
    """Suggestions, in answer to a :class:`LookUp`."""
    home: bool = False
    """To be shown on the bot's own page."""


# --- where it goes -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a message goes: to a place of a platform, or to a person privately. One of the two is set."""

    platform: str
    place: str = ""
    user_id: str = ""
    tenant: str = ""
