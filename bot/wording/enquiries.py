"""What the bot says about members' enquiries."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from bot.rules.casework import State, Step
from bot.rules.enquiries import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from bot.rules.deadlines import Deadline, Limit

FORM_TITLE = "Raise a member enquiry"
SUBMIT = "Raise it"
VIEW_TITLE = "Member enquiry"
KEPT = "I kept what you typed last time."

FOR_MEMBER = "For which member?"
FOR_MEMBER_HINT = "Begin to type a name."
SUBJECT = "Subject"
SUBJECT_HINT = "A few words, without names of residents."
DETAILS = "What do you need to know, or want done?"
DETAILS_HINT = "Leave out health and other private details that the officer does not need."
SERVICE = "Which service?"
NOT_SURE = "I am not sure"
WARD = "Ward"
ON_BEHALF = "On whose behalf?"
ON_BEHALF_HINT = "A resident, a group, or yourself."
URGENT = "It is urgent"
URGENT_HINT = "Tick this only where waiting would do harm."
WHY_URGENT = "Why is it urgent?"

WHO_SEES = "Who will see it"
AUDIENCE = (
    "You, the officer in charge and their managers, and Democratic Services. No other member sees it, unless you "
    "share it."
)
BY_WHEN = "When a reply is due"

MISSING_MEMBER = "Say which member it is for. Choose from the suggestions."
NOT_A_MEMBER = "That is not a member. Choose the member it is for."
MISSING_SUBJECT = "Say in a few words what it is about."
MISSING_DETAILS = "Say what you need to know, or want done."
MISSING_SERVICE = "Choose a service, or “I am not sure”."
MISSING_WHY = "Say why it is urgent, so that the right person can see it at once."
LONG_LINE = "Keep this under 200 characters."
LONG_TEXT = "Keep this under 3,000 characters."

MEMBERS_RAISE = (
    "Members' enquiries are raised by councillors, or by Democratic Services for one of them. If a councillor asked "
    "you something, ask them to raise it, or pass it to Democratic Services."
)
RAISE_ANYWAY = "Raise it all the same"
ANSWERED_HERE = "The protocol itself may answer this:"
GONE = "I no longer have what you typed. Please raise it again."

INSTEAD: Mapping[Kind, str] = {
    Kind.COMPLAINT: (
        "This reads like a complaint. A complaint has a procedure of its own, with its own time limits and an appeal, "
        "which an enquiry has not. The council's website says how to make one, for yourself or for a resident."
    ),
    Kind.SERVICE_REQUEST: (
        "This reads like a report of something to be fixed. The council's online form or telephone line gets it to the "
        "crew at once, and gives you a number to follow. If it was reported before in vain, raise it here."
    ),
    Kind.INFORMATION_REQUEST: (
        "This reads like a formal request for information. Send it to the council's information team, so that the "
        "legal time limits and the right of review apply."
    ),
}

OPEN = "Open"
HOW_COUNTED = "How the date was counted"
MINE = "My enquiries"
ALL = "All enquiries"
FIGURES = "Figures by service"
AWAY = "I am away"
NOTHING_HERE = "There are no enquiries to show."
HISTORY = "History"
WHAT_NEXT = "What do you want to do?"
RECORD = "Record"
CLOSE = "Close"

STATES: Mapping[State, str] = {
    State.RAISED: "Raised, nobody has it yet",
    State.ASSIGNED: "With an officer, not confirmed yet",
    State.ACCEPTED: "An officer is working on it",
    State.REPLIED: "Replied to",
    State.FOLLOW_UP: "Replied to, further work promised",
    State.CLOSED: "Closed",
    State.WITHDRAWN: "Withdrawn",
}
STEPS: Mapping[Step, str] = {
    Step.ACCEPTED: "I have it",
    Step.REPLIED: "Reply",
    Step.HELD: "Holding reply",
    Step.ASKED: "Ask the member something",
    Step.ANSWERED: "Answer the officer's question",
    Step.PAUSED: "Pause the clock",
    Step.RESUMED: "Let the clock go on",
    Step.ASSIGNED: "Choose an officer",
    Step.REASSIGNED: "Pass it on",
    Step.REFUSED: "Not mine",
    Step.SNOOZED: "Remind me next working morning",
    Step.CHAIR_TOLD: "Record that the chair was told",
    Step.NOTED: "Add a note",
    Step.FOLLOW_UP: "Promise further work",
    Step.FOLLOWED_UP: "Further work is done",
    Step.CLOSED: "Close it",
    Step.REOPENED: "Reopen it",
    Step.SHARED: "Share it with another member",
    Step.UNSHARED: "Stop sharing it",
    Step.WITHDRAWN: "Withdraw it",
}
TEXTS: Mapping[Step, str] = {
    Step.REPLIED: "Your reply to the member",
    Step.HELD: "Why it takes longer",
    Step.ASKED: "Your question to the member",
    Step.ANSWERED: "Your answer",
    Step.PAUSED: "Why the clock must stand still",
    Step.REASSIGNED: "Why it is passed on (officers only see this)",
    Step.REFUSED: "Why it is not yours (officers only see this)",
    Step.CHAIR_TOLD: "Whom did you tell, and when?",
    Step.NOTED: "Note (officers only see this)",
    Step.FOLLOW_UP: "What will be done",
    Step.FOLLOWED_UP: "What was done",
    Step.REOPENED: "What is still open?",
}
DATES: Mapping[Step, str] = {
    Step.HELD: "A full reply will come by",
    Step.PAUSED: "Last day of the pause",
    Step.FOLLOW_UP: "It will be done by",
}
TEXT_IF_ANY = "In your own words, if you like"
TO_OFFICER = "Which officer?"
SHARE_WITH = "Which member?"
CHAIR = "Has the Executive Member or chair been told?"
CHAIR_CHOICES: Mapping[str, str] = {
    "told": "Yes, of what was asked and what was given",
    "not_needed": "There is no need: it cannot come up at a meeting",
}

MISSING_STEP = "Choose what to do."
MISSING_TEXT = "Say a few words about it."
MISSING_DATE = "Give a date."
BAD_DATE = "Give the date as year-month-day, such as 2027-03-01."
PAST_DATE = "Give a date that is still to come."
FAR_DATE = "That is more than a year away. Give a date within the year."
MISSING_OFFICER = "Choose an officer from the suggestions."
SAME_OFFICER = "They have it already. Choose somebody else."
CHOOSE_ELSE = "Choose someone else for this enquiry."
MISSING_SHARE = "Choose a member from the suggestions."
OWN_SHARE = "It is theirs already. Choose another member."
MISSING_CHAIR = "Say whether they have been told. The protocol asks for it."
NOT_NOW = "That cannot be done with this enquiry any more. Open it again to see how it stands."
SNOOZED_OUT = "This reminder cannot be put off again. Reply, send a holding reply, or pass it on."

AWAY_TITLE = "When you are away"
AWAY_FIRST = "First day away"
AWAY_LAST = "Last day away"
AWAY_BACK = "I am back"
AWAY_SAVED = "Thank you. New enquiries and reminders go to your cover on those days."
AWAY_NO_COVER = (
    "Thank you. The directory names no cover for you, so reminders on those days go to your manager. Ask Democratic "
    "Services to name one."
)
AWAY_CLEARED = "Welcome back. Enquiries and reminders come to you again."
AWAY_ORDER = "The last day comes before the first."

EXPLAINED_CHAIR = "The protocol asks you to tell them. Record it when you reply."


@lru_cache(maxsize=4096)
def day(on: date) -> str:
    """A date as people say it."""
    return f"{on:%A} {on.day} {on:%B %Y}"


@lru_cache(maxsize=4096)
def short_day(on: date) -> str:
    """A date in a list."""
    return f"{on:%a} {on.day} {on:%b %Y}"


def days(count: int) -> str:
    """A number of working days."""
    return f"{count} working day{'' if count == 1 else 's'}"


def left(count: int) -> str:
    """How far off a date is, in working days."""
    if count > 0:
        return f"in {days(count)}"
    return "today" if count == 0 else f"{days(-count)} overdue"


def goes_to(name: str) -> str:
    """Who gets it, before it is raised."""
    return f"It goes to {name}."


def goes_to_services() -> str:
    """Nobody is named for the service."""
    return "Democratic Services choose the officer."


def goes_to_director(cited: str) -> str:
    """Tower Hamlets 8.2: an urgent one goes to the Chief Officer or Director."""
    return f"An urgent request goes to the Chief Officer or Director of the department ({cited})."


def would_be_due(found: Deadline) -> str:
    """The date, whose number it is."""
    return f"By {day(found.due)}, {days(found.limit.working_days)} from {short_day(found.starts)}. {rule(found.limit)}"


def rule(limit: Limit) -> str:
    """Whose number it is."""
    text = limit.rule[:1].upper() + limit.rule[1:]
    return text if text.endswith(".") else f"{text}."


def no_date(word: str, cited: str) -> str:
    """Neither protocol nor council gives a number."""
    said = f" It says “{word}” ({cited})." if word else ""
    return f"The protocol gives no number of days.{said} Your council has not set one either, so there is no due date."


def receipt(reference: str, at: datetime) -> str:
    """What the person who raised it gets first."""
    return f"Enquiry {reference} is recorded, {at.day} {at:%B %Y at %H:%M}."


def acknowledged(reference: str, officer: str, due: date | None) -> str:
    """Who has it and by when."""
    when = f" A reply is due by {day(due)}." if due else " There is no due date."
    return f"Enquiry {reference} is with {officer}.{when}"


def being_assigned(reference: str, due: date | None) -> str:
    """Nobody has it yet."""
    when = f" A reply is due by {day(due)}." if due else ""
    return f"Democratic Services are choosing an officer for enquiry {reference}.{when} You will hear who has it."


def yours(reference: str, due: date | None, *, urgent: bool) -> str:
    """For the officer who gets it."""
    when = f"A reply is due by {day(due)}." if due else "There is no due date."
    return f"{'Urgent: e' if urgent else 'E'}nquiry {reference} is yours. {when}"


def no_longer_yours(reference: str) -> str:
    """For the officer who had it."""
    return f"Enquiry {reference} is no longer with you. You will get no more reminders for it."


def choose_officer(reference: str) -> str:
    """For Democratic Services, where nobody has it."""
    return f"Choose an officer for enquiry {reference}."


def choose_someone_else(reference: str) -> str:
    """For Democratic Services alone; never why."""
    return f"Choose someone else for enquiry {reference}."


def cannot_take_it(name: str) -> str:
    """For anybody but Democratic Services: the same words whatever the reason."""
    return f"{name} cannot take this on at present. Democratic Services have been asked to choose."


def news(reference: str, step: Step, due: date | None) -> str:
    """A step, for those on the other side: the reference, what happened, the date; never the text."""
    words = {
        Step.ACCEPTED: f"Enquiry {reference}: the officer has confirmed that they have it.",
        Step.REPLIED: f"There is a reply to enquiry {reference}.",
        Step.HELD: f"There is a holding reply to enquiry {reference}. A full reply is promised by {_by(due)}.",
        Step.ASKED: f"The officer has a question on enquiry {reference}.",
        Step.ANSWERED: f"The member has answered on enquiry {reference}.",
        Step.PAUSED: f"The clock of enquiry {reference} is paused. A reply is now due by {_by(due)}.",
        Step.RESUMED: f"The clock of enquiry {reference} goes on. A reply is due by {_by(due)}.",
        Step.FOLLOW_UP: f"Further work is promised on enquiry {reference}, by {_by(due)}.",
        Step.FOLLOWED_UP: f"The further work on enquiry {reference} is done.",
        Step.CLOSED: f"Enquiry {reference} is closed.",
        Step.REOPENED: f"Enquiry {reference} is open again. A reply is due by {_by(due)}.",
        Step.WITHDRAWN: f"Enquiry {reference} was withdrawn. Nothing more is needed.",
        Step.SHARED: f"A member has shared enquiry {reference} with you.",
    }
    return words.get(step, f"There is news on enquiry {reference}.")


def _by(due: date | None) -> str:
    return day(due) if due else "a date not yet set"


def moved(reference: str, before: date | None, now: date | None, because: str) -> str:
    """A date that moved with the calendar."""
    return f"Enquiry {reference}: the due date moved from {_by(before)} to {_by(now)} because {because}"


def done(reference: str) -> str:
    """After a step."""
    return f"Recorded for {reference}."


def snoozed(reference: str, until: date, left_over: int) -> str:
    """After putting a reminder off."""
    more = (
        f"You can do so {left_over} more time{'' if left_over == 1 else 's'}."
        if left_over
        else ("You cannot do so again before the due date changes.")
    )
    return f"I will remind you of {reference} on {day(until)}. {more}"


def not_a_working_day(why: str) -> str:
    """A promised date on which nobody works."""
    return f"That is no working day ({why}). Choose another date."


def chair_duty(title: str, cited: str, when: str) -> str:
    """The paragraph by which a chair or portfolio holder hears of it."""
    return f"{title} ({cited}). {when} {EXPLAINED_CHAIR}"
