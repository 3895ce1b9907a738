"""From lines to paragraphs: for formats that know only lines (plain text, Markdown, a page of a PDF)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.rules.importing.document import Block
from bot.rules.importing.joining import Vocabulary, tidy
from bot.rules.importing.labels import Style, read_label

_CONTENTS_ENTRY = re.compile(r"^\S{1,6}\t+\S|(?:\.\s?){4,}\s*\d{1,3}\s*$")
_ENDS = (".", ":", ";", "?", "!", "”", '"')


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text, and what its layout says."""

    text: str
    number: int | None = None
    page: int | None = None
    heading: int = 0
    strong: bool = False
    depth: int = 0
    starts: bool | None = None
    """True where the layout starts a paragraph here, False where it continues one, None where it does not say."""
    row: bool = False
    bullet: bool = False
    """Whether a bullet sign, taken off already, stood before it."""


def paragraphs(lines: list[Line]) -> list[Block]:
    """The lines put together into paragraphs; an empty line always ends one."""
    vocabulary = Vocabulary(line.text for line in lines)
    blocks: list[Block] = []
    gathered: list[Line] = []

    def close() -> None:
        if gathered:
            text = gathered[0].text
            for line in gathered[1:]:
                text = vocabulary.join(text, line.text)
            first = gathered[0]
            strong = all(line.strong for line in gathered)
            label = "•" if first.bullet else None
            block = Block(
                tidy(text), label, first.heading, strong, first.depth, first.page, first.number, row=first.row
            )
            if block.text:
                blocks.append(block)
        gathered.clear()

    for line in lines:
        if not line.text.strip():
            close()
            continue
        if gathered and starts_paragraph(line, gathered[-1]):
            close()
        gathered.append(line)
        if line.heading or line.row:
            close()
    close()
    return blocks


def starts_paragraph(line: Line, before: Line) -> bool:
    """Whether a line that follows another without a gap begins something new."""
    if line.starts is not None:
        return line.starts
    if line.heading or line.row or line.bullet or _CONTENTS_ENTRY.search(line.text):
        return True
    if line.strong != before.strong and not line.text[:1].islower():
        return True
    capitals = before.text.isupper(), line.text.isupper()
    if capitals in {(True, False), (False, True)} and _ends_a_block(before, line):
        return True
    label, rest = read_label(line.text)
    if label is None:
        return False
    if label.style is Style.BULLET:
        return True
    ended = before.text.rstrip().endswith(_ENDS) or bool(re.search(r"\b(?:and|or)$|,$", before.text.rstrip()))
    if label.style is Style.DECIMAL and label.depth > 1:
        return ended or not rest[:1].islower()
    if label.style in {Style.LETTER, Style.ROMAN} and label.upper and not label.closed:
        return ended and rest[:1].isupper()
    return ended or (label.style is Style.DECIMAL and label.dotted and rest[:1].isupper() and len(before.text) < _SHORT)


def _ends_a_block(before: Line, line: Line) -> bool:
    """Whether a line all in capitals is a heading beside this other one, and no name within a sentence."""
    if before.text.isupper():
        return len(before.text.split()) > 1 and not line.text[:1].islower()
    return len(line.text.split()) > 1 and before.text.rstrip().endswith(_ENDS)


_SHORT = 60
"""A line shorter than this did not end because the page did."""
