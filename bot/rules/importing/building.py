"""Make a pack of what was found: offices, routes, clocks and clauses that validate and answer at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.rules.importing.force import binds_of, force_of
from bot.rules.importing.offices import Post, is_body, position_of, post_key
from bot.rules.protocol import (
    AdviceContact,
    Clause,
    ConcernRoute,
    DeclarationRoute,
    Office,
    Pack,
    Position,
    Role,
    Step,
    TimeLimit,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.rules.importing.concerns import Rung
    from bot.rules.importing.deadlines import Deadline, Word
    from bot.rules.importing.declarations import Route
    from bot.rules.importing.facts import Advice, StatutoryOfficer
    from bot.rules.importing.paragraphs import Paragraph
    from bot.rules.importing.topics import TopicTagger
    from bot.rules.protocol import Words

_MONITORING = "monitoring_officer"


class Offices:
    """The offices of the pack that is being made, each once."""

    def __init__(self, statutory: Iterable[StatutoryOfficer]) -> None:
        self.found: dict[str, Office] = {}
        self._statutory = {one.title.lower(): one for one in statutory}
        self._plain = {one.statutory.lower(): one for one in statutory}
        for one in self._statutory.values():
            self.add(one.title, one.ref)

    def add(self, title: str, ref: str, *, every: bool = False, possessive: bool = False) -> str:
        """The key of the office with this title, which is noted where it is new."""
        renamed = self._plain.get(title.lower())
        if renamed is not None:
            title = renamed.title  # "Monitoring Officer" and "Head of Law" are one post here
        key = post_key(title) or "office"
        if every and not key.endswith("_all"):
            key = f"{key}s"
        statutory = self._statutory.get(title.lower())
        if key not in self.found:
            self.found[key] = Office(
                title=title,
                position=_position(title, statutory),
                kind="everyone" if every else "body" if is_body(title) else "person",
                relation=_relation(title, possessive=possessive),
                statutory=statutory.statutory if statutory else None,
                ref=ref,
            )
        return key

    def post(self, post: Post, ref: str) -> str:
        """The key of a post found in the text."""
        return self.add(post.title, ref, every=post.every, possessive=post.possessive)

    def monitoring_officer(self) -> str:
        """The Monitoring Officer, whom every council has by law (Local Government and Housing Act 1989, section 5)."""
        for key, office in self.found.items():
            if office.statutory == "Monitoring Officer":
                return key
        self.found.setdefault(
            _MONITORING,
            Office(title="Monitoring Officer", position=Position.MONITORING_OFFICER, statutory="Monitoring Officer"),
        )
        return _MONITORING


def _position(title: str, statutory: StatutoryOfficer | None) -> Position | None:
    if statutory is not None:
        return {
            "Monitoring Officer": Position.MONITORING_OFFICER,
            "Section 151 Officer": Position.SECTION_151_OFFICER,
            "Head of Paid Service": Position.CHIEF_EXECUTIVE,
        }[statutory.statutory]
    return None if is_body(title) and not re.search("democratic", title, re.IGNORECASE) else position_of(title)


def _relation(title: str, *, possessive: bool) -> str | None:
    low = title.lower()
    if re.search(r"\b(?:line manager|manager|supervisor)\b", low) and position_of(title) is None:
        return "own_manager"
    if not possessive:
        return None
    position = position_of(title)
    if position is Position.SERVICE_HEAD:
        return "own_service_head"
    return "own_director" if position is Position.DIRECTOR else None


_NOBODY = {
    Position.MEMBER: "No paragraph was found that says whom a member tells of a relationship.",
    Position.OFFICER: "No paragraph was found that says whom an officer tells of a relationship.",
}


def declaration_routes(routes: Sequence[Route], offices: Offices) -> tuple[DeclarationRoute, ...]:
    """A route for each position that the text names, and an honest one for members or officers whom it does not."""
    made: list[DeclarationRoute] = []
    for position in Position:
        own = [route for route in routes if route.who is position]
        if own:
            first = own[0].ref
            to = [offices.add(route.to, route.ref, every=route.every, possessive=route.possessive) for route in own]
            also = tuple(dict.fromkeys(route.ref for route in own if route.ref != first))
            made.append(DeclarationRoute(positions=(position,), to=tuple(dict.fromkeys(to)), ref=first, also=also))
        elif position in {Position.MEMBER, Position.OFFICER}:
            made.append(
                DeclarationRoute(
                    positions=(position,),
                    note=_NOBODY[position],
                    offer=(offices.monitoring_officer(),),
                )
            )
    return tuple(made)


def concern_routes(rungs: Sequence[Rung], offices: Offices) -> tuple[ConcernRoute, ...]:
    """A ladder for each pair of who is concerned and about whom."""
    ladders: dict[tuple[Role, str], list[Step]] = {}
    for rung in rungs:
        to = "discussion" if rung.post is None else offices.post(rung.post, rung.ref)
        ladder = ladders.setdefault((rung.by, rung.about), [])
        if not any(step.to == to for step in ladder):
            ladder.append(Step(to=to, ref=rung.ref))
    return tuple(ConcernRoute(by=by, about=(about,), steps=tuple(steps)) for (by, about), steps in ladders.items())


def advice_contacts(found: Sequence[Advice], offices: Offices) -> tuple[AdviceContact, ...]:
    """Whom each role asks about the protocol; where the text names nobody, the Monitoring Officer as our suggestion."""
    made = []
    for role in Role:
        own = [one for one in found if one.role is role]
        if own:
            ref = own[0].ref
            to = tuple(dict.fromkeys(offices.post(one.post, ref) for one in own if one.ref == ref))
            made.append(AdviceContact(role=role, to=to, ref=ref))
        else:
            made.append(
                AdviceContact(
                    role=role,
                    to=(offices.monitoring_officer(),),
                    note="No paragraph was found that names somebody to ask; this is a suggestion.",
                )
            )
    return tuple(made)


def clocks(deadlines: Sequence[Deadline], words: Sequence[Word]) -> tuple[TimeLimit, ...]:
    """The clocks that the bot runs, from the time limits that are for something it knows."""
    made: list[TimeLimit] = []
    for one in deadlines:
        if one.kind is None:
            continue
        same = next(
            (limit for limit in made if (limit.kind, limit.amount, limit.unit) == (one.kind, one.amount, one.unit)),
            None,
        )
        if same is None:
            made.append(TimeLimit(kind=one.kind, what=one.what, amount=one.amount, unit=one.unit, ref=one.ref))
        elif one.ref != same.ref and one.ref not in same.also:
            made[made.index(same)] = same.model_copy(update={"also": (*same.also, one.ref)})
    made.extend(TimeLimit(kind=word.kind, what="reply", word=word.word, ref=word.ref) for word in words)
    return tuple(made)


def clauses(paragraphs: Sequence[Paragraph], tagger: TopicTagger) -> tuple[Clause, ...]:
    """A clause for each paragraph; what it says is, until somebody writes a summary, the official wording."""
    made = []
    for paragraph in paragraphs:
        whole = " ".join(part for part in (paragraph.lead_in, paragraph.text) if part)
        heading = paragraph.heading or paragraph.section
        made.append(
            Clause(
                ref=paragraph.ref,
                section=paragraph.section,
                says=paragraph.wording,
                official=paragraph.wording,
                binds=binds_of(whole, heading),
                force=force_of(whole),
                topics=tagger.topics(whole, f"{paragraph.section} {paragraph.heading}"),
            )
        )
    return tuple(made)


def pack_of(
    *,
    pack_id: str,
    council: str,
    title: str,
    version: str,
    words: Words,
    offices: Offices,
    clauses: tuple[Clause, ...],
    advice: tuple[AdviceContact, ...],
    declarations: tuple[DeclarationRoute, ...],
    concerns: tuple[ConcernRoute, ...],
    limits: tuple[TimeLimit, ...],
) -> Pack:
    """The pack."""
    return Pack(
        id=pack_id,
        council=council,
        title=title,
        version=version,
        words=words,
        offices=offices.found,
        advice=advice,
        declarations=declarations,
        concerns=concerns,
        clocks=limits,
        clauses=clauses,
    )
