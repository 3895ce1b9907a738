"""The search engine over one pack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bot.rules.search.ranking import MOST_HITS, Hit, Ranking, Verdict
from bot.rules.search.scoring import ByLikeness, ByTraining
from bot.rules.search.transfer import MOST_CLAUSES, ByTransfer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bot.rules.protocol import Knowledge, Pack, Role, Topic
    from bot.rules.search.scoring import Scoring
    from bot.rules.search.trained import Trained

CLEAR, PARTIAL = 0.75, 0.5
"""The confidence from which an answer is clear, and from which there is an answer at all."""
NEAREST_TOPICS = 3
OTHER_SIDE = 3.0
"""What a rung of the other side's ladder loses: a member's complaint is not heard where an officer's is."""
CLOSE = 0.6
"""A second clause with this share of the best one's score fits about as well."""


class SearchEngine:
    """Ranks the clauses of a pack for a question. Build it once and keep it; searching changes nothing."""

    def __init__(self, pack: Pack, knowledge: Knowledge, scoring: Scoring, trained: Trained | None) -> None:
        self.pack = pack
        self.trained = trained
        self._knowledge = knowledge
        self._scoring = scoring
        self._topics = {topic.id: topic for topic in knowledge.topics}
        self._ladders = _ladders(pack)

    @classmethod
    def build(cls, pack: Pack, knowledge: Knowledge, trained: Trained | None = None) -> SearchEngine:
        """An engine over a pack, in the best way that is known of it.

        Args:
            pack: the council's protocol.
            knowledge: what all packs share.
            trained: what training left behind (``bot.search_files.trained()``); without it the engine
                compares words only.
        """
        return cls(pack, knowledge, _best_way(pack, knowledge, trained), trained)

    def search(self, question: str, role: Role | None) -> Ranking:
        """The clauses that answer the question, best first, and how sure that is.

        Where both sides have a ladder of their own, ``role`` decides which one is meant.
        """
        if not any(letter.isalnum() for letter in question):
            return Ranking(hits=(), confidence=0.0, verdict="not covered")
        found = self._scoring.scores(question)
        scores = found.clauses if role is None else found.clauses - self._of_other_side(role)
        order = np.argsort(-scores, kind="stable")[:MOST_HITS]
        shares = _shares(scores)
        hits = tuple(Hit(self.pack.clauses[number].ref, round(float(shares[number]), 6)) for number in order)
        verdict = _verdict(found.confidence)
        subject = self._knowledge.not_covered[found.subject] if found.subject >= 0 else None
        miss = self.pack.near_misses[found.near_miss] if found.near_miss >= 0 else None
        return Ranking(
            hits=hits,
            confidence=found.confidence,
            verdict=verdict,
            candidates=verdict != "not covered" and len(hits) > 1 and hits[1].score > CLOSE * hits[0].score,
            topics=self._nearest_topics(order),
            not_covered=subject,
            near_miss=miss,
            small_talk=verdict == "not covered" and miss is None and subject is not None and subject.small_talk,
        )

    def _of_other_side(self, role: Role) -> NDArray[np.float32]:
        own = [OTHER_SIDE if side not in {None, role} else 0.0 for side in self._ladders]
        return np.array(own, dtype=np.float32)

    def shares(self, text: str) -> dict[str, float]:
        """How the pack's clauses share a text among them, by label."""
        shares = _shares(self._scoring.scores(text).clauses)
        return {clause.ref: float(share) for clause, share in zip(self.pack.clauses, shares, strict=True)}

    def _nearest_topics(self, order: NDArray[np.intp]) -> tuple[Topic, ...]:
        found: dict[str, Topic] = {}
        for number in order:
            for word in self.pack.clauses[number].topics:
                if word in self._topics:
                    found.setdefault(word, self._topics[word])
        return tuple(found.values())[:NEAREST_TOPICS]


def _ladders(pack: Pack) -> tuple[Role | None, ...]:
    """For each clause, the side whose ladder for concerns it is; none where it is nobody's or both's."""
    by: dict[str, set[Role]] = {}
    for route in pack.concerns:
        for step in route.steps:
            by.setdefault(step.ref, set()).add(route.by)
    general = {contact.ref for contact in pack.advice}
    return tuple(
        next(iter(by[clause.ref])) if len(by.get(clause.ref, ())) == 1 and clause.ref not in general else None
        for clause in pack.clauses
    )


def _best_way(pack: Pack, knowledge: Knowledge, trained: Trained | None) -> Scoring:
    if trained is None:
        return ByLikeness(pack, knowledge)
    columns = [trained.column(pack.id, clause) for clause in pack.clauses]
    known = [column for column in columns if column is not None]
    same_subjects = trained.subjects == tuple(subject.subject for subject in knowledge.not_covered)
    if len(known) == len(columns) and same_subjects:
        return ByTraining(pack, trained, known)
    if len(pack.clauses) <= MOST_CLAUSES:
        return ByTransfer(pack, knowledge, trained)
    return ByLikeness(pack, knowledge)


def _verdict(confidence: float) -> Verdict:
    return "clear" if confidence >= CLEAR else "partial" if confidence >= PARTIAL else "not covered"


def _shares(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    raised = np.exp(scores - scores.max())
    shares: NDArray[np.float32] = raised / raised.sum()
    return shares
