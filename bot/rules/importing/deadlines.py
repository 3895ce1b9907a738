"""Time limits: how long, and for what.

Only an expression that limits an action counts: ``within two weeks``, ``no later than 5 working
days``, ``by the end of the next working day``. ``Four weeks of leave`` limits nothing.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.rules.importing.sentences import sentences
from bot.rules.protocol import ClockKind, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "twenty": 20, "twenty-one": 21,
    "twenty-eight": 28, "thirty": 30, "forty": 40, "forty-eight": 48, "sixty": 60, "seventy-two": 72,
    "twenty-four": 24, "twenty four": 24, "twenty eight": 28, "forty eight": 48, "seventy two": 72, "twenty-five": 25,
    "ninety": 90, "eighteen": 18, "sixteen": 16, "fortnight": 2, "a": 1, "an": 1, "a single": 1, "half a": 1,
}  # fmt: skip
_ORDINALS = {"first": 1, "next": 1, "following": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6,
             "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "fifteenth": 15, "twentieth": 20}  # fmt: skip
_NUMERAL = r"\d{1,3}|" + "|".join(sorted((re.escape(word) for word in _WORDS), key=len, reverse=True))
_UNIT = (
    r"(?P<qualifier>(?:clear|full|consecutive|calendar|workings?|business|council working|office|week)[- ]+)*"
    r"(?P<unit>work(?:ing)?[- ]?days?|days?|hours?|hrs?|weeks?|months?|years?)\b"
)
_AMOUNT = re.compile(
    rf"\b(?:(?:\d{{1,3}}\s*[-–]\s*|(?:{_NUMERAL})\s+(?:–|-|to|and|or)\s+))?(?P<n>{_NUMERAL})\s*(?:\(\s*(?P<again>[\w-]+)\s*\))?"
    rf"(?:\s+or\s+(?:fewer|less))?[\s-]*{_UNIT}(?P<own>['’]?)",
    re.IGNORECASE,
)
_FORTNIGHT = re.compile(
    r"\b(?:(?:a|one|the|another)(?: (?:further|full|clear|single|second))?|further|(?P<two>two)) fortnights?\b",
    re.IGNORECASE,
)
_NEXT = re.compile(
    rf"\b(?P<n>{'|'.join(_ORDINALS)})\s+(?P<unit>(?:working|business|week)[- ]?day|day)\b", re.IGNORECASE
)
_LIMITS = re.compile(
    r"\b(?:within|in under|not? (?:later|more|longer|less|fewer) than|"
    r"at (?:the )?latest|maximum(?: of)?|max|up to|by|before|"
    r"after|prior to|"
    r"inside|under|in (?:no more|less|fewer) than|at least|at most|allow|target(?:s)?(?: is| of)?|"
    r"deadline|period of|time(?:scale|frame| limit)?|take|takes|taken|exceed(?:ing|s)?|in advance|notice|warning|"
    r"of receipt|"
    r"of receiving|run-?up|preceding|beginning|starting|following|turn-?(?:a)?round|response times?|in which to|"
    r"standard|"
    r"expected in|end of|lasts?|aim|aims|for example|ordinarily|normally|usually|beforehand|ahead of|every|once|"
    r"sooner|longer|from the date|from receipt)\b",
    re.IGNORECASE,
)
_NOT_LIMITS = re.compile(
    r"\b(?:years? of (?:age|service|experience)|years? old|hours? of (?:work|duty|(?:[\w'’]+ )+time)|"
    r"outside (?:normal |office |"
    r"working )*hours|"
    r"(?:term|period) of office|(?:last|past|previous) (?:[\w-]+ )?(?:years?|months?|weeks?|days?))\b",
    re.IGNORECASE,
)
_PAST = re.compile(r"\b(?:in|during|since) (?:\w+ )?(?:19|20)\d\d\b.*\b(?:was|were|had)\b", re.IGNORECASE)
"""What is told of an earlier year limits nothing today, unless the sentence lays something down as well."""
_LAYS_DOWN = re.compile(r"\b(?:must|shall|should|will|may|is to|are to)\b", re.IGNORECASE)
_CONFIDENCE = re.compile(r"\bper (?:day|week|month|year)\b|\ba (?:day|week) (?:on|of) ", re.IGNORECASE)
_YEARLY = re.compile(
    r"\b(?:annual(?:ly)?|every (?:(?P<n>two|three|four|five|\d) )?years?|once a year|each (?:municipal )?year|yearly|"
    r"biennially)\b",
    re.IGNORECASE,
)
_PROMPT = re.compile(
    r"\b(promptly|without (?:undue )?delay|as soon as (?:reasonably )?(?:possible|practicable)|in a timely manner|"
    r"timely|"
    r"immediately|at the earliest opportunity|forthwith)\b",
    re.IGNORECASE,
)

_ACKNOWLEDGE = re.compile(r"\backnowledg", re.IGNORECASE)
_HOLDING = re.compile(
    r"\b(?:holding|interim|progress) (?:reply|response|answer|update)|explanation (?:of )?why|explain(?:s|"
    r"ing)? (?:why|the delay)|"
    r"reason(?:s)? for the delay|expected date|when (?:a|the) full|update on progress",
    re.IGNORECASE,
)
_REPLY = re.compile(
    r"\b(?:repl(?:y|ies|ied)|respon[ds]|response|answer|turn-?(?:a)?(?:ed|s)?[- ]?round|dealt with|"
    r"provide(?:d)? (?:the )?information|"
    r"resolv|substantive|enquir|request)",
    re.IGNORECASE,
)
_ELECTION = re.compile(
    r"\b(?:elections?|polling|pre-election|purdah|heightened sensitivity|notice of (?:an )?election|poll\b)",
    re.IGNORECASE,
)
_REVIEW = re.compile(r"\breview(?:ed|s)?\b", re.IGNORECASE)
_PUBLIC = re.compile(r"\b(?:public|residents?|constituents?|members of the public)\b", re.IGNORECASE)
_VERB = re.compile(
    r"\b(declar|disclos|notif|inform|report|regist|record|circulat|publish|submit|return|appeal|refer|complain|consult|"
    r"send|sent|issue|provide|supply|supplied|give|given|arrang|convene|meet|investigat|decid|determin|comment|updat|"
    r"rais|retain|deliver|complet|confirm|contact|challeng|escalat|forward|brief|invit|book|request|place|display)\w*",
    re.IGNORECASE,
)
_NAMES = {
    "declar": "declare", "disclos": "disclose", "notif": "notify", "regist": "register", "circulat": "circulate",
    "submit": "submit", "sent": "send", "supply": "provide", "supplied": "provide", "given": "give",
    "arrang": "arrange",
    "investigat": "investigate", "decid": "decide", "determin": "decide", "updat": "update", "rais": "raise",
    "complet": "complete", "challeng": "challenge", "escalat": "escalate", "invit": "invite", "complain": "complain",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Deadline:
    """One time limit that the text gives."""

    kind: ClockKind | None
    """What it is for, where that is something that the bot runs a clock for."""
    what: str
    amount: int
    unit: Unit
    ref: str
    quote: str
    """The sentence that it stands in."""


@dataclass(frozen=True, slots=True)
class Word:
    """A time expression without a number, such as ``promptly``."""

    kind: ClockKind
    word: str
    ref: str


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() else _WORDS.get(text.lower())


def _unit(expression: str, unit: str) -> Unit | None:
    """The unit that a clock counts; none for months, which no clock counts."""
    unit = unit.lower()
    if unit.startswith("work"):
        return Unit.WORKING_DAYS
    if unit.startswith("day"):
        working = re.search(r"\b(?:workings?|business|office|week)[- ]+", expression, re.IGNORECASE)
        return Unit.WORKING_DAYS if working else Unit.CALENDAR_DAYS
    return next((found for start, found in _UNITS.items() if unit.startswith(start)), None)


_UNITS = {"h": Unit.HOURS, "week": Unit.WEEKS, "year": Unit.YEARS}


def deadlines_in(ref: str, text: str, heading: str = "") -> list[Deadline]:
    """The time limits in a paragraph, each with its sentence."""
    found: list[Deadline] = []
    for sentence in sentences(text):
        if _PAST.search(sentence) and not _LAYS_DOWN.search(sentence):
            continue
        for start, end, amount, unit in _expressions(sentence):
            kind, what = _purpose(sentence, start, end, heading, text)
            one = Deadline(kind, what, amount, unit, ref, sentence)
            if not any((other.what, other.amount, other.unit) == (what, amount, unit) for other in found):
                found.append(one)
    return found


def _expressions(sentence: str) -> list[tuple[int, int, int, Unit]]:
    found: list[tuple[int, int, int, Unit]] = [
        (match.start(), match.end(), 4 if match["two"] else 2, Unit.WEEKS)
        for match in _FORTNIGHT.finditer(sentence)
        if _limits(sentence, match)
    ]
    for match in _NEXT.finditer(sentence):
        unit = Unit.WORKING_DAYS if re.match(r"work|bus|week", match["unit"], re.IGNORECASE) else Unit.CALENDAR_DAYS
        if _limits(sentence, match):
            found.append((match.start(), match.end(), _ORDINALS[match["n"].lower()], unit))
    for match in _AMOUNT.finditer(sentence):
        counted = _unit(match[0], match["unit"])
        again = match["again"]
        amount = _number(match["n"])
        if amount is None and again:
            amount = _number(again)
        if amount is None or amount <= 0 or counted is None or counted is Unit.YEARS:
            continue
        if (
            match["n"].lower() in {"a", "an"}
            and counted is not Unit.WEEKS
            and not re.search(r"\bwithin (?:a|an)\b", sentence[: match.end()], re.IGNORECASE)
        ):
            continue
        if any(start < match.end() and match.start() < end for start, end, _, _ in found):
            continue
        if _limits(sentence, match) and not _NOT_LIMITS.search(sentence[max(0, match.start() - 25) : match.end() + 20]):
            found.append((match.start(), match.end(), amount, counted))
    return sorted(found)


def _limits(sentence: str, match: re.Match[str]) -> bool:
    around = sentence[max(0, match.start() - 60) : match.start()] + " ~ " + sentence[match.end() : match.end() + 50]
    shown = re.search(
        r"(?:(?:[:|–—]|\s-)\s*(?:up to\s*)?|\b(?:has|have|given|gets?) (?:up to )?)$", sentence[: match.start()]
    )
    if match[0].lower().startswith(("next ", "following ")) and not re.search(
        r"\bfrom the $", sentence[: match.start()]
    ):
        return True  # the next working day is a limit whatever stands around it
    return (bool(_LIMITS.search(around)) or bool(shown)) and not _CONFIDENCE.search(
        sentence[match.start() : match.end() + 12]
    )


def _purpose(sentence: str, start: int, end: int, heading: str, text: str) -> tuple[ClockKind | None, str]:
    """What a time limit is for: by the words nearest before it, then by the rest of the sentence."""
    piece_start, piece_end = _piece(sentence, start, end)
    piece = sentence[piece_start:piece_end]
    for scope in (piece, sentence):
        if _ELECTION.search(scope) and re.search(
            r"run-?up|before|preceding|period|prior|purdah|pre-election|ahead|until|during|between",
            scope,
            re.IGNORECASE,
        ):
            return ClockKind.ELECTION_WINDOW, "election window"
    hits = [
        (_distance(found, start - piece_start), rank, kind, what)
        for rank, (pattern, kind, what) in enumerate(
            (
                (_ACKNOWLEDGE, ClockKind.ACKNOWLEDGE, "acknowledge"),
                (_HOLDING, ClockKind.HOLDING_REPLY, "holding reply"),
                (_REPLY, ClockKind.REPLY, "reply"),
            )
        )
        for found in [pattern.search(piece)]
        if found
    ]
    strong = [hit for hit in hits if hit[1] < 2]  # noqa: PLR2004 - acknowledging and holding replies speak of replies too
    chosen = _first_purpose(strong, hits, piece)
    if chosen is not None:
        kind, what = chosen
        if kind is ClockKind.REPLY and _is_public(sentence):
            return ClockKind.PUBLIC_REPLY, "reply to the public"
        return kind, what
    if _REVIEW.search(piece):
        return ClockKind.REVIEW, "review"
    verb = _VERB.search(piece) or _VERB.search(sentence) or _VERB.search(heading)
    if verb is None and _REPLY.search(f"{sentence} {heading} {text}"):
        return ClockKind.REPLY, "reply"
    name = _NAMES.get(verb[1].lower(), verb[1].lower()) if verb else "time limit"
    return None, name


def _first_purpose(
    strong: list[tuple[int, int, ClockKind, str]], hits: list[tuple[int, int, ClockKind, str]], piece: str
) -> tuple[ClockKind, str] | None:
    if not hits:
        return None
    if strong:
        nearest = min(strong)
        if nearest[2] is ClockKind.HOLDING_REPLY and re.search(
            r"\beither with\b|\bor an explanation\b", piece, re.IGNORECASE
        ):
            return ClockKind.REPLY, "reply"
        return nearest[2], nearest[3]
    verb = _VERB.search(piece)
    reply = re.search(r"\b(?:repl|respon|answer|turn|substantive|resolv|dealt)", piece, re.IGNORECASE)
    if reply is None and verb is not None and not re.search(r"\benquir", piece, re.IGNORECASE):
        return None
    return hits[0][2], hits[0][3]


def _piece(sentence: str, start: int, end: int) -> tuple[int, int]:
    """The part of the sentence that a time limit belongs to: between semicolons and joined halves.

    ``acknowledged within two working days and answered within ten`` has two.
    """
    bounds = [0]
    for match in re.finditer(r";|,?\s+(?:and|but|or)\s+(?=[^;,]*\b(?:within|by|in|no later|not later)\b)|\|", sentence):
        before = sentence[bounds[-1] : match.start()]
        if match[0] == ";" or _AMOUNT.search(before) or _NEXT.search(before):
            bounds.append(match.end())
    bounds.append(len(sentence))
    for left, right in itertools.pairwise(bounds):
        if left <= start < right:
            return left, max(right, end)
    return 0, len(sentence)


def _distance(found: re.Match[str], place: int) -> int:
    return abs(found.start() - place)


def _is_public(sentence: str) -> bool:
    return bool(_PUBLIC.search(sentence)) and bool(
        re.match(r"\W*(?:\w+\s+){0,3}(?:members|councillors)\b", sentence, re.IGNORECASE)
    )


def reviews_in(ref: str, text: str) -> list[Deadline]:
    """How often the protocol is to be reviewed."""
    found = []
    for sentence in sentences(text):
        match = _YEARLY.search(sentence)
        if (
            match
            and _REVIEW.search(sentence)
            and re.search(r"\bprotocol\b|\breview will\b|\bit\b", sentence, re.IGNORECASE)
        ):
            years = _number(match["n"]) if match["n"] else (2 if match[0].lower() == "biennially" else 1)
            found.append(Deadline(ClockKind.REVIEW, "review", years or 1, Unit.YEARS, ref, sentence))
    return found


def words_in(ref: str, text: str) -> list[Word]:
    """Expressions such as ``promptly`` about replies, for where no number is given."""
    found = []
    for sentence in sentences(text):
        match = _PROMPT.search(sentence)
        if match and re.search(r"\b(?:repl|respon|answer)", sentence, re.IGNORECASE):
            found.append(Word(ClockKind.PROMPTLY, match[1].lower(), ref))
    return found


def contradictions(found: Iterable[Deadline]) -> list[str]:
    """A note for each purpose for which two paragraphs give different limits."""
    notes = []
    by_kind: dict[ClockKind, list[Deadline]] = {}
    for deadline in found:
        if deadline.kind in {
            ClockKind.REPLY,
            ClockKind.ACKNOWLEDGE,
            ClockKind.HOLDING_REPLY,
            ClockKind.ELECTION_WINDOW,
        }:
            by_kind.setdefault(deadline.kind, []).append(deadline)
    for group in by_kind.values():
        first = group[0]
        for other in group[1:]:
            if other.ref != first.ref and (other.amount, other.unit) != (first.amount, first.unit):
                notes.append(
                    f"Paragraphs {first.ref} and {other.ref} give different time limits ({first.what}): "
                    f"{first.amount} {first.unit.replace('_', ' ')} and {other.amount} {other.unit.replace('_', ' ')}. "
                    "Say which one the clock should follow."
                )
                break
    return notes
