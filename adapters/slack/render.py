"""A reply as Block Kit: pure functions from values to what Slack shows.

Every text is a ``plain_text`` object, so asterisks, backticks and colons appear as they were typed;
``& < >`` are escaped in every one of them (docs.slack.dev, formatting message text).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from adapters.slack import limits
from adapters.slack import wording as say
from adapters.slack.text import clean, cut, escape, length, pieces
from bot.messages import Bullets, Button, Buttons, Citation, Emphasis, Facts, Heading, Note, Paragraph

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adapters.slack.spot import Spot
    from bot.messages import Form, Part, Reply

    Block = dict[str, Any]

OPENER = 999
"""The number of the button that opens a form, apart from those of the reply's own buttons."""

PRESS, OPEN_AGAIN = "press", "form"
"""What the action id of a button begins with: an action of ours, or a form to open."""


def message(reply: Reply, spot: Spot | None = None) -> dict[str, Any]:
    """The reply as the text and blocks of a message.

    A form cannot stand in a message: a button offers it. Nothing of the form itself is shown, since
    what it says may be for the eyes of whoever opens it.
    """
    parts = list(reply.parts)
    if reply.form:
        lead = say.TOO_LATE if spot and spot.late else say.PRESS_TO_OPEN
        parts += [Heading(reply.form.title), Paragraph(lead)]
        blocks = [*fitting(blocks_of(parts), limits.MESSAGE_BLOCKS - 1), _opener(reply.form, spot)]
    else:
        blocks = fitting(blocks_of(parts), limits.MESSAGE_BLOCKS)
    return {"text": _summary(reply), "blocks": blocks or section(_summary_raw(reply))}


def home(reply: Reply) -> dict[str, Any]:
    """The reply as the bot's own page."""
    blocks = fitting(blocks_of(reply.parts), limits.VIEW_BLOCKS)
    return {"type": "home", "blocks": blocks or section(_summary_raw(reply))}


def _summary(reply: Reply) -> str:
    return escape(cut(_summary_raw(reply), limits.MESSAGE_TEXT))


def _summary_raw(reply: Reply) -> str:
    return clean(reply.summary).strip() or say.NOTHING


def blocks_of(parts: Sequence[Part]) -> list[Block]:
    """The parts as blocks, in order. Action ids are numbered, for they must differ within a message."""
    blocks: list[Block] = []
    number = 0
    for part in parts:
        if isinstance(part, Buttons):
            if part.buttons:
                blocks.append(_actions(part, number))
            number += len(part.buttons)
        else:
            blocks += _part(part)
    return blocks


def _part(part: Part) -> Iterator[Block]:
    match part:
        case Heading(text=text):
            yield from _header(text)
        case Paragraph(text=text):
            yield from section(text)
        case Bullets(items=items):
            yield from section("\n".join(f"• {' '.join(item.split())}" for item in items if item.strip()))
        case Note(text=text):
            yield from _context(text)
        case Facts():
            yield from _facts(part)
        case Citation():
            yield from _citation(part)


def plain(text: str) -> dict[str, Any]:
    """A text object that shows what it holds and nothing else."""
    return {"type": "plain_text", "text": escape(text), "emoji": False}


def _header(text: str) -> Iterator[Block]:
    """A header where the text is short enough for one, else a section: nothing of it is left out."""
    line = " ".join(text.split())
    if length(line) > limits.HEADER:
        yield from section(line)
    else:
        yield from ({"type": "header", "text": plain(piece)} for piece in pieces(line, limits.HEADER))


def section(text: str) -> list[Block]:
    """Running text, in as many blocks as it needs."""
    return [{"type": "section", "text": plain(piece)} for piece in pieces(text, limits.SECTION)]


def _context(text: str) -> Iterator[Block]:
    for piece in pieces(text, limits.CONTEXT_TEXT):
        yield {"type": "context", "elements": [plain(piece)]}


def _facts(facts: Facts) -> Iterator[Block]:
    lines = [
        f"{row.label.strip()}: {row.value.strip()}" for row in facts.rows if row.label.strip() or row.value.strip()
    ]
    if any(length(line) > limits.FIELD for line in lines):
        yield from section("\n".join(lines))
        return
    for start in range(0, len(lines), limits.FIELDS):
        fields = [plain(piece) for line in lines[start : start + limits.FIELDS] for piece in pieces(line, limits.FIELD)]
        if fields:
            yield {"type": "section", "fields": fields}


def _citation(citation: Citation) -> Iterator[Block]:
    """What a screen reader should say: the label, the rule, the official words, whom it binds, where it stands."""
    label = citation.label[:1].upper() + citation.label[1:]
    yield from _header(f"{label} – {citation.section}" if citation.section.strip() else label)
    yield from section(citation.says)
    if citation.official:
        yield from section(f"{say.OFFICIAL} ({citation.version}): “{citation.official}”")
    source = ", ".join(filter(None, (citation.document, citation.council)))
    yield from _context(". ".join(filter(None, (citation.binds.rstrip("."), source))) + ".")
    if citation.stale:
        yield from _context(citation.stale)


def _actions(row: Buttons, number: int) -> Block:
    elements = [_button(button, number + at) for at, button in enumerate(row.buttons[: limits.ACTIONS])]
    return {"type": "actions", "elements": elements}


def _button(button: Button, number: int) -> dict[str, Any]:
    element: dict[str, Any] = {
        "type": "button",
        "action_id": _action_id(PRESS, number, button.opens, button.action),
        "text": plain(cut(button.label, limits.BUTTON_TEXT) or say.NOTHING),
    }
    if button.value:
        element["value"] = button.value
    if button.emphasis is not Emphasis.NORMAL:
        element["style"] = button.emphasis.value
    question = cut(button.confirm, limits.CONFIRM_TEXT)
    if question:
        element["confirm"] = {
            "title": plain(say.CONFIRM),
            "text": plain(question),
            "confirm": plain(cut(button.label, limits.CONFIRM_BUTTON) or say.GO_ON),
            "deny": plain(say.CANCEL),
        }
    return element


def _opener(form: Form, spot: Spot | None) -> Block:
    """A button that asks for the form again: by the press that asked for it, or by the form's id."""
    again = spot is not None and bool(spot.action)
    button: dict[str, Any] = {
        "type": "button",
        "action_id": _action_id(PRESS if again else OPEN_AGAIN, OPENER, form.id, spot.action if spot else ""),
        "text": plain(say.OPEN_FORM),
        "style": "primary",
    }
    if spot and spot.value:
        button["value"] = spot.value
    return {"type": "actions", "elements": [button]}


def _action_id(kind: str, number: int, opens: str, action: str) -> str:
    return f"{kind}:{number}:{quote(opens, safe='')}:{action}"


def read_action_id(action_id: str) -> tuple[str, str, str]:
    """What a button's action id says: its kind, the form that it opens, the action. Empty for a strange one."""
    kind, _, rest = action_id.partition(":")
    _, _, rest = rest.partition(":")
    opens, colon, action = rest.partition(":")
    return (kind, unquote(opens), action) if colon and kind in {PRESS, OPEN_AGAIN} else ("", "", "")


def fitting(blocks: list[Block], limit: int) -> list[Block]:
    """No more blocks than Slack takes: short texts join first, and only then is the end left out, saying so."""
    if len(blocks) <= limit:
        return blocks
    joined: list[Block] = []
    for block in blocks:
        before = joined[-1] if joined else None
        if before and _joinable(before) and _joinable(block):
            together = f"{before['text']['text']}\n\n{block['text']['text']}"
            if len(together.encode("utf-16-le")) // 2 <= limits.SECTION:
                joined[-1] = {"type": "section", "text": {**before["text"], "text": together}}
                continue
        joined.append(block)
    if len(joined) <= limit:
        return joined
    return [*joined[: limit - 1], *_context(say.CUT)]


def _joinable(block: Block) -> bool:
    return bool(block["type"] == "section" and "text" in block)
