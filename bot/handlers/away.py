"""An officer says when they are away, so that enquiries and reminders go to their cover on those days."""

from __future__ import annotations

import secrets
from datetime import date
from typing import TYPE_CHECKING

from bot.errors import Refusal
from bot.handlers.identity import asker, is_known
from bot.messages import Button, Buttons, Field, FieldKind, Form, Paragraph, Reply
from bot.rules.protocol import Role
from bot.rules.working_days import london_date
from bot.wording import enquiries as say
from bot.wording.common import NOT_IN_DIRECTORY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.messages import OpenForm, Pressed, Request, SubmitForm
    from bot.model import Person
    from bot.ports import Services

FORM = "away"


def _officer(request: Request, services: Services) -> Person:
    person = asker(request.sender, services)
    if not is_known(person) or person.role is not Role.OFFICER:
        raise Refusal(NOT_IN_DIRECTORY)
    return person


async def open_form(request: OpenForm | Pressed, services: Services) -> Reply:
    """The days on which the officer is away, as they stand."""
    person = _officer(request, services)
    known = await services.uow.absences.of(person.id)
    values = {"first": known[0].isoformat(), "last": known[1].isoformat()} if known else {}
    return Reply(summary=say.AWAY_TITLE, form=_form(values), private=True)


def _form(values: Mapping[str, str], token: str = "", problems: Mapping[str, str] | None = None) -> Form:
    return Form(
        id=FORM,
        token=token or secrets.token_urlsafe(12),
        title=say.AWAY_TITLE,
        fields=tuple(
            Field(name=name, label=words, kind=FieldKind.DATE, value=values.get(name, ""))
            for name, words in (("first", say.AWAY_FIRST), ("last", say.AWAY_LAST))
        ),
        submit=say.RECORD,
        problems=problems or {},
    )


async def submit(request: SubmitForm, services: Services) -> Reply:
    """Keep the days, or show the form again with every problem."""
    person = _officer(request, services)
    first, last = (_date(request.values.get(name, "")) for name in ("first", "last"))
    problems = {}
    if first is None:
        problems["first"] = say.BAD_DATE
    if last is None:
        problems["last"] = say.BAD_DATE
    elif last < london_date(services.clock.now()):
        problems["last"] = say.PAST_DATE
    elif first is not None and last < first:
        problems["last"] = say.AWAY_ORDER
    if problems or first is None or last is None:
        return Reply(summary=say.AWAY_TITLE, form=_form(request.values, request.token, problems), private=True)
    await services.uow.absences.set(person.id, first, last)
    await services.uow.audit.write(services.clock.now(), person.id, "absence set", person.id)
    text = say.AWAY_SAVED if person.cover_email else say.AWAY_NO_COVER
    back = Buttons((Button(label=say.AWAY_BACK, action="back_again"),))
    return Reply(summary=text, parts=(Paragraph(text), back), private=True)


def _date(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        return None


async def back(request: Pressed, services: Services) -> Reply:
    """The officer is there again."""
    person = _officer(request, services)
    await services.uow.absences.clear(person.id)
    await services.uow.audit.write(services.clock.now(), person.id, "absence ended", person.id)
    return Reply(summary=say.AWAY_CLEARED, parts=(Paragraph(say.AWAY_CLEARED),), private=True)
