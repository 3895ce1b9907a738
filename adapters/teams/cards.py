"""The building blocks of a card, each harmless whatever text is put into it.

Text goes into text runs, which know no markdown, no links and no mentions. Only a heading is a
text block, for the sake of screen readers, and only where its text could not be taken for markup.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from adapters.teams.limits import CARD_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Element = dict[str, Any]

LONGEST_LINE = 2_000
CONTENT_TYPE = "application/vnd.microsoft.card.adaptive"

_PLAIN = re.compile(r"(?:[^\W_]|[ ,.?!'’“”()/&:;–—-])*")
_LIST_MARK = re.compile(r"\s*(?:[-+*]|\d+[.)])\s|\s*#")
_TEMPLATE = re.compile(r"\{(?=\{)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def clean(text: str) -> str:
    """The text without control characters and without anything that a client would compute (``{{DATE(...)}}``)."""
    return _TEMPLATE.sub("{\u200b", _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def is_plain(text: str) -> bool:
    """Whether a client that knows markdown would show the text as it stands."""
    return bool(_PLAIN.fullmatch(text)) and not _LIST_MARK.match(text) and "](" not in text


def run(text: str, **style: Any) -> Element:
    """A stretch of text within a line."""
    return {"type": "TextRun", "text": clean(text).replace("\n", " "), **style}


def line(*runs: Element, **style: Any) -> Element:
    """One line, or one paragraph, of text."""
    return {"type": "RichTextBlock", "inlines": list(runs), **style}


def lines(text: str, **style: Any) -> Iterator[Element]:
    """A paragraph: a block for each of its lines, long ones parted between words."""
    spacing: dict[str, Any] = {}
    for part in clean(text).split("\n"):
        if not part.strip():
            spacing = {"spacing": "medium"}
            continue
        for piece in pieces(part):
            yield line(run(piece, **style), **spacing)
            spacing = {"spacing": "small"}


def pieces(text: str, longest: int = LONGEST_LINE) -> Iterator[str]:
    """The text in pieces of a length that a block may have, parted between words where there are any."""
    while len(text) > longest:
        cut = text.rfind(" ", longest // 2, longest)
        cut = cut if cut > 0 else longest
        yield text[:cut]
        text = text[cut:].lstrip(" ")
    if text:
        yield text


def shortened(text: str, longest: int) -> str:
    """The text in one line, cut between words where it is too long; never empty, since a button needs a name."""
    text = one_line(text)
    return (text if len(text) <= longest else next(pieces(text, longest - 1)) + "…") or "…"


def one_line(text: str) -> str:
    """The text with single spaces for whatever parts its words."""
    return " ".join(clean(text).split())


def heading(text: str, *, large: bool = False) -> Element:
    """A line that screen readers know as a heading, where its text is harmless; else a bold line."""
    size = "large" if large else "medium"
    text = one_line(text)[:LONGEST_LINE] or "…"
    if is_plain(text):
        return {"type": "TextBlock", "style": "heading", "text": text, "wrap": True, "size": size, "weight": "bolder"}
    return line(run(text, size=size, weight="bolder"))


def subtle(text: str) -> Iterator[Element]:
    """Small print."""
    return lines(text, size="small", isSubtle=True)


def box(items: Sequence[Element]) -> Element:
    """Lines that belong together, set off from the rest."""
    return {"type": "Container", "style": "emphasis", "items": list(items)}


def actions(items: Iterable[Mapping[str, Any]]) -> Element:
    """A row of buttons."""
    return {"type": "ActionSet", "actions": [dict(item) for item in items]}


def execute(title: str, verb: str, data: Mapping[str, Any], style: str = "default") -> dict[str, Any]:
    """A button. An older client that does not know ``Action.Execute`` gets the same as ``Action.Submit``."""
    common = {"title": shortened(title, 200), "data": dict(data), **({} if style == "default" else {"style": style})}
    return {
        "type": "Action.Execute",
        "verb": verb or "press",
        **common,
        "fallback": {"type": "Action.Submit", **common},
    }


def submit(title: str, data: Mapping[str, Any], style: str = "default") -> dict[str, Any]:
    """A button of a dialog, or one that opens a dialog: these know ``Action.Submit`` only."""
    return {
        "type": "Action.Submit",
        "title": shortened(title, 200),
        "data": dict(data),
        **({} if style == "default" else {"style": style}),
    }


def asking(title: str, question: str, action: Mapping[str, Any]) -> dict[str, Any]:
    """A button that first shows a question, with the real button below it."""
    return {
        "type": "Action.ShowCard",
        "title": shortened(title, 200),
        "card": {"type": "AdaptiveCard", "version": CARD_VERSION, "body": list(lines(question)), "actions": [action]},
    }


def card(
    body: Sequence[Element], *, summary: str, buttons: Sequence[Mapping[str, Any]] = (), wide: bool = True
) -> dict[str, Any]:
    """A whole card. ``summary`` is what a client shows that can show no card."""
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": CARD_VERSION,
        "fallbackText": shortened(summary, 1_000),
        **({"msteams": {"width": "Full"}} if wide else {}),
        "body": list(body),
        **({"actions": [dict(button) for button in buttons]} if buttons else {}),
    }


def attachment(content: Mapping[str, Any]) -> dict[str, Any]:
    """A card as Teams wants it in messages and dialogs."""
    return {"contentType": CONTENT_TYPE, "content": dict(content)}


def weight(value: Any) -> int:
    """The bytes that a value takes when it is sent."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))
