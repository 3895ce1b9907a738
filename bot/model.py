"""People, and what is remembered about messages: frozen values, the words of design.md."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.messages import Address
from bot.rules.protocol import Position, Role

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from bot.messages import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person of the directory (``people import``)."""

    id: str
    name: str
    email: str
    role: Role
    positions: tuple[Position, ...]
    department: str = ""
    manager_email: str = ""
    group: str = ""
    ward: str = ""
    slack_user_id: str = ""
    teams_user_id: str = ""
    cover_email: str = ""
    active: bool = True

    def holds(self, position: Position) -> bool:
        """Whether the person holds the position."""
        return position in self.positions

    def id_on(self, platform: str) -> str:
        """The id by which a platform knows the person; empty where it does not. The demo knows people by our own id."""
        return {"slack": self.slack_user_id, "teams": self.teams_user_id, "demo": self.id}.get(platform, "")

    def address(self, platforms: Iterable[str]) -> Address | None:
        """Where the person is reached privately: on the first of the platforms that knows them."""
        for platform in platforms:
            user_id = self.id_on(platform)
            if user_id:
                return Address(platform=platform, user_id=user_id)
        return None

    @property
    def position(self) -> Position:
        """The weightiest of the person's positions: the one that decides how a rule treats them."""
        weight = (
            Position.CHIEF_EXECUTIVE,
            Position.MONITORING_OFFICER,
            Position.SECTION_151_OFFICER,
            Position.DIRECTOR,
            Position.SERVICE_HEAD,
            Position.DEMOCRATIC_SERVICES,
            Position.OFFICER,
            Position.GROUP_LEADER,
            Position.EXECUTIVE_MEMBER,
            Position.CHAIR,
            Position.MEMBER,
        )
        held = [word for word in weight if word in self.positions]
        return held[0] if held else Position(self.role.value)


class EventState(StrEnum):
    """How far an incoming event has come."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that a platform sent, as it is remembered before it is acknowledged.

    ``payload`` is the adapter's own JSON; storage keeps it sealed and drops it once it is worked.
    """

    platform: str
    key: str
    kind: str
    payload: str
    received_at: datetime
    state: EventState = EventState.WAITING
    attempts: int = 0


class MessageState(StrEnum):
    """How far an outgoing message has come."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    """It no longer held when it was to be sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMessage:
    """A message that is to be delivered.

    ``key`` is unique: the same message is never queued twice. ``about`` is an id for the log and
    for asking again, just before sending, whether it still holds.
    """

    key: str
    to: Address
    reply: Reply
    created_at: datetime
    not_before: datetime
    about: str = ""
    basis: str = ""
    """What it stands on, in the words of whoever queued it and asks again; no text of anybody."""
    person_id: str = ""
    """The directory's id of the recipient, where the message is for one person."""
    attempts: int = 0
    uncertain: bool = False
    """An earlier attempt died after the platform may have taken it."""
    state: MessageState = MessageState.WAITING
    platform_id: str = ""
    """The platform's own id of the delivered message."""
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A question that got no good answer; nobody's name is with it."""

    question: str
    reason: str
    """``not covered``, ``unclear`` or ``unhelpful``."""
    ref: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff:
    """A question that a person was asked, with the asker's consent."""

    id: str
    asker_id: str
    ref: str
    readers: tuple[str, ...]
    question: str
    back_to: Address
    answer: str = ""
    answered_by: str = ""
    at: datetime
