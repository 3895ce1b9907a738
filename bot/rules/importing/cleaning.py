"""Leave out what is not the protocol: running headers and footers, page numbers, balloons, the contents list."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.rules.importing.labels import Style, read_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.rules.importing.document import Block

_BALLOON = re.compile(r"^(?:Comment(?:ed)?|Formatted|Deleted|Inserted|Moved)\s*(?:\[[A-Za-z]{1,4}\d+(?:R\d+)?\])?\s*:")
_PAGE_NUMBER = re.compile(
    r"^(?:page\s*\|?\s*)?[-–—|\s]*\d{1,4}[-–—|\s]*(?:(?:of|/)\s*\d{1,4})?$|^\d{1,4}\s*\|\s*page$", re.IGNORECASE
)
_VERSIONS = re.compile(
    r"^(?:version|issue|revision|rev\.?|amendment)(?: (?:no\.?|number))? \| .*\b(?:date|changes?|author|approved|by|"
    r"status)\b",
    re.IGNORECASE,
)
_CONTENTS_HEADING = re.compile(r"^(?:table of )?contents(?: page)?:?$|^index$", re.IGNORECASE)
_LEADER = re.compile(r"(?:\.\s?){4,}\s*\d{1,4}$|(?:…\s?){2,}\s*\d{1,4}$|\t\s*\d{1,4}$")
_LEADER_REACH = 200
_RUNNING_WORDS = re.compile(
    r"\b(?:protocol|constitution|council|appendix|part|page|version|updated|section)\b", re.IGNORECASE
)
_LONGEST_RUNNING_LINE = 16
_LONGEST_ENTRY = 22
_FRAGMENT = 3
"""A running header is recognised inside a paragraph by this many of its last words."""


def clean(blocks: Sequence[Block]) -> list[Block]:
    """The blocks that are the protocol's own text."""
    kept = [block for block in blocks if not _BALLOON.match(block.text)]
    numbered = _without_page_numbers(_without_version_table(kept))
    return _rejoined(_without_contents(_without_running_lines(numbered)))


def key(text: str) -> str:
    """A text without case, number and punctuation, to see that two are the same line."""
    return re.sub(r"[^a-z ]", "", re.sub(r"\s+", " ", text.lower())).strip()


def _without_version_table(blocks: list[Block]) -> list[Block]:
    """Without a table of the document's own versions: what it says of earlier ones is no rule."""
    kept: list[Block] = []
    within = False
    for block in blocks:
        within = block.row and (within or _VERSIONS.match(block.text) is not None)
        if not within:
            kept.append(block)
    return kept


def _without_page_numbers(blocks: list[Block]) -> list[Block]:
    return [block for block in blocks if block.label is not None or not _PAGE_NUMBER.match(block.text.strip())]


def _rejoined(blocks: list[Block]) -> list[Block]:
    """Put a paragraph together that a page break, or a header now gone, had parted."""
    joined: list[Block] = []
    for block in blocks:
        before = joined[-1] if joined else None
        if before is not None and _goes_on(before, block):
            joined[-1] = replace(before, text=f"{before.text} {block.text}")
        else:
            joined.append(block)
    return joined


def _goes_on(before: Block, block: Block) -> bool:
    if block.label is not None or block.heading or block.row or before.heading or before.row:
        return False
    if not block.text[:1].islower() or not _ends_open(before) or read_label(block.text)[0] is not None:
        return False
    return len(before.text.split()) > _FRAGMENT


def _ends_open(block: Block) -> bool:
    return not block.text.rstrip().endswith((".", ":", ";", "?", "!", "”"))


def _without_running_lines(blocks: list[Block]) -> list[Block]:
    counts: Counter[str] = Counter()
    interrupts: Counter[str] = Counter()
    for before, block in zip([None, *blocks], blocks, strict=False):
        if _could_run(block):
            counts[key(block.text)] += 1
            if before is not None and _ends_open(before) and not before.heading and not _could_run(before):
                interrupts[key(block.text)] += 1
    running = {
        text: count
        for text, count in counts.items()
        if text and (_runs(text) or (count > _FRAGMENT - 1 and interrupts[text])) and count > 1
    }
    if not running:
        return blocks
    kept: list[Block] = []
    for index, block in enumerate(blocks):
        if _could_run(block) and key(block.text) in running:
            if index < _FRAGMENT and not kept:
                kept.append(block)  # the title itself runs on at the head of every page
            continue
        kept.append(_without_fragment(block, running))
    return kept


def _could_run(block: Block) -> bool:
    if block.label is not None or block.row or len(block.text.split()) > _LONGEST_RUNNING_LINE:
        return False
    if block.text.rstrip().endswith((":", ";", ".")):
        return False
    label, _ = read_label(block.text)
    return label is None or label.prefix in {"appendix", "part", "annex"}


def _runs(text: str) -> bool:
    return bool(_RUNNING_WORDS.search(text)) and len(text.split()) >= _FRAGMENT


def _without_fragment(block: Block, running: dict[str, int]) -> Block:
    """The block without a running header that was caught at its end."""
    words = block.text.split()
    for header in running:
        tail = header.split()
        for length in range(len(tail), _FRAGMENT - 1, -1):
            if len(words) <= length or [key(word) for word in words[-length:]] != tail[-length:]:
                continue
            rest = " ".join(words[:-length])
            if rest.endswith((".", ";")) or block.heading or block.strong:
                return replace(block, text=rest)
    return block


def _without_contents(blocks: list[Block]) -> list[Block]:
    kept: list[Block] = []
    index = 0
    while index < len(blocks):
        block = blocks[index]
        if _CONTENTS_HEADING.match(block.text.strip()):
            index = _after_contents(blocks, index + 1)
            continue
        if not _LEADER.search(block.text[-_LEADER_REACH:]):
            kept.append(block)
        index += 1
    return kept


def _after_contents(blocks: list[Block], start: int) -> int:
    """Where the contents list that begins at ``start`` ends.

    It ends where its first entry comes again, as the heading that it named, or where a sentence begins.
    """
    entries: dict[str, int] = {}
    for index in range(start, len(blocks)):
        block = blocks[index]
        label, rest = (None, block.text) if block.label else read_label(block.text)
        entry = key(re.sub(r"[.\s…]*\d{1,4}$", "", rest))
        words = len(block.text.split())
        sentence = words > _LONGEST_ENTRY or (words > _FRAGMENT and block.text.endswith((".", ":", ";")))
        if entry in entries and entry:
            return index
        if sentence and not _LEADER.search(block.text[-_LEADER_REACH:]):
            return _step_back(blocks, index, start)
        if label is None or label.style is not Style.BULLET:
            entries.setdefault(entry, index)
    return start


def _step_back(blocks: list[Block], index: int, start: int) -> int:
    """A sentence after the entries: the short lines just before it are its own headings."""
    while index > start and blocks[index - 1].heading and not _LEADER.search(blocks[index - 1].text[-_LEADER_REACH:]):
        index -= 1
    return index
