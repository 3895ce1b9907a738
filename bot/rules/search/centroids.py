"""Compare a question with the middle of all that is known of a clause.

Needs no training, so it serves a pack that was edited or imported a minute ago.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bot.rules.search.features import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bot.rules.search.features import Bag

WORDS_WEIGH = 0.5
"""The share of whole words in a likeness; the rest is pieces of words."""


class Centroids:
    """One direction a class in the space of features; likeness is the cosine.

    Args:
        classes: for each class its texts, each with a weight.
    """

    def __init__(self, classes: Sequence[Sequence[tuple[str, float]]]) -> None:
        self._vocabulary = Vocabulary()
        bags = [[(self._vocabulary.bag(text), weight) for text, weight in texts] for texts in classes]
        self._vocabulary.freeze()
        size = len(self._vocabulary)
        seen = np.zeros(size, dtype=np.int32)
        texts = 0
        for bag, _ in (pair for pairs in bags for pair in pairs):
            texts += 1
            for part in (bag.of_words, bag.of_pieces):
                seen[np.fromiter(part, dtype=np.intp, count=len(part))] += 1
        self._rarity: NDArray[np.float32] = (np.log((1 + texts) / (1 + seen)) + 1).astype(np.float32)
        self._middles = np.zeros((size, len(classes)), dtype=np.float32)
        for column, pairs in enumerate(bags):
            for bag, weight in pairs:
                numbers, values = self._weighed(bag)
                self._middles[numbers, column] += weight * values
        norms = np.sqrt(np.einsum("ij,ij->j", self._middles, self._middles))
        self._middles /= np.maximum(norms, 1e-9)

    def _weighed(self, bag: Bag) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        found: list[tuple[NDArray[np.intp], NDArray[np.float32]]] = []
        for part, share in ((bag.of_words, WORDS_WEIGH), (bag.of_pieces, 1 - WORDS_WEIGH)):
            numbers = np.fromiter(part, dtype=np.intp, count=len(part))
            values = np.fromiter(part.values(), dtype=np.float32, count=len(part)) * self._rarity[numbers]
            length = float(np.sqrt(values @ values))
            found.append((numbers, values * np.float32(share**0.5 / length) if length else values))
        return np.concatenate([numbers for numbers, _ in found]), np.concatenate([values for _, values in found])

    def likeness(self, text: str) -> NDArray[np.float32]:
        """How alike the text is to each class, 0 to 1."""
        numbers, values = self._weighed(self._vocabulary.bag(text))
        likenesses: NDArray[np.float32] = values @ self._middles[numbers]
        return likenesses
