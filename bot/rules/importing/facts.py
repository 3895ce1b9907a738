"""What a protocol says about itself: title, council, version, statutory officers, whom to ask."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.rules.importing.offices import Post, posts
from bot.rules.importing.recipients import recipients
from bot.rules.importing.roles import sides
from bot.rules.importing.sentences import sentences
from bot.rules.protocol import Position, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.rules.importing.paragraphs import Paragraph

_COUNCIL = re.compile(
    r"\b((?:London Borough of|Royal Borough of|City of|County of)\s+[A-Z][a-z’'-]+(?:(?:\s+(?:and|upon|on|of|the|"
    r"&))*\s+[A-Z][a-z’'-]+){0,4}(?:\s+Council)?|"
    r"(?:[A-Z][a-z’'-]+\s+(?:(?:and|upon|on|in|under|the|&)\s+)*){1,4}(?:(?:Borough|District|County|City|Town|"
    r"Metropolitan|Unitary|Parish)\s+)*Council)\b"
)
_NOT_COUNCILS = re.compile(
    r"^(?:the|full|of|by|any|each|every|a|this|all|when|if|to|for|member|members|such|county|city|borough|district|"
    r"town|parish|council|bring|use|join|leave|under|within|all|no|former)\b",
    re.IGNORECASE,
)
_KIND = re.compile(r"\b(?:borough|district|county|city|town|metropolitan|unitary|parish)\s+council\b", re.IGNORECASE)
_VERSION = re.compile(
    r"\b(?:version|revision|issue|edition)\s*:?\s*(\d[\w.]*)|"
    r"\b(?:adopted|approved|agreed|amended|revised|updated|last (?:updated|reviewed|amended)|effective(?: from)?|"
    r"as at|dated?)\b[^.\n]{0,40}?"
    r"(\d{1,2}(?:st|nd|rd|th)?\s+[A-Z][a-z]+\s+\d{4}|[A-Z][a-z]+\s+\d{4}|\d{1,2}[./]\d{1,2}[./]\d{2,4})",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b|\b(?:January|February|March|April|May|June|July|August|September|October|"
    r"November|December)\s+\d{4}\b"
)
_STATUTORY = (
    ("Monitoring Officer", r"monitoring officer"),
    (
        "Section 151 Officer",
        r"(?:section|s\.?)\s*151(?: officer)?|chief financ(?:e|ial) officer|responsible finance officer",
    ),
    ("Head of Paid Service", r"head of (?:the )?paid services?"),
)
_ADVICE = re.compile(
    r"\b(?:advice|advise|guidance|interpret\w*|clarif\w*|questions?|queries|uncertain\w*|doubt|assistance|"
    r"further information|"
    r"difficulty|unsure)\b",
    re.IGNORECASE,
)
_ABOUT_ITSELF = re.compile(
    r"\b(?:this|the) (?:protocol|document|guidance|code)\b|\bit means\b|\bits (?:application|meaning|interpretation)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class StatutoryOfficer:
    """Who holds a post that the law requires, by the title that this council uses."""

    statutory: str
    title: str
    ref: str


@dataclass(frozen=True, slots=True)
class Advice:
    """Whom a role asks about the protocol."""

    role: Role
    post: Post
    ref: str


_PROTOCOL = re.compile(r"\b(?:protocol|relations|relationships)\b", re.IGNORECASE)
_LONGEST_TITLE = 14


def title_of(lines: Sequence[str], opening: Sequence[str], fallback: str) -> str:
    """The document's title: its heading lines, without version and date.

    Args:
        lines: the headings at its top.
        opening: its first lines, headings or not: a page of a website or of a constitution names others first.
        fallback: where none of them names a protocol.
    """
    if not any(_PROTOCOL.search(line) for line in lines):
        named = [line for line in opening if _PROTOCOL.search(line) and len(line.split()) <= _LONGEST_TITLE]
        named = [line for line in named if not line.rstrip().endswith((".", ":", ";"))]
        lines = [*lines, *sorted(named, key=lambda line: not any(sides(line)))[:1]]
    kept = [line for line in lines if not re.fullmatch(_VERSION.pattern, line.strip(), re.IGNORECASE)]
    named = [line for line in kept if _PROTOCOL.search(line)]
    named = named or [line for line in kept if re.search(r"\b(?:code|guide)\b", line, re.IGNORECASE)]
    if len(named) > 1:
        return _shortened(named[-1] if len(" ".join(named)) > 140 else named[0])  # noqa: PLR2004 - one line of a page
    if named:
        place = kept.index(named[0])
        before = (
            kept[place - 1]
            if place and re.fullmatch(r"[^\d:]*(?:\bcouncil\b|\bborough of\b)[^\d:]*", kept[place - 1], re.IGNORECASE)
            else ""
        )
        return _shortened(f"{before} {named[0]}".strip())
    return _shortened(kept[0]) if kept else fallback


def _shortened(title: str) -> str:
    return re.sub(r"\s+", " ", title).strip(" -–—:") or "Protocol"


def council_of(text: str, lines: Sequence[str]) -> str | None:
    """The council's name: as its title has it, else the one that the text names most often."""
    for line in lines:
        found = _COUNCIL.search(line.title() if line.isupper() else line)
        if found and not _NOT_COUNCILS.match(found[1]):
            return found[1].strip()
    counts: Counter[str] = Counter()
    for match in _COUNCIL.finditer(text):
        name = match[1].strip()
        if not _NOT_COUNCILS.match(name):
            counts[name] += 2 if _KIND.search(name) else 1
    return counts.most_common(1)[0][0] if counts else None


def version_of(lines: Iterable[str], text: str) -> str | None:
    """The version or date that the document gives itself."""
    for line in lines:
        match = _VERSION.search(line)
        if match:
            return match[0].strip(" :")
        date = _DATE.search(line)
        if date:
            return date[0]
    match = _VERSION.search(text[-400:])
    return match[0].strip(" :") if match else None


def statutory_officers(paragraphs: Sequence[Paragraph]) -> list[StatutoryOfficer]:
    """Who fills the three posts that the law requires, where the text says so; else the plain title."""
    found: list[StatutoryOfficer] = []
    for statutory, pattern in _STATUTORY:
        one = _holder(statutory, pattern, paragraphs)
        if one:
            found.append(one)
    return found


_ANOTHER_POST = re.compile("|".join(pattern for _, pattern in _STATUTORY), re.IGNORECASE)
"""“The Head of Paid Service, the Monitoring Officer and ...” lists the posts, and says nothing of who fills them. The
law keeps the Monitoring Officer's post apart from the others: Local Government and Housing Act 1989, section 5."""


def _holder(statutory: str, pattern: str, paragraphs: Sequence[Paragraph]) -> StatutoryOfficer | None:
    plain: StatutoryOfficer | None = None
    named = re.compile(rf"\b(?:{pattern})", re.IGNORECASE)
    for paragraph in paragraphs:
        for sentence in sentences(f"{paragraph.lead_in} {paragraph.text}"):
            for match in named.finditer(sentence):
                title = _title_beside(sentence, match, named)
                if title and not _ANOTHER_POST.fullmatch(title):
                    return StatutoryOfficer(statutory, title, paragraph.ref)
                plain = plain or StatutoryOfficer(statutory, statutory, paragraph.ref)
    return plain


def _title_beside(sentence: str, match: re.Match[str], named: re.Pattern[str]) -> str | None:
    """The council's own title beside the statutory one: ``the Head of Law as Monitoring Officer``."""
    others = [post for post in posts(sentence) if not named.fullmatch(post.title) and not named.match(post.title)]
    for post in others:
        gap = sentence[post.end : match.start()]
        if (
            match.start() - post.end >= 0
            and re.fullmatch(
                r"\s*(?:,\s*)?(?:who\s+is\s+|is\s+|acts?\s+|serves?\s+|\()?(?:also\s+)?(?:as\s+)?\(?(?:the\s+|"
                r"its\s+)?(?:council['’]s\s+|authority['’]s\s+)?(?:designated\s+|statutory\s+)?",
                gap,
                re.IGNORECASE,
            )
            and gap.strip() not in {"", ","}
        ):
            return post.title
        gap = sentence[match.end() : post.start]
        if match.end() <= post.start and re.fullmatch(
            r"\s*(?:\([^)]*\)\s*)?(?:is|:|–|-|\||\(|role is (?:held|filled) by|post is held by|function is (?:held|"
            r"carried out) by|means|\(the)\s*(?:the\s+|currently\s+the\s+|our\s+)?",
            gap,
            re.IGNORECASE,
        ):
            return post.title
    return None


def advice_in(paragraph: Paragraph) -> list[Advice]:
    """Whom the paragraph names for advice on the protocol itself."""
    found: list[Advice] = []
    title = f"{paragraph.heading} {paragraph.section}"
    text = f"{paragraph.lead_in} {paragraph.text}".strip()
    for sentence in sentences(text):
        own = bool(_ABOUT_ITSELF.search(sentence))
        if not _ADVICE.search(sentence) or not (
            own or re.search(r"\b(?:advice|interpretation|queries|guidance)\b", title, re.IGNORECASE)
        ):
            continue
        if not own and not re.search(r"\bprotocol\b", title, re.IGNORECASE):
            continue
        for one in recipients(sentence):
            unsaid = not set(one.who) & {Position.MEMBER, Position.OFFICER}
            found.extend(
                Advice(role, one.post, paragraph.ref) for role in Role if unsaid or Position(role.value) in one.who
            )
    return found
