"""Paragraph labels: what ``2.1``, ``(a)``, ``iv)`` or ``A.`` at the start of a paragraph says.

A label is only a candidate until its neighbours agree with it: ``(i)`` is a letter after ``(h)``
and a numeral after nothing, and ``1989 Act`` is no label at all. :mod:`.outline` decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

BULLET = "•"
BULLETS = "•·●▪■□◦○➢➤►‣–—−-*o"
"""Signs that stand for a bullet where a space follows."""

_NUMERALS = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_HIGHEST = 300
"""No protocol has more paragraphs than that: a larger number is a year or an amount."""


class Style(StrEnum):
    """The ways in which paragraphs are counted."""

    DECIMAL = "decimal"
    LETTER = "letter"
    ROMAN = "roman"
    MIXED = "mixed"
    """A letter and a number in one label, such as ``A1`` or ``B.2``."""
    BULLET = "bullet"


@dataclass(frozen=True, slots=True)
class Label:
    """A label as read: its style, its parts and how it was printed."""

    style: Style
    parts: tuple[str, ...]
    closed: bool = False
    """Whether it stands in brackets or before one, such as ``(a)`` or ``a)``."""
    dotted: bool = False
    """Whether a dot ends it, such as ``1.`` or ``a.``."""
    upper: bool = False
    prefix: str = ""
    """The word before it, such as ``Section``."""
    printed: str = ""
    """The label as printed, where it is not its parts joined by dots."""

    @property
    def depth(self) -> int:
        """How many numbers it has: 2 for ``4.2``."""
        return len(self.parts)

    @property
    def plain(self) -> str:
        """The label without brackets and end dot: ``4.2``, ``a``, ``A1``."""
        return self.printed or ".".join(self.parts)

    @property
    def number(self) -> int | None:
        """The last part as a number, where it is one."""
        return ordinal(self.parts[-1], self.style) if self.parts else None


_PAIR = 2


def roman_value(numeral: str) -> int | None:
    """The value of a numeral in the usual writing (``iv``, not ``iiii``), else none."""
    total, last = 0, 0
    for letter in reversed(numeral.lower()):
        value = _NUMERALS.get(letter)
        if value is None:
            return None
        total += value if value >= last else -value
        last = max(last, value)
    return total if total and roman(total) == numeral.lower() else None


def roman(number: int) -> str:
    """The numeral for a number below 400, in small letters."""
    pairs = ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
    written = ""
    for value, sign in pairs:
        while number >= value:
            written += sign
            number -= value
    return written


def letter(number: int) -> str:
    """The letter label for a number: a, b, ... z, aa, bb, as word processors count."""
    repeat, index = divmod(number - 1, 26)
    return chr(ord("a") + index) * (repeat + 1)


def letter_value(text: str) -> int | None:
    """The place of a letter label: 1 for ``a``, 27 for ``aa``."""
    low = text.lower()
    if not low.isalpha() or not low.isascii() or len(set(low)) != 1:
        return None
    return (len(low) - 1) * 26 + ord(low[0]) - ord("a") + 1


def ordinal(part: str, style: Style) -> int | None:
    """A label's last part as a number, by the style's own counting."""
    if style in {Style.DECIMAL, Style.MIXED}:
        return int(part) if part.isdigit() else None
    return roman_value(part) if style is Style.ROMAN else letter_value(part)


_PREFIX = r"(?:(?P<prefix>section|article|rule|paragraph|para|part|appendix|annex|schedule)\s+)?"
_DECIMAL = re.compile(
    _PREFIX + r"(?P<open>\()?(?P<n>\d{1,3}(?:\s?\.\s?\d{1,3}){0,4})(?P<end>\s?[.):]{0,2})(?=\s|$|[A-Z“\"'‘])",
    re.IGNORECASE,
)
_MIXED = re.compile(r"(?P<letter>[A-Z])\.?(?P<n>\d{1,2}(?:\.\d{1,2}){0,3})(?P<end>[.):]?)(?=\s)")
_LETTER = re.compile(r"(?P<open>\(?)(?P<n>[a-z]{1,5}|[A-Z]{1,5})(?P<end>[.)])(?=\s|$)")
_BULLET = re.compile(rf"[{re.escape(BULLETS)}](?=\s)\s*|[•●▪■➢➤►‣]\s*|")
_NAMED = re.compile(
    r"(?P<prefix>section|part|appendix|annex|schedule)\s+(?P<n>[A-Z]|[IVX]{1,5})(?P<end>[.:)]?)(?=\s|$)",
    re.IGNORECASE,
)


def read_label(text: str) -> tuple[Label | None, str]:
    """The label at the start of a paragraph, and the rest of the text.

    A number without dot or bracket counts only before a capital letter, so that
    ``10 working days`` and ``4.2 of the Code`` are text.
    """
    bullet = _BULLET.match(text)
    if bullet and bullet.end():
        inner, rest = read_label(text[bullet.end() :])
        if inner is not None and inner.style is not Style.BULLET:
            return inner, rest
        return Label(Style.BULLET, ()), text[bullet.end() :].strip()
    for reader in (_read_decimal, _read_named, _read_letter, _read_mixed):
        found = reader(text)
        if found is not None:
            return found
    return None, text.strip()


def _read_decimal(text: str) -> tuple[Label, str] | None:
    match = _DECIMAL.match(text)
    if not match:
        return None
    parts = tuple(part.strip() for part in match["n"].split("."))
    rest, end = text[match.end() :].strip(), match["end"].strip()
    if match["open"] and not end.startswith(")"):
        return None
    if any(int(part) > _HIGHEST for part in parts) or parts[0] == "0":
        return None
    marked = bool(end) or bool(match["open"]) or bool(match["prefix"])
    if not end and re.match(r"\S", text[match.end() :]) and not match[0][-1].isspace():
        return None  # 6B, 4G: a number and a letter run together
    if not marked and len(parts) == 1 and not (rest and (rest[0].isupper() or rest[0] in "“\"'‘~[")):
        return None
    if not marked and len(parts) > 1 and rest[:1].islower():
        return None
    if match["prefix"] and match["prefix"].lower() in {"rule", "paragraph", "para"} and not rest[:1].isupper():
        return None
    if match["prefix"] and re.match(r"(?:of|and|to|or|above|below|\()\b", rest):
        return None
    label = Label(
        Style.DECIMAL,
        parts,
        closed=")" in end,
        dotted=end.startswith("."),
        prefix=(match["prefix"] or "").lower(),
    )
    return label, _without_dash(rest)


def _read_named(text: str) -> tuple[Label, str] | None:
    match = _NAMED.match(text)
    if not match or (len(match["n"]) == 1 and match["n"].islower()):
        return None
    rest = text[match.end() :].strip()
    if re.match(r"(?:of|and|to|or|above|below)\b", rest):
        return None
    style = Style.ROMAN if roman_value(match["n"]) and (len(match["n"]) > 1 or match["n"] in "IVX") else Style.LETTER
    return Label(style, (match["n"].upper(),), dotted=True, upper=True, prefix=match["prefix"].lower()), _without_dash(
        rest
    )


def _without_dash(text: str) -> str:
    """The heading after ``Section 3 -`` or ``Appendix A:``."""
    return re.sub(r"^[-–—:]\s+", "", text)


def _read_letter(text: str) -> tuple[Label, str] | None:
    match = _LETTER.match(text)
    if not match or (match["open"] and match["end"] != ")"):
        return None
    token = match["n"]
    is_letter, is_roman = letter_value(token) is not None, roman_value(token) is not None
    if len(token) > 1 and not is_roman and not (is_letter and len(token) == _PAIR):
        return None
    if not is_letter and not is_roman:
        return None
    rest = text[match.end() :].strip()
    closed = match["end"] == ")"
    if token.isupper() and not closed and re.match(r"[A-Z]\.|[A-Z][a-z]+$", rest):
        return None  # a person's initials
    style = Style.LETTER if is_letter and not (is_roman and len(token) > 1) else Style.ROMAN
    return Label(style, (token,), closed=closed, dotted=not closed, upper=token.isupper()), rest


def _read_mixed(text: str) -> tuple[Label, str] | None:
    match = _MIXED.match(text)
    if not match:
        return None
    rest = text[match.end() :].strip()
    if not rest or not (rest[0].isupper() or rest[0] in "“\"'‘"):
        return None
    parts = (match["letter"], *match["n"].split("."))
    return Label(Style.MIXED, parts, dotted=match["end"] == ".", upper=True, printed=match[0].rstrip(".):")), rest


def may_be_roman(label: Label) -> bool:
    """Whether a letter label could also be a numeral: ``i``, ``v``, ``x``."""
    return label.style is Style.ROMAN or (label.style is Style.LETTER and roman_value(label.parts[0]) is not None)


def may_be_letter(label: Label) -> bool:
    """Whether a label could be a letter in a row of letters."""
    return label.style in {Style.LETTER, Style.ROMAN} and letter_value(label.parts[0]) is not None
