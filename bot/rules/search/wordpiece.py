"""Cut a text into the pieces that the encoder knows: the longest known piece first, as BERT does."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.rules.search.words import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

START, END, UNKNOWN, PADDING = "[CLS]", "[SEP]", "[UNK]", "[PAD]"
_TOKEN = re.compile(r"[^\W_]+|[^\w\s]|_")
_LONGEST_WORD = 40


class Wordpieces:
    """The encoder's vocabulary.

    Args:
        pieces: every known piece in the order of its number; ``##`` marks one inside a word.
    """

    def __init__(self, pieces: Iterable[str]) -> None:
        self._numbers = {piece: number for number, piece in enumerate(pieces)}
        self._start, self._end = self._numbers[START], self._numbers[END]
        self._unknown = self._numbers[UNKNOWN]
        self._of_word = lru_cache(maxsize=20_000)(self._cut)

    def whole_words(self) -> list[str]:
        """The pieces that are words of their own."""
        return [piece for piece in self._numbers if piece.isalpha()]

    def _cut(self, word: str) -> tuple[int, ...]:
        if len(word) > _LONGEST_WORD:
            return (self._unknown,)
        found: list[int] = []
        start = 0
        while start < len(word):
            for end in range(len(word), start, -1):
                piece = word[start:end] if start == 0 else "##" + word[start:end]
                if piece in self._numbers:
                    found.append(self._numbers[piece])
                    start = end
                    break
            else:
                return (self._unknown,)
        return tuple(found)

    def numbers(self, text: str, most: int) -> list[int]:
        """The numbers of the text's pieces, between a start and an end mark, at most ``most``."""
        pieces = [self._start]
        for word in _TOKEN.findall(plain(text)):
            pieces.extend(self._of_word(word))
            if len(pieces) >= most:
                break
        return [*pieces[: most - 1], self._end]
