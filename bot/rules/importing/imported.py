"""Import a document: from its paragraphs to a pack, with everything found shown for confirmation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.errors import InputError
from bot.rules.importing import building
from bot.rules.importing.concerns import Rung, rungs_in
from bot.rules.importing.deadlines import Deadline, contradictions, deadlines_in, reviews_in, words_in
from bot.rules.importing.declarations import Route, routes_in
from bot.rules.importing.document import Warnings
from bot.rules.importing.facts import StatutoryOfficer, advice_in, council_of, statutory_officers, title_of, version_of
from bot.rules.importing.roles import words_of
from bot.rules.importing.segmenting import segment
from bot.rules.importing.topics import TopicTagger
from bot.rules.protocol import Pack, Position, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.rules.importing.document import Document
    from bot.rules.importing.paragraphs import Paragraph
    from bot.rules.protocol import Knowledge

_CONTRACT_UNITS = {Unit.WORKING_DAYS, Unit.CALENDAR_DAYS, Unit.HOURS, Unit.WEEKS}
UNNAMED = "your council"
"""Where the document names no council; whoever imports it can say with --name."""
OPENING = 25
"""Blocks of a file among which its title is looked for."""
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True, slots=True)
class Imported:
    """A document as it was understood. Nothing of it is kept until somebody confirms it."""

    id: str
    title: str
    paragraphs: tuple[Paragraph, ...]
    deadlines: tuple[Deadline, ...]
    declaration_routes: tuple[Route, ...]
    concern_routes: tuple[Rung, ...]
    statutory_officers: tuple[StatutoryOfficer, ...]
    warnings: tuple[str, ...]
    pack: Pack

    @property
    def clauses(self) -> tuple[tuple[str, str, str], ...]:
        """Reference, section and wording of each paragraph."""
        return tuple((one.ref, one.section, one.text) for one in self.paragraphs)

    def to_json(self) -> dict[str, Any]:
        """The value that ``protocol-bot import --json`` prints."""
        return {
            "id": self.id,
            "title": self.title,
            "council": self.pack.council,
            "version": self.pack.version,
            "words": self.pack.words.model_dump(),
            "clauses": [_clause(one) for one in self.paragraphs],
            "deadlines": [
                {"what": one.what, "amount": one.amount, "unit": one.unit.value, "ref": one.ref, "quote": one.quote}
                for one in self.deadlines
                if one.unit in _CONTRACT_UNITS
            ],
            "declaration_routes": [
                {"who": one.who.value, "to": one.to, "ref": one.ref} for one in self.declaration_routes
            ],
            "concern_routes": [
                {
                    "by": one.by.value,
                    "about": one.about,
                    "to": one.post.title if one.post else "discussion",
                    "ref": one.ref,
                }
                for one in self.concern_routes
            ],
            "statutory_officers": [
                {"statutory": one.statutory, "title": one.title, "ref": one.ref} for one in self.statutory_officers
            ],
            "review": [
                {"every": one.amount, "unit": one.unit.value, "ref": one.ref}
                for one in self.deadlines
                if one.unit is Unit.YEARS
            ],
            "warnings": list(self.warnings),
        }


def _clause(paragraph: Paragraph) -> dict[str, Any]:
    found: dict[str, Any] = {"ref": paragraph.ref, "section": paragraph.section, "text": paragraph.text}
    if paragraph.heading:
        found["heading"] = paragraph.heading
    if paragraph.lead_in:
        found["lead_in"] = paragraph.lead_in
    if paragraph.points:
        found["points"] = [{"ref": point.ref, "text": point.text} for point in paragraph.points]
    place = {"page": paragraph.block.page, "line": paragraph.block.line}
    return found | {name: number for name, number in place.items() if number is not None}


def import_document(
    document: Document,
    *,
    pack_id: str,
    knowledge: Knowledge,
    name: str | None = None,
    version: str | None = None,
    others: Iterable[Pack] = (),
) -> Imported:
    """Understand a document.

    Args:
        document: its paragraphs, as a reader gave them.
        pack_id: the id of the pack to be made.
        knowledge: the shared topics, to which clauses are tied.
        name: the council's name, where the document's own is not to be used.
        version: what this version is called, where the document's own date is not to be used.
        others: packs whose clauses are tied to topics already; near clauses lend theirs.

    Raises:
        InputError: the id cannot be used, or the document has no paragraphs that could be cited.
    """
    if not _ID.fullmatch(pack_id):
        raise InputError(f"“{pack_id}” cannot be an id: use small letters, digits and hyphens, such as “our-council”.")
    warnings = Warnings(list(document.warnings))
    segmented = segment(document, warnings)
    paragraphs = segmented.paragraphs
    if not paragraphs:
        raise InputError("No paragraphs were found in this document. Check that it is the protocol itself.")
    text = " ".join(f"{one.lead_in} {one.text}" for one in paragraphs)
    everything = "\n".join(block.text for block in document.blocks)  # running headers often name the council
    deadlines = [found for one in paragraphs for found in _deadlines(one)]
    routes = [found for one in paragraphs for found in routes_in(one)]
    rungs = [found for one in paragraphs for found in rungs_in(one)]
    statutory = statutory_officers(paragraphs)
    for note in contradictions(deadlines):
        warnings.add(note)
    _check_routes(routes, warnings)
    opening = [block.text for block in document.blocks[:OPENING]]
    title = title_of(segmented.title_lines, opening, name or document.name or "Protocol")
    offices = building.Offices(statutory)
    pack = building.pack_of(
        pack_id=pack_id,
        council=name or council_of(everything, segmented.title_lines) or UNNAMED,
        title=title,
        version=version or version_of(segmented.title_lines, text) or "as imported",
        words=words_of(text),
        offices=offices,
        advice=building.advice_contacts([found for one in paragraphs for found in advice_in(one)], offices),
        declarations=building.declaration_routes(routes, offices),
        concerns=building.concern_routes(rungs, offices),
        limits=building.clocks(deadlines, [found for one in paragraphs for found in words_in(one.ref, one.text)]),
        clauses=building.clauses(paragraphs, TopicTagger(knowledge, others)),
    )
    return Imported(
        id=pack_id,
        title=title,
        paragraphs=paragraphs,
        deadlines=tuple(deadlines),
        declaration_routes=tuple(routes),
        concern_routes=tuple(rungs),
        statutory_officers=tuple(statutory),
        warnings=tuple(warnings.said),
        pack=pack,
    )


def _deadlines(paragraph: Paragraph) -> list[Deadline]:
    pieces = [paragraph.lead_in] if paragraph.lead_in else []
    pieces += [piece if isinstance(piece, str) else piece.text for piece in paragraph.pieces]
    text = "\n".join(pieces)
    found = deadlines_in(paragraph.ref, text, paragraph.heading or paragraph.section)
    return found + reviews_in(paragraph.ref, text)


def _check_routes(routes: list[Route], warnings: Warnings) -> None:
    """Say what a reader must decide: nobody named, or two paragraphs that name different people."""
    for position, word in ((Position.MEMBER, "a member"), (Position.OFFICER, "an officer")):
        own = [route for route in routes if route.who is position]
        if not own:
            warnings.add(f"No paragraph says whom {word} tells of a relationship. If the document does, add it.")
            continue
        by_ref: dict[str, set[str]] = {}
        for route in own:
            by_ref.setdefault(route.ref, set()).add(route.to.lower())
        if len({frozenset(to) for to in by_ref.values()}) > 1:
            warnings.add(
                f"Paragraphs {' and '.join(by_ref)} name different people for {word} to tell of a relationship. "
                "Say which one is right."
            )
