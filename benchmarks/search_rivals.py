"""Plain search engines over the same rules, to see what the product's own one is worth."""

from __future__ import annotations

import math
import sqlite3
from collections import Counter
from typing import TYPE_CHECKING, Protocol

import numpy as np

from bot.rules.search.middles import middles
from bot.rules.search.words import stem, words

if TYPE_CHECKING:
    from bot.rules.protocol import Pack


class Rival(Protocol):
    """Scores every text for a question."""

    def scores(self, question: str) -> list[float]:
        """A score for each text."""


def texts_of(pack: Pack, *, asked: bool) -> list[str]:
    """A text for each clause: its rule, and with ``asked`` how people ask about it as well."""
    return [" ".join((clause.says, *(clause.asked_as if asked else ()))) for clause in pack.clauses]


class BM25:
    """Okapi BM25 over stems."""

    def __init__(self, texts: list[str]) -> None:
        self._bags = [Counter(stem(word) for word in words(text)) for text in texts]
        lengths = [sum(bag.values()) for bag in self._bags]
        mean = sum(lengths) / len(lengths)
        self._norms = [1.2 * (0.25 + 0.75 * length / mean) for length in lengths]
        seen = Counter(word for bag in self._bags for word in bag)
        self._rarity = {word: math.log(1 + (len(texts) - n + 0.5) / (n + 0.5)) for word, n in seen.items()}

    def scores(self, question: str) -> list[float]:
        """A score for each text."""
        asked = [stem(word) for word in words(question)]
        return [
            sum(self._rarity.get(word, 0.0) * bag[word] * 2.2 / (bag[word] + norm) for word in asked if bag[word])
            for bag, norm in zip(self._bags, self._norms, strict=True)
        ]


class FullTextSearch:
    """SQLite's FTS5 with the Porter stemmer: any of the question's words, ranked by its own BM25."""

    def __init__(self, texts: list[str]) -> None:
        self._count = len(texts)
        self._base = sqlite3.connect(":memory:")
        self._base.execute("CREATE VIRTUAL TABLE clause USING fts5(body, tokenize='porter unicode61')")
        self._base.executemany("INSERT INTO clause (rowid, body) VALUES (?, ?)", enumerate(texts))

    def scores(self, question: str) -> list[float]:
        """A score for each text."""
        asked = " OR ".join(f'"{word}"' for word in dict.fromkeys(words(question)))
        found = [0.0] * self._count
        if asked:
            rows = self._base.execute("SELECT rowid, bm25(clause) FROM clause WHERE clause MATCH ?", (asked,))
            for row, score in rows:
                found[row] = -score
        return found


class Pieces:
    """The cosine over words and character 2-5-grams, weighed by rarity."""

    def __init__(self, texts: list[str]) -> None:
        self._model = middles([[(text, 1.0)] for text in texts])

    def scores(self, question: str) -> list[float]:
        """A score for each text."""
        return [float(score) for score in np.asarray(self._model.scores(question))]


RIVALS: dict[str, type[BM25 | FullTextSearch | Pieces]] = {
    "BM25, stemmed": BM25,
    "SQLite FTS5, porter": FullTextSearch,
    "words and character n-grams": Pieces,
}
