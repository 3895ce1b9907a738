"""From a reply to what Teams shows. Pure: a value in, messages, dialogs and answers out."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from adapters.teams import cards, envelope, forms
from adapters.teams.limits import CARD_ACTIONS, CARD_BYTES, SUGGESTIONS
from bot.messages import (
    Bullets,
    Buttons,
    Citation,
    Emphasis,
    Facts,
    Heading,
    Note,
    Paragraph,
)
from bot.wording import ask as say_ask
from bot.wording import cards as say
from bot.wording.common import RECEIVED, sentence_start

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from adapters.teams.cards import Element
    from bot.messages import Button, Form, Part, Reply


class Shown(Enum):
    """Where a part is shown, which decides what its buttons can do."""

    IN_CHAT = "in a chat, whose buttons may open dialogs"
    IN_PLAIN_CHAT = "in a chat of a client without dialogs"
    IN_DIALOG = "in a dialog"

    @classmethod
    def of(cls, *, dialogs: bool) -> Shown:
        """The kind of chat."""
        return cls.IN_CHAT if dialogs else cls.IN_PLAIN_CHAT


BODY_BYTES = CARD_BYTES - 6_000
"""What the body of one card may weigh; the rest is for the summary and the wrapping."""
BOX_BYTES = BODY_BYTES // 2
FORM_ACTIONS = 2
"""Buttons of a form's own, at most."""
SUMMARY = 400
"""Characters of the line that notifications show."""
STYLES = {Emphasis.NORMAL: "default", Emphasis.PRIMARY: "positive", Emphasis.DANGER: "destructive"}


def messages(
    reply: Reply, *, private: bool, repeated: bool = False, dialogs: bool = True
) -> tuple[dict[str, Any], ...]:
    """The messages that show a reply in a conversation: one, or several where one cannot hold it all.

    Args:
        private: only the person sees the conversation. Elsewhere a form is not shown, but a button that opens it.
        dialogs: whether the client has dialogs and wide cards, as Teams has. The Agents Playground has neither:
            there a button that would open a dialog is an ordinary one, and the form comes as a card.
        repeated: an earlier attempt may have got through.
    """
    note = (Note(say.MAY_BE_REPEATED),) if repeated else ()
    if reply.form is not None and private:
        bodies, buttons = (
            _form_bodies((*note, *reply.parts), reply.form, dialogs),
            forms.buttons(reply.form, dialog=False),
        )
    elif reply.form is not None:
        parts = (*note, *reply.parts, Note(say.FORM_IS_PRIVATE))
        bodies, buttons = _packed(parts, dialogs), [_opener(reply.form, dialogs)]
    else:
        bodies, buttons = _packed((*note, *reply.parts), dialogs), []
    if not bodies and not buttons:
        bodies = [list(cards.lines(reply.summary)) or list(cards.lines(RECEIVED))]
    if buttons and (not bodies or _pressable(bodies[-1]) + len(buttons) > CARD_ACTIONS):
        bodies.append(list(cards.subtle(say.CONTINUED)))
    summary = cards.shortened(reply.summary or RECEIVED, SUMMARY)
    found = []
    for number, body in enumerate(bodies, start=1):
        last = number == len(bodies)
        content = cards.card(body, summary=reply.summary or RECEIVED, buttons=buttons if last else (), wide=dialogs)
        found.append({"type": "message", "summary": summary, "attachments": [cards.attachment(content)]})
    return tuple(found)


def plain_message(reply: Reply) -> dict[str, Any]:
    """The summary alone, for when Teams does not take the card."""
    return {"type": "message", "textFormat": "plain", "text": cards.shortened(reply.summary, 4_000)}


def dialog(reply: Reply | None) -> dict[str, Any]:
    """What a dialog shows: the form, the answer to it, or (where there is none yet) that work goes on."""
    if reply is None:
        return _dialog(say.DIALOG_TITLE, cards.card(list(cards.lines(say.STILL_WORKING)), summary=say.STILL_WORKING))
    body = [element for part in reply.parts for element, _ in _units(part, Shown.IN_DIALOG)]
    if reply.form is None:
        content = cards.card(
            body or list(cards.lines(reply.summary)) or list(cards.lines(RECEIVED)), summary=reply.summary
        )
        return _dialog(say.DIALOG_TITLE, content)
    form = reply.form
    intro = [element for part in form.intro for element, _ in _units(part, Shown.IN_DIALOG)]
    body = [*body, *forms.head(form), *intro, *forms.inputs(form, suggests=True)]
    return _dialog(form.title, cards.card(body, summary=reply.summary, buttons=forms.buttons(form, dialog=True)))


def _dialog(title: str, content: Mapping[str, Any]) -> dict[str, Any]:
    value = {
        "title": cards.shortened(title, 60),
        "height": "large",
        "width": "medium",
        "card": cards.attachment(content),
    }
    return {"task": {"type": "continue", "value": value}}


def suggestions(reply: Reply | None) -> dict[str, Any]:
    """The answer to what was typed so far in a field that suggests."""
    options = reply.options[:SUGGESTIONS] if reply else ()
    results = [
        {"value": envelope.choice_value(option.value), "title": cards.shortened(option.label or option.value, 300)}
        for option in options
    ]
    return {
        "statusCode": 200,
        "type": "application/vnd.microsoft.search.searchResponse",
        "value": {"results": results},
    }


def pressed() -> dict[str, Any]:
    """The immediate answer to a press of a card's button; what comes of it follows as a message."""
    return {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": RECEIVED}


def no_search() -> dict[str, Any]:
    """The answer to a search from the message extension, which has none."""
    return {"composeExtension": {"type": "message", "text": say.NOT_HERE}}


def _opener(form: Form, dialogs: bool) -> Mapping[str, Any]:  # noqa: FBT001 - as in messages()
    title, data = f"{say.OPEN_FORM}: {form.title}", envelope.for_opening(form.id)
    if dialogs:
        return cards.submit(title, {**data, "msteams": envelope.DIALOG}, "positive")
    return cards.execute(title, envelope.Does.OPEN.value, data, "positive")


def _form_bodies(parts: Sequence[Part], form: Form, dialogs: bool) -> list[list[Element]]:  # noqa: FBT001
    """The form in one card, which must not be split; what is to be read first goes ahead of it where that is long."""
    fields = list(forms.inputs(form, suggests=False))
    top = list(forms.head(form))
    before = [element for part in (*parts, *form.intro) for element, _ in _units(part, Shown.of(dialogs=dialogs))]
    if cards.weight([*before, *top, *fields]) <= BODY_BYTES and _pressable(before) <= CARD_ACTIONS - FORM_ACTIONS:
        here = [element for part in form.intro for element, _ in _units(part, Shown.of(dialogs=dialogs))]
        above = before[: len(before) - len(here)]
        return [[*above, *top, *here, *fields]]
    return [*_packed((*parts, *form.intro), dialogs), [*top, *fields]]


def _pressable(body: Sequence[Element]) -> int:
    """How many buttons a body holds."""
    return sum(len(element.get("actions", ())) for element in body)


def _packed(parts: Sequence[Part], dialogs: bool) -> list[list[Element]]:  # noqa: FBT001
    """The parts in as few cards as their weight and number of buttons allow."""
    found: list[list[Element]] = []
    body: list[Element] = []
    used = pressable = 0
    for part in parts:
        for element, count in _units(part, Shown.of(dialogs=dialogs)):
            size = cards.weight(element) + 1
            if body and (used + size > BODY_BYTES or pressable + count > CARD_ACTIONS):
                found.append(body)
                body = list(cards.subtle(say.CONTINUED))
                used = pressable = 0
            body.append(element)
            used, pressable = used + size, pressable + count
    return [*found, body] if body else found


def _units(part: Part, shown: Shown) -> Iterator[tuple[Element, int]]:
    """The elements of a part that may be parted from each other, each with its number of buttons."""
    match part:
        case Heading(text=text):
            yield {**cards.heading(text), "spacing": "large"}, 0
        case Paragraph(text=text):
            yield from ((element, 0) for element in cards.lines(text))
        case Note(text=text):
            yield from ((element, 0) for element in cards.subtle(text))
        case Bullets(items=items):
            for item in items:
                for number, piece in enumerate(cards.pieces(cards.one_line(item))):
                    yield cards.line(cards.run(piece if number else f"• {piece}"), spacing="small"), 0
        case Facts(rows=rows):
            for row in rows:
                value = cards.one_line(row.value)
                label = cards.run(f"{cards.shortened(row.label, 300)}: ", weight="bolder")
                for number, piece in enumerate(list(cards.pieces(value)) or [""]):
                    said = cards.run(piece)
                    yield cards.line(*([said] if number else [label, said]), spacing="small"), 0
        case Citation():
            yield from ((element, 0) for element in _citation(part))
        case Buttons(buttons=buttons):
            yield from _button_rows(buttons, shown)


def _citation(citation: Citation) -> Iterator[Element]:
    """Label and section, what it says, the official text, and whom it binds: a sentence each, fit to be read aloud."""
    label = sentence_start(citation.label)
    title = f"{label} – {citation.section}" if citation.section else label
    elements = [cards.line(cards.run(title, weight="bolder")), *cards.lines(citation.says)]
    if citation.official:
        version = f" ({citation.version})" if citation.version else ""
        elements += cards.lines(f"{say_ask.OFFICIAL}{version}: “{citation.official}”", italic=True)
    if citation.stale:
        elements += cards.lines(citation.stale)
    elements += cards.subtle(f"{citation.binds}. {citation.document}, {citation.council}.")
    whole = cards.box(elements)
    if cards.weight(whole) <= BOX_BYTES:
        yield whole
    else:
        yield from elements


def _button_rows(buttons: Sequence[Button], shown: Shown) -> Iterator[tuple[Element, int]]:
    made = [_button(button, shown) for button in buttons]
    row = cards.actions(made)
    if len(made) <= CARD_ACTIONS and cards.weight(row) <= BODY_BYTES:
        if made:
            yield row, len(made)
        return
    for action in made:
        yield cards.actions([action]), 1


def _button(button: Button, shown: Shown) -> Mapping[str, Any]:
    style, data = STYLES[button.emphasis], envelope.for_button(button)
    made: Mapping[str, Any]
    if shown is Shown.IN_DIALOG:
        made = cards.submit(button.label, data, style)
    elif button.opens and shown is Shown.IN_CHAT:
        made = cards.submit(button.label, {**data, "msteams": envelope.DIALOG}, style)
    else:
        made = cards.execute(button.label, button.action, data, style)
    return cards.asking(button.label, button.confirm, made) if button.confirm else made
