"""Read paragraph numbers of a comparison document in which the old and the new one run together.

``6.47.2`` after 6.3 is the new 6.4 and the old 7.2. The new number is the one that comes next in
the document and whose digits stand, in order, in what is printed. Where none does, the paragraph
is counted as the next one, and a warning says so.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.rules.importing.document import Block, Warnings

_PRINTED = re.compile(r"([\d.]*\d)\.?(?=\s)\s*")
_DEPTH = 2


def renumber(blocks: Sequence[Block], warnings: Warnings) -> list[Block]:
    """The blocks, each number as the newest version has it."""
    section, paragraph = 0, 0
    read: list[Block] = []
    for block in blocks:
        match = _PRINTED.match(block.text) if block.label in {None, "•"} else None
        if not match:
            read.append(block)
            continue
        printed, rest = match[1], block.text[match.end() :]
        found = _next(printed, section, paragraph, is_title=_is_title(rest))
        if found is None:
            if "." not in printed or not section:
                read.append(block)
                continue
            found = (section, paragraph + 1)
            warnings.add(
                f"{block.place.capitalize()}: the number “{printed}” does not fit here; the paragraph is counted as "
                f"{section}.{paragraph + 1}. Check it."
            )
        written = ".".join(str(part) for part in found)
        if written != printed:
            warnings.add(f"{block.place.capitalize()}: the number “{printed}” is read as {written}. Check it.")
        section, paragraph = found[0], found[1] if len(found) == _DEPTH else 0
        read.append(replace(block, label=f"{written}." if len(found) == 1 else written, text=rest))
    return read


def _is_title(text: str) -> bool:
    return not text.rstrip().endswith((".", ";", ":", ",")) and len(text.split()) <= _TITLE_WORDS


_TITLE_WORDS = 16


def _next(printed: str, section: int, paragraph: int, *, is_title: bool) -> tuple[int, ...] | None:
    """The number that the printed one stands for, or none where it stands for nothing that could come here."""
    parts = printed.split(".")
    if len(parts) == _DEPTH and parts[0] == str(section) and parts[1].isdigit() and int(parts[1]) > paragraph:
        return section, int(parts[1])
    if len(parts) == 1 and is_title and parts[0] == str(section + 1):
        return (section + 1,)
    candidates: list[tuple[int, ...]] = []
    if is_title and len(parts) <= _DEPTH:
        candidates.append((section + 1,))
    if section and "." in printed:
        candidates.append((section, paragraph + 1))
    if "." in printed and not is_title:
        candidates.append((section + 1, 1))
    for candidate in candidates:
        if _stands_in(".".join(str(part) for part in candidate), printed):
            return candidate
    return None


def _stands_in(wanted: str, printed: str) -> bool:
    rest = iter(printed)
    return all(character in rest for character in wanted)
