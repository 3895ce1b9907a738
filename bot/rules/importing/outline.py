"""Which blocks are headings, which begin a numbered paragraph, and which belong to the one before."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.rules.importing.labels import BULLET, Label, Style, read_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.rules.importing.document import Block


class Part(StrEnum):
    """What a block is in the document's build-up."""

    TITLE = "title"
    SECTION = "section"
    SUBSECTION = "subsection"
    OUTER = "outer"
    """A part, appendix or schedule, after which numbers may begin again."""
    TEXT = "text"
    """Everything else: numbered, lettered, bulleted or plain."""


@dataclass(frozen=True, slots=True)
class Item:
    """A block with its label read and its part in the document decided."""

    block: Block
    label: Label | None
    text: str
    part: Part = Part.TEXT

    @property
    def bullet(self) -> bool:
        """Whether it is an item of an unnumbered list."""
        return self.label is not None and self.label.style is Style.BULLET

    @property
    def lettered(self) -> bool:
        """Whether it is an item counted by letters or numerals."""
        return self.label is not None and self.label.style in {Style.LETTER, Style.ROMAN}

    @property
    def numbered(self) -> bool:
        """Whether it is counted by numbers, such as 7, 4.2 or A1."""
        return self.label is not None and self.label.style in {Style.DECIMAL, Style.MIXED}

    @property
    def hinted(self) -> bool:
        """Whether the file itself makes it look like a heading."""
        return bool(self.block.heading) or self.block.strong


_VERBS = re.compile(
    r"\b(?:must|shall|should|may|will|would|can|could|cannot|is|are|was|were|has|have|had|do|does|did|be|been|means?|"
    r"includes?|applies|apply|need|needs|ought)\b"
)
_QUESTION = re.compile(r"^(?:what|when|who|whom|how|why|where|which|if|should|can|may)\b", re.IGNORECASE)
_OUTER = {"part", "appendix", "annex", "schedule"}
_LONGEST_TITLE = 16
_LONGEST_HINTED = 24
_SENTENCE = 12
_FEW = 2
_CONTINUOUS = 0.35
"""Below this share of headings among whole numbers, whole numbers count paragraphs."""


def looks_like_heading(text: str, *, hinted: bool = False) -> bool:
    """Whether the words read as a heading: short, no full stop, no finite verb."""
    words = text.split()
    bare = text.rstrip()
    if not words or not any(character.isalpha() for character in bare):
        return False
    if bare.endswith((";", ",", ":")) or len(words) > (_LONGEST_HINTED if hinted else _LONGEST_TITLE):
        return False
    if bare.endswith("."):
        return hinted and len(words) <= _SENTENCE // 2 and not _VERBS.search(bare)
    letters = [character for character in bare if character.isalpha()]
    if len(letters) > 1 and all(character.isupper() for character in letters):
        return True
    if hinted:
        return not bare[0].islower()
    if bare[0].islower() or bare[0] in "“\"'‘(":
        return False
    if _QUESTION.match(bare):
        return True
    return not _VERBS.search(bare)


def items_of(blocks: Sequence[Block]) -> list[Item]:
    """The blocks with their labels read."""
    return [_item(block) for block in blocks if block.text.strip() or block.label]


def _item(block: Block) -> Item:
    if block.label == BULLET:
        inner, rest = read_label(block.text)
        if inner is not None and inner.style is not Style.BULLET and not block.row:
            return Item(block, inner, rest)
        return Item(block, Label(Style.BULLET, ()), block.text)
    if block.label is not None:
        label, _ = read_label(f"{block.label} X")
        return Item(block, label, block.text)
    if block.row:
        return _row(block)
    label, rest = read_label(block.text)
    return Item(block, label, rest)


def _row(block: Block) -> Item:
    """A table row whose first cell is a paragraph's label is that paragraph."""
    first, bar, rest = block.text.partition(" | ")
    if bar:
        label, left = read_label(f"{first} X")
        if label is not None and left == "X" and label.style is not Style.BULLET:
            return Item(block, label, rest)
    return Item(block, None, block.text)


def outline(blocks: Sequence[Block]) -> list[Item]:
    """The items of the document, each with its part."""
    items = items_of(blocks)
    items = _whole_numbers(items)
    items = _named_parts(items)
    items = _plain_headings(items)
    return _titles(items)


def _labelled(items: Sequence[Item], start: int) -> Item | None:
    """The next item that bears a number or letter."""
    return next((item for item in items[start:] if item.numbered or item.lettered), None)


def _is_child(child: Item | None, label: Label) -> bool:
    return (
        child is not None
        and child.label is not None
        and child.label.style is label.style
        and child.label.depth > label.depth
        and child.label.parts[: label.depth] == label.parts
    )


def _whole_numbers(items: list[Item]) -> list[Item]:
    """Decide whether whole numbers (1, 2, 3) count sections or paragraphs, and mark the sections."""
    whole = [
        (index, item)
        for index, item in enumerate(items)
        if item.numbered
        and item.label is not None
        and item.label.depth == 1
        and not item.label.closed
        and item.label.prefix not in _OUTER
    ]
    votes = {index: _votes_for_section(items, index) for index, _ in whole}
    sections = sum(votes.values())
    begins_again = sum(1 for index, item in whole if not votes[index] and item.label and item.label.number == 1)
    continuous = bool(whole) and sections / len(whole) < _CONTINUOUS and begins_again < _FEW
    marked = list(items)
    for index, item in whole:
        child = _labelled(items, index + 1)
        certain = item.label is not None and (_is_child(child, item.label) or (item.block.heading and votes[index]))
        if certain or (votes[index] and not continuous):
            marked[index] = replace(item, part=Part.SECTION)
    return _numbered_headings(marked)


def _votes_for_section(items: Sequence[Item], index: int) -> bool:
    item = items[index]
    if item.label is None:
        return False
    follower = items[index + 1] if index + 1 < len(items) else None
    child = _labelled(items, index + 1)
    if _is_child(child, item.label) and (looks_like_heading(item.text, hinted=True) or item.hinted):
        return True
    if not looks_like_heading(item.text, hinted=item.hinted):
        return False
    if item.hinted:
        return True
    if follower is None:
        return False
    same_row = (
        follower.numbered
        and follower.label is not None
        and follower.label.depth == 1
        and follower.label.number == (item.label.number or 0) + 1
    )
    return not same_row


def _numbered_headings(items: list[Item]) -> list[Item]:
    """``3.2 Favours`` above 3.2.1 is a heading within its section."""
    marked = list(items)
    for index, item in enumerate(items):
        if item.part is not Part.TEXT or item.label is None or item.label.depth < _FEW or not item.numbered:
            continue
        follower = items[index + 1] if index + 1 < len(items) else None
        if looks_like_heading(item.text, hinted=item.hinted) and _is_child(follower, item.label):
            marked[index] = replace(item, part=Part.SUBSECTION)
    return marked


def _named_parts(items: list[Item]) -> list[Item]:
    """Mark ``Part A``, ``Section 3``, ``Appendix 1`` and lettered headings ``A. Courtesy``."""
    marked = list(items)
    for index, item in enumerate(items):
        label = item.label
        if label is None or item.part is not Part.TEXT:
            continue
        heading = looks_like_heading(item.text, hinted=item.hinted or bool(label.prefix)) or not item.text
        if label.prefix in _OUTER and heading:
            marked[index] = replace(item, part=Part.OUTER)
        elif (label.prefix in {"section", "article"} and heading) or (
            label.upper and not label.closed and item.lettered and _heads_a_section(items, index)
        ):
            marked[index] = replace(item, part=Part.SECTION)
    return marked


def _heads_a_section(items: Sequence[Item], index: int) -> bool:
    item = items[index]
    if not looks_like_heading(item.text, hinted=item.hinted):
        return False
    follower = items[index + 1] if index + 1 < len(items) else None
    return item.hinted or (follower is not None and not (follower.lettered and follower.label and follower.label.upper))


def _plain_headings(items: list[Item]) -> list[Item]:
    """Mark headings without a number: sections of their own, or subsections where sections have numbers."""
    numbered_sections = sum(1 for item in items if item.part is Part.SECTION)
    hints = sum(1 for item in items if item.hinted and item.label is None)
    section_level = min(
        (item.block.heading for item in items if item.part is Part.SECTION and item.block.heading), default=0
    )
    marked = list(items)
    current: Label | None = None
    for index, item in enumerate(items):
        if item.part is Part.SECTION:
            current = item.label
            continue
        if item.label is not None or item.block.row or not _stands_as_heading(items, index, hints=hints):
            continue
        below = numbered_sections >= _FEW and current is not None
        child = _labelled(items, index + 1)
        leaves = bool(section_level and item.block.heading and item.block.heading <= section_level)
        if below and leaves and current is not None and not _is_child(child, current):
            below = False
        marked[index] = replace(item, part=Part.SUBSECTION if below else Part.SECTION)
    return marked


def _stands_as_heading(items: Sequence[Item], index: int, *, hints: int) -> bool:
    item = items[index]
    if not looks_like_heading(item.text, hinted=item.hinted):
        return False
    if item.hinted:
        return True
    before = items[index - 1] if index else None
    after = items[index + 1] if index + 1 < len(items) else None
    if after is None:
        return False
    if before is not None and before.part is Part.TEXT and not _closed(before):
        return False
    if before is not None and before.text.rstrip().endswith(":") and not item.text.isupper():
        return False
    if after.numbered or (after.lettered and after.label is not None and after.label.number == 1):
        return True
    if hints > _FEW or after.label is not None or len(item.text.split()) > _SENTENCE:
        return False
    return after.text.rstrip().endswith((".", ":", "?")) and len(after.text.split()) > _FEW


def _closed(item: Item) -> bool:
    """Whether an item ends as a finished sentence, or as a list item may."""
    if item.text.rstrip().endswith((".", ";", "?", "!", "”", '"', ")", ":")):
        return True
    return item.label is not None or looks_like_heading(item.text)


def _titles(items: list[Item]) -> list[Item]:
    """Mark the headings at the very top as the title, down to the first that has text of its own."""
    lead, level = 0, 0
    while lead < len(items) and items[lead].part in {Part.SECTION, Part.SUBSECTION, Part.OUTER, Part.TEXT}:
        item = items[lead]
        named = re.search(r"\b(?:protocol|relations)\b", item.text, re.IGNORECASE) is not None
        short = item.label is None and looks_like_heading(item.text, hinted=item.hinted or not item.text.endswith("."))
        follower = items[lead + 1] if lead + 1 < len(items) else None
        has_text = follower is not None and follower.part is Part.TEXT and follower.text.rstrip().endswith((".", ":"))
        if level and item.block.heading > level and (not named or has_text):
            break  # the file's own headings say that this one stands below the title
        level = level or item.block.heading
        labelled_title = named and (item.part is Part.OUTER or _belongs_to_a_larger_text(items, lead))
        if not (short or labelled_title):
            break
        lead += 1
    top = items[:lead]
    has_labels = any(item.part is Part.SECTION and item.label is not None for item in items[lead : lead + 3])
    last_named = max(
        (index for index, item in enumerate(top) if re.search(r"\b(?:protocol|relations)\b", item.text, re.IGNORECASE)),
        default=-1,
    )
    if has_labels or (lead < len(items) and items[lead].part in {Part.SECTION, Part.OUTER}):
        end = lead
    elif last_named >= 0:
        end = max(last_named + 1, lead - 1)
    else:
        end = max(min(lead, 1), lead - 1) if lead > 1 or (top and top[0].block.heading == 1) else 0
    return [replace(item, part=Part.TITLE) if index < end else item for index, item in enumerate(items)]


def _belongs_to_a_larger_text(items: Sequence[Item], index: int) -> bool:
    """``32 Member/Officer Protocol`` before section 1: the number is the constitution's, not the protocol's."""
    label = items[index].label
    after = _labelled(items, index + 1)
    if label is None or label.style is not Style.DECIMAL or after is None or after.label is None:
        return False
    return label.number != 1 and after.label.parts[0] == "1"
