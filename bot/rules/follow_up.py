"""Follow-ups in a thread: “and if she is a director?”, “what about officers?” lean on the question before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.rules.protocol import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

LEANING = re.compile(
    r"^(and|but|or|so|ok|okay|then|also)\b|^(what|how) (about|if)\b|^(even|only) (if|when)\b"
    r"|^(same|does (that|this|it))\b",
    re.IGNORECASE,
)
SHORT = 4
"""A question of so few words that starts with one of these words is a follow-up as well."""
SHORT_START = re.compile(r"^(why|who|when|if|for|even|which|where|really|always|only)\b", re.IGNORECASE)

SIDES: Mapping[Role, re.Pattern[str]] = {
    Role.OFFICER: re.compile(r"\b(officers?|employees?|staff)\b", re.IGNORECASE),
    Role.MEMBER: re.compile(r"\b(members?|councillors?|cllrs?)\b", re.IGNORECASE),
}


def is_follow_up(text: str) -> bool:
    """Whether the words lean on what was asked before."""
    words = text.split()
    return bool(LEANING.match(text)) or (len(words) <= SHORT and bool(SHORT_START.match(text)))


def joined(before: str, text: str) -> str:
    """The question before with the follow-up, as one question."""
    return f"{before.rstrip('?. ')} {text}"


def side_asked_about(text: str) -> Role | None:
    """The side that “what about officers?” asks about; none where it names both or neither."""
    named = [role for role, pattern in SIDES.items() if pattern.search(text)]
    return named[0] if len(named) == 1 else None
