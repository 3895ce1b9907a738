"""Plain search engines over the same rules, to see what the product's own one is worth."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Protocol

import bm25s
import numpy as np

from bot.rules.search.middles import middles
from bot.rules.search.words import stem, words

if TYPE_CHECKING:
    from bot.rules.protocol import Pack


class Rival(Protocol):
    """Scores every text for a question."""

    def scores(self, question: str) -> list[float]:
        """A score for each text."""


def stems(text: str) -> list[str]:
    """The stems of a text's words."""
    return [stem(word) for word in words(text)]


def texts_of(pack: Pack, *, asked: bool) -> list[str]:
    """A text for each clause: its rule, and with ``asked`` how people ask about it as well."""
    return [" ".join((clause.says, *(clause.asked_as if asked else ()))) for clause in pack.clauses]


class BM25:
    """bm25s over stems."""

    def __init__(self, texts: list[str]) -> None:
        self._index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
        self._index.index([stems(text) for text in texts], show_progress=False)
        self._count = len(texts)

    def scores(self, question: str) -> list[float]:
        """A score for each text."""
        asked = [one for one in stems(question) if one in self._index.vocab_dict]
        if not asked:
            return [0.0] * self._count
        return [float(score) for score in self._index.get_scores(asked)]


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
    "bm25s, stemmed": BM25,
    "SQLite FTS5, porter": FullTextSearch,
    "words and character n-grams": Pieces,
}
