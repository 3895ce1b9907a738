"""Declaration routes: who tells whom of a relationship between a member and an officer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.rules.importing.offices import position_of, posts
from bot.rules.importing.recipients import Recipient, recipients
from bot.rules.importing.roles import role_positions
from bot.rules.importing.sentences import sentences
from bot.rules.protocol import Position

if TYPE_CHECKING:
    from bot.rules.importing.paragraphs import Paragraph

_RELATION = re.compile(
    r"\b(?:relationships?\b(?! (?:with the (?:press|media|public)))|friendships?|(?:close )?(?:personal|family|business|financial) "
    r"(?:or (?:family|business|personal|financial) )?(?:connections?|associations?|links?|ties?|tie|dealings)|related to|"
    r"relatives?|famil(?:y|ial)|kinship|spouses?|partners?\b|married|romantic|close friends?|closely connected|"
    r"personal(?:ly)? familiar|connection)\b",
    re.IGNORECASE,
)
_SPECIAL = re.compile(
    r"\b(?:personal|family|close|business|romantic|familial|influenc|intimate|friend|spouse|partner|relative|married|perceived|such|"
    r"any relationship|kinship|conflict)\w*",
    re.IGNORECASE,
)
_DECLARES = re.compile(
    r"\b(?:declar|disclos|notif|inform|tell|told|report|regist|recorded|record |known to|made known|aware|attention|advise[sd]? (?:the|their|his|her|your)|"
    r"in writing to|write to|raise it|lodge|make (?:a|an) (?:written )?(?:declaration|disclosure)|let\b.{0,40}\bknow|entered|discuss|seek)",
    re.IGNORECASE,
)
_OTHER_MATTERS = re.compile(
    r"\b(?:complain|grievance|breach(?:es)?|allegation|misconduct|press|media|enquir|request for information|gifts?|hospitality|"
    r"reports? (?:to|before) (?:the )?(?:council|cabinet|committee)|appoint\w*|recruit\w*|whistle)\b",
    re.IGNORECASE,
)
_STRONG = re.compile(r"\b(?:declar|disclos|regist)", re.IGNORECASE)
_CONTINUES = re.compile(
    r"^\W*(?:similarly|likewise|in the case of|where|if|when|for|officers?|members?|councillors?|employees?|staff|the (?:officer|member|councillor|employee)|"
    r"such|this|it|they|any such|these|those|an? (?:officer|member|director|service|head|chief|councillor)|directors?|heads?|chief|service|all|"
    r"the (?:declaration|disclosure|relationship|notification|chief|director|head|monitoring)|declarations?|disclosures?|both|each|senior|corporate)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Route:
    """Who tells whom, in one paragraph."""

    who: Position
    to: str
    """The post's title as the text writes it."""
    ref: str
    every: bool = False
    possessive: bool = False


def routes_in(paragraph: Paragraph) -> list[Route]:
    """The declaration routes that a paragraph lays down."""
    found: list[Route] = []
    topic = bool(_RELATION.search(f"{paragraph.heading} {paragraph.section}")) and bool(
        _SPECIAL.search(f"{paragraph.heading} {paragraph.section}")
    )
    context = False
    lead, subject = "", _NOBODY
    pieces = [("", paragraph.lead_in)] if paragraph.lead_in else []
    pieces += [("", piece) if isinstance(piece, str) else ("point", piece.text) for piece in paragraph.pieces]
    if paragraph.lead_in and len(pieces) > 1:
        pieces = [("", paragraph.lead_in), *(("point", text) for _, text in pieces[1:])]
    for kind, text in pieces:
        if kind == "point" and lead:
            combined = _from_point(lead, text, subject)
            if context or _about_relations(f"{lead} {text}") or topic:
                found.extend(_routes(combined, paragraph.ref))
            continue
        for sentence in sentences(text):
            if _about_relations(sentence):
                context = True
            elif context and not (_CONTINUES.match(sentence) or _STRONG.search(sentence)):
                context = topic
            named = recipients(sentence, subject)
            if (context or (topic and _STRONG.search(sentence))) and _declares(sentence):
                found.extend(_routes(named, paragraph.ref))
            own = role_positions(sentence.split(" must ")[0].split(" should ")[0])
            subject = own or subject
        last = sentences(text)[-1] if text.strip() else ""
        lead = last if last.rstrip(" -–").endswith(":") or (kind == "" and not last.endswith(".")) else ""
        if lead and not (_DECLARES.search(lead) and (context or topic)) and not _about_relations(lead):
            lead = ""
    return _distinct(found)


_NOBODY: tuple[Position, ...] = ()


def _about_relations(sentence: str) -> bool:
    return bool(_RELATION.search(sentence)) and bool(_SPECIAL.search(sentence))


def _declares(sentence: str) -> bool:
    if not (_DECLARES.search(sentence) or re.search(r"\bin the case of\b", sentence, re.IGNORECASE)):
        return False
    return not _OTHER_MATTERS.search(sentence) or bool(_STRONG.search(sentence))


def _from_point(lead: str, text: str, subject: tuple[Position, ...]) -> list[Recipient]:
    """A point such as ``members: to the Clerk``, read with its lead-in."""
    row = re.match(
        r"\W*(?:for|by|in the case of|where the (?:officer|person|declarer) is|if you are)?\s*(?:an?|the|any|all)?\s*"
        r"(?P<who>[A-Za-z][^:|–—]{1,60}?)\s*(?:[:|–—]|\s-\s|,?\s+(?:must|shall|should|will)?\s*(?:be made |be declared |declare |notify |inform |tell )?(?:to|with)\s|,\s)"
        r"\s*(?P<to>.+)",
        text,
        re.DOTALL,
    )
    if row:
        who = role_positions(row["who"]) if not posts(row["who"]) else _positions(row["who"])
        to = posts(row["to"])
        if who and to:
            return [Recipient(post, who) for post in to[:2]]
    named = recipients(text, subject or role_positions(lead))
    if named:
        return named
    whole = recipients(f"{lead.rstrip(' :-–')} {text}", subject)
    return [one for one in whole if one.post.start > len(lead.rstrip(" :-–"))]


def _positions(text: str) -> tuple[Position, ...]:
    found = [position for post in posts(text) if (position := position_of(post.title)) is not None]
    return tuple(dict.fromkeys(found))


def _routes(named: list[Recipient], ref: str) -> list[Route]:
    found: list[Route] = []
    for one in named:
        who = one.case or one.who
        found.extend(
            Route(position, one.post.title, ref, every=one.post.every, possessive=one.post.possessive)
            for position in who
        )
    return found


def _distinct(found: list[Route]) -> list[Route]:
    kept: list[Route] = []
    for route in found:
        if not any((other.who, other.to.lower()) == (route.who, route.to.lower()) for other in kept):
            kept.append(route)
    return kept
