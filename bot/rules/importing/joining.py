"""Put broken lines together again: hyphens at line ends, and the words that they part."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORD = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*")
_BROKEN = re.compile(r"([A-Za-z]+)-$")
_START = re.compile(r"([A-Za-z]+)")
_KEPT = frozenset({"co", "non", "self", "sub", "vice", "well", "pre", "cross", "ex", "half", "day", "decision"})
"""First halves that keep their hyphen where the text itself does not show how it writes the word."""


class Vocabulary:
    """The words that a document writes in full, by which a broken one is mended."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._words: set[str] = set()
        for line in lines:
            self._words.update(word.lower() for word in _WORD.findall(line)[:-1])

    def join(self, first: str, second: str) -> str:
        """Two lines of a paragraph as one, without the hyphen where it only marked the line's end."""
        first, second = first.rstrip(), second.lstrip()
        broken, start = _BROKEN.search(first), _START.match(second)
        if first.endswith("\u00ad"):
            return first[:-1] + second
        if not broken or not start or not start[1][0].islower():
            return f"{first}{'' if first.endswith(('/', '-')) and second[:1].isalpha() else ' '}{second}"
        whole, hyphened = (broken[1] + start[1]).lower(), f"{broken[1]}-{start[1]}".lower()
        keeps = hyphened in self._words or (whole not in self._words and broken[1].lower() in _KEPT)
        return (first if keeps else first[:-1]) + second


def tidy(text: str) -> str:
    """Plain spaces, no soft hyphens, and no gap where a hyphen was broken over a line."""
    text = text.replace("\u00ad", "").replace("\u200b", "").replace("\ufeff", "")
    text = re.sub(r"\s+", " ", text).strip()
    text = text.replace("\ufb01", "fi").replace("\ufb02", "fl").replace("\ufb00", "ff").replace("\ufb03", "ffi")
    return re.sub(r"\b(co|sub|non)- (?=[a-z]+)(?!and\b|or\b)", r"\1-", text)
