"""Declaration routes: who tells whom of a relationship between a member and an officer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.rules.importing.offices import position_of, posts
from bot.rules.importing.recipients import Recipient, positions_of_roles, recipients
from bot.rules.importing.roles import role_positions
from bot.rules.importing.sentences import sentences
from bot.rules.protocol import Position

if TYPE_CHECKING:
    from bot.rules.importing.paragraphs import Paragraph

_RELATION = re.compile(
    r"\b(?:relationships?\b(?! (?:with the (?:press|media|public)))|friendships?|(?:close )?(?:personal|family|"
    r"business|financial) "
    r"(?:or (?:family|business|personal|financial) )?(?:connections?|associations?|links?|ties?|tie|dealings)|"
    r"related to|"
    r"relatives?|famil(?:y|ial)|kinship|spouses?|partners?\b|married|romantic|close friends?|closely connected|"
    r"personal(?:ly)? familiar|connection)\b",
    re.IGNORECASE,
)
_SPECIAL = re.compile(
    r"\b(?:personal|family|close|business|romantic|familial|influenc|intimate|friend|spouse|partner|relative|married|"
    r"perceived|such|"
    r"any relationship|kinship|conflict)\w*",
    re.IGNORECASE,
)
_PERSONAL = re.compile(
    r"\b(?:personal|family|close|business|romantic|friend\w*|familiar\w*|outside work|declar\w*|disclos\w*|"
    r"conflict\w*|undue|avoid\w*)\b",
    re.IGNORECASE,
)
"""A heading with a word of this kind is about relationships that are declared, not about working together."""
_DECLARES = re.compile(
    r"\b(?:declar|disclos|notif|inform|tell|told|report|regist|recorded|record |known to|made known|aware|attention|"
    r"notice of|advise[sd]? (?:the|their|his|her|your)|"
    r"in writing to|write to|do(?:es)? so|raised?\b|lodge|consulted|"
    r"(?:must|should|shall|to) be (?:provided|given|sent|submitted|made|returned) to|"
    r"make (?:a|an) (?:written )?(?:declaration|disclosure)|"
    r"let\b.{0,40}\bknow|entered|discuss|seek)",
    re.IGNORECASE,
)
_OTHER_MATTERS = re.compile(
    r"\b(?:complain|grievance|breach(?:es)?|allegation|misconduct|press|media|enquir|request for information|gifts?|"
    r"hospitality|"
    r"reports? (?:to|before) (?:the )?(?:council|cabinet|committee)|appoint\w*|recruit\w*|whistle)\b",
    re.IGNORECASE,
)
_STRONG = re.compile(r"\b(?:declar|disclos|regist)", re.IGNORECASE)
_CONTINUES = re.compile(
    r"^\W*(?:similarly|likewise|in the case of|where|if|when|for|officers?|members?|councillors?|employees?|staff|"
    r"the (?:officer|member|councillor|employee)|"
    r"such|this|it|they|any such|these|those|an? (?:officer|member|director|service|head|chief|councillor)|"
    r"directors?|heads?|chief|service|all|"
    r"the (?:declaration|disclosure|relationship|notification|chief|director|head|monitoring)|declarations?|"
    r"disclosures?|both|each|senior|corporate)\b",
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
    title = f"{paragraph.heading} {paragraph.section}"
    topic = bool(_RELATION.search(title)) and bool(_PERSONAL.search(title))
    found: list[Route] = []
    context, lead, subject = topic, "", _NOBODY
    pieces = [(False, paragraph.lead_in)] if paragraph.lead_in else []
    pieces += [
        (bool(paragraph.lead_in), piece) if isinstance(piece, str) else (True, piece.text) for piece in paragraph.pieces
    ]
    for is_point, text in pieces:
        if (is_point and lead) or (" | " in text and (lead or context)):
            if context or _about_relations(f"{lead} {text}"):
                found.extend(_routes(_from_point(lead, text, subject), paragraph.ref))
            continue
        for sentence in sentences(text):
            if _about_relations(sentence):
                context = True
            elif context and not (_CONTINUES.match(sentence) or _STRONG.search(sentence)):
                context = topic
            if context and _declares(sentence):
                found.extend(_routes(recipients(sentence, subject), paragraph.ref))
            subject = role_positions(_MODAL_WORD.split(sentence)[0]) or subject
        lead = _lead(text) or (lead if " | " in text else "")
        if lead and not _about_relations(lead) and not (_DECLARES.search(lead) and context):
            lead = ""
    return _distinct(found)


_MODAL_WORD = re.compile(r"\b(?:must|shall|should|will|may)\b")
_LEADS = re.compile(
    r"(?::\s*[-–]?|\b(?:as follows|as set out below|set out below|(?:the )?following|below)[.:]?)$", re.IGNORECASE
)


def _lead(text: str) -> str:
    """The last sentence of a text, where points hang on it."""
    last = sentences(text)[-1] if text.strip() else ""
    return last if _LEADS.search(last.rstrip()) or not last.rstrip().endswith((".", ";")) else ""


_LONGEST_POINT = 400
_NOBODY: tuple[Position, ...] = ()


def _about_relations(sentence: str) -> bool:
    return bool(_RELATION.search(sentence)) and bool(_SPECIAL.search(sentence))


def _declares(sentence: str) -> bool:
    if not (_DECLARES.search(sentence) or re.search(r"\bin the case of\b", sentence, re.IGNORECASE)):
        return False
    return not _OTHER_MATTERS.search(sentence) or bool(_STRONG.search(sentence))


def _from_point(lead: str, text: str, subject: tuple[Position, ...]) -> list[Recipient]:
    """A point such as ``members: to the Clerk``, read with its lead-in."""
    text = text[:_LONGEST_POINT]
    text = re.sub(r"^\W*\((?:for|by|in the case of|if)\s+([^)]+)\)\s*:?\s*", r"\1: ", text)
    row = _ROW.match(text)
    if row:
        who = _who(row["who"])
        to = posts(row["to"])
        if who and to:
            return [Recipient(post, who) for post in to[:2]]
    start = len(lead.rstrip(" :-–"))
    whole = [one for one in recipients(f"{lead.rstrip(' :-–')} {text}", subject) if one.post.start > start]
    if whole and _MODAL_WORD.search(lead) and not _MODAL_WORD.search(text):
        return whole
    named = recipients(text, subject or role_positions(lead))
    if named:
        return named
    bare = posts(text)
    if bare and _BARE.fullmatch(text[: bare[0].start]) and _DECLARES.search(lead):
        own = recipients(f"{re.sub(_LEADS, '', lead.rstrip())} to the {text[bare[0].start :]}", subject)
        return [one for one in own if one.post.title.lower() in text.lower()]
    return whole


def _who(text: str) -> tuple[Position, ...]:
    """The positions that a text names, where it names nothing else."""
    named = posts(text)
    if named:
        return _positions(text) if _BARE.fullmatch(text[: named[0].start]) else ()
    return positions_of_roles(text) if _SIDE.fullmatch(text.strip()) else ()


_SIDE = re.compile(
    r"(?:(?:the|an?|any|all|each|both|elected|individual)\s+)*(?:members?|councillors?|officers?|employees?|staff|"
    r"members of staff)"
    r"(?:\s+(?:and|or)\s+(?:members?|councillors?|officers?|employees?|staff))?(?:\s+(?:concerned|in question))?",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"\W*(?:(?:to|the|their|his|her|his or her|his/her|an?|relevant|appropriate|own)\s+)*", re.IGNORECASE
)
_ROW = re.compile(
    r"\W*(?:for|by|in the case of|where the (?:officer|person|declarer) is|if you are)?\s*(?:an?|the|any|all)?\s*"
    r"(?P<who>[A-Za-z][^:|–—]{1,60}?)\s*"
    r"(?:[:|–—]|\s-\s|,?\s+(?:must|shall|should|will)?\s*(?:be made |be declared |declare |notify |inform |"
    r"tell )?(?:to|with)\s|,\s)"
    r"\s*(?P<to>.+)",
    re.DOTALL,
)


def _positions(text: str) -> tuple[Position, ...]:
    found = [position for post in posts(text) if (position := position_of(post.title)) is not None]
    return tuple(dict.fromkeys(found))


def _routes(named: list[Recipient], ref: str) -> list[Route]:
    found: list[Route] = []
    for one in named:
        who = one.case or one.who or (Position.MEMBER, Position.OFFICER)  # a rule for nobody in particular binds both
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
