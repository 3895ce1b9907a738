"""Gather the items of each section into paragraphs with the references by which they are cited.

How a reference comes about, by what the section shows:

- numbers of its own (``4.2``, ``29``, ``A1``): as printed; points below a number belong to it;
- letters right under the heading: the section's number and the letter, ``6(a)``;
- no numbers at all: every paragraph and list item in order of appearance, ``4.1``, ``4.2``.
  A line that only leads in to a list (``Members must not:``) is carried into its points.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.rules.importing.labels import (
    Label,
    Style,
    letter,
    letter_value,
    may_be_letter,
    may_be_roman,
    roman_value,
)
from bot.rules.importing.outline import Item, Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.rules.importing.document import Block, Warnings

_LABEL_LIMIT = 24
_FEW = 0.4
"""A document of which a smaller share bears numbers is one without numbers, with a list here and there."""
_ATTACHED = ("App", "Annex", "Sch")
"""What comes after the protocol proper counts anew, so its paragraphs are cited with its own name."""


@dataclass(frozen=True, slots=True)
class Point:
    """A point within a paragraph."""

    ref: str
    text: str
    printed: str = ""
    """Its label as printed; empty for a bullet."""


@dataclass(slots=True)
class Paragraph:
    """One paragraph as the document has it."""

    ref: str
    section: str
    heading: str
    """The heading just above, where it is not the section's own."""
    block: Block
    lead_in: str = ""
    """The line that leads in to it, where the paragraph hangs on one."""
    pieces: list[str | Point] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its wording with its points, without their labels."""
        return " ".join(piece if isinstance(piece, str) else piece.text for piece in self.pieces).strip()

    @property
    def points(self) -> list[Point]:
        """Its points, in order."""
        return [piece for piece in self.pieces if isinstance(piece, Point)]

    @property
    def wording(self) -> str:
        """Its wording as a reader should see it: lead-in first, each point on its own line with its label."""
        lines = [self.lead_in] if self.lead_in else []
        for piece in self.pieces:
            if isinstance(piece, str):
                lines.append(piece)
            else:
                lines.append(f"{piece.printed or '•'} {piece.text}")
        return "\n".join(lines)


@dataclass(slots=True)
class _Section:
    label: Label | None
    title: str
    outer: str
    items: list[tuple[str, Item]] = field(default_factory=list)  # the subsection's heading, the item
    order: int = 0

    @property
    def name(self) -> str:
        if self.label is None:
            return self.title or "General"
        dot = "." if self.label.style is not Style.DECIMAL or self.label.depth == 1 else ""
        return f"{self.label.plain}{dot} {self.title}".strip()


def gather(items: Sequence[Item], warnings: Warnings) -> list[Paragraph]:
    """The paragraphs of the whole document, each with a reference of its own."""
    sections = _sections(items)
    numbers_restart = _numbers_restart(sections)
    texts = [item for section in sections for _, item in section.items if not item.bullet]
    counted = any(section.label is not None for section in sections) or (
        sum(item.numbered or item.lettered for item in texts) > _FEW * len(texts)
    )
    numbers_restart = numbers_restart or not counted
    found: list[Paragraph] = []
    for section in sections:
        gatherer = _Gatherer(section, warnings, restart=numbers_restart, numbered_elsewhere=counted, found=found)
        gatherer.run()
    return _unique(found, warnings)


def _sections(items: Iterable[Item]) -> list[_Section]:
    sections = [_Section(None, "", "")]
    heading, outer = "", ""
    for item in items:
        if item.part is Part.TITLE:
            continue
        if item.part is Part.OUTER and item.label is not None:
            word = {"appendix": "App", "annex": "Annex", "schedule": "Sch", "part": ""}[item.label.prefix]
            outer = f"{word}{item.label.plain}" if word or item.label.style is not Style.DECIMAL else item.label.plain
            title = f"{item.label.prefix.capitalize()} {item.label.plain} {item.text}".strip()
            sections.append(_Section(None, title, outer))
            heading = ""
        elif item.part is Part.SECTION:
            title = item.text.rstrip(":").strip()
            if item.label is not None and not title:
                title = ""
            last = sections[-1]
            if last.label is not None and not last.title and not last.items and item.label is None:
                last.title = title
            else:
                sections.append(_Section(item.label, title, outer))
            heading = ""
        elif item.part is Part.SUBSECTION:
            heading = item.text
        else:
            sections[-1].items.append((heading, item))
    kept = [section for section in sections if section.items]
    order = 0
    for section in kept:
        if section.title or section.label:
            order += 1
        section.order = order
    return kept


def _numbers_restart(sections: Sequence[_Section]) -> bool:
    """Whether whole numbers begin again at 1 in most sections, rather than run on from one to the next."""
    begin, run_on = 0, 0
    last: int | None = None
    for section in sections:
        whole = [
            item.label.number or 0
            for _, item in section.items
            if item.numbered and item.label and item.label.depth == 1 and not item.label.closed
        ]
        if not whole:
            continue
        if whole[0] == 1:
            begin += 1
        elif last is not None and whole[0] == last + 1:
            run_on += 1
        last = whole[-1]
    return begin > 1 and begin > run_on


class _Gatherer:
    """Walks through one section."""

    def __init__(
        self, section: _Section, warnings: Warnings, *, restart: bool, numbered_elsewhere: bool, found: list[Paragraph]
    ) -> None:
        self._section = section
        self._warnings = warnings
        self._restart = restart
        self._elsewhere = numbered_elsewhere
        self._found = found
        self._current: Paragraph | None = None
        self._points = _PointCounter()
        self._lead_in = ""
        self._intro: list[tuple[str, Item]] = []
        self._top: int | None = None

    def run(self) -> None:
        items = self._section.items
        if any(self._is_numbered(item) for _, item in items):
            self._numbered()
        elif self._letters_count():
            self._lettered()
        else:
            self._counted()

    # Numbers of their own

    def _is_numbered(self, item: Item) -> bool:
        return item.numbered and item.label is not None and not (item.label.closed and item.label.depth == 1)

    def _numbered(self) -> None:
        for heading, item in self._section.items:
            if self._is_numbered(item) and item.label is not None and not self._is_point(item):
                self._begin(self._numbered_ref(item.label), heading, item)
                if item.label.depth == 1 and item.label.style is Style.DECIMAL:
                    self._top = item.label.number
            elif self._current is not None and self._current.section == self._section.name:
                self._continue(item)
            else:
                self._intro.append((heading, item))
        if self._intro and self._current is None:
            self._counted()

    def _numbered_ref(self, label: Label) -> str:
        ref = label.plain
        section = self._section
        if label.depth == 1 and label.style is Style.DECIMAL:
            if section.label is not None and (self._restart or section.label.style is Style.DECIMAL):
                return f"{section.label.plain}.{ref}"
            if section.outer and (self._restart or section.outer.startswith(_ATTACHED)):
                return f"{section.outer}.{ref}"
            if self._restart and section.order:
                return f"{section.order}.{ref}"
        return ref

    def _is_point(self, item: Item) -> bool:
        """Whether a whole number counts a point of the current paragraph rather than a paragraph."""
        label = item.label
        if label is None or label.depth > 1 or label.style is not Style.DECIMAL or self._current is None:
            return False
        number = label.number or 0
        if self._points.continues(label):
            return self._top is None or number != self._top + 1
        if self._top is None:  # the paragraphs here have numbers such as 4.2
            return True
        opens = number == 1 and self._current.text.rstrip().endswith(":")
        return opens and number != self._top + 1

    # Letters right under the heading

    def _letters_count(self) -> bool:
        letters = [(place, item) for place, (_, item) in enumerate(self._section.items) if _in_a_row(item)]
        if not letters:
            return False
        first = letters[0][0]
        before = [item for _, item in self._section.items[:first]]
        if any(item.bullet for item in before) or len([item for item in before if not _leads_in(item.text)]) > 1:
            return False
        starts = [item for _, item in letters if item.label and _is_first(item.label)]
        style_starts = [item for item in starts if _same_style(item, letters[0][1])]
        return len(style_starts) == 1

    def _lettered(self) -> None:
        counter = _LetterRow()
        for heading, item in self._section.items:
            if _in_a_row(item) and item.label is not None and counter.takes(item.label):
                base = self._base()
                ref = f"{base}({item.label.parts[-1]})"
                self._begin(ref, heading, item)
            elif self._current is not None and self._current.section == self._section.name:
                self._continue(item)
            elif _leads_in(item.text):
                self._lead_in = item.text
            else:
                self._intro.append((heading, item))
        self._flush_intro()

    # No numbers at all

    def _counted(self) -> None:
        items = self._section.items
        count = 0
        lead_in = ""
        in_list = False
        shallow = min((item.block.depth for _, item in items if item.bullet), default=0)
        for place, (heading, item) in enumerate(items):
            follower = items[place + 1][1] if place + 1 < len(items) else None
            listed = item.bullet or item.lettered or item.numbered
            if not listed:
                in_list = False
                if _leads_in(item.text) or (follower is not None and _is_listed(follower) and _is_open(item.text)):
                    lead_in = item.text
                    if follower is not None and follower.lettered:
                        count += 1
                        self._begin(f"{self._base()}.{count}", heading, item)
                        lead_in = ""
                    continue
                lead_in = ""
            elif (not item.bullet and self._current is not None and self._in_lettered_list(items, place)) or (
                item.bullet and in_list and item.block.depth > shallow and self._current is not None
            ):
                self._continue(item)
                continue
            else:
                in_list = True
            count += 1
            self._lead_in = lead_in
            self._begin(f"{self._base()}.{count}", heading, item)
            if listed:
                self._lead_in = lead_in

    def _in_lettered_list(self, items: Sequence[tuple[str, Item]], place: int) -> bool:
        """Whether the list that this item stands in hangs on a paragraph that was begun for it."""
        while place > 0 and _is_listed(items[place][1]):
            place -= 1
        return not _is_listed(items[place][1])

    # Common to all

    def _base(self) -> str:
        section = self._section
        if section.label is not None:
            return section.label.plain
        if not section.title:
            return "Preamble" if self._elsewhere else "0"
        if section.outer and not section.items[0][1].numbered:
            return section.outer
        if self._elsewhere and section.order:
            return _slug(section.title) or str(section.order)
        return str(max(section.order, 1))

    def _begin(self, ref: str, heading: str, item: Item) -> None:
        self._current = Paragraph(ref[:_LABEL_LIMIT], self._section.name, heading, item.block, self._lead_in)
        self._lead_in = ""
        if item.text:
            self._current.pieces.append(item.text)
        self._flush_intro()
        self._found.append(self._current)
        self._points = _PointCounter()

    def _flush_intro(self) -> None:
        """Text above a section's first number: a lead-in, or a paragraph cited by the section's own number."""
        if not self._intro:
            return
        intro, self._intro = self._intro, []
        text = " ".join(item.text for _, item in intro)
        leads = _leads_in(text)
        label = self._section.label
        if leads and self._current is not None:
            self._current.lead_in = f"{text} {self._current.lead_in}".strip()
        elif label is not None:
            heading, first = intro[0]
            opening = Paragraph(label.plain, self._section.name, heading, first.block)
            opening.pieces.extend(item.text for _, item in intro)
            self._found.append(opening)
        elif not self._section.title:
            opening = Paragraph("Preamble", self._section.name, "", intro[0][1].block)
            opening.pieces.extend(item.text for _, item in intro)
            self._found.append(opening)
        elif self._current is not None:
            self._current.lead_in = f"{text} {self._current.lead_in}".strip()
            self._warnings.add(
                f"{intro[0][1].block.place.capitalize()}: text above paragraph {self._current.ref} bears no number; "
                "it is shown with that paragraph."
            )

    def _continue(self, item: Item) -> None:
        current = self._current
        if current is None:
            return
        if item.label is None:
            last = current.pieces[-1] if current.pieces else None
            if isinstance(last, str) and _is_open(last) and not _leads_in(last) and not item.block.row:
                current.pieces[-1] = f"{last} {item.text}"  # a sentence that the layout had broken
            else:
                current.pieces.append(item.text)
            self._points.close()
            return
        ref, printed = self._points.next(item.label)
        current.pieces.append(Point(f"{current.ref}{ref}", item.text, printed))


def _slug(title: str) -> str:
    words = re.findall(r"[A-Za-z]+", title)
    return "".join(word.capitalize() for word in words[:1])[: _LABEL_LIMIT // 2]


def _leads_in(text: str) -> bool:
    return re.search(r":\s*[-–—]?$", text.rstrip()) is not None


def _is_open(text: str) -> bool:
    return not text.rstrip().endswith((".", ";", "?", "!", "”", '"', ")"))


def _is_listed(item: Item) -> bool:
    return item.bullet or item.lettered or item.numbered


def _in_a_row(item: Item) -> bool:
    """Whether an item bears a letter, a numeral or a number in brackets."""
    return item.lettered or (item.numbered and item.label is not None and item.label.closed and item.label.depth == 1)


def _is_first(label: Label) -> bool:
    if label.style is Style.DECIMAL:
        return label.number == 1
    return label.parts[-1].lower() in {"a", "i"} and (letter_value(label.parts[-1]) == 1 or may_be_roman(label))


def _same_style(item: Item, other: Item) -> bool:
    if item.label is None or other.label is None:
        return False
    return item.label.parts[-1] == other.label.parts[-1]


class _LetterRow:
    """A row of letters or numerals that counts paragraphs; what does not continue it is a point."""

    def __init__(self) -> None:
        self._last = 0
        self._kind = ""

    def takes(self, label: Label) -> bool:
        """Whether the label is the row's first, or its next."""
        if not self._kind:
            first = label.style is Style.ROMAN or label.parts[-1].lower() == "i"
            self._kind = "number" if label.style is Style.DECIMAL else "roman" if first else "letter"
            self._last = _value(label, self._kind) or 0
            return True
        value = _value(label, self._kind)
        if value is None or not self._last < value <= self._last + 2:
            return False
        self._last = value
        return True


class _PointCounter:
    """References of the points in a paragraph: their own letters, or counted where they have none."""

    def __init__(self) -> None:
        self._count = 0
        self._rows: list[tuple[str, int]] = []  # the kind of row and its last value, outermost first
        self._tokens: list[str] = []
        self._used: set[str] = set()

    def close(self) -> None:
        """Plain text came between: a row that follows is a new one."""
        self._rows.clear()
        self._tokens.clear()

    def continues(self, label: Label) -> bool:
        """Whether a number continues the row of numbers that is open."""
        return bool(self._rows) and self._rows[-1][0] == "number" and label.number == self._rows[-1][1] + 1

    def next(self, label: Label) -> tuple[str, str]:
        """The reference of the next point behind the paragraph's own, and its label as printed."""
        if label.style is Style.BULLET:
            self._count += 1
            return self._free(f"({letter(self._count)})"), ""
        token = label.parts[-1]
        for depth in range(len(self._rows) - 1, -1, -1):
            kind, last = self._rows[depth]
            if _value(label, kind) == last + 1:
                del self._rows[depth:], self._tokens[depth:]
                self._rows.append((kind, last + 1))
                self._tokens.append(token)
                return self._ref(label)
        kind = "number" if label.style is Style.DECIMAL else "roman" if token.lower() == "i" else "letter"
        if label.style is Style.ROMAN:
            kind = "roman"
        if any(row[0] == kind for row in self._rows):
            place = [row[0] for row in self._rows].index(kind)
            del self._rows[place:], self._tokens[place:]
        self._rows.append((kind, _value(label, kind) or 1))
        self._tokens.append(token)
        return self._ref(label)

    def _ref(self, label: Label) -> tuple[str, str]:
        ref = "".join(f"({token})" for token in self._tokens)
        token = label.parts[-1]
        printed = f"({token})" if label.closed or not label.dotted else f"{token}."
        return self._free(ref), printed

    def _free(self, ref: str) -> str:
        while ref in self._used:
            self._count += 1
            ref = f"({letter(self._count)})"
        self._used.add(ref)
        return ref


def _value(label: Label, kind: str) -> int | None:
    token = label.parts[-1]
    if kind == "number":
        return label.number if label.style is Style.DECIMAL else None
    if label.style is Style.DECIMAL:
        return None
    if kind == "roman":
        return roman_value(token)
    return letter_value(token) if may_be_letter(label) else None


def _unique(found: list[Paragraph], warnings: Warnings) -> list[Paragraph]:
    """Give a reference that stands twice a second form, and say so."""
    seen: dict[str, int] = {}
    kept: list[Paragraph] = []
    for paragraph in found:
        if not paragraph.text:
            continue
        ref = re.sub(r"[^0-9A-Za-z.()\-]", "", paragraph.ref) or "0"
        count = seen.get(ref, 0) + 1
        seen[ref] = count
        if count > 1:
            warnings.add(
                f"{paragraph.block.place.capitalize()}: the number {ref} stands here again; "
                f"this paragraph is kept as {ref}-{count}."
            )
            ref = f"{ref}-{count}"
        paragraph.ref = ref
        kept.append(paragraph)
    return kept
