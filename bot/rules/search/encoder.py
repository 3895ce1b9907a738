"""Turn a text into a direction that stands for its meaning: a small transformer, in numpy.

The layers are the first ones of all-MiniLM-L6-v2 (Apache License 2.0), trained further on how
people ask about protocols, by ``tools/train_encoder.py``. See docs/adr/0002-search.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from bot.rules.search.wordpiece import Wordpieces

    Numbers = NDArray[np.float32]

MOST_PIECES = 64
TINY = np.float32(1e-12)


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: attention over the pieces, then two dense steps; each followed by a norm."""

    asks: Numbers
    asks_bias: Numbers
    out: Numbers
    out_bias: Numbers
    norm: Numbers
    norm_bias: Numbers
    wide: Numbers
    wide_bias: Numbers
    narrow: Numbers
    narrow_bias: Numbers
    last: Numbers
    last_bias: Numbers


def _norm(rows: Numbers, scale: Numbers, shift: Numbers) -> Numbers:
    rows = rows - rows.mean(axis=1, keepdims=True, dtype=np.float32)
    spread = np.einsum("ij,ij->i", rows, rows) / np.float32(rows.shape[1])
    rows *= (1 / np.sqrt(spread + TINY))[:, None] * scale
    rows += shift
    return rows


def _bend(rows: Numbers) -> Numbers:
    """The GELU function in its tanh form."""
    inner = rows * rows
    inner *= np.float32(0.044715)
    inner += np.float32(1)
    inner *= rows
    inner *= np.float32(0.7978845608)
    np.tanh(inner, out=inner)
    inner += np.float32(1)
    inner *= rows
    inner *= np.float32(0.5)
    return inner


class Encoder:
    """Meaning as a direction of length one.

    Args:
        pieces: the vocabulary.
        weights: ``piece`` (a row a piece), ``place``, ``norm``, ``norm_bias`` and, for each layer n,
            ``n.<field of Layer>``; ``heads`` parts the attention.
    """

    def __init__(self, pieces: Wordpieces, weights: Mapping[str, Numbers], *, layers: int, heads: int) -> None:
        self.pieces = pieces
        self._piece, self._place = weights["piece"], weights["place"]
        self._norm, self._norm_bias = weights["norm"], weights["norm_bias"]
        self._layers = [
            Layer(**{name: weights[f"{number}.{name}"] for name in Layer.__slots__}) for number in range(layers)
        ]
        self._heads = heads
        self.width = int(self._place.shape[1])

    def direction(self, text: str) -> Numbers:
        """The direction of a text."""
        numbers = self.pieces.numbers(text, MOST_PIECES)
        rows = _norm(self._piece[numbers] + self._place[: len(numbers)], self._norm, self._norm_bias)
        for layer in self._layers:
            rows = self._through(layer, rows)
        mean = rows.mean(axis=0, dtype=np.float32)
        direction: Numbers = mean / max(float(np.sqrt(mean @ mean)), 1e-9)
        return direction

    def _through(self, layer: Layer, rows: Numbers) -> Numbers:
        count, width = rows.shape
        split = (rows @ layer.asks + layer.asks_bias).reshape(count, 3, self._heads, width // self._heads)
        asked, keys, values = split.transpose(1, 2, 0, 3)
        looks = asked @ keys.transpose(0, 2, 1)
        looks *= np.float32((width // self._heads) ** -0.5)
        looks -= looks.max(axis=-1, keepdims=True)
        np.exp(looks, out=looks)
        looks /= looks.sum(axis=-1, keepdims=True)
        seen = (looks @ values).transpose(1, 0, 2).reshape(count, width)
        rows = _norm(seen @ layer.out + layer.out_bias + rows, layer.norm, layer.norm_bias)
        wide = _bend(rows @ layer.wide + layer.wide_bias)
        return _norm(wide @ layer.narrow + layer.narrow_bias + rows, layer.last, layer.last_bias)
