"""A form as a modal, and the other windows: the one that is shown while it is fetched, and the one with the result."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any

from adapters.slack import limits
from adapters.slack import wording as say
from adapters.slack.render import blocks_of, fitting, plain, section
from adapters.slack.text import clean, cut, escape, length, pieces
from bot.messages import FieldKind, Option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.messages import Field, Form, Reply

FIELD_BLOCK = "field:"
"""What the block id of a field begins with; the field's name follows."""

VALUE = "value"
"""The action id of every field."""

RADIO = 6
"""Up to so many choices are all shown; more go into a list to open."""


def loading(form_id: str) -> dict[str, Any]:
    """A light window, to be opened at once: a trigger id lives for three seconds."""
    return _window(form_id, say.ONE_MOMENT, section(say.LOADING), close=say.CANCEL)


def notice(reply: Reply) -> dict[str, Any]:
    """A reply without a form, in place of the form."""
    blocks = fitting(blocks_of(reply.parts), limits.VIEW_BLOCKS) or section(clean(reply.summary).strip() or say.NOTHING)
    return _window("notice", say.RESULT, blocks, close=say.CLOSE)


def words(text: str) -> dict[str, Any]:
    """A window that says one thing."""
    return _window("notice", say.RESULT, section(text), close=say.CLOSE)


def form_view(form: Form) -> dict[str, Any]:
    """The form as a modal, with the problems of the last attempt beside the fields."""
    fields = [block for item in form.fields for block in _field(item, form.problems.get(item.name, ""))]
    shown = {item.name for item in form.fields}
    top = []
    if form.problems:
        top += section(say.CORRECT_BELOW) if any(name in shown for name in form.problems) else []
        top += [block for name, text in form.problems.items() if name not in shown for block in section(text)]
    room = limits.VIEW_BLOCKS - len(fields) - len(top)
    intro = fitting(blocks_of(form.intro), room) if room > 0 else []
    view = _window(form.id, form.title, [*top, *intro, *fields][: limits.VIEW_BLOCKS], close=say.CANCEL)
    return view | {
        "submit": plain(cut(form.submit, limits.VIEW_BUTTON) or say.SEND),
        "notify_on_close": True,
        "private_metadata": json.dumps({"token": form.token}),
    }


def _window(callback_id: str, title: str, blocks: Sequence[dict[str, Any]], *, close: str) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(cut(title, limits.VIEW_TITLE) or say.NOTHING),
        "close": plain(close),
        "blocks": list(blocks) or section(say.NOTHING),
    }


def _field(item: Field, problem: str) -> list[dict[str, Any]]:
    block: dict[str, Any] = {
        "type": "input",
        "block_id": f"{FIELD_BLOCK}{item.name}",
        "label": plain(cut(item.label, limits.INPUT_LABEL) or item.name),
        "optional": not item.required,
        "element": {**_element(item), "action_id": VALUE},
    }
    hint = cut(item.hint, limits.INPUT_LABEL)
    if hint:
        block["hint"] = plain(hint)
    if item.live:
        block["dispatch_action"] = True
    return [*(section(say.CORRECT + problem) if problem else []), block]


def _element(item: Field) -> dict[str, Any]:
    match item.kind:
        case FieldKind.CHOICE if item.options:
            return _choice(item)
        case FieldKind.CHOICES if item.options:
            return _choices(item)
        case FieldKind.DATE:
            known = item.value if _is_date(item.value) else ""
            return {"type": "datepicker"} | ({"initial_date": known} if known else {})
        case FieldKind.PERSON:
            return _person(item)
        case FieldKind.TICK:
            yes = option(Option("yes", say.YES))
            return {"type": "checkboxes", "options": [yes]} | ({"initial_options": [yes]} if item.value else {})
        case _:
            return _typed(item)


def _typed(item: Field) -> dict[str, Any]:
    longest = max(1, min(item.max_length, limits.INPUT_TEXT))
    element: dict[str, Any] = {
        "type": "plain_text_input",
        "multiline": item.kind is FieldKind.TEXT,
        "max_length": longest,
    }
    if item.value.strip():
        element["initial_value"] = _typed_before(item.value, longest)
    if item.live:
        element["dispatch_action_config"] = {"trigger_actions_on": ["on_enter_pressed"]}
    return element


def _typed_before(value: str, longest: int) -> str:
    """What stands in an input is not markup, so it is not escaped; it is only kept within its length."""
    whole = _head_of(value, longest)
    return whole if len(whole) == len(value) else _head_of(value, longest - 1) + "…"


def _head_of(text: str, units: int) -> str:
    """The beginning of a text that takes no more than so many of the units that Slack counts."""
    return text.encode("utf-16-le", "replace")[: 2 * units].decode("utf-16-le", "ignore")


def _one_line(text: str) -> str:
    return " ".join(clean(text).split())


def _choice(item: Field) -> dict[str, Any]:
    known = [option(choice) for choice in item.options if choice.value == item.value][:1]
    if len(item.options) <= RADIO:
        element: dict[str, Any] = {"type": "radio_buttons", "options": [option(choice) for choice in item.options]}
    else:
        element = {"type": "static_select", **_many(item.options)}
    return element | ({"initial_option": known[0]} if known else {})


def _choices(item: Field) -> dict[str, Any]:
    chosen = set(item.value.split(";"))
    known = [option(choice) for choice in item.options if choice.value in chosen]
    if len(item.options) <= limits.CHECKBOXES:
        element: dict[str, Any] = {"type": "checkboxes", "options": [option(choice) for choice in item.options]}
    else:
        element = {"type": "multi_static_select", **_many(item.options)}
    return element | ({"initial_options": known} if known else {})


def _many(options: Sequence[Option]) -> dict[str, Any]:
    """A list; in groups of a hundred where it is longer, since Slack takes no more in one."""
    if len(options) <= limits.OPTIONS:
        return {"options": [option(choice) for choice in options]}
    starts = range(0, min(len(options), limits.OPTIONS * limits.OPTION_GROUPS), limits.OPTIONS)
    return {
        "option_groups": [
            {
                "label": plain(f"{start + 1} – {min(start + limits.OPTIONS, len(options))}"),
                "options": [option(choice) for choice in options[start : start + limits.OPTIONS]],
            }
            for start in starts
        ]
    }


def _person(item: Field) -> dict[str, Any]:
    element: dict[str, Any] = {"type": "external_select", "min_query_length": 2}
    if item.value.strip():
        label = next((choice.label for choice in item.options if choice.value == item.value), item.value)
        element["initial_option"] = option(Option(item.value, label))
    return element


def option(choice: Option) -> dict[str, Any]:
    """One choice. What a long label has beyond its limit goes into the line below it."""
    label = _one_line(choice.label) or _one_line(choice.value) or say.NOTHING
    made: dict[str, Any] = {"value": _head_of(choice.value, limits.OPTION_VALUE) or "-"}
    if length(label) <= limits.OPTION_TEXT:
        return made | {"text": plain(cut(label, limits.OPTION_TEXT))}
    first = next(iter(pieces(label, limits.OPTION_TEXT - 1)))
    rest = label[len(first) :].strip()
    return made | {"text": plain(first + "…"), "description": plain(cut(f"…{rest}", limits.OPTION_TEXT))}


def suggestions(options: Sequence[Option], typed: str) -> list[dict[str, Any]]:
    """Suggestions for a field, with what was typed as the last one: free text is allowed too."""
    found = [option(choice) for choice in options[: limits.OPTIONS - 1] if choice.value]
    own = _head_of(typed.strip(), limits.OPTION_VALUE)
    if own and own not in {choice["value"] for choice in found}:
        found.append({"value": own, "text": plain(cut(f"{say.AS_TYPED}{own}", limits.OPTION_TEXT))})
    return found


def errors(form: Form, blocks: Sequence[str]) -> dict[str, str] | None:
    """The problems by block id, where every one has its field in the open view; nothing where one has not."""
    by_block = {f"{FIELD_BLOCK}{name}": escape(cut(text, limits.INPUT_LABEL)) for name, text in form.problems.items()}
    return by_block if by_block and all(block in blocks for block in by_block) else None


def _is_date(text: str) -> bool:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
