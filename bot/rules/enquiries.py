"""What is particular to members' enquiries: what one holds, how long there is, and what is not one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.rules.casework import Procedure
from bot.rules.deadlines import Limit, reply_limit
from bot.rules.protocol import Position

if TYPE_CHECKING:
    from bot.model import Person
    from bot.rules.protocol import Pack
    from bot.rules.protocol import Procedure as PackProcedure

ENQUIRY = Procedure(key="member_enquiry", prefix="ME")

SUBJECT, DETAILS, WARD, ON_BEHALF, WHY_URGENT = "subject", "details", "ward", "on_behalf", "why_urgent"
CONTENT = (SUBJECT, DETAILS, WARD, ON_BEHALF, WHY_URGENT)
"""What the member writes; always kept sealed."""

URGENT_ROUTE = "urgent_request"
ENQUIRY_ROUTE = "members_enquiry"
TELLING_THE_CHAIR = ("telling_the_chair", "group_leader_request")
"""Procedures by which a chair or portfolio holder hears of a request (councillor/officer protocol 6(b), 6(d))."""


def limit_for(pack: Pack, reply_days: int | None, urgent_days: int, *, urgent: bool) -> Limit | None:
    """How many working days there are, and on whose word; none where neither protocol nor council gives a number.

    No protocol gives a number for an urgent request (Tower Hamlets 8.2 does not even say what urgent
    means), so that one is always the council's.
    """
    if urgent:
        return Limit(urgent_days, "Your council's setting for urgent enquiries; the protocol gives no number.")
    return reply_limit(pack, reply_days)


def procedure(pack: Pack, key: str) -> PackProcedure | None:
    """A procedure of the pack, where it has one of this name."""
    return next((each for each in pack.procedures if each.key == key), None)


def goes_to_director(pack: Pack, *, urgent: bool) -> bool:
    """Whether the protocol sends it to a Chief Officer or Director (Tower Hamlets 8.2)."""
    return urgent and procedure(pack, URGENT_ROUTE) is not None


def chair_duty(pack: Pack, member: Person | None) -> PackProcedure | None:
    """The paragraph by which the officer tells the Executive Member or chair of this request, where there is one.

    A Group Leader's request has one of its own (councillor/officer protocol 6(d)).
    """
    general, leaders = (procedure(pack, key) for key in TELLING_THE_CHAIR)
    if member is not None and member.holds(Position.GROUP_LEADER) and leaders is not None:
        return leaders
    return general


class Kind(StrEnum):
    """What something is that is not a member's enquiry."""

    COMPLAINT = "complaint"
    SERVICE_REQUEST = "service request"
    INFORMATION_REQUEST = "information request"


@dataclass(frozen=True, slots=True)
class _Signs:
    kind: Kind
    pattern: re.Pattern[str]


def _words(*alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(alternatives)})\b", re.IGNORECASE)


SIGNS = (
    _Signs(
        Kind.INFORMATION_REQUEST,
        _words(
            "foi", "foia", "eir", "freedom of information", "environmental information regulations", "subject access"
        ),
    ),
    _Signs(
        Kind.COMPLAINT,
        _words(
            "formal complaint",
            "official complaint",
            "make a complaint",
            "wish(?:es)? to complain",
            "want(?:s)? to complain",
            "complaint about (?:an? |the |your |our )?(?:officer|employee|councillor|member|council|staff)",
            "complain about (?:an? |the |your |our )?(?:officer|employee|councillor|member|council|staff)",
            "ombudsman",
        ),
    ),
    _Signs(
        Kind.SERVICE_REQUEST,
        _words(
            "pot ?holes?",
            "missed (?:bin|bins|collection|recycling)",
            "bins? (?:was |were |has |have )?(?:not |n[o']t )?(?:been )?(?:missed|emptied|collected)",
            "(?:new|broken|lost|replacement) (?:bin|bins|recycling box)",
            "fly[- ]?tipping",
            "fly[- ]?tipped",
            "street ?lights?",
            "street ?lamps?",
            "graffiti",
            "dog (?:mess|fouling)",
            "abandoned (?:car|vehicle|van)",
            "blocked (?:drain|gully|gulley)",
            "dead animal",
            "overflowing bins?",
        ),
    ),
)
CASEWORK = _words(
    "policy",
    "why",
    "how many",
    "how often",
    "budget",
    "cost",
    "costs",
    "contract",
    "plan",
    "plans",
    "programme",
    "strategy",
    "again and again",
    "repeatedly",
    "weeks",
    "months",
    "years",
    "still",
)
"""Words by which a report of a thing that is broken becomes a member's question about it."""


def not_an_enquiry(text: str, pack: Pack) -> Kind | None:
    """What the text seems to be instead of an enquiry; nothing where it may well be one.

    Information requests are not turned away where the protocol counts them among members' enquiries
    (Tower Hamlets 8.1 names them). A report of a pothole is a service request; the question why a road
    has been bad for months is an enquiry.
    """
    for signs in SIGNS:
        if not signs.pattern.search(text):
            continue
        if signs.kind is Kind.INFORMATION_REQUEST and _counts_information_requests(pack):
            continue
        if signs.kind is Kind.SERVICE_REQUEST and CASEWORK.search(text):
            continue
        return signs.kind
    return None


def _counts_information_requests(pack: Pack) -> bool:
    route = procedure(pack, ENQUIRY_ROUTE)
    return route is not None and "foi" in (route.when or "").casefold()


ABOUT_THE_RULES = re.compile(
    r"\b(?:protocol|allowed|entitled|supposed to|may (?:i|we|an?|the|members?|officers?|councillors?)|"
    r"can (?:i|we|an?|members?|officers?|councillors?)|must (?:i|we|an?|members?|officers?|councillors?)|"
    r"(?:should|do|does) (?:i|we|an?|members?|officers?|councillors?))\b",
    re.IGNORECASE,
)
LONGEST_QUESTION = 40
"""Words; what is longer tells a story rather than asking what the rules are."""


def asks_about_rules(text: str) -> bool:
    """Whether the text is a short question that the protocol itself may answer."""
    return "?" in text and len(text.split()) <= LONGEST_QUESTION and ABOUT_THE_RULES.search(text) is not None
