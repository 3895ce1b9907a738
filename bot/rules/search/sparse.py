"""A linear model over words and pieces of words: each feature speaks for some clauses and against others."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from bot.rules.search.words import stem, words

if TYPE_CHECKING:
    from numpy.typing import NDArray

KNOWN_WORDS = 30_000
SHORTEST_PIECE, LONGEST_PIECE = 2, 5


def pieces_of(word: str) -> list[str]:
    """The pieces of two to five letters of a word, its ends marked by blanks."""
    padded = f" {word} "
    return [
        padded[start : start + size]
        for size in range(SHORTEST_PIECE, LONGEST_PIECE + 1)
        for start in range(len(padded) - size + 1)
        if padded[start : start + size].strip()
    ]


def feature_number(feature: str) -> int:
    """A feature's name as a number of 32 bits, so that the table of weights needs no words."""
    return crc32(feature.encode())


@lru_cache(maxsize=KNOWN_WORDS)
def _of_word(word: str) -> tuple[str, int, NDArray[np.uint32]]:
    root = stem(word)
    pieces = np.array([feature_number("#" + piece) for piece in pieces_of(word)], dtype=np.uint32)
    return root, feature_number(root), pieces


def sparse_features(
    text: str,
) -> tuple[NDArray[np.uint32], NDArray[np.float32], NDArray[np.uint32], NDArray[np.float32]]:
    """Words and pairs of words with their damped counts, then pieces of words with theirs."""
    of_words: list[int] = []
    of_pieces: list[NDArray[np.uint32]] = []
    before = "^"
    for word in words(text):
        root, number, pieces = _of_word(word)
        of_words += (number, feature_number(f"{before} {root}"))
        of_pieces.append(pieces)
        before = root
    named, counted = np.unique(np.array(of_words, dtype=np.uint32), return_counts=True)
    joined = np.concatenate(of_pieces) if of_pieces else np.empty(0, dtype=np.uint32)
    pieces_named, pieces_counted = np.unique(joined, return_counts=True)
    return named, _damped(counted), pieces_named, _damped(pieces_counted)


def _damped(counts: NDArray[np.intp]) -> NDArray[np.float32]:
    damped: NDArray[np.float32] = (1 + np.log(np.maximum(counts, 1))).astype(np.float32)
    return damped


@dataclass(frozen=True, slots=True)
class SparseModel:
    """Weights by feature: ``features`` is sorted; feature i has entries ``starts[i]`` to ``starts[i + 1]``."""

    features: NDArray[np.uint32]
    rarity: NDArray[np.float32]
    starts: NDArray[np.int64]
    classes: NDArray[np.int32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def scores(self, text: str) -> NDArray[np.float32]:
        """How strongly the text's features speak for each class."""
        named, counted, pieces, pieces_counted = sparse_features(text)
        rows_and_values = [self._weighed(named, counted), self._weighed(pieces, pieces_counted)]
        rows = np.concatenate([rows for rows, _ in rows_and_values])
        values = np.concatenate([values for _, values in rows_and_values])
        lengths = self.starts[rows + 1] - self.starts[rows]
        total = int(lengths.sum())
        if not total:
            return self.bias
        offsets = np.repeat(self.starts[rows] - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
        entries = offsets + np.arange(total)
        spoken = np.bincount(
            self.classes[entries],
            weights=self.weights[entries] * np.repeat(values, lengths),
            minlength=self.bias.size,
        )
        scores: NDArray[np.float32] = spoken.astype(np.float32) + self.bias
        return scores

    def _weighed(
        self, numbers: NDArray[np.uint32], counts: NDArray[np.float32]
    ) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        rows = np.searchsorted(self.features, numbers)
        rows[rows == self.features.size] = 0
        known = self.features[rows] == numbers
        rows, values = rows[known], counts[known]
        values = values * self.rarity[rows]
        length = float(np.sqrt(values @ values))
        return rows, values / np.float32(length) if length else values
