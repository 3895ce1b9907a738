"""Put right what people mistype, by the words that the packs and the encoder know."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from bot.rules.search.words import words

if TYPE_CHECKING:
    from collections.abc import Mapping

SHORTEST, LONG = 4, 8
"""Shorter words are left alone; a long word may be off by two letters."""
CANDIDATES = 8


class Spelling:
    """Corrects words that nobody has written before to the nearest that is known.

    Args:
        known: how often each known word is used; of two equally near, the commoner is taken.
    """

    def __init__(self, known: Mapping[str, int]) -> None:
        self._known = dict(known)
        self._by_letter: dict[str, list[str]] = {}
        for word in sorted(self._known):
            if len(word) >= SHORTEST - 1:
                self._by_letter.setdefault(word[0], []).append(word)
        self._nearest = lru_cache(maxsize=20_000)(self._find)

    def corrected(self, text: str) -> str:
        """The words of the text, mistyped ones put right."""
        return " ".join(self._nearest(word) for word in words(text))

    def _find(self, word: str) -> str:
        if len(word) < SHORTEST or word in self._known or not word.isalpha():
            return word
        furthest = 2 if len(word) >= LONG else 1
        same = self._by_letter.get(word[0], [])
        found = extract(word, same, scorer=OSA.distance, score_cutoff=furthest, limit=CANDIDATES)
        if not found:
            return word
        return min(found, key=lambda entry: (entry[1], -self._known[entry[0]], entry[0]))[0]
