"""The search engine over one pack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bot.rules.search.centroids import Centroids
from bot.rules.search.ranking import MOST_HITS, Hit, Ranking, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from bot.rules.protocol import Clause, Knowledge, NearMiss, Pack, Role, Topic

CLEAR, PARTIAL = 0.75, 0.5
"""The confidence from which an answer is clear, and from which there is an answer at all."""
SHARPNESS = 22.0
NEAREST_TOPICS = 3


class SearchEngine:
    """Ranks the clauses of a pack for a question. Build it once and keep it; searching changes nothing."""

    def __init__(self, pack: Pack, knowledge: Knowledge) -> None:
        self._pack = pack
        self._knowledge = knowledge
        self._topics = {topic.id: topic for topic in knowledge.topics}
        names = {topic.id: (topic.name, *topic.words) for topic in knowledge.topics}
        self._clauses = len(pack.clauses)
        self._subjects = len(knowledge.not_covered)
        self._centroids = Centroids(
            [
                *(list(_known_of(clause, names)) for clause in pack.clauses),
                *([(text, 1.0) for text in subject.asked_as] for subject in knowledge.not_covered),
                *([(miss.text, 1.0)] for miss in pack.near_misses),
            ]
        )

    @classmethod
    def build(cls, pack: Pack, knowledge: Knowledge) -> SearchEngine:
        """An engine over a pack, built from what the pack and the shared knowledge hold."""
        return cls(pack, knowledge)

    def search(self, question: str, role: Role | None) -> Ranking:  # noqa: ARG002 - the learned ranking uses it
        """The clauses that answer the question, best first, and how sure that is."""
        likeness = self._centroids.likeness(question)
        clauses, others = likeness[: self._clauses], likeness[self._clauses :]
        order = np.argsort(-clauses, kind="stable")[:MOST_HITS]
        best = float(clauses[order[0]])
        other = int(np.argmax(others)) if others.size else -1
        none = float(others[other]) if others.size else 0.0
        confidence = float(1 / (1 + np.exp(-SHARPNESS * (best - none - 0.005)))) if best > 0 else 0.0
        weights = _shares(clauses)
        hits = tuple(Hit(self._pack.clauses[i].ref, round(float(weights[i]), 6)) for i in order if clauses[i] > 0)
        verdict: Verdict = "clear" if confidence >= CLEAR else "partial" if confidence >= PARTIAL else "not covered"
        subject = self._knowledge.not_covered[other] if 0 <= other < self._subjects else None
        return Ranking(
            hits=hits,
            confidence=confidence,
            verdict=verdict if hits else "not covered",
            candidates=verdict == "partial" and len(hits) > 1,
            small_talk=subject is not None and subject.small_talk and verdict == "not covered",
            near_miss=self._near_miss(other),
            not_covered=subject,
            topics=self._nearest_topics(order),
        )

    def _near_miss(self, other: int) -> NearMiss | None:
        number = other - self._subjects
        return self._pack.near_misses[number] if 0 <= number < len(self._pack.near_misses) else None

    def _nearest_topics(self, order: NDArray[np.intp]) -> tuple[Topic, ...]:
        found: dict[str, Topic] = {}
        for number in order:
            for word in self._pack.clauses[number].topics:
                if word in self._topics:
                    found.setdefault(word, self._topics[word])
        return tuple(found.values())[:NEAREST_TOPICS]


def _known_of(clause: Clause, topics: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, float]]:
    yield clause.says, 1.0
    if clause.official:
        yield clause.official, 1.0
    yield clause.section, 0.3
    for topic in clause.topics:
        for text in topics.get(topic, ()):
            yield text, 0.3
    for text in clause.asked_as:
        yield text, 1.0


def _shares(likeness: NDArray[np.float32]) -> NDArray[np.float32]:
    raised = np.exp(SHARPNESS * (likeness - likeness.max()))
    shares: NDArray[np.float32] = raised / raised.sum()
    return shares
