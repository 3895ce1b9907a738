"""PDF files: lines from the page's geometry, without running headers, in the order of reading."""

from __future__ import annotations

import io
import itertools
import logging
import re
from collections import Counter
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING, Any

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect, PDFTextExtractionNotAllowed
from pdfminer.pdfexceptions import PDFException
from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException

from adapters.documents.errors import DocumentError
from bot.rules.importing.document import Document
from bot.rules.importing.joining import tidy
from bot.rules.importing.lines import Line, paragraphs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from adapters.documents.limits import Limits

logging.getLogger("pdfminer").setLevel(logging.ERROR)  # it warns of every font that it does not like

_BOLD = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
_PRIVATE = re.compile(r"^[\ue000-\uf8ff\u2022\u25cf\u25aa\u25a0\uf0b7·]+$")
_NUMBER = re.compile(
    r"^(?:page\s*\|?\s*)?[-–—|\s]*(?:\d{1,4}|[ivx]{1,5})[-–—|\s]*(?:(?:of|/)\s*\d{1,4})?$", re.IGNORECASE
)
_EDGE = 0.13
"""The share of a page's height, above and below, in which running lines stand."""
_SCANNED = 40
"""A page with fewer characters than this, on average, has its words only as a picture."""
_PARAGRAPH_GAP = 1.32
_COLUMN_WORDS = 40
_COLUMN_SHARE = 0.2
_LINE_TOLERANCE = 0.5
_LARGER = 1.4
_MIDDLE = (0.36, 0.64)
_PAIRS = 6
_FEW_RULES = 4
_ROOM = 0.8
_SMALL = 0.88
_SINGLE = 0.97


@dataclass(frozen=True, slots=True)
class _Printed:
    """One line as it stands on the page."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    bold: bool
    page: int
    right: float = 0.0
    """Where the column ends."""
    opening: float = 0.0
    """How wide its first word is."""
    column: int = 0
    """0 where the page has one; else 1 or 2."""
    row: bool = False
    breaks: bool = False
    """Whether a column or page begins with it."""


def read_pdf(data: bytes, limits: Limits) -> Document:
    """The paragraphs of a PDF.

    Raises:
        DocumentError: it wants a password, holds only pictures, is damaged, or has too many pages.
    """
    try:
        with pdfplumber.open(io.BytesIO(data)) as file:
            if len(file.pages) > limits.pages:
                raise DocumentError(
                    f"This PDF has {len(file.pages)} pages, more than a protocol has. "
                    "Import only the protocol's own pages."
                )
            pages, gutter = [], None
            for number, page in enumerate(file.pages, 1):
                lines, gutter = _page(page, number, gutter)
                pages.append(lines)
            heights = [float(page.height) for page in file.pages]
            pictures = any(page.images for page in file.pages)
    except (PDFPasswordIncorrect, PDFEncryptionError, PDFTextExtractionNotAllowed):
        raise DocumentError(_PASSWORD) from None
    except MalformedPDFException:
        raise DocumentError(_DAMAGED) from None
    except PdfminerException as error:
        if error.args and isinstance(error.args[0], PDFPasswordIncorrect | PDFEncryptionError):
            raise DocumentError(_PASSWORD) from None
        raise DocumentError(_DAMAGED) from None
    except (PDFException, ValueError, KeyError, TypeError, IndexError, AttributeError, AssertionError, RecursionError):
        raise DocumentError(_DAMAGED) from None
    characters = sum(len(line.text) for page in pages for line in page)
    if characters < _SCANNED * max(1, len(pages)):
        if pictures or not characters:
            raise DocumentError(
                "This PDF is a scan: its pages are pictures, with no text in them. Ask for the original, or run it "
                "through text recognition (OCR) first."
            )
        raise DocumentError("There is hardly any text in this PDF. Ask for the original document.")
    kept = _without_running_lines(pages, heights)
    return Document(tuple(paragraphs(_as_lines(kept))), kind="pdf", pages=len(pages))


_PASSWORD = "This PDF is protected by a password. Save a copy without it and import that."  # noqa: S105
_DAMAGED = "This PDF is damaged and cannot be read. Open it in a PDF reader, save or print it anew, and import that."


def _page(page: Any, number: int, earlier: float | None) -> tuple[list[_Printed], float | None]:
    """The lines of one page in reading order, and where the gap between its columns runs.

    Args:
        page: the page as pdfplumber has it.
        number: its number, from 1.
        earlier: where the gap ran on the pages before; the last page may hold too little to show it by itself.
    """
    page = page.filter(lambda thing: thing.get("object_type") != "char" or thing.get("upright", True))
    page = _without_doubles(page)
    tables = _tables(page)
    words = page.extract_words(
        extra_attrs=["fontname", "size"], keep_blank_chars=False, x_tolerance_ratio=0.18, use_text_flow=False
    )
    boxes = [box for box, _ in tables]
    words = [word for word in words if not any(_inside(word, box) for box in boxes)]
    gutter = _gutter(words, float(page.width))
    if gutter is None and earlier is not None and _parts(words, earlier):
        gutter = earlier
    lines = _lines(words, number) if gutter is None else _columns(words, gutter, number)
    for box, rows in tables:
        place = next((index for index, line in enumerate(lines) if line.top > box[1]), len(lines))
        size = median([line.size for line in lines]) if lines else 10.0
        lines[place:place] = [
            _Printed(row, box[0], box[2], box[1], box[1], size, bold=False, page=number, column=-1, row=True)
            for row in rows
        ]
    page.close()
    return lines, gutter or earlier


def _without_doubles(page: Any) -> Any:
    """Some programs print a letter twice, a hair apart, to make it bold; looking for that is slow, so only then."""
    places = {(char["text"], round(char["x0"]), round(char["top"])) for char in page.chars}
    return page.dedupe_chars() if len(places) < _SINGLE * len(page.chars) else page


def _tables(page: Any) -> list[tuple[tuple[float, float, float, float], list[str]]]:
    """Tables drawn with lines: where they stand, and each row as one text."""
    if len(page.lines) + len(page.rects) < _FEW_RULES:
        return []
    found = []
    for table in page.find_tables():
        rows = []
        data = table.extract()
        if not data or max(len(row) for row in data) <= 1 or len(data) <= 1:
            continue
        for row in data:
            cells = [tidy(cell or "") for cell in row]
            text = " | ".join(cell for cell in cells if cell)
            if text:
                rows.append(text)
        found.append((table.bbox, rows))
    return found


def _inside(word: dict[str, Any], box: tuple[float, float, float, float]) -> bool:
    middle, centre = (word["x0"] + word["x1"]) / 2, (word["top"] + word["bottom"]) / 2
    return bool(box[0] <= middle <= box[2] and box[1] <= centre <= box[3])


def _gutter(words: Sequence[dict[str, Any]], width: float) -> float | None:
    """Where the gap between two columns runs, if the page has two."""
    if len(words) < _COLUMN_WORDS:
        return None
    best: tuple[int, float] | None = None
    for step in range(int(width * _MIDDLE[0]), int(width * _MIDDLE[1]), 2):
        crossing = sum(1 for word in words if word["x0"] - 1 < step < word["x1"] + 1)
        distance = abs(step - width / 2)
        if best is None or (crossing, distance) < (best[0], abs(best[1] - width / 2)):
            best = (crossing, float(step))
    if best is None or best[0] > len(words) * 0.02:
        return None
    gutter = best[1]
    left = [word for word in words if word["x1"] <= gutter]
    right = [word for word in words if word["x0"] >= gutter]
    if min(len(left), len(right)) < _COLUMN_SHARE * len(words):
        return None
    rows_left = {round(word["top"] / 3) for word in left}
    beside = sum(1 for row in {round(word["top"] / 3) for word in right} if row in rows_left or row + 1 in rows_left)
    if beside < _PAIRS:
        return None
    return gutter if _stand_apart(words, gutter) else None


def _parts(words: Sequence[dict[str, Any]], gutter: float) -> bool:
    """Whether text stands on both sides of the gap, side by side, and hardly any on it: a footer, say."""
    if sum(word["x0"] < gutter < word["x1"] for word in words) > 1 + len(words) * 0.02:
        return False
    return _stand_apart(words, gutter)


def _stand_apart(words: Sequence[dict[str, Any]], gutter: float) -> bool:
    """Whether the words that flank the gap are further from each other than by a space.

    Text that fills the page reaches across; only lines that are there on both sides tell.
    """
    gaps = _flanks(words, gutter)
    return bool(gaps) and median(gaps) > 9  # noqa: PLR2004 - points; a space is about three


def _flanks(words: Sequence[dict[str, Any]], gutter: float) -> list[float]:
    rows: dict[int, list[dict[str, Any]]] = {}
    for word in words:
        rows.setdefault(round(word["top"] / 3), []).append(word)
    gaps = []
    for row in rows.values():
        left = [word["x1"] for word in row if word["x1"] <= gutter]
        right = [word["x0"] for word in row if word["x0"] >= gutter]
        if left and right:
            gaps.append(min(right) - max(left))
    return gaps


def _columns(words: Sequence[dict[str, Any]], gutter: float, number: int) -> list[_Printed]:
    """Two columns, read one after the other between the lines that run over both."""
    lines = _lines(words, number)
    across = [line for line in lines if line.x0 < gutter < line.x1 and _crosses(line, words, gutter)]
    ordered: list[_Printed] = []
    tops = sorted(line.top for line in across)
    bounds = [float("-inf"), *tops, float("inf")]
    for above, below in itertools.pairwise(bounds):
        ordered.extend(line for line in across if line.top == above)
        band = [
            word
            for word in words
            if above < word["top"] - 1 and word["top"] + 1 < below and not any(_on(word, line) for line in across)
        ]
        sides = (
            [word for word in band if word["x1"] <= gutter + 1],
            [word for word in band if word["x1"] > gutter + 1],
        )
        for column, side in enumerate(sides, 1):
            own = [replace(line, column=column) for line in _lines(side, number)]
            ordered += [replace(line, breaks=index == 0) for index, line in enumerate(own)]
    return ordered


def _crosses(line: _Printed, words: Sequence[dict[str, Any]], gutter: float) -> bool:
    """Whether a line runs over both columns: a word lies on the gap, or no wide gap parts it there."""
    row = [word for word in words if _on(word, line)]
    if any(word["x0"] < gutter < word["x1"] for word in row):
        return True
    left = [word["x1"] for word in row if word["x1"] <= gutter]
    right = [word["x0"] for word in row if word["x0"] >= gutter]
    return bool(left and right) and min(right) - max(left) < line.size * 0.6


def _on(word: dict[str, Any], line: _Printed) -> bool:
    return bool(abs((word["top"] + word["bottom"]) / 2 - (line.top + line.bottom) / 2) < line.size * _LINE_TOLERANCE)


def _lines(words: Iterable[dict[str, Any]], number: int) -> list[_Printed]:
    """Words put together into lines, from top to bottom."""
    rows: list[list[dict[str, Any]]] = []
    for word in sorted(words, key=lambda word: ((word["top"] + word["bottom"]) / 2, word["x0"])):
        centre = (word["top"] + word["bottom"]) / 2
        for row in reversed(rows[-3:]):
            other = (row[0]["top"] + row[0]["bottom"]) / 2
            if abs(centre - other) < max(row[0]["size"], word["size"]) * _LINE_TOLERANCE:
                row.append(word)
                break
        else:
            rows.append([word])
    lines = []
    for row in rows:
        row.sort(key=lambda word: word["x0"])
        texts = [str(word["text"]) for word in row]
        if _PRIVATE.match(texts[0]):
            texts[0] = "•"
        letters = [word for word in row if any(character.isalpha() for character in word["text"])] or row
        lines.append(
            _Printed(
                " ".join(texts),
                row[0]["x0"],
                row[-1]["x1"],
                min(word["top"] for word in row),
                max(word["bottom"] for word in row),
                median(word["size"] for word in letters),
                all(_BOLD.search(str(word["fontname"])) for word in letters),
                number,
                opening=row[0]["x1"] - row[0]["x0"],
            )
        )
    return sorted(lines, key=lambda line: (line.top, line.x0))


def _shape(line: _Printed) -> tuple[str, int]:
    """A line's words without its numbers, and its height on the page: by these it is known again."""
    return re.sub(r"\d+", "#", re.sub(r"\s+", " ", line.text.strip().lower())), round(line.top / 6)


def _without_running_lines(pages: Sequence[list[_Printed]], heights: Sequence[float]) -> list[_Printed]:
    """Take off what stands at the same height at the edge of page after page, and page numbers."""
    counts: Counter[tuple[str, int]] = Counter()
    for lines, height in zip(pages, heights, strict=True):
        counts.update({_shape(line) for line in lines if _at_edge(line, height)})
    needed = 2 if len(pages) <= 6 else max(3, len(pages) // 4)  # noqa: PLR2004 - odd and even pages may differ
    body = _body_size([line for lines in pages for line in lines])
    kept: list[_Printed] = []
    for lines, height in zip(pages, heights, strict=True):
        first = True
        for line in lines:
            if _at_edge(line, height) and not line.row:
                words, place = _shape(line)
                again = max(counts[words, place + step] for step in (-1, 0, 1)) >= needed and len(pages) > 1
                if again or _NUMBER.match(line.text.strip()) or line.size < body * _SMALL:
                    continue
            kept.append(replace(line, breaks=True) if first else line)
            first = False
    return kept


def _body_size(printed: Sequence[_Printed]) -> float:
    """The size of letters in which most of the text is set."""
    sizes: Counter[float] = Counter()
    for line in printed:
        sizes[round(line.size, 1)] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _at_edge(line: _Printed, height: float) -> bool:
    return line.bottom < height * _EDGE or line.top > height * (1 - _EDGE)


def _as_lines(printed: Sequence[_Printed]) -> list[Line]:
    """The lines with what their place on the page says about paragraphs."""
    if not printed:
        return []
    body = _body_size(printed)
    edges: dict[tuple[int, int], float] = {}
    for line in printed:
        place = line.page, line.column
        edges[place] = max(edges.get(place, 0.0), line.x1)
    printed = [replace(line, right=edges[line.page, line.column]) for line in printed]
    printed = _without_footnotes(printed, body)
    leading = _leading(printed)
    lines: list[Line] = []
    before: _Printed | None = None
    for line in printed:
        strong = line.bold or line.size > body + _LARGER
        if before is not None and _parted(before, line, leading):
            lines.append(Line(""))
        lines.append(Line(line.text, page=line.page, strong=strong, row=line.row))
        before = line
    return lines


def _without_footnotes(printed: Sequence[_Printed], body: float) -> list[_Printed]:
    """Leave out small print that begins with a number or a star after the last full-sized line of a page."""
    kept: list[_Printed] = []
    last = {line.page: index for index, line in enumerate(printed) if line.size > body * _SMALL}
    notes = False
    for index, line in enumerate(printed):
        below = index > last.get(line.page, -1)
        notes = below and (notes or re.match(r"\s*(?:\d{1,3}|[*†‡])\s*\S", line.text) is not None)
        if not notes:
            kept.append(line)
    return kept


def _leading(printed: Sequence[_Printed]) -> dict[float, float]:
    """The usual distance between lines of each size: the smallest common one."""
    steps: dict[float, list[float]] = {}
    for before, line in itertools.pairwise(printed):
        if before.page == line.page and not line.breaks and 0 < line.top - before.top < 4 * line.size:
            steps.setdefault(round(line.size), []).append(line.top - before.top)
    return {size: sorted(found)[len(found) // 20] for size, found in steps.items()}


def _parted(before: _Printed, line: _Printed, leading: dict[float, float]) -> bool:
    """Whether the page's layout ends a paragraph between two lines."""
    if line.row or before.row:
        return True
    if line.breaks or line.page != before.page:
        ended = before.text.rstrip().endswith((".", ":", ";", "?", "!"))
        return ended or before.bold != line.bold or abs(before.size - line.size) > 1
    if abs(before.size - line.size) > 1:
        return True
    goes_on = line.text[:1].islower() and not before.text.rstrip().endswith((".", ":", ";"))
    if before.right - before.x1 > line.opening + line.size * _ROOM and before.bold == line.bold and not goes_on:
        return True  # the next word would have fitted: the line was ended on purpose
    usual = leading.get(round(line.size), line.size * 1.2)
    return line.top - before.top > usual * _PARAGRAPH_GAP
