"""Score the clauses of a protocol that the models never saw, by what is known of the ones that they did.

Each clause is laid beside the known clauses of every council; what people ask about those, they ask
about this one too. A question goes to the trained models, and what they say of the known clauses is
passed on to the new ones that are like them, together with how near the question is to their own words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from bot.rules.search.scoring import NO_NEAR_MISS, ByLikeness, Scores, log_sum, share_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bot.rules.protocol import Clause, Knowledge, Pack
    from bot.rules.search.trained import Trained

    Numbers = NDArray[np.float32]

MOST_CLAUSES = 400
"""A larger text, such as a whole constitution, is compared by its words alone: laying it beside would take long."""
SHORTEST_PART, MOST_PARTS = 6, 8
LEAST = 0.02
SAID_WEIGHS = 12.0


class ByTransfer:
    """For a pack that the models were not trained on.

    Args:
        pack: the pack.
        knowledge: what all packs share.
        trained: the trained models.
        without: a pack to leave out of what is known, to measure how well an unknown council is served.
    """

    def __init__(self, pack: Pack, knowledge: Knowledge, trained: Trained, without: str | None = None) -> None:
        self._trained = trained
        self._words = ByLikeness(pack, knowledge)
        self._groups = [
            (np.array(list(columns.values())), trained.sparse_none[name], slice(*trained.near_misses[name]))
            for name, columns in trained.columns.items()
            if name != without and columns
        ]
        start = len(trained.said)
        self._subjects = slice(start, start + len(trained.subjects))
        parts = [(number, part) for number, clause in enumerate(pack.clauses) for part in parts_of(clause)]
        self._owner = np.array([number for number, _ in parts])
        self._clauses = len(pack.clauses)
        aligned = [self._aligned(text) for _, text in parts]
        self._directions: Numbers = np.array([direction for direction, _ in aligned], dtype=np.float32)
        beside = np.zeros((self._clauses, len(trained.said)), dtype=np.float32)
        np.maximum.at(beside, self._owner, np.array([row for _, row in aligned], dtype=np.float32))
        self._beside = beside / np.maximum(beside.sum(axis=1, keepdims=True), 1.0)

    def _aligned(self, text: str) -> tuple[Numbers, Numbers]:
        """A text's direction, and how far it says the same as each known clause."""
        by_words, by_direction, direction = self._known_scores(text)
        mixed = self._mixed(by_words, by_direction) + SAID_WEIGHS * (self._trained.said @ direction - 0.5)
        row = np.zeros(len(self._trained.said), dtype=np.float32)
        for columns, none, near in self._groups:
            row[columns] = self._shares(mixed, columns, self._none(by_words, by_direction, none, near))
        return direction, row

    def _known_scores(self, text: str) -> tuple[Numbers, Numbers, Numbers]:
        corrected = self._trained.spelling.corrected(text)
        direction = self._trained.encoder.direction(corrected)
        return self._trained.sparse.scores(corrected), self._trained.dense_scores(direction), direction

    def _mixed(self, by_words: Numbers, by_direction: Numbers) -> Numbers:
        known = len(self._trained.said)
        mix = self._trained.mix
        mixed: Numbers = mix.sparse * by_words[:known] + mix.dense * by_direction[:known]
        return mixed

    def _none(self, by_words: Numbers, by_direction: Numbers, none: int, near: slice) -> float:
        mix = self._trained.mix
        meaning = float(np.logaddexp(log_sum(by_direction[self._subjects]), log_sum(by_direction[near])))
        return mix.sparse_none * float(by_words[none]) + mix.dense_none * meaning + mix.none

    def _shares(self, mixed: Numbers, columns: NDArray[np.intp], none: float) -> Numbers:
        scores = mixed[columns]
        highest = max(float(scores.max()), none)
        raised = np.exp(scores - highest)
        shares: Numbers = raised / (raised.sum() + np.exp(none - highest))
        return shares

    def signs(self, question: str) -> tuple[Numbers, Numbers, Scores]:
        """What speaks for each clause (a row each), what speaks for an answer at all, and the words' own scores."""
        by_words, by_direction, direction = self._known_scores(question)
        mixed = self._mixed(by_words, by_direction)
        likely = np.zeros(len(self._trained.said), dtype=np.float32)
        for columns, none, near in self._groups:
            likely[columns] = self._shares(mixed, columns, self._none(by_words, by_direction, none, near))
        borrowed = self._beside @ likely
        near_own = np.full(self._clauses, -1, dtype=np.float32)
        np.maximum.at(near_own, self._owner, self._directions @ direction)
        own = self._words.scores(question)
        of_clauses = np.stack((np.log(borrowed + LEAST), near_own, own.clauses))
        odds = float(np.log(own.confidence + 1e-6) - np.log(1 - own.confidence + 1e-6))
        top = np.sort(borrowed)[::-1]
        whole = np.array([np.log(top[0] + LEAST), float(likely.sum()) / len(self._groups), near_own.max(), odds])
        return of_clauses, whole.astype(np.float32), own

    def scores(self, question: str) -> Scores:
        """The scores of the pack's clauses for a question."""
        of_clauses, whole, own = self.signs(question)
        passed_on = self._trained.passed_on
        *weights, bias = passed_on.confidence
        return Scores(
            clauses=np.array(passed_on.clauses, dtype=np.float32) @ of_clauses,
            confidence=share_of(float(np.dot(weights, whole)) + bias),
            subject=own.subject,
            near_miss=own.near_miss if own.near_miss >= 0 else NO_NEAR_MISS,
        )


def parts_of(clause: Clause) -> list[str]:
    """A clause's rule as a whole, and its longer sentences and points."""
    text = clause.official or clause.says
    found = [part.strip() for part in re.split(r"(?<=[.;:?!])\s+|\n+", text)]
    parts = [part for part in found if len(part.split()) >= SHORTEST_PART]
    return [text, *parts[: MOST_PARTS - 1]] if len(parts) > 1 else [text]
