"""Part a paragraph into sentences, and a sentence into its pieces."""

from __future__ import annotations

import re

_ABBREVIATION = re.compile(
    r"\b(?:e\.g|i\.e|etc|cf|no|nos|para|paras|cllr|cllrs|mr|mrs|ms|dr|st|viz|s|ss|reg|regs)\.$", re.IGNORECASE
)
_END = re.compile(r"(?<=[.!?])[”\"'’)]*\s+(?=[A-Z“\"'‘(\[])|\n+")

_LONGEST = 1000
"""What is longer is no sentence that anybody wrote; what is made of it must not take for ever."""


def sentences(text: str) -> list[str]:
    """The sentences of a text; ``e.g.`` and its like end none, each line is at least one."""
    found: list[str] = []
    start = 0
    for match in _END.finditer(text):
        piece = (
            text[start : match.start() + len(match[0].rstrip())] if match[0].strip() else text[start : match.start()]
        )
        if "\n" not in match[0] and _ABBREVIATION.search(piece[-12:]):
            continue
        if piece.strip():
            found.append(piece.strip()[:_LONGEST])
        start = match.end()
    if text[start:].strip():
        found.append(text[start:].strip()[:_LONGEST])
    return found
