"""What the bot says when it is asked about the protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.wording.common import listed, the

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.rules.protocol import Pack, Role

EXAMPLES: dict[str, tuple[str, ...]] = {
    "member": (
        "An officer was rude to me. Whom do I tell?",
        "Can officers do work for my political party?",
        "Who do officers work for?",
    ),
    "officer": (
        "A member was rude to me. Whom do I tell?",
        "A councillor keeps pressing me to do something improper. What can I do?",
        "May I be friends with a councillor?",
    ),
    "": (
        "May officers and councillors be close friends?",
        "Can officers do work for my political party?",
        "Who do officers work for?",
    ),
}

HELP_HEADING = "How I can help"
ALSO = "Also bears on this"
NEXT = "What to do next"
OFFICIAL = "Official text"
NEAREST = "It does say something on"
SHOW_NEIGHBOURS = "Show the paragraph and its neighbours"
USEFUL = "Useful"
NOT_USEFUL = "Not useful"
ASK_A_PERSON = "Ask a person"
THANKS = "Thank you. That helps to make the answers better."
SORRY = "Sorry about that. I have noted the question without your name. You can ask a person instead."
DECLARE = "Declare a relationship"
ENQUIRE = "Raise a member enquiry"
MY_DECLARATIONS = "Declarations"
SHOW_MINE = "My declarations"
REGISTER = "Open the register"
WELCOME = "You are welcome. Ask again whenever you like."
CHECK_TOO = (
    "I also check a message before you send it: choose “Check against the protocol” in the message's menu, or write "
    "to me “check:” and the words. Only you see the answer."
)
PRIVACY_HEADING = "Your privacy"
PRIVACY = (
    "What you declare or ask in an enquiry is encrypted, and opens only for those whom the protocol names. "
    "Each opening is recorded. Questions that I cannot answer are kept without your name."
)
GUIDANCE = "This is guidance from the protocol, not legal advice."


def hello(name: str) -> str:
    """A greeting."""
    return f"Hello {name}." if name else "Hello."


def i_am(pack: Pack) -> str:
    """Who the bot is, and what it answers from."""
    return f"I answer questions on the {pack.title} of {pack.council}, and tell you the paragraph."


def versions(bot: str, pack: Pack) -> str:
    """For “version”."""
    return f"protocol-bot {bot}, answering from the {pack.title} of {pack.council}, {pack.version}."


def small_talk(name: str) -> str:
    """A kind word, and back to business."""
    greeting = hello(name)
    return f"{greeting} I am best with questions on how councillors and officers work together."


def try_asking() -> str:
    """Before the examples."""
    return "Ask in your own words. For example:"


def binds(word: str, pack: Pack) -> str:
    """Who is bound, in the council's own words."""
    words = pack.words
    return {
        "member": f"Applies to {words.members}",
        "officer": f"Applies to {words.officers}",
        "both": f"Applies to {words.members} and {words.officers}",
        "committee": "Applies to committees",
        "council": "Applies to the council",
    }[word]


def clear(label: str) -> str:
    """Before the best clause, where it answers the question."""
    return f"{label[:1].upper()}{label[1:]} answers this."


def partial(label: str) -> str:
    """Before the best clause, where it is the nearest."""
    return f"{label[:1].upper()}{label[1:]} comes nearest to this. Check that it fits your case."


def pick() -> str:
    """Where several clauses may be meant."""
    return "Several paragraphs may be what you need. Open the one that fits:"


def not_covered(pack: Pack) -> str:
    """The plain no."""
    return f"The {pack.title} of {pack.council} does not cover that."


def ask_whom(titles: Sequence[str], cited: str | None, note: str | None) -> str:
    """Whom this council's protocol names for advice."""
    names = listed([the(title) for title in titles])
    if cited:
        return f"For advice on the protocol, ask {names} ({cited})."
    return f"You could ask {names}. {note or ''}".strip()


def ask_whom_by_role(lines: Sequence[tuple[Role, str]]) -> str:
    """The same, where the reader's side is not known and the sides differ."""
    return " ".join(f"{role.value.capitalize()}s: {line}" for role, line in lines)


def empty_question() -> str:
    """Nothing was asked."""
    return "Ask me a question about the protocol, in your own words."


def too_long(limit: int) -> str:
    """A question longer than a question is."""
    return f"That is too long for me to read as one question. Please ask in under {limit} characters."


def neighbours(title: str) -> str:
    """The summary of a paragraph with those around it."""
    return f"{title}, with the paragraphs before and after it."


def open_paragraph(title: str) -> str:
    """A button for one of several paragraphs."""
    return f"{title} fits"


def house_note(cited: str, text: str) -> str:
    """The council's own note, marked as that."""
    return f"Your council's note on {cited}: {text}"


def own_declarations(number: int) -> str:
    """How many relationships the person has declared that still stand."""
    if number == 0:
        return "You have declared nothing that still stands."
    return f"You have declared {number} {'relationship' if number == 1 else 'relationships'}."


def waiting_declarations(new: int, total: int) -> str:
    """What waits for somebody who is told of declarations."""
    return f"Declared to you: {total} open, {new} not opened yet."
