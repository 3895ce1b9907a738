"""Text to Slack and from Slack: escaped, cut at words, and read back as it was meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from adapters.slack import wording as say

if TYPE_CHECKING:
    from collections.abc import Iterator

_MEANING = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_LINE_END = re.compile(r"[\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_ANGLE = re.compile(r"<([@#!][^<>]*|[a-z][a-z0-9+.-]*:[^<>]*)>", re.IGNORECASE)
"""Slack's notation for mentions, channels and links; any other angle bracket is one that a person typed."""


def escape(text: str) -> str:
    """The three characters that mean something to Slack, made harmless (docs.slack.dev, formatting message text)."""
    return "".join(_MEANING.get(character, character) for character in text)


def unescape(text: str) -> str:
    """What the person typed, where Slack sent it escaped."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def clean(text: str) -> str:
    """The text without what no platform and no database keeps: NUL, other controls, halves of characters.

    Overrides of the writing direction go too: with them a text reads as another than it is.
    """
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return _CONTROL.sub("", _LINE_END.sub("\n", whole))


def length(text: str) -> int:
    """How much of a limit the escaped text takes; a character beyond the basic plane counts as two."""
    return sum(_size(character) for character in text)


def _size(character: str) -> int:
    escaped = _MEANING.get(character)
    if escaped:
        return len(escaped)
    return 2 if ord(character) > 0xFFFF else 1  # noqa: PLR2004 - the end of the basic plane


def cut(text: str, limit: int) -> str:
    """The beginning of the text that fits once escaped, ending at a word and with an ellipsis where something went."""
    text = clean(text).strip()
    whole, rest = _head(text, limit)
    return _head(text, limit - 1)[0].rstrip() + "…" if rest else whole


def pieces(text: str, limit: int) -> Iterator[str]:
    """The text in pieces that fit once escaped, parted at lines or words; the later ones say that they continue."""
    rest = clean(text).strip()
    start = ""
    while rest:
        head, rest = _head(rest, limit - len(start))
        if head.strip():
            yield start + head.strip()
        start, rest = say.CONTINUED, rest.lstrip()


def _head(text: str, limit: int) -> tuple[str, str]:
    """As much as fits, and the rest; parted at the last line end or space in the second half, where there is one."""
    used = end = 0
    for character in text:
        used += _size(character)
        if used > limit:
            break
        end += 1
    window = text[:end]
    if end < len(text) and not text[end].isspace():
        for mark in ("\n", " "):
            at = window.rfind(mark)
            if at > end // 2:
                return text[:at], text[at + 1 :]
    return window, text[end:]


def from_slack(text: str, bot_user: str = "") -> str:
    """What a person wrote, without Slack's notation: the bot's own mention gone, links and mentions readable."""

    def readable(found: re.Match[str]) -> str:
        inner = found[1]
        target, _, label = inner.partition("|")
        if target.startswith("@"):
            if bot_user and target[1:] == bot_user:
                return " "
            return f"@{label or 'someone'}"
        if target.startswith("#"):
            return f"#{label or 'a channel'}"
        if target.startswith("!"):
            return f"@{(label or target[1:].partition('^')[0]).lstrip('@')}"
        return label or target.removeprefix("mailto:")

    plain = unescape(_ANGLE.sub(readable, text))
    lines = (re.sub(r"[ \t\u00a0]+", " ", line).strip() for line in clean(plain).splitlines())
    return "\n".join(lines).strip()


def without_first_mention(text: str) -> str:
    """The text without a mention at its very start: who is addressed, where the bot's own id is not known."""
    return re.sub(r"^\s*<@[^<>]*>[\s:,]*", "", text, count=1)
