"""Talk to the bot as one person or another; each request is its own transaction, like the real one."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from adapters.demo.people import SAMPLE_PEOPLE
from bot import dispatch
from bot.messages import (
    Asked,
    ChangeForm,
    Form,
    LookUp,
    OpenForm,
    OpenHome,
    Place,
    Pressed,
    Reply,
    Request,
    Said,
    Sender,
    SubmitForm,
)
from tests.support import FakeClock, services

if TYPE_CHECKING:
    from bot.messages import Part
    from bot.model import OutgoingMessage, Person
    from storage import SqlStore

PEOPLE = {person.id: person for person in SAMPLE_PEOPLE}


class Bot:
    """The bot with a real store, a clock that stands still and sample people."""

    def __init__(self, store: SqlStore, clock: FakeClock, pack_id: str = "copeland", **settings: object) -> None:
        self.store, self.clock, self.pack_id, self.settings = store, clock, pack_id, settings
        self.numbers = itertools.count()

    async def directory(self, *people: Person) -> Self:
        async with self.store.begin() as uow:
            for person in people or SAMPLE_PEOPLE:
                await uow.people.save(person)
            await uow.commit()
        return self

    async def do(self, kind: type[Request], who: str, **values: Any) -> Reply:
        request = kind(
            key=str(next(self.numbers)),
            sender=Sender(platform="demo", user_id=who, name=PEOPLE[who].name if who in PEOPLE else "Stranger"),
            place=Place(private=True, address=who, thread=who),
            **values,
        )
        async with self.store.begin() as uow:
            person = await uow.people.by_platform_id("demo", who)
            found = services(uow, pack_id=self.pack_id, who=person, clock=self.clock, **self.settings)
            reply = await dispatch.dispatch(request, found)
            await uow.commit()
        return reply

    async def say(self, who: str, text: str) -> Reply:
        return await self.do(Said, who, text=text)

    async def ask(self, who: str, text: str) -> Reply:
        return await self.do(Asked, who, text=text)

    async def home(self, who: str) -> Reply:
        return await self.do(OpenHome, who)

    async def open(self, who: str, form: str = "declare_relationship", **values: str) -> Form:
        return form_of(await self.do(OpenForm, who, form=form, values=values))

    async def change(self, who: str, form: Form, **values: str) -> Form:
        return form_of(await self.do(ChangeForm, who, form=form.id, token=form.token, values=values))

    async def submit(self, who: str, form: Form, **values: str) -> Reply:
        return await self.do(SubmitForm, who, form=form.id, token=form.token, values=values)

    async def press(self, who: str, action: str, value: str = "") -> Reply:
        return await self.do(Pressed, who, action=action, value=value)

    async def look_up(self, who: str, typed: str, field: str = "other_party") -> Reply:
        return await self.do(LookUp, who, field_name=field, typed=typed)

    async def outbox(self) -> list[OutgoingMessage]:
        async with self.store.begin() as uow:
            return list(await uow.outbox.claim("demo", self.clock.now() + timedelta(days=1), timedelta(0), 500))

    async def told(self) -> dict[str, list[str]]:
        """What was queued for each person so far."""
        told: dict[str, list[str]] = {}
        for message in await self.outbox():
            told.setdefault(message.to.user_id, []).append(message.reply.summary)
        return told


def form_of(reply: Reply) -> Form:
    assert reply.form is not None, reply.summary
    assert reply.private
    return reply.form


def actions(parts: tuple[Part, ...]) -> list[str]:
    """The actions of every button."""
    return [button.action for part in parts if part.kind == "buttons" for button in part.buttons]
