"""Answer a question from the council's protocol, with its paragraph, or say plainly that it is not covered."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.answers import Answer, cite
from bot.errors import NotFound, TooMany
from bot.messages import Bullets, Button, Buttons, Heading, Note, Paragraph, Part, Reply
from bot.rules.follow_up import is_follow_up, joined, side_asked_about
from bot.wording import ask as say
from bot.wording.common import NOT_FOUND, sentence_start, too_many

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.messages import Asked, Pressed, Said
    from bot.ports import Services
    from bot.rules.protocol import AdviceContact, Clause, Pack, Role
    from bot.rules.search import Ranking

LONGEST_QUESTION = 4000
FURTHER = 2
FURTHER_SHARE = 0.35
"""A further clause is shown when its score is at least this share of the best one's."""
THREAD_HOURS = timedelta(hours=24)
"""How long a follow-up may lean on the question before."""
TO_A_FORM: Mapping[str, tuple[str, str, str]] = {
    "declaring-relationships": (say.DECLARE, "open_declaration", "declare_relationship"),
    "members-enquiries": (say.ENQUIRE, "open_enquiry", "member_enquiry"),
    "response-times": (say.ENQUIRE, "open_enquiry", "member_enquiry"),
}
"""A topic whose “whom do I tell?” goes on to the form that does it: label, action and form."""


async def answer(request: Asked | Said, services: Services) -> Reply:
    """The reply to a question.

    Role-aware: a member and an officer who ask the same get the clause that binds or protects them.

    Raises:
        TooMany: the person asks more than a person does.
    """
    sender = f"{request.sender.platform}:{request.sender.user_id}"
    now = services.clock.now()
    if not services.rate_limit.allows(sender, now, services.settings.asks_per_minute):
        raise TooMany(too_many("questions"))
    text = " ".join(request.text.split())
    if not text:
        return Reply(summary=say.empty_question(), parts=(Paragraph(say.empty_question()), *examples(services.role)))
    if len(text) > LONGEST_QUESTION:
        return Reply(summary=say.too_long(LONGEST_QUESTION), parts=(Paragraph(say.too_long(LONGEST_QUESTION)),))
    question, role = await _in_thread(text, request.place.thread, services)
    ranking = services.protocol.engine.search(question, role)
    await _remember(question, ranking, request.place.thread, services)
    return to_reply(
        ranking, services.protocol.pack, role, request.sender.name, notes=await services.uow.answers.notes()
    )


async def _in_thread(text: str, thread: str, services: Services) -> tuple[str, Role | None]:
    """The question as it is meant: a follow-up is joined to the question before it."""
    if thread and is_follow_up(text):
        before = await services.uow.answers.last_in_thread(thread, services.clock.now() - THREAD_HOURS)
        if before is not None:
            return joined(before[0], text), side_asked_about(text) or services.role
    return text, services.role


async def _remember(question: str, ranking: Ranking, thread: str, services: Services) -> None:
    """Keep the thread for a follow-up, and a question without a good answer for the protocol's owner."""
    now, answers = services.clock.now(), services.uow.answers
    if ranking.small_talk:
        return
    if thread:
        await answers.remember_thread(thread, question, [hit.ref for hit in ranking.hits[:3]], now)
    if ranking.verdict == "not covered":
        await answers.gap(question, "not covered", "", now)
    elif ranking.candidates:
        await answers.gap(question, "unclear", ranking.hits[0].ref, now)


def to_reply(
    ranking: Ranking, pack: Pack, role: Role | None, name: str = "", *, notes: Mapping[str, str] | None = None
) -> Reply:
    """What a ranking of clauses means to the person who asked.

    Args:
        notes: the council's own notes, by paragraph.
    """
    if ranking.verdict != "not covered" and ranking.hits:
        if ranking.candidates:
            return _pick_one(ranking, pack, role)
        return _answered(_to_answer(ranking, pack), pack, role, notes or {})
    if ranking.small_talk:
        return _kind_word(role, name)
    return _declined(ranking, pack, role)


def _to_answer(ranking: Ranking, pack: Pack) -> Answer:
    best, *others = ranking.hits
    further = [hit for hit in others if hit.score >= FURTHER_SHARE * best.score][:FURTHER]
    return Answer(
        best=cite(pack, pack.clause(best.ref)),
        further=tuple(cite(pack, pack.clause(hit.ref)) for hit in further),
        sure=ranking.verdict,
    )


def _answered(found: Answer, pack: Pack, role: Role | None, notes: Mapping[str, str]) -> Reply:
    lead = say.clear(found.best.label) if found.sure == "clear" else say.partial(found.best.label)
    parts: list[Part] = [Paragraph(lead), found.best, *_note_on(found.best.ref, pack, notes)]
    if found.further:
        parts.append(Heading(say.ALSO))
        for citation in found.further:
            parts += [citation, *_note_on(citation.ref, pack, notes)]
    parts += [Heading(say.NEXT), Paragraph(advice(pack, role)), next_buttons(pack.clause(found.best.ref))]
    parts.append(Note(say.GUIDANCE))
    return Reply(summary=f"{lead} {found.best.says}", parts=tuple(parts))


def _note_on(ref: str, pack: Pack, notes: Mapping[str, str]) -> Iterator[Part]:
    if ref in notes:
        yield Note(say.house_note(pack.cited(ref), notes[ref]))


def next_buttons(clause: Clause) -> Buttons:
    """What to do from here: read on, say whether it helped, ask a person, go on to the form that does it."""
    buttons = [Button(label=say.SHOW_NEIGHBOURS, action="neighbours", value=clause.ref)]
    form = next((TO_A_FORM[topic] for topic in clause.topics if topic in TO_A_FORM), None)
    if form is not None:
        label, action, opens = form
        buttons.append(Button(label=label, action=action, opens=opens))
    buttons += [
        Button(label=say.USEFUL, action="useful", value=clause.ref),
        Button(label=say.NOT_USEFUL, action="not_useful", value=clause.ref),
        Button(label=say.ASK_A_PERSON, action="ask_person", value=clause.ref, opens="ask_person"),
    ]
    return Buttons(tuple(buttons))


def _pick_one(ranking: Ranking, pack: Pack, role: Role | None) -> Reply:
    """Up to three that may be meant; the person picks."""
    clauses = [pack.clause(hit.ref) for hit in ranking.hits[: FURTHER + 1]]
    buttons = tuple(
        Button(label=say.open_paragraph(sentence_start(pack.cited(clause.ref))), action="pick", value=clause.ref)
        for clause in clauses
    )
    first = cite(pack, clauses[0])
    return Reply(
        summary=f"{say.pick()} {say.partial(first.label)} {first.says}",
        parts=(
            Paragraph(say.pick()),
            *(cite(pack, clause) for clause in clauses),
            Buttons((*buttons, Button(label=say.ASK_A_PERSON, action="ask_person", opens="ask_person"))),
            Paragraph(advice(pack, role)),
        ),
    )


def _declined(ranking: Ranking, pack: Pack, role: Role | None) -> Reply:
    parts: list[Part] = [Paragraph(say.not_covered(pack))]
    if ranking.near_miss:
        parts.append(Paragraph(ranking.near_miss.why))
    elif ranking.not_covered:
        parts.append(Paragraph(ranking.not_covered.turn_to))
    parts.append(Paragraph(advice(pack, role)))
    if ranking.topics:
        parts += [Heading(say.NEAREST), Bullets(tuple(topic.name for topic in ranking.topics[:3]))]
    parts.append(Buttons((Button(label=say.ASK_A_PERSON, action="ask_person", opens="ask_person"),)))
    return Reply(summary=f"{say.not_covered(pack)} {advice(pack, role)}", parts=tuple(parts))


def _kind_word(role: Role | None, name: str) -> Reply:
    text = say.small_talk(name)
    return Reply(summary=text, parts=(Paragraph(text), *examples(role)))


def examples(role: Role | None) -> tuple[Part, ...]:
    """Three real questions that the bot answers."""
    return (Paragraph(say.try_asking()), Bullets(say.EXAMPLES[role.value if role else ""]))


def advice(pack: Pack, role: Role | None) -> str:
    """Whom this council's protocol names for advice; both sides' where the reader's is not known and they differ."""
    contacts = [contact for contact in pack.advice if role is None or contact.role is role]
    lines = [(contact.role, _contact_line(pack, contact)) for contact in contacts]
    if len({line for _, line in lines}) > 1:
        return say.ask_whom_by_role(lines)
    return lines[0][1] if lines else ""


def _contact_line(pack: Pack, contact: AdviceContact) -> str:
    titles = [pack.office_title(key) for key in contact.to]
    return sentence_start(say.ask_whom(titles, pack.cited(contact.ref) if contact.ref else None, contact.note))


async def pick(request: Pressed, services: Services) -> Reply:
    """The paragraph that the person picked among several.

    Raises:
        NotFound: the pack has no such paragraph (any more).
    """
    pack = services.protocol.pack
    clause = _clause(pack, request.value)
    await services.uow.answers.useful(clause.ref, services.clock.now(), useful=True)
    notes = await services.uow.answers.notes()
    return _answered(Answer(best=cite(pack, clause)), pack, services.role, notes)


async def neighbours(request: Pressed, services: Services) -> Reply:
    """The paragraph with those before and after it.

    Raises:
        NotFound: the pack has no such paragraph (any more).
    """
    pack = services.protocol.pack
    at = pack.clauses.index(_clause(pack, request.value))
    near = pack.clauses[max(0, at - 1) : at + 2]
    title = sentence_start(pack.cited(request.value))
    return Reply(
        summary=say.neighbours(title),
        parts=(Heading(title), *(cite(pack, clause) for clause in near)),
    )


def _clause(pack: Pack, ref: str) -> Clause:
    try:
        return pack.clause(ref)
    except KeyError:
        raise NotFound(NOT_FOUND) from None
