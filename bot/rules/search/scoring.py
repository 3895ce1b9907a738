"""Three ways to score a pack's clauses for a question, by what is known of the pack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from bot.rules.search.middles import middles
from bot.rules.search.trained import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from bot.rules.protocol import Clause, Knowledge, Pack
    from bot.rules.search.trained import Trained

    Numbers = NDArray[np.float32]

LIKENESS_SHARPNESS = 22.0
LIKENESS_MARGIN = 0.005
NO_NEAR_MISS, NO_SUBJECT = -1, -1
SUBJECT_SURE = 0.15
"""A subject that is not covered is named only where it has this share of everything known: below it, what the
question resembles is chance, and where to turn would be a guess."""
SAME_QUESTION, KNOWN_MISS = 0.85, 0.2
"""A question as near as this to a written near miss is that question; of held questions that have an answer
one in two thousand comes so near."""


@dataclass(frozen=True, slots=True)
class Scores:
    """What a way of scoring says of a question.

    ``clauses`` has a number for each clause of the pack (the scale of log-odds); ``confidence`` is how
    sure it is that one of them answers; ``subject`` and ``near_miss`` number what is nearest among
    what is not covered, or are -1.
    """

    clauses: Numbers
    confidence: float
    subject: int
    near_miss: int


class Scoring(Protocol):
    """A way of scoring the clauses of one pack."""

    def scores(self, question: str) -> Scores:
        """The scores of the pack's clauses for a question."""


class ByLikeness:
    """Without training: the middle of all that is known of a clause, against that of what is not covered."""

    def __init__(self, pack: Pack, knowledge: Knowledge) -> None:
        topics = {topic.id: (topic.name, *topic.words) for topic in knowledge.topics}
        self._clauses, self._subjects = len(pack.clauses), len(knowledge.not_covered)
        self._middles = middles(
            [
                *(list(known_of(clause, topics)) for clause in pack.clauses),
                *([(text, 1.0) for text in subject.asked_as] for subject in knowledge.not_covered),
                *([(miss.text, 1.0)] for miss in pack.near_misses),
            ]
        )

    def scores(self, question: str) -> Scores:
        """The scores of the pack's clauses for a question."""
        likeness = self._middles.scores(question)
        clauses, others = likeness[: self._clauses], likeness[self._clauses :]
        best = float(clauses.max())
        other = int(np.argmax(others)) if others.size else -1
        margin = best - (float(others[other]) if others.size else 0.0) - LIKENESS_MARGIN
        return Scores(
            clauses=clauses * np.float32(LIKENESS_SHARPNESS),
            confidence=share_of(LIKENESS_SHARPNESS * margin) if best > 0 else 0.0,
            subject=other if 0 <= other < self._subjects else -1,
            near_miss=other - self._subjects if other >= self._subjects else NO_NEAR_MISS,
        )


class ByTraining:
    """For a pack that the models were trained on."""

    def __init__(self, pack: Pack, trained: Trained, columns: list[int]) -> None:
        self._trained = trained
        self._columns = np.array(columns)
        self._elsewhere = np.setdiff1d(np.arange(len(trained.said)), self._columns)
        self._none = trained.sparse_none[pack.id]
        self._surer = trained.surer[pack.id]
        start = len(trained.said)
        self._subjects = slice(start, start + len(trained.subjects))
        self._near = slice(*trained.near_misses[pack.id])
        mark, missed = trained.missed[pack.id]
        same = mark == fingerprint(miss.text for miss in pack.near_misses)
        self._missed = missed if same else directions_of(trained, [miss.text for miss in pack.near_misses])

    def scores(self, question: str) -> Scores:
        """The scores of the pack's clauses for a question."""
        mix = self._trained.mix
        corrected = self._trained.spelling.corrected(question)
        by_words = self._trained.sparse.scores(corrected)
        direction = self._trained.encoder.direction(corrected)
        by_direction = self._trained.dense_scores(direction)
        words, meaning = by_words[self._columns], by_direction[self._columns]
        clauses = mix.sparse * words + mix.dense * meaning
        subjects = by_direction[self._subjects]
        words_none = float(by_words[self._none])
        meaning_none = float(np.logaddexp(log_sum(subjects), log_sum(by_direction[self._near])))
        none = mix.sparse_none * words_none + mix.dense_none * meaning_none + mix.none
        best = int(np.argmax(clauses))
        signs = (
            float(clauses[best]) - none,
            float(words[best]) - words_none,
            float(meaning[best]) - meaning_none,
            log_sum(clauses) - none,
            float(words.max()),
            float((mix.sparse * by_words[self._elsewhere] + mix.dense * by_direction[self._elsewhere]).max())
            - float(clauses[best]),
        )
        *weights, bias = mix.confidence
        odds = sum(weight * sign for weight, sign in zip(weights, signs, strict=True))
        confidence = share_of(odds + bias + self._surer)
        subject = int(np.argmax(subjects))
        near_misses = self._missed @ direction
        near_miss = int(np.argmax(near_misses)) if near_misses.size else NO_NEAR_MISS
        if near_misses.size and near_misses[near_miss] >= SAME_QUESTION:
            confidence = min(confidence, KNOWN_MISS)
        elif log_sum(by_direction[self._near]) <= float(subjects[subject]):
            near_miss = NO_NEAR_MISS
        if np.exp(float(subjects[subject]) - log_sum(by_direction)) < SUBJECT_SURE:
            subject = NO_SUBJECT
        return Scores(clauses=clauses, confidence=confidence, subject=subject, near_miss=near_miss)


def known_of(clause: Clause, topics: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, float]]:
    """Everything that is known of a clause, each text with its weight."""
    yield clause.says, 1.0
    if clause.official:
        yield clause.official, 1.0
    yield clause.section, 0.3
    for topic in clause.topics:
        for text in topics.get(topic, ()):
            yield text, 0.3
    for text in clause.asked_as:
        yield text, 1.0


def directions_of(trained: Trained, texts: list[str]) -> Numbers:
    """The encoder's direction for each text."""
    rows = [trained.encoder.direction(trained.spelling.corrected(text)) for text in texts]
    return np.array(rows, dtype=np.float32).reshape(len(rows), trained.encoder.width)


def log_sum(values: Numbers) -> float:
    """The logarithm of the sum of exponentials."""
    highest = float(values.max())
    return highest + float(np.log(np.exp(values - highest).sum()))


def share_of(odds: float) -> float:
    """Log-odds as a share from 0 to 1."""
    return float(1 / (1 + np.exp(-np.clip(odds, -40, 40))))
