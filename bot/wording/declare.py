"""What the bot says when a relationship is declared, and afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.rules.disclosures import Bearing, Kind, State, Step
from bot.rules.protocol import Position
from bot.wording.common import listed, sentence_start, the

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

FORM_TITLE = "Declare a relationship"
AMEND_TITLE = "Amend a declaration"
SUBMIT = "Declare"
AMEND = "Amend"
NOT_THE_REGISTER = (
    "This is your council's local register under its protocol. It does not replace the register of members' interests."
)
KEPT = "I kept what you typed last time."
WHO_SEES = "Who will see this"
DEPENDS = "That depends on your position:"
EXPECTED = "What the protocol expects next"
RISK_SEES = "Only the Monitoring Officer will see it, and it stays out of every list but theirs."
NAMES_NOBODY = "The protocol names nobody to tell."
NOBODY_ELSE = "Nobody else is told."

NAME = "Your name"
POSITION = "Your position"
OTHER_PARTY = "The other person"
OTHER_PARTY_HINT = "Begin to type a name. If it does not come up, write it in full."
KIND = "What is the relationship?"
SINCE = "Since when?"
SINCE_HINT = "Roughly is fine, such as “spring 2024”."
BEARING = "What could it bear on?"
BEARING_ON = "Which committee, service, job or contract?"
DETAILS = "Anything else that the reader must know"
DETAILS_HINT = "Keep it short. Leave out health and intimate details: nobody needs them."
AT_RISK = "Telling more people could put someone at risk"
AT_RISK_HINT = "Tick this if there is a danger of violence or intimidation. The form then says who alone will see it."

KINDS: Mapping[Kind, str] = {
    Kind.PARTNER: "Husband, wife, civil partner or partner",
    Kind.FAMILY: "Family",
    Kind.PERSONAL: "Close personal relationship",
    Kind.FRIEND: "Friend",
    Kind.BUSINESS: "Business connection",
    Kind.OTHER: "Another connection",
}
BEARINGS: Mapping[Bearing, str] = {
    Bearing.COMMITTEE: "A committee or a decision",
    Bearing.SERVICE: "A service that one of us runs or uses",
    Bearing.RECRUITMENT: "Recruitment, pay or management",
    Bearing.CONTRACT: "A contract, grant or licence",
    Bearing.NOTHING: "Nothing that I can see",
}
POSITIONS: Mapping[Position, str] = {
    Position.MEMBER: "Councillor",
    Position.EXECUTIVE_MEMBER: "Executive or Cabinet member",
    Position.CHAIR: "Committee chair",
    Position.GROUP_LEADER: "Group leader",
    Position.OFFICER: "Officer",
    Position.SERVICE_HEAD: "Head of service",
    Position.DIRECTOR: "Director",
    Position.CHIEF_EXECUTIVE: "Chief executive",
    Position.MONITORING_OFFICER: "Monitoring Officer",
    Position.SECTION_151_OFFICER: "Chief finance officer (section 151)",
    Position.DEMOCRATIC_SERVICES: "Democratic services officer",
}
STATES: Mapping[State, str] = {
    State.SUBMITTED: "Sent, not opened yet",
    State.RECEIVED: "Received",
    State.INFORMATION_ASKED: "More information asked for",
    State.CONDITIONS_SET: "Conditions set",
    State.NO_ACTION: "No action needed",
    State.ENDED: "Ended",
    State.WITHDRAWN: "Withdrawn",
}
STEPS: Mapping[Step, str] = {
    Step.INFORMATION_ASKED: "Ask for more information",
    Step.CONDITIONS_SET: "Set conditions",
    Step.AUDIENCE_DECIDED: "Decide who else is told",
    Step.NO_ACTION: "No action needed",
    Step.INFORMATION_GIVEN: "Give the information asked for",
    Step.CONFIRMED: "Confirm that it is still right",
    Step.AMENDED: "Amend it",
    Step.ENDED: "The relationship has ended",
    Step.WITHDRAWN: "Withdraw it, with a reason",
}

WHAT_TO_DO = "What do you want to do?"
FEW_WORDS = "In a few words"
TOLD_TOO = "Who else is told"
LOOK_AGAIN = "Look at it again on"
RECORD = "Record"
CLOSE = "Close"
DECLARED_BY = "Declared by"
STATE = "State"
RELATIONSHIP = "Relationship"
SINCE_LABEL = "Since"
BEARS_ON = "Could bear on"
IN_PARTICULAR = "In particular"
DETAILS_LABEL = "Details"
RISK_LABEL = "At risk"
DECLARED_ON = "Declared on"
LAST_CONFIRMED = "Last confirmed"
PARAGRAPH = "Paragraph"
CONDITIONS = "Conditions"
BOTH_SIDES = "Both sides"
BOTH_DECLARED = "Both have declared"
ONE_DECLARED = "Only one side has declared so far"
HISTORY = "History"
AT_RISK_SHORT = "Telling more could put someone at risk"
FILTERS = {"": "All", "open": "Open", "conditions": "Review due", "unmatched": "One side only"}
"""How the register can be narrowed down: the button's value and its words."""

MISSING_NAME = "Say who you are. I do not know you yet, and the reader must."
MISSING_PARTY = "Say who the other person is."
SAME_PERSON = "That is you. Say who the other person is."
LONG_PARTY = "That name is too long. Write just the name."
MISSING_KIND = "Choose what the relationship is."
MISSING_POSITION = "Choose your position, so that it goes to the right person."
LONG_DETAILS = "Keep this under 600 characters."
LONG_LINE = "Keep this under 200 characters."
NOTHING_AND_SOMETHING = "Choose either “Nothing that I can see” or what it could bear on."
MISSING_STEP = "Choose what to do."
MISSING_TEXT = "Say a few words about it."
ONLY_WITH_CONDITIONS = "This is kept only with conditions. Choose “Set conditions”, or leave it as it was."
BAD_DATE = "Give the date as year-month-day, such as 2027-03-01."
PAST_DATE = "That date has passed. Give one that is still to come."
CONDITIONS_HINT = "With conditions only."
CLOSED = "This declaration is closed. It can be read, but no longer changed."

NO_RECIPIENT = (
    "The people whom the protocol names could not be found. It is safe, and whoever runs this bot was warned."
)
OPEN = "Open"
STILL_RIGHT = "Yes, it is still right"
MY_DECLARATIONS = "My declarations"
REGISTER = "Register of declarations"
NOTHING_DECLARED = "You have not declared anything here."
REGISTER_EMPTY = "There is nothing of that kind in the register."
NIL_RETURN = "I have nothing to declare"
NIL_RECORDED = "Thank you. I have recorded today that you have nothing to declare."


def same_side(name: str, word: str) -> str:
    """The form is for a relationship across the two sides."""
    return f"This form is for a relationship between a councillor and an officer. {name} is {word} too."


def told(titles: Sequence[str], cited: str | None) -> str:
    """Who is told, and why."""
    why = f" ({cited})" if cited else ""
    return f"This goes to {listed([the(title) for title in titles], last='and')}{why}."


def at_present(people: Sequence[str]) -> str:
    """The people behind the offices."""
    return f"That is {listed(people, last='and')}."


def keeper_too(title: str, people: Sequence[str]) -> str:
    """The keeper of the register sees what is in it, so the declarer is told so before they send."""
    return sentence_start(f"{the(title)}, {listed(people, last='and')}, keeps the register and can open it too.")


def risk_in_place(people: Sequence[str]) -> str:
    """At risk, and the Monitoring Officer is a party or cannot be found."""
    return (
        f"The Monitoring Officer cannot be told of this one. Only {listed(people, last='and')} will see it, and it "
        "stays out of every list but theirs."
    )


def told_in_place(titles: Sequence[str], instead: Sequence[str]) -> str:
    """Who is told where those whom the protocol names must not be, or cannot be found."""
    return (
        f"The protocol names {listed([the(title) for title in titles], last='and')}. "
        f"They cannot be told of this one, so it goes to {listed(instead, last='and')} instead."
    )


def nobody_named(note: str, titles: Sequence[str], people: Sequence[str]) -> str:
    """No route in the protocol: what it does say, and whom we offer instead, or whom the council's setting names."""
    if not titles:
        return (
            f"{note} If you go on, it goes to {listed(people, last='and')}, as your council has set."
            if people
            else note
        )
    who = f", {listed(people, last='and')}" if people else ""
    return f"{note} If you go on, it goes to {listed([the(title) for title in titles], last='and')}{who}."


def by_position(who: str, whom: str, cited: str) -> str:
    """One line of who tells whom."""
    return f"{who}: {whom}{f' ({cited})' if cited else ', at our suggestion: the protocol names nobody'}"


def decides_audience() -> str:
    """The county's rule that the recipient decides how far it is told."""
    return "They decide whether anybody else needs to know."


def receipt(reference: str, at: datetime, whom: Sequence[str], keeper: str = "") -> str:
    """What the declarer gets: the reference, when, and who can open it."""
    people = listed(list(whom), last="and") if whom else "nobody yet"
    text = f"Your declaration is recorded. Reference {reference}, {at.day} {at:%B %Y at %H:%M}."
    return f"{text} It can be opened by {people}. {keeper}".strip()


def short_receipt(reference: str) -> str:
    """In place of the form."""
    return f"Your declaration is recorded under {reference}. I have sent you a receipt."


def amended(reference: str) -> str:
    """After an amendment."""
    return f"Your declaration {reference} is amended. The earlier version is kept in its history."


def to_recipient(reference: str) -> str:
    """The notification: a reference and a button, never the text."""
    return f"A relationship has been declared to you. Reference {reference}. Open it to read it."


def changed_for_recipient(reference: str, what: Step) -> str:
    """The notification of a step by the declarer."""
    words = {
        Step.AMENDED: "was amended",
        Step.ENDED: "was marked as ended",
        Step.WITHDRAWN: "was withdrawn",
        Step.INFORMATION_GIVEN: "has the information that was asked for",
        Step.CONFIRMED: "was confirmed as still right",
    }[what]
    return f"Declaration {reference} {words}. Open it to see."


def changed_for_declarer(reference: str) -> str:
    """The notification of a step by the recipient."""
    return f"There is news on your declaration {reference}. Open it to see."


def still_right(reference: str) -> str:
    """The yearly question."""
    return f"It is a year since you declared or confirmed {reference}. Is it still right?"


def review_due(reference: str) -> str:
    """The date that the recipient set has come."""
    return f"The conditions on declaration {reference} are due for review."


def one_sided(reference: str) -> str:
    """For the keeper alone."""
    return (
        f"Declaration {reference} comes from one side only: the other person has not declared it here. Only you are "
        "told of this."
    )


def already_declared(reference: str) -> str:
    """A second declaration about the same two people."""
    return (
        f"You have declared this relationship before, under {reference}. "
        "Amend that one, so that its history stays together."
    )


def done(reference: str, *, own: bool) -> str:
    """After a step, and who has heard of it."""
    told = "Those who can open it have been told." if own else "The declarer has been told that there is news."
    return f"Recorded for {reference}. {told}"


def open_one(reference: str) -> str:
    """The button beside one of a list."""
    return f"Open {reference}"
