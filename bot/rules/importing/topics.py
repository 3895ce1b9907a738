"""Tie a paragraph to the shared topics: by the topics' own words, and by likeness to clauses already tied."""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

import snowballstemmer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.rules.protocol import Knowledge, Pack

_STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "being",
        "but",
        "by",
        "for",
        "from",
        "had",
        "has",
        "have",
        "he",
        "her",
        "his",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "of",
        "on",
        "or",
        "our",
        "she",
        "so",
        "such",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "to",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "whom",
        "will",
        "with",
        "would",
        "you",
        "your",
        "not",
        "no",
        "any",
        "all",
        "may",
        "must",
        "should",
        "shall",
        "can",
        "could",
        "do",
        "does",
        "did",
        "council",
        "member",
        "members",
        "officer",
        "officers",
        "councillor",
        "councillors",
        "employee",
        "employees",
        "protocol",
        "other",
        "each",
        "also",
        "only",
        "both",
    ]
)
_MOST = 5
_NEIGHBOURS = 2
_LIKE = 0.22
"""A clause is near where the cosine of the two texts is at least this."""
_PHRASE_LENGTH = 7

_STEMMER = snowballstemmer.stemmer("english")


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    return str(_STEMMER.stemWord(word))


def stems(text: str) -> list[str]:
    """The stems of a text's words, without those that say nothing."""
    words = re.findall(r"[a-z0-9]+", text.lower().replace("’", "'").replace("'s", ""))
    return [_stem(word) for word in words if word not in _STOP]


class TopicTagger:
    """Built once for an import, from the shared topics and the packs that are already tied to them."""

    def __init__(self, knowledge: Knowledge, others: Iterable[Pack] = ()) -> None:
        self._phrases: dict[tuple[str, ...], set[str]] = {}
        for topic in knowledge.topics:
            for phrase in (topic.name, *topic.words):
                key = tuple(stems(phrase))
                if 0 < len(key) <= _PHRASE_LENGTH:
                    self._phrases.setdefault(key, set()).add(topic.id)
        self._known = {topic.id for topic in knowledge.topics}
        self._clauses = [
            (Counter(stems(f"{clause.section} {clause.says}")), clause.topics)
            for pack in others
            for clause in pack.clauses
            if clause.topics
        ]
        frequency: Counter[str] = Counter()
        for counts, _ in self._clauses:
            frequency.update(counts.keys())
        total = max(1, len(self._clauses))
        self._weight = {stem: math.log(1 + total / count) for stem, count in frequency.items()}
        self._vectors = [(self._vector(counts), topics) for counts, topics in self._clauses]

    def topics(self, text: str, heading: str = "") -> tuple[str, ...]:
        """The topics of a paragraph, strongest first."""
        scores: dict[str, float] = {}
        self._by_words(stems(text), 1.0, scores)
        self._by_words(stems(heading), 1.5, scores)
        self._by_likeness(text, heading, scores)
        ranked = sorted(scores, key=lambda topic: (-scores[topic], topic))
        best = scores[ranked[0]] if ranked else 0.0
        return tuple(topic for topic in ranked[:_MOST] if scores[topic] >= 0.35 * best)

    def _by_words(self, words: Sequence[str], weight: float, scores: dict[str, float]) -> None:
        for start in range(len(words)):
            for length in range(1, _PHRASE_LENGTH + 1):
                for topic in self._phrases.get(tuple(words[start : start + length]), ()):
                    if start + length <= len(words):
                        several = len(self._phrases[tuple(words[start : start + length])])
                        gain = weight * (length**1.5) / several
                        scores[topic] = max(scores.get(topic, 0.0), gain) + 0.1 * gain

    def _vector(self, counts: Counter[str]) -> dict[str, float]:
        vector = {stem: (1 + math.log(count)) * self._weight.get(stem, 0.0) for stem, count in counts.items()}
        length = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
        return {stem: weight / length for stem, weight in vector.items() if weight}

    def _by_likeness(self, text: str, heading: str, scores: dict[str, float]) -> None:
        if not self._vectors:
            return
        own = self._vector(Counter(stems(f"{heading} {text}")))
        near = sorted(
            (
                (sum(weight * other.get(stem, 0.0) for stem, weight in own.items()), topics)
                for other, topics in self._vectors
            ),
            key=lambda pair: -pair[0],
        )[:_NEIGHBOURS]
        for likeness, topics in near:
            if likeness < _LIKE:
                continue
            for rank, topic in enumerate(topics):
                if topic in self._known:
                    scores[topic] = scores.get(topic, 0.0) + 4 * likeness / (1 + 0.5 * rank)
