"""Plain text and Markdown: lines with, or without, marks."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.rules.importing.document import Block, Document
from bot.rules.importing.labels import BULLETS
from bot.rules.importing.lines import Line, paragraphs
from bot.rules.importing.markup import plain, stands_out

_HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)(?:\s+#+)?\s*$")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-+)\s*$")
_BULLET = re.compile(rf"^(\s*)([{re.escape(BULLETS)}]|\+)\s+(?=\S)|^(\s*)([•●▪■➢➤►‣])(?=\S)")
_ORDERED = re.compile(r"^(\s*)(\d{1,3})([.)])\s+(.*)$")
_RULE = re.compile(r"^\s*([-*_=]\s*){3,}$")
_TABLE_RULE = re.compile(r"^\s*\|?[\s:|-]*-{2,}[\s:|-]*\|?\s*$")
_FENCE = re.compile(r"^\s*(```|~~~)")
_TAB = 4


def read_text(text: str, *, markdown: bool) -> Document:
    """The paragraphs of a text.

    Marks of Markdown are taken off plain text too: many a ``.txt`` was made from something else.

    Args:
        text: the whole file.
        markdown: whether ordered lists count on by themselves, as Markdown shows them.
    """
    raw = _without_front_matter(text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")).split("\n")
    lines = _counted(raw) if markdown else raw
    return Document(tuple(_blocks(lines, markdown=markdown)), kind="md" if markdown else "txt")


def _without_front_matter(text: str) -> str:
    """A YAML header is about the page; its lines stay as empty ones, so that numbers still fit."""
    match = re.match(r"---\n(?:[\w-]+:.*\n|[ \t]+.*\n)+---\n", text)
    return "\n" * match[0].count("\n") + text[match.end() :] if match else text


def _counted(lines: list[str]) -> list[str]:
    """Number ordered lists as Markdown shows them: on from the first, whatever is typed after it.

    Only a list whose items all bear the same number was left to count by itself; where the typed
    numbers differ they are the council's own and stay.
    """
    counted = list(lines)
    runs: list[tuple[int, list[int]]] = []  # indent, the lines of one list
    open_runs: dict[int, list[int]] = {}
    for index, line in enumerate(lines):
        match = _ORDERED.match(line)
        if match:
            indent = len(match[1].expandtabs(_TAB))
            deeper = [depth for depth in open_runs if depth > indent]
            runs.extend((depth, open_runs.pop(depth)) for depth in deeper)
            open_runs.setdefault(indent, []).append(index)
        elif line.strip() and not line.startswith((" ", "\t")):
            runs.extend(open_runs.items())
            open_runs.clear()
    runs.extend(open_runs.items())
    for _, run in runs:
        typed = [_ORDERED.match(lines[index]) for index in run]
        numbers = [int(match[2]) for match in typed if match]
        if len(numbers) > 1 and len(set(numbers)) == 1:
            for place, (index, match) in enumerate(zip(run, typed, strict=True)):
                if match:
                    counted[index] = f"{match[1]}{numbers[0] + place}{match[3]} {match[4]}"
    return counted


def _blocks(raw: list[str], *, markdown: bool) -> list[Block]:
    lines: list[Line] = []
    fenced = False
    for number, source in enumerate(raw, 1):
        line = source.expandtabs(_TAB) if source[:1] == "\t" else source
        if _FENCE.match(line) and not line.strip().endswith("~~"):
            fenced = not fenced
            continue
        heading = _HEADING.match(line)
        if heading:
            lines += [Line(""), Line(plain(heading[2]), number, heading=len(heading[1])), Line("")]
        elif _underlines(line, raw, number) and lines:
            lines[-1] = Line(lines[-1].text, lines[-1].number, heading=1 if "=" in line else 2)
        elif _RULE.match(line) and not fenced:
            lines.append(Line(""))
        elif _is_row(line):
            if not _TABLE_RULE.match(line):
                lines.append(Line(_cells(line), number, row=True))
        else:
            plain_line = _plain_line(line, number)
            listed = markdown and _ORDERED.match(line) is not None
            lines.append(replace(plain_line, starts=True) if listed else plain_line)
    return paragraphs(lines)


def _underlines(line: str, raw: list[str], number: int) -> bool:
    above = raw[number - 2].strip() if number > 1 else ""
    long_enough = len(line.strip()) >= min(3, len(above) or 3)
    return bool(_UNDERLINE.match(line)) and bool(above) and long_enough and not above.startswith(("#", "|", "-", "*"))


def _is_row(line: str) -> bool:
    bare = line.strip()
    return bare.startswith("|") and bare.endswith("|") and bare.count("|") > 1


def _cells(line: str) -> str:
    cells = [plain(cell).strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
    return " | ".join(cell for cell in cells if cell)


def _plain_line(line: str, number: int) -> Line:
    quote = re.sub(r"^\s{0,3}>\s?", "", line)
    bullet = _BULLET.match(quote)
    indent = len(quote) - len(quote.lstrip())
    strong = stands_out(quote)
    if bullet:
        rest = quote[bullet.end() :]
        return Line(plain(rest), number, strong=strong, depth=indent // 2, bullet=True)
    return Line(plain(quote).strip(), number, strong=strong, depth=indent // 2)
