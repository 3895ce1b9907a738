"""Disclosures of relationships between members and officers: what they hold, their life, and what may be done.

One relationship a record. Nothing is overwritten: each step is an event with who and when.
The protocols' own lists decide the kinds: family and close personal (Copeland 5.3, county 4.2),
family or business connection (Tower Hamlets 3.6), spouse, partner, relative, friend, business
associate (Copeland 6.1).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 - storage reads disclosures back by these types
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.rules.protocol import Position  # noqa: TC001 - storage reads disclosures back by these types

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_DETAILS = 600
LONGEST_LINE = 200


class Kind(StrEnum):
    """What the relationship is."""

    PARTNER = "partner"
    FAMILY = "family"
    PERSONAL = "personal"
    FRIEND = "friend"
    BUSINESS = "business"
    OTHER = "other"


class Bearing(StrEnum):
    """What the relationship could bear on."""

    COMMITTEE = "committee"
    SERVICE = "service"
    RECRUITMENT = "recruitment"
    CONTRACT = "contract"
    NOTHING = "nothing"


class State(StrEnum):
    """How far a disclosure has come."""

    SUBMITTED = "submitted"
    RECEIVED = "received"
    INFORMATION_ASKED = "information_asked"
    CONDITIONS_SET = "conditions_set"
    NO_ACTION = "no_action"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


CLOSED = frozenset({State.ENDED, State.WITHDRAWN})


class Step(StrEnum):
    """Something that was done with a disclosure."""

    SUBMITTED = "submitted"
    OPENED = "opened"
    INFORMATION_ASKED = "information asked"
    INFORMATION_GIVEN = "information given"
    CONDITIONS_SET = "conditions set"
    AUDIENCE_DECIDED = "audience decided"
    NO_ACTION = "no action needed"
    AMENDED = "amended"
    CONFIRMED = "confirmed"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What the declarer wrote; always kept sealed."""

    other_party: str
    other_party_id: str = ""
    """The directory's id, where the other party was chosen from it."""
    kind: Kind
    declared_by: str = ""
    """The declarer's name, where the directory does not know them."""
    since: str = ""
    bearing: tuple[Bearing, ...] = ()
    bearing_on: str = ""
    details: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What the recipient decided; always kept sealed."""

    text: str = ""
    told: str = ""
    """Who else is told: the county's “how far to disclose” (county 4.2) is this decision."""
    review_on: str = ""
    """A date (YYYY-MM-DD) on which to look at it again; empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """The record of one relationship."""

    id: str
    reference: str
    declarer_id: str
    position: Position
    """The position in which the declarer declared."""
    ref: str
    """The paragraph that routed it; empty where the protocol names nobody."""
    content: Content
    conditions: Conditions = field(default_factory=Conditions)
    at_risk: bool = False
    state: State = State.SUBMITTED
    readers: tuple[str, ...] = ()
    """Ids of the people whom the protocol names for it."""
    created_at: datetime
    confirmed_at: datetime
    asked_at: datetime | None = None
    """When the declarer was last asked whether it is still right."""
    version: int = 1

    @property
    def is_open(self) -> bool:
        """Whether it still stands."""
        return self.state not in CLOSED


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureEvent:
    """One step in the life of a disclosure. ``text`` is sealed when kept."""

    disclosure_id: str
    at: datetime
    by: str
    step: Step
    text: str = ""


class Purpose(StrEnum):
    """Why somebody wants to see a disclosure."""

    READ = "read"
    ACT = "act"
    """Decide on it: ask for more, set conditions."""
    OWN = "own"
    """Amend, end, withdraw or confirm one's own."""
    EXPORT = "export"


def may_see(disclosure: Disclosure, person_id: str, purpose: Purpose, *, keeps_register: bool) -> bool:
    """Whether the person may see the disclosure for this purpose, asked each time it is opened.

    The declarer sees their own, always. Those whom the protocol names see it and act on it. The
    keeper of the register sees it too, but never one that they are a party to. Nobody else learns
    even that there is one.

    Args:
        keeps_register: whether the person keeps this council's register now.
    """
    is_declarer = person_id == disclosure.declarer_id
    is_party = is_declarer or person_id == disclosure.content.other_party_id
    named = person_id in disclosure.readers and not is_party
    keeper = keeps_register and not is_party
    if purpose is Purpose.OWN:
        return is_declarer
    if purpose is Purpose.READ:
        return is_declarer or named or (keeper and not disclosure.at_risk)
    if purpose is Purpose.EXPORT and disclosure.at_risk:
        return named
    return named or (keeper and not disclosure.at_risk)


AFTER: Mapping[Step, State] = {
    Step.INFORMATION_ASKED: State.INFORMATION_ASKED,
    Step.INFORMATION_GIVEN: State.RECEIVED,
    Step.CONDITIONS_SET: State.CONDITIONS_SET,
    Step.NO_ACTION: State.NO_ACTION,
    Step.AMENDED: State.SUBMITTED,
    Step.ENDED: State.ENDED,
    Step.WITHDRAWN: State.WITHDRAWN,
}


def state_after(state: State, step: Step) -> State:
    """The state that a step leads to. Opening makes a submitted one received, and no more."""
    if step is Step.OPENED:
        return State.RECEIVED if state is State.SUBMITTED else state
    return AFTER.get(step, state)


def allowed(state: State, step: Step) -> bool:
    """Whether the step may be taken in this state. A closed one is only read."""
    if step is Step.OPENED:
        return True
    if step is Step.INFORMATION_GIVEN:
        return state is State.INFORMATION_ASKED
    return state not in CLOSED


def same_pair(one: Disclosure, other_party_id: str, declarer_id: str) -> bool:
    """Whether an open disclosure is about the same two people, declared by the same one."""
    return one.is_open and one.declarer_id == declarer_id and one.content.other_party_id == other_party_id != ""


def matched(one: Disclosure, others: tuple[Disclosure, ...]) -> bool:
    """Whether the other party declared the same relationship too (Copeland 5.3 wants both)."""
    return any(
        other.is_open
        and other.declarer_id == one.content.other_party_id
        and other.content.other_party_id == one.declarer_id
        for other in others
    )
