"""A form as a card: one input for each field, a label on every input, each problem above its field."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from adapters.teams import cards, envelope
from adapters.teams.envelope import Does, Shape
from adapters.teams.limits import SUGGESTIONS
from bot.messages import FieldKind
from bot.wording import cards as say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adapters.teams.cards import Element
    from bot.messages import Field, Form

FEW_OPTIONS = 5
"""Up to so many are shown at once, to be chosen by one press."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def head(form: Form) -> Iterator[Element]:
    """The title, and how many answers came back."""
    yield cards.heading(form.title, large=True)
    if form.problems:
        named = {field.name for field in form.fields}
        yield cards.line(cards.run(say.several_problems(len(form.problems)), weight="bolder", color="attention"))
        for name, problem in form.problems.items():
            if name not in named:
                yield _problem(problem)


def inputs(form: Form, *, suggests: bool) -> Iterator[Element]:
    """The fields.

    Args:
        suggests: whether the client can look names up while they are typed; all can take them as plain text.
    """
    changes = is_live(form)
    for field in form.fields:
        problem = form.problems.get(field.name)
        if problem is not None:
            yield _problem(problem)
        yield from _inputs(field, suggests=suggests, checks=not changes)
        if field.hint:
            yield from cards.lines(field.hint, size="small", isSubtle=True)


def buttons(form: Form, *, dialog: bool) -> list[Mapping[str, Any]]:
    """Send, and for a form whose questions depend on the answers: show the questions that fit."""
    sends, changes = envelope.for_form(form, Does.SUBMIT), envelope.for_form(form, Does.CHANGE)
    found: list[Mapping[str, Any]] = []
    if dialog:
        found.append(cards.submit(form.submit, sends, "positive"))
        if is_live(form):
            found.append(cards.submit(say.UPDATE_FORM, changes))
    else:
        found.append(cards.execute(form.submit, Does.SUBMIT.value, sends, "positive"))
        if is_live(form):
            found.append(cards.execute(say.UPDATE_FORM, Does.CHANGE.value, changes))
    return found


def is_live(form: Form) -> bool:
    """Whether a field decides what the rest shows.

    Cards know no change event, so the form gets a button for it. The client must then not insist on
    the required fields, or the button would not work; the handler checks them all in any case.
    """
    return any(field.live for field in form.fields)


def _problem(text: str) -> Element:
    return cards.line(
        cards.run(f"{say.PROBLEM} ", weight="bolder", color="attention"), cards.run(text, color="attention")
    )


def _inputs(field: Field, *, suggests: bool, checks: bool) -> Iterator[Element]:
    label = cards.shortened(field.label or field.name, 300)
    must: Element = {"label": label}
    if field.required and checks:
        must |= {"isRequired": True, "errorMessage": say.FILL_IN}
    elif field.required:
        must["label"] = f"{label} {say.REQUIRED}"
    match field.kind:
        case FieldKind.LINE:
            yield _text(field, must)
        case FieldKind.TEXT:
            yield _text(field, must) | {"isMultiline": True}
        case FieldKind.DATE:
            yield _date(field, must)
        case FieldKind.CHOICE:
            yield _choice(field, must)
        case FieldKind.CHOICES:
            yield _choices(field, must)
        case FieldKind.TICK:
            yield _tick(field, must)
        case FieldKind.PERSON:
            yield from _person(field, must, suggests=suggests)


def _text(field: Field, must: Element) -> Element:
    value = cards.clean(field.value)
    return {
        "type": "Input.Text",
        "id": envelope.input_id(field.name),
        **must,
        "maxLength": max(field.max_length, len(value)),
        **({"value": value} if value else {}),
    }


def _date(field: Field, must: Element) -> Element:
    # What was typed is never lost: a date that a date input would drop is shown as the text that it is.
    if field.value and not _DAY.fullmatch(field.value):
        return _text(field, must)
    return {
        "type": "Input.Date",
        "id": envelope.input_id(field.name),
        **must,
        **({"value": field.value} if field.value else {}),
    }


def _options(field: Field) -> list[dict[str, str]]:
    return [
        {"title": cards.shortened(option.label or option.value, 300), "value": envelope.choice_value(option.value)}
        for option in field.options
    ]


def _choice(field: Field, must: Element) -> Element:
    return {
        "type": "Input.ChoiceSet",
        "id": envelope.input_id(field.name, Shape.PICK),
        **must,
        "choices": _options(field),
        "style": "expanded" if len(field.options) <= FEW_OPTIONS else "compact",
        "wrap": True,
        **({"value": envelope.choice_value(field.value)} if field.value else {}),
    }


def _choices(field: Field, must: Element) -> Element:
    chosen = ",".join(envelope.choice_value(part) for part in field.value.split(";") if part)
    return {
        "type": "Input.ChoiceSet",
        "id": envelope.input_id(field.name, Shape.MANY),
        **must,
        "choices": _options(field),
        "isMultiSelect": True,
        "style": "expanded",
        "wrap": True,
        **({"value": chosen} if chosen else {}),
    }


def _tick(field: Field, must: Element) -> Element:
    return {
        "type": "Input.Toggle",
        "id": envelope.input_id(field.name, Shape.TICK),
        **{key: value for key, value in must.items() if key != "label"},
        "title": must["label"],
        "wrap": True,
        "valueOn": "yes",
        "valueOff": "no",
        "value": "yes" if field.value == "yes" else "no",
    }


def _person(field: Field, must: Element, *, suggests: bool) -> Iterator[Element]:
    """A name: looked up as it is typed where the client can do that, and always open to free text."""
    if not suggests:
        yield _text(field, must)
        return
    known = {option.value for option in field.options}
    picked = field.value if field.value in known else ""
    yield {
        "type": "Input.ChoiceSet",
        "id": envelope.input_id(field.name, Shape.PICK),
        "label": f"{must['label']} – {say.SUGGESTIONS}",
        "style": "filtered",
        "choices": _options(field),
        "choices.data": {"type": "Data.Query", "dataset": field.name, "count": SUGGESTIONS},
        **({"value": envelope.choice_value(picked)} if picked else {}),
    }
    typed = "" if picked else cards.clean(field.value)
    yield {
        "type": "Input.Text",
        "id": envelope.input_id(field.name),
        "label": f"{must['label']} – {say.OR_TYPE}",
        "maxLength": max(field.max_length, len(typed)),
        **({"value": typed} if typed else {}),
    }
