"""Compare a question with the middle of all that is known of a clause.

It needs no training, so it serves a pack that was edited or imported a minute ago.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from bot.rules.search.sparse import SparseModel, sparse_features

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def middles(classes: Sequence[Sequence[tuple[str, float]]]) -> SparseModel:
    """A model whose score is the cosine between a text and the middle of each class's texts.

    Args:
        classes: for each class its texts, each with a weight.
    """
    numbers: list[NDArray[np.uint32]] = []
    counts: list[NDArray[np.float32]] = []
    parts: list[tuple[int, float]] = []
    known = cache(sparse_features)
    for column, texts in enumerate(classes):
        for text, weight in texts:
            named, counted, pieces, pieces_counted = known(text)
            numbers += (named, pieces)
            counts += (counted, pieces_counted)
            parts += ((column, weight), (column, weight))
    sizes = np.array([part.size for part in numbers], dtype=np.intp)
    everything = np.concatenate(numbers) if numbers else np.empty(0, dtype=np.uint32)
    features, rows, seen = np.unique(everything, return_inverse=True, return_counts=True)
    rarity = (np.log((1 + len(parts) / 2) / (1 + seen)) + 1).astype(np.float32)
    values = (np.concatenate(counts) if counts else np.empty(0, dtype=np.float32)) * rarity[rows]
    part_of = np.repeat(np.arange(sizes.size), sizes)
    lengths = np.sqrt(np.bincount(part_of, weights=values**2, minlength=sizes.size))
    shares = np.array([weight for _, weight in parts]) / np.maximum(lengths, 1e-9)
    columns = np.array([column for column, _ in parts], dtype=np.int64)[part_of]
    entries, places = np.unique(rows.astype(np.int64) * len(classes) + columns, return_inverse=True)
    weights = np.bincount(places, weights=values * shares[part_of], minlength=entries.size)
    entry_columns = entries % max(len(classes), 1)
    norms = np.sqrt(np.bincount(entry_columns, weights=weights**2, minlength=len(classes)))
    # A text has two parts of length one each, so its length is the root of two.
    weights = weights / (np.maximum(norms, 1e-9)[entry_columns] * 2**0.5)
    starts = np.searchsorted(entries // max(len(classes), 1), np.arange(features.size + 1))
    return SparseModel(
        features=features,
        rarity=rarity,
        starts=starts.astype(np.int64),
        classes=entry_columns.astype(np.int32),
        weights=weights.astype(np.float32),
        bias=np.zeros(len(classes), dtype=np.float32),
    )
