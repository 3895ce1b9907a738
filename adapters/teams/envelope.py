"""What the bot writes into its buttons and forms, and reads back when one is pressed.

Both shapes of a press carry it: ``Action.Execute`` in ``value.action.data``, ``Action.Submit``
in ``value`` itself, where the inputs of the card are merged in beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from adapters.teams.activities import table_of, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.messages import Button, Form

KEY = "protocolBot"
PREFIX = "field."
DIALOG = {"type": "task/fetch"}
"""Under ``msteams`` in a button's data: Teams asks for a dialog instead of sending a message."""


class Does(StrEnum):
    """What a press asks for."""

    PRESS = "press"
    OPEN = "open"
    CHANGE = "change"
    SUBMIT = "submit"


class Shape(StrEnum):
    """How a field's value comes back, as a suffix of the input's id."""

    PLAIN = ""
    TICK = "~tick"
    MANY = "~many"
    PICK = "~pick"
    """Chosen from suggestions; the plain input beside it wins where something was typed there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A press, as it was written into the card."""

    does: Does
    action: str = ""
    value: str = ""
    form: str = ""
    token: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_form(self) -> bool:
        """Whether it comes from a form that is open, so that what follows takes the form's place."""
        return self.does in {Does.CHANGE, Does.SUBMIT}


def for_button(button: Button) -> dict[str, Any]:
    """The data of a button."""
    return {KEY: {"does": Does.PRESS.value, "action": button.action, "value": whole(button.value)}}


def for_opening(form_id: str) -> dict[str, Any]:
    """The data of a button that opens a form which is not shown where others see it."""
    return {KEY: {"does": Does.OPEN.value, "form": form_id}}


def for_form(form: Form, does: Does) -> dict[str, Any]:
    """The data of a form's own buttons."""
    return {KEY: {"does": does.value, "form": form.id, "token": form.token}}


def input_id(name: str, shape: Shape = Shape.PLAIN) -> str:
    """The id of a field's input."""
    return f"{PREFIX}{name}{shape.value}"


def choice_value(value: str) -> str:
    """An option's value, fit for a list: Teams parts several choices by commas, and computes what braces hold."""
    return quote(whole(value), safe=" ~!@#$^&*()+=[]|:;'<>?/.\"\\`")


def whole(text: str) -> str:
    """The text without halves of characters, which cannot be sent."""
    return text.encode("utf-8", "replace").decode("utf-8")


def read(data: Mapping[str, Any]) -> Envelope | None:
    """The press in a card's data; nothing where the card is not one of ours."""
    inner = table_of(data, KEY)
    try:
        does = Does(text_of(inner, "does"))
    except ValueError:
        return None
    return Envelope(
        does=does,
        action=text_of(inner, "action"),
        value=text_of(inner, "value"),
        form=text_of(inner, "form"),
        token=text_of(inner, "token"),
        values=_values(data),
    )


def _values(data: Mapping[str, Any]) -> dict[str, str]:
    """The fields by name, in the form that handlers know."""
    found: dict[str, str] = {}
    picked: dict[str, str] = {}
    for key, value in data.items():
        if not key.startswith(PREFIX) or not isinstance(value, str):
            continue
        name = key.removeprefix(PREFIX)
        if name.endswith(Shape.TICK.value):
            found[name.removesuffix(Shape.TICK.value)] = "yes" if value == "yes" else ""
        elif name.endswith(Shape.MANY.value):
            choices = [unquote(part) for part in value.split(",") if part]
            found[name.removesuffix(Shape.MANY.value)] = ";".join(choices)
        elif name.endswith(Shape.PICK.value):
            picked[name.removesuffix(Shape.PICK.value)] = unquote(value)
        else:
            found[name] = value.strip()
    for name, value in picked.items():
        found[name] = found.get(name) or value
    return found
