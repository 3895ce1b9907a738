"""What the bot says when a person is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.wording.common import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

TITLE = "Ask a person"
QUESTION = "Your question"
SEND = "Send"
SENT = "Your question is on its way. The reply comes to you here, in private."
EMPTY = "Write your question."
EMPTY_REPLY = "Write your reply."
NOBODY = "I do not know anybody who could answer that. Ask Democratic Services to add people to the directory."
ASKED_YOU = "Somebody has a question on the protocol for you. Open it to read and reply."
OPEN = "Open the question"
REPLY_TITLE = "Reply to a question"
REPLY = "Your reply"
NOTE_HINT = "Everybody who gets this paragraph as an answer sees the note. It shows neither the question nor who asked."
REPLIED = "Your reply is on its way."
ANSWERED = "This question has been replied to."
REPLY_CAME = "The reply to your question on the protocol has come."
SOMEBODY = "Somebody"


def goes_to(names: Sequence[str]) -> str:
    """Who will read it, before it is sent."""
    return f"This goes to {listed(list(names), last='and')}, with your name. Nobody else sees it."


def asked_by(name: str) -> str:
    """Who asks."""
    return f"{name} asks:"


def replied_by(name: str) -> str:
    """Who replied."""
    return f"{name} replied to your question:"


def keep_as_note(cited: str) -> str:
    """The reply as the council's own note."""
    return f"Keep my reply as the council's note on {cited}"


def too_long(limit: int) -> str:
    """Too many characters."""
    return f"Keep this under {limit} characters."
