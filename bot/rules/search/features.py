"""What a text is compared by: stems, pairs of neighbouring stems, and pieces of words.

Pieces of two to five letters carry a question over typos and word endings; pairs carry who does
what to whom. A feature is a string in a vocabulary that grows while an index is built and then
stands still, so that a question's unknown words cost nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from math import log

from bot.rules.search.words import stem, words

SHORTEST_PIECE, LONGEST_PIECE = 2, 5
KNOWN_WORDS = 50_000


@dataclass(frozen=True, slots=True)
class Bag:
    """The features of a text by number, in two parts that are weighed apart."""

    of_words: dict[int, float]
    of_pieces: dict[int, float]


def _pieces(word: str) -> list[str]:
    padded = f" {word} "
    return [
        padded[start : start + size]
        for size in range(SHORTEST_PIECE, LONGEST_PIECE + 1)
        for start in range(len(padded) - size + 1)
        if padded[start : start + size].strip()
    ]


@dataclass(slots=True)
class Vocabulary:
    """The features seen so far, each with its number."""

    numbers: dict[str, int] = field(default_factory=dict)
    grows: bool = True
    _of_word: dict[str, tuple[str, int, tuple[int, ...]]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.numbers)

    def freeze(self) -> None:
        """From here on unknown features are passed over."""
        self.grows = False

    def _number(self, feature: str) -> int:
        if self.grows:
            return self.numbers.setdefault(feature, len(self.numbers))
        return self.numbers.get(feature, -1)

    def _word(self, word: str) -> tuple[str, int, tuple[int, ...]]:
        known = self._of_word.get(word)
        if known is None:
            root = stem(word)
            pieces = (self._number("#" + piece) for piece in _pieces(word))
            known = root, self._number(root), tuple(number for number in pieces if number >= 0)
            if len(self._of_word) < KNOWN_WORDS:
                self._of_word[word] = known
        return known

    def bag(self, text: str) -> Bag:
        """The features of a text; a feature that comes twice counts little more than once."""
        of_words: Counter[int] = Counter()
        of_pieces: Counter[int] = Counter()
        before = "^"
        for word in words(text):
            root, number, pieces = self._word(word)
            of_words[number] += 1
            of_words[self._number(f"{before} {root}")] += 1
            of_pieces.update(pieces)
            before = root
        of_words.pop(-1, None)
        return Bag(_damped(of_words), _damped(of_pieces))


def _damped(counts: Counter[int]) -> dict[int, float]:
    return {number: 1 + log(count) for number, count in counts.items()}
