"""What the search learns from: every written question with the paragraphs that answer it, protocol by protocol."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from bot.pack_files import BUILT_IN, PackLibrary, shared_knowledge
from bot.rules.search.words import words

if TYPE_CHECKING:
    from bot.rules.protocol import Knowledge, Pack

HELD, HELD_SCENARIOS, HELD_DRAFTS = 26, 41, 40
"""Of 256: the share of texts that training never sees, so that they can measure it."""
SCENARIOS = BUILT_IN / "scenarios.yaml"


@dataclass(frozen=True, slots=True)
class Lesson:
    """A text and, for each pack that it teaches, the columns that answer it; none where nothing does."""

    text: str
    kind: str
    answers: dict[int, tuple[int, ...]]
    weight: float
    subject: int = -1
    held: bool = False


class Lessons:
    """All lessons, and the order of the columns: the clauses of every pack in turn."""

    def __init__(self) -> None:
        library = PackLibrary()
        self.packs: list[Pack] = [library.get(name) for name in library.ids()]
        self.knowledge: Knowledge = shared_knowledge()
        self.columns: dict[tuple[int, str], int] = {}
        for number, pack in enumerate(self.packs):
            for clause in pack.clauses:
                self.columns[number, clause.ref] = len(self.columns)
        self.says = [clause.says for pack in self.packs for clause in pack.clauses]
        self.all = [*self._asked(), *self._not_covered(), *self._near_misses(), *self._scenarios()]

    def _asked(self) -> list[Lesson]:
        return [
            lesson(text, "asked", {number: (self.columns[number, clause.ref],)}, 1.0)
            for number, pack in enumerate(self.packs)
            for clause in pack.clauses
            for text in clause.asked_as
        ]

    def _not_covered(self) -> list[Lesson]:
        everywhere: dict[int, tuple[int, ...]] = dict.fromkeys(range(len(self.packs)), ())
        return [
            lesson(text, "not covered", everywhere, 0.25, number)
            for number, subject in enumerate(self.knowledge.not_covered)
            for text in subject.asked_as
        ]

    def _near_misses(self) -> list[Lesson]:
        return [
            lesson(miss.text, "near miss", {number: ()}, 1.2)
            for number, pack in enumerate(self.packs)
            for miss in pack.near_misses
        ]

    def _scenarios(self) -> list[Lesson]:
        rows: list[dict[str, Any]] = yaml.safe_load(SCENARIOS.read_text(encoding="utf-8")) if SCENARIOS.exists() else []
        numbers = {pack.id: number for number, pack in enumerate(self.packs)}
        return [
            lesson(
                row["text"],
                "scenario",
                {
                    numbers[name]: tuple(self.columns[numbers[name], str(ref)] for ref in refs)
                    for name, refs in row["answers"].items()
                    if name in numbers
                },
                0.75,
            )
            for row in rows
        ]

    def fingerprint(self) -> str:
        """A mark of everything that is learned from, to notice a change."""
        lines = [*self.says, *(f"{one.text}|{sorted(one.answers.items())}" for one in self.all)]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]

    def known_words(self) -> Counter[str]:
        """The words of rules, and those that at least two questions use."""
        asked: Counter[str] = Counter()
        for one in self.all:
            asked.update(set(words(one.text)))
        known = Counter({word: times for word, times in asked.items() if times > 1})
        for text in self.says:
            known.update(set(words(text)))
        return known


def is_held(text: str, kind: str) -> bool:
    """Whether a text is held back; that depends on the text alone, so that every training agrees."""
    share = {"scenario": HELD_SCENARIOS, "draft": HELD_DRAFTS}.get(kind, HELD)
    return hashlib.sha256(text.encode()).digest()[0] < share


def lesson(text: str, kind: str, answers: dict[int, tuple[int, ...]], weight: float, subject: int = -1) -> Lesson:
    """A lesson, held back or not."""
    return Lesson(text, kind, answers, weight, subject, is_held(text, kind))
