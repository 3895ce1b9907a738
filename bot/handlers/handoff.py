"""Ask a person: the question goes to whom this council's protocol names, with the asker's consent.

Other members never learn who asked. The reply comes back where the question was asked, and may
become the council's own note on the paragraph.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from bot.errors import NotFound, Refusal
from bot.handlers.ask import THREAD_HOURS
from bot.handlers.identity import asker
from bot.handlers.notify import tell_all
from bot.messages import Address, Button, Buttons, Emphasis, Field, FieldKind, Form, Paragraph, Reply
from bot.model import Handoff, OutgoingMessage
from bot.rules.recipients import Directory, find_recipients
from bot.wording import handoff as say
from bot.wording.common import NOT_FOUND

if TYPE_CHECKING:
    from bot.messages import OpenForm, Pressed, SubmitForm
    from bot.model import Person
    from bot.ports import Services
    from bot.rules.protocol import Pack

ASK_FORM = "ask_person"
REPLY_FORM = "answer_person"
LONGEST = 2000


async def open_question(request: Pressed | OpenForm, services: Services) -> Reply:
    """The form, with the last question of the thread; it says to whom it goes before it is sent."""
    ref = getattr(request, "value", "")
    before = await services.uow.answers.last_in_thread(request.place.thread, services.clock.now() - THREAD_HOURS)
    token = f"{ref or '-'}.{secrets.token_urlsafe(12)}"
    person = asker(request.sender, services)
    people = await _whom(person, services)
    if not people:
        raise Refusal(say.NOBODY)
    return Reply(summary=say.TITLE, form=_form(token, before[0] if before else "", people), private=True)


def _form(token: str, question: str, people: list[Person], problem: str = "") -> Form:
    return Form(
        id=ASK_FORM,
        token=token,
        title=say.TITLE,
        intro=(Paragraph(say.goes_to([person.name for person in people])),),
        fields=(Field(name="question", label=say.QUESTION, kind=FieldKind.TEXT, value=question, max_length=LONGEST),),
        submit=say.SEND,
        problems={"question": problem} if problem else {},
    )


async def _whom(person: Person, services: Services) -> list[Person]:
    """The first office named for advice to this side that somebody fills; never the asker."""
    pack = services.protocol.pack
    directory = Directory(await services.uow.people.all())
    for contact in pack.advice:
        if contact.role is person.role:
            for office in contact.to:
                found = find_recipients(pack, [office], person, "", directory)
                if found.people and found.named:
                    return list(found.people[:1])
    fallback = find_recipients(pack, [], person, "", directory, services.settings.fallback_recipient)
    return list(fallback.people[:1])


async def send_question(request: SubmitForm, services: Services) -> Reply:
    """Keep the question, and tell the person by a button."""
    person = asker(request.sender, services)
    done = Reply(summary=say.SENT, parts=(Paragraph(say.SENT),), private=True)
    if await services.uow.drafts.outcome(request.token):
        return done
    people = await _whom(person, services)
    question = request.values.get("question", "").strip()
    if not people:
        raise Refusal(say.NOBODY)
    if not question or len(question) > LONGEST:
        problem = say.too_long(LONGEST) if question else say.EMPTY
        return Reply(summary=say.TITLE, form=_form(request.token, question, people, problem), private=True)
    ref = request.token.rsplit(".", 1)[0]
    handoff = Handoff(
        id=secrets.token_hex(16),
        asker_id=person.id,
        ref="" if ref == "-" else ref,
        readers=tuple(one.id for one in people),
        question=question,
        back_to=Address(platform=request.sender.platform, user_id=request.sender.user_id, tenant=request.sender.tenant),
        at=services.clock.now(),
    )
    await services.uow.answers.hand_off(handoff)
    await services.uow.drafts.settle(request.token, person.id, ASK_FORM, handoff.id, handoff.at)
    button = Button(
        label=say.OPEN, action="open_question", value=handoff.id, emphasis=Emphasis.PRIMARY, opens=REPLY_FORM
    )
    notice = Reply(summary=say.ASKED_YOU, parts=(Paragraph(say.ASKED_YOU), Buttons((button,))), private=True)
    await tell_all(people, notice, f"h:{handoff.id}:new", services, about=handoff.id)
    return done


async def open_reply(request: Pressed, services: Services) -> Reply:
    """The question for the person who was asked, with room for the reply.

    Raises:
        NotFound: there is none, or it was not this person who was asked.
    """
    person = asker(request.sender, services)
    handoff = await _mine(request.value, person, services)
    if handoff.answer:
        return Reply(summary=say.ANSWERED, parts=(Paragraph(say.ANSWERED),), private=True)
    token = f"{handoff.id}.{secrets.token_urlsafe(9)}"
    return Reply(summary=say.REPLY_TITLE, form=await _reply_form(handoff, token, person, services), private=True)


async def _reply_form(handoff: Handoff, token: str, person: Person, services: Services, problem: str = "") -> Form:
    directory = Directory(await services.uow.people.all())
    who = directory.by_id(handoff.asker_id)
    fields = [Field(name="answer", label=say.REPLY, kind=FieldKind.TEXT, max_length=LONGEST)]
    if handoff.ref and may_write_notes(person, services.protocol.pack):
        label = say.keep_as_note(services.protocol.pack.cited(handoff.ref))
        fields.append(Field(name="note", label=label, kind=FieldKind.TICK, hint=say.NOTE_HINT, required=False))
    return Form(
        id=REPLY_FORM,
        token=token,
        title=say.REPLY_TITLE,
        intro=(Paragraph(say.asked_by(who.name if who else say.SOMEBODY)), Paragraph(handoff.question)),
        fields=tuple(fields),
        submit=say.SEND,
        problems={"answer": problem} if problem else {},
    )


async def send_reply(request: SubmitForm, services: Services) -> Reply:
    """The reply goes back to the asker, and perhaps onto the paragraph."""
    person = asker(request.sender, services)
    handoff = await _mine(request.token.split(".")[0], person, services)
    text = request.values.get("answer", "").strip()
    if not text or len(text) > LONGEST:
        problem = say.too_long(LONGEST) if text else say.EMPTY_REPLY
        form = await _reply_form(handoff, request.token, person, services, problem)
        return Reply(summary=say.REPLY_TITLE, form=form, private=True)
    done = Reply(summary=say.REPLIED, parts=(Paragraph(say.REPLIED),), private=True)
    if not await services.uow.answers.reply(handoff.id, text, person.id):
        return done
    now = services.clock.now()
    pack = services.protocol.pack
    if request.values.get("note") == "yes" and handoff.ref and may_write_notes(person, pack):
        await services.uow.answers.note(handoff.ref, text, person.id, now)
        await services.uow.audit.write(now, person.id, "house note", handoff.ref)
    back = Reply(
        summary=say.REPLY_CAME,
        parts=(Paragraph(say.replied_by(person.name)), Paragraph(f"“{handoff.question}”"), Paragraph(text)),
        private=True,
    )
    await services.uow.outbox.put(
        OutgoingMessage(
            key=f"h:{handoff.id}:reply",
            to=handoff.back_to,
            reply=back,
            created_at=now,
            not_before=now,
            about=handoff.id,
            person_id=handoff.asker_id,
        )
    )
    return done


def may_write_notes(person: Person, pack: Pack) -> bool:
    """Whether the person holds an office that the protocol names for advice; a line manager's word is no house note."""
    positions = {pack.offices[key].position for contact in pack.advice for key in contact.to}
    return any(position is not None and person.holds(position) for position in positions)


async def _mine(handoff_id: str, person: Person, services: Services) -> Handoff:
    handoff = await services.uow.answers.handoff(handoff_id)
    if handoff is None or person.id not in handoff.readers:
        raise NotFound(NOT_FOUND)
    return handoff
