"""Answer a question from the council's protocol, with its paragraph, or say plainly that it is not covered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.answers import Answer, cite
from bot.errors import NotFound
from bot.messages import Bullets, Button, Buttons, Heading, Note, Paragraph, Part, Reply
from bot.wording import ask as say
from bot.wording.common import NOT_FOUND, sentence_start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.messages import Asked, Pressed, Said
    from bot.ports import Services
    from bot.rules.protocol import AdviceContact, Pack, Role
    from bot.rules.search import Ranking

LONGEST_QUESTION = 4000
FURTHER = 2
FURTHER_SHARE = 0.35
"""A further clause is shown when its score is at least this share of the best one's."""


async def answer(request: Asked | Said, services: Services) -> Reply:
    """The reply to a question.

    Role-aware: a member and an officer who ask the same get the clause that binds or protects them.
    """
    text = " ".join(request.text.split())
    if not text:
        return Reply(summary=say.empty_question(), parts=(Paragraph(say.empty_question()), *examples(services.role)))
    if len(text) > LONGEST_QUESTION:
        return Reply(summary=say.too_long(LONGEST_QUESTION), parts=(Paragraph(say.too_long(LONGEST_QUESTION)),))
    ranking = services.protocol.engine.search(text, services.role)
    return to_reply(ranking, services.protocol.pack, services.role, request.sender.name)


def to_reply(ranking: Ranking, pack: Pack, role: Role | None, name: str = "") -> Reply:
    """What a ranking of clauses means to the person who asked."""
    if ranking.verdict != "not covered" and ranking.hits:
        return _answered(_to_answer(ranking, pack), pack, role)
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


def _answered(found: Answer, pack: Pack, role: Role | None) -> Reply:
    lead = say.clear(found.best.label) if found.sure == "clear" else say.partial(found.best.label)
    parts: list[Part] = [Paragraph(lead), found.best]
    if found.further:
        parts += [Heading(say.ALSO), *found.further]
    parts += [Heading(say.NEXT), Paragraph(advice(pack, role)), *_next_buttons(found, pack), Note(say.GUIDANCE)]
    return Reply(summary=f"{lead} {found.best.says}", parts=tuple(parts))


def _next_buttons(found: Answer, pack: Pack) -> Iterator[Buttons]:
    """A question on relationships goes on to the form that declares one."""
    topics = set(pack.clause(found.best.ref).topics)
    buttons = [Button(label=say.SHOW_NEIGHBOURS, action="neighbours", value=found.best.ref)]
    if "declaring-relationships" in topics:
        buttons.append(Button(label=say.DECLARE, action="open_declaration", opens="declare_relationship"))
    yield Buttons(tuple(buttons))


def _declined(ranking: Ranking, pack: Pack, role: Role | None) -> Reply:
    parts: list[Part] = [Paragraph(say.not_covered(pack))]
    if ranking.near_miss:
        parts.append(Paragraph(ranking.near_miss.why))
    elif ranking.not_covered:
        parts.append(Paragraph(ranking.not_covered.turn_to))
    parts.append(Paragraph(advice(pack, role)))
    if ranking.topics:
        parts += [Heading(say.NEAREST), Bullets(tuple(topic.name for topic in ranking.topics[:3]))]
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


async def neighbours(request: Pressed, services: Services) -> Reply:
    """The paragraph with those before and after it.

    Raises:
        NotFound: the pack has no such paragraph (any more).
    """
    pack = services.protocol.pack
    refs = [clause.ref for clause in pack.clauses]
    if request.value not in refs:
        raise NotFound(NOT_FOUND)
    at = refs.index(request.value)
    near = pack.clauses[max(0, at - 1) : at + 2]
    title = sentence_start(pack.cited(request.value))
    return Reply(
        summary=say.neighbours(title),
        parts=(Heading(title), *(cite(pack, clause) for clause in near)),
    )
