"""Automatic numbering of a Word file, worked out as Word shows it.

The rules are those of ECMA-376 part 1, 17.9: a paragraph points at a list (``w:num``), the list at
a definition of nine levels (``w:abstractNum``), and each level has a start, a format and a text such
as ``%1.%2``. A level begins again when a higher one has moved on, unless ``w:lvlRestart`` says no.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.rules.importing.labels import BULLET, letter, roman

if TYPE_CHECKING:
    from lxml.etree import _Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
LEVELS = 9
_STYLE_LINKS = 8
"""How many links from list to list are followed before a circle is assumed."""


@dataclass(slots=True)
class Level:
    """One level of a list definition."""

    start: int = 1
    form: str = "decimal"
    text: str = ""
    restart: int | None = None
    legal: bool = False
    style: str | None = None


@dataclass(slots=True)
class _List:
    abstract: str
    overrides: dict[int, Level] = field(default_factory=dict)
    starts: dict[int, int] = field(default_factory=dict)


def value(element: _Element | None, name: str = "val") -> str | None:
    """An attribute of the main namespace, where the element is there at all."""
    return None if element is None else element.get(f"{W}{name}")


def _whole(text: str | None, default: int) -> int:
    try:
        return int(text) if text is not None else default
    except ValueError:
        return default


def _level(element: _Element) -> Level:
    restart = value(element.find(f"{W}lvlRestart"))
    legal = element.find(f"{W}isLgl")
    return Level(
        start=_whole(value(element.find(f"{W}start")), 0 if element.find(f"{W}start") is None else 1),
        form=value(element.find(f"{W}numFmt")) or "decimal",
        text=value(element.find(f"{W}lvlText")) or "",
        restart=_whole(restart, 0) if restart is not None else None,
        legal=legal is not None and value(legal) not in {"0", "false", "off"},
        style=value(element.find(f"{W}pStyle")),
    )


def written(number: int, form: str) -> str:
    """A number in a list's format."""
    if form in {"lowerLetter", "upperLetter"}:
        text = letter(number) if number > 0 else ""
        return text.upper() if form == "upperLetter" else text
    if form in {"lowerRoman", "upperRoman"}:
        text = roman(number) if number > 0 else ""
        return text.upper() if form == "upperRoman" else text
    if form == "decimalZero":
        return f"{number:02d}"
    if form == "ordinal":
        suffix = {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number % 100 // 10 != 1 else 0, "th")
        return f"{number}{suffix}"
    return "" if form == "none" else str(number)


class Numbering:
    """The lists of a document, and where each of them has got to."""

    def __init__(self, root: _Element | None) -> None:
        self._abstract: dict[str, dict[int, Level]] = {}
        self._lists: dict[str, _List] = {}
        self._links: dict[str, str] = {}  # a definition that only points at a numbering style
        self._style_lists: dict[str, str] = {}  # numbering style -> the definition that it holds
        self._counters: dict[str, list[int | None]] = {}
        self._started: set[tuple[str, int]] = set()
        self.style_levels: dict[str, tuple[str, int]] = {}
        """Paragraph styles that a list level names: the list's id and the level."""
        if root is not None:
            self._read(root)

    def _read(self, root: _Element) -> None:
        for element in root.findall(f"{W}abstractNum"):
            key = value(element, "abstractNumId") or ""
            self._abstract[key] = {
                _whole(value(level, "ilvl"), 0): _level(level) for level in element.findall(f"{W}lvl")
            }
            link, style = value(element.find(f"{W}numStyleLink")), value(element.find(f"{W}styleLink"))
            if link:
                self._links[key] = link
            if style:
                self._style_lists[style] = key
        for element in root.findall(f"{W}num"):
            found = _List(value(element.find(f"{W}abstractNumId")) or "")
            for override in element.findall(f"{W}lvlOverride"):
                index = _whole(value(override, "ilvl"), 0)
                start = value(override.find(f"{W}startOverride"))
                if start is not None:
                    found.starts[index] = _whole(start, 1)
                level = override.find(f"{W}lvl")
                if level is not None:
                    found.overrides[index] = _level(level)
            number = value(element, "numId") or ""
            self._lists[number] = found
            for index, one in self._abstract.get(self._definition(found.abstract), {}).items():
                if one.style:
                    self.style_levels.setdefault(one.style, (number, index))

    def _definition(self, abstract: str) -> str:
        for _ in range(_STYLE_LINKS):
            link = self._links.get(abstract)
            if link is None or link not in self._style_lists:
                break
            abstract = self._style_lists[link]
        return abstract

    def level(self, number: str, index: int) -> Level | None:
        """The level of a list, with the list's own changes to it; none where there is no such list."""
        found = self._lists.get(number)
        if found is None:
            return None
        return found.overrides.get(index) or self._abstract.get(self._definition(found.abstract), {}).get(index)

    def label(self, number: str, index: int) -> str | None:
        """Count one paragraph at this level of the list, and give the label that Word shows before it.

        An empty text means that the level is counted and shows nothing; none, that there is no such list.
        """
        level = self.level(number, index)
        if level is None or not 0 <= index < LEVELS:
            return None
        found = self._lists[number]
        counters = self._counters.setdefault(self._definition(found.abstract), [None] * LEVELS)
        if index in found.starts and (number, index) not in self._started:
            self._started.add((number, index))
            counters[index] = found.starts[index]
        elif counters[index] is None:
            counters[index] = level.start
        else:
            counters[index] = (counters[index] or 0) + 1
        for deeper in range(index + 1, LEVELS):
            below = self.level(number, deeper)
            if below is None or below.restart is None or (below.restart and index + 1 <= below.restart):
                counters[deeper] = None
        if level.form == "bullet":
            return BULLET
        return self._text(number, level, counters)

    def _text(self, number: str, level: Level, counters: list[int | None]) -> str:
        text = level.text
        for place in range(LEVELS, 0, -1):
            if f"%{place}" not in text:
                continue
            other = self.level(number, place - 1)
            count = counters[place - 1]
            if count is None:
                count = other.start if other else 1
                counters[place - 1] = count
            form = "decimal" if level.legal else (other.form if other else "decimal")
            text = text.replace(f"%{place}", written(count, form))
        return text.strip()
