"""Tie a paragraph to the shared topics: by the topics' own words, and by likeness to clauses already tied.

Three signs are added up: how like the paragraph is to everything that people say about the topic,
how like to clauses of known packs that have it, and whether a phrase of the topic stands in it word
for word. The weights were settled on the built-in packs, each tied from the other four.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

import snowballstemmer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.rules.protocol import Knowledge, Pack

_STOP = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be been being but by for from had has have he her his i if in into is it its of on or our "
        "she so such that the their them then there these they this those to was we were what when where which who "
        "whom will with would you your not no any all may must should shall can could do does did council member "
        "members officer officers councillor councillors employee employees protocol other each also only both",
    )
)
_MOST = 4
_SHARE = 0.45
"""A topic counts that has at least this share of the strongest one's score."""
_NEIGHBOURS = 8
_LEAST = 0.04
"""Below this the paragraph speaks of nothing that a topic knows."""
_PHRASE_WEIGHT = 0.01
_PHRASE_LENGTH = 4
_HEADING = 0.3
_STEMMER = snowballstemmer.stemmer("english")

Vector = dict[str, float]


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
        self._phrases: dict[tuple[str, ...], set[str]] = defaultdict(set)
        spoken: dict[str, Counter[str]] = {}
        for topic in knowledge.topics:
            spoken[topic.id] = Counter(stems(" ".join((topic.name, topic.name, *topic.words))))
            for phrase in (topic.name, *topic.words):
                key = tuple(stems(phrase))
                if 0 < len(key) <= _PHRASE_LENGTH:
                    self._phrases[key].add(topic.id)
        tied = [
            (Counter(stems(f"{clause.says} {clause.section}")), clause.topics)
            for pack in others
            for clause in pack.clauses
            if clause.topics
        ]
        frequency: Counter[str] = Counter()
        for counts in (*spoken.values(), *(counts for counts, _ in tied)):
            frequency.update(counts.keys())
        total = len(spoken) + len(tied)
        self._weight = {stem: math.log(1 + total / count) for stem, count in frequency.items()}
        self._spoken = {topic: self._vector(counts) for topic, counts in spoken.items()}
        self._tied = [(self._vector(counts), topics) for counts, topics in tied]

    def topics(self, text: str, heading: str = "") -> tuple[str, ...]:
        """The topics of a paragraph, strongest first."""
        counts: dict[str, float] = dict(Counter(stems(text)))
        for stem in stems(heading):
            counts[stem] = counts.get(stem, 0.0) + _HEADING
        own = self._vector(counts)
        scores = {topic: _cosine(own, vector) for topic, vector in self._spoken.items()}
        near = sorted(((_cosine(own, vector), place) for place, (vector, _) in enumerate(self._tied)), reverse=True)
        for likeness, place in near[:_NEIGHBOURS]:
            for rank, topic in enumerate(self._tied[place][1]):
                if topic in scores:
                    scores[topic] += likeness**2 / (1 + 0.15 * rank)
        for topic, gain in self._phrase_gains([*stems(text), ".", *stems(heading)]):
            scores[topic] += gain
        ranked = sorted(scores, key=lambda topic: (-scores[topic], topic))[:_MOST]
        best = scores[ranked[0]] if ranked else 0.0
        return tuple(topic for topic in ranked if scores[topic] >= max(_LEAST, _SHARE * best))

    def _phrase_gains(self, words: Sequence[str]) -> Iterable[tuple[str, float]]:
        for start in range(len(words)):
            for length in range(1, _PHRASE_LENGTH + 1):
                found = self._phrases.get(tuple(words[start : start + length]), ())
                yield from ((topic, _PHRASE_WEIGHT * length / len(found)) for topic in found)

    def _vector(self, counts: Mapping[str, float]) -> Vector:
        vector = {
            stem: (1 + math.log(count) if count >= 1 else count) * self._weight.get(stem, 0.0)
            for stem, count in counts.items()
        }
        length = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
        return {stem: weight / length for stem, weight in vector.items() if weight}


def _cosine(first: Vector, second: Vector) -> float:
    return sum(weight * second.get(stem, 0.0) for stem, weight in first.items())
