"""Sentences that every capability uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SENT_PRIVATELY = "I have sent you a private message."

RECEIVED = "Thank you. I am looking into it."

CANNOT_SEE_WHAT = (
    "I did not understand that. You can ask me about the protocol in your own words, "
    "or say “help” to see what else I can do."
)


NOT_FOUND = "I cannot find that. Check the reference, or ask the person who gave it to you."

NOT_IN_DIRECTORY = "I do not know you yet, so I cannot do that. Ask Democratic Services to add you to the directory."


def went_wrong(reference: str) -> str:
    """For the unexpected: what happened, what to do, and a reference for whoever looks into it."""
    return (
        "Something went wrong on our side, and your message was not dealt with. Please try again in a few minutes. "
        f"If it happens again, give your IT team the reference {reference}."
    )


def too_many(what: str) -> str:
    """For somebody, or something, that sends far too much."""
    return (
        f"That was a lot of {what} in a short time. Please wait a minute and try again. "
        "Nothing that you sent before is lost."
    )


def listed(words: Sequence[str], *, last: str = "or") -> str:
    """Join words as a sentence does: one, two or three."""
    if len(words) < 2:  # noqa: PLR2004 - a list of one needs no “or”
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def the(title: str) -> str:
    """An office with its article, unless it has one."""
    return title if title.lower().startswith(("the ", "your ", "their ", "all ", "a ", "an ")) else f"the {title}"


def sentence_start(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]
