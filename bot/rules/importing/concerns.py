"""Ladders for concerns: to whom a member or an officer goes about somebody, and where next."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.rules.importing.recipients import recipients
from bot.rules.importing.roles import OFFICER, role_positions
from bot.rules.importing.sentences import sentences
from bot.rules.protocol import Position, Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.rules.importing.offices import Post
    from bot.rules.importing.paragraphs import Paragraph

_CONCERN = re.compile(
    r"\b(?:complain\w*|concern(?:s|ed)? (?:about|over|with|that|regarding)|has (?:a|any) concerns?|have (?:a|"
    r"any)? ?concerns?|any concerns?|dissatisf\w*|unhappy|"
    r"not (?:been )?treated|grievance|unresolved|aggrieved|not satisfied|remains? dissatisfied|"
    r"feels? (?:that )?(?:he|she|they)|"
    r"feels? the same|direct discussion|believes? (?:that )?(?:an?|the) (?:officer|member|councillor|employee)|"
    r"bullied|harassed|treated (?:unfairly|badly|without)|breach(?:ed|es)? (?:of )?(?:this|the) protocol|"
    r"allegations?|alleged|fell short)\b",
    re.IGNORECASE,
)
_GOES = re.compile(
    r"\b(?:rais\w+|refer\w*|report\w*|complain\w*|tak\w+|inform\w*|discuss\w*|direct(?:ed)?|contact\w*|address\w*|"
    r"approach\w*|speak\w*|"
    r"made to|make|writ\w+|go(?:es)? to|escalat\w+|notif\w+|tell|put to|bring|brought|consult\w*|matter)\b",
    re.IGNORECASE,
)
_NEXT = re.compile(
    r"^\W*(?:if|where|should|any|failing|in the event|when|otherwise|the matter|it may|they may|he/she may|if still|"
    r"unless)\b",
    re.IGNORECASE,
)
_TALK = re.compile(
    r"\b(?:direct(?:ly)? (?:discussion|with (?:the|that))|informal(?:ly)?|discuss (?:it|"
    r"the matter) (?:directly )?with (?:the|that) (?:officer|member|councillor|person|employee))\b",
    re.IGNORECASE,
)
_NOT_A_RUNG = re.compile(r"\b(?:code of conduct|press|media|audit|vires|maladministration)\b", re.IGNORECASE)
_ABOUT = re.compile(
    r"\b(?:about|concern(?:s|ing)?|against|involv(?:es|ing)|relat(?:es|ing) to|regarding|conduct of|capability of|"
    r"treated by|(?:officer|person|member) (?:concerned )?is)\s+"
    r"(?:the\s+)?(?:(?:conduct|capability|behaviour|performance|actions?|attitude)(?:,? (?:or|and) (?:conduct|"
    r"capability|behaviour|performance|actions?))* of\s+)?"
    r"(?:an?\s+|the\s+|any\s+|another\s+|individual\s+)*(?P<who>chief executive|managing director|"
    r"(?:[a-z]+ )?directors?|chief officers?|members?|councillors?|officers?|employees?|staff)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a ladder."""

    by: Role
    about: str
    post: Post | None
    """The post to go to; none for a talk with the person."""
    ref: str


def rungs_in(paragraph: Paragraph) -> list[Rung]:
    """The steps that a paragraph lays down for concerns, in its order."""
    found: list[Rung] = []
    by: Role | None = None
    about = ""
    text = " ".join(piece for piece in (paragraph.lead_in, paragraph.text) if piece)
    active = False
    for sentence in sentences(text):
        opens = bool(_CONCERN.search(sentence))
        if not (opens or (active and _NEXT.match(sentence))):
            active = active and not re.match(
                r"^\W*(?:members?|officers?|councillors?|employees?)\b", sentence, re.IGNORECASE
            )
            continue
        speaker = _speaker(sentence)
        by = speaker or by
        if by is None:
            continue
        active = True
        about = _about(sentence, by) or about or ("officer" if by is Role.MEMBER else "member")
        if not _GOES.search(sentence):
            continue
        if _TALK.search(sentence) and not found:
            found.append(Rung(by, about, None, paragraph.ref))
        for one in recipients(sentence, (Position.MEMBER,) if by is Role.MEMBER else (Position.OFFICER,)):
            if _NOT_A_RUNG.search(one.post.title) or not _is_theirs(one.who):
                continue
            whom = _of_case(one.case) or about
            found.append(Rung(by, whom, one.post, paragraph.ref))
    return _distinct(found)


_BREACH = re.compile(
    r"\b(?:breach(?:es)?|misconduct)\b[^.;]*?\bby (?:an? |the |any )?(member|councillor|officer|employee)",
    re.IGNORECASE,
)


def _speaker(sentence: str) -> Role | None:
    """Whose concern it is: whoever the sentence opens with."""
    breach = _BREACH.search(sentence)
    if breach:  # whoever complains of it is on the other side
        return Role.OFFICER if breach[1].lower() in {"member", "councillor"} else Role.MEMBER
    head = re.split(
        r"\b(?:has|have|feels?|considers?|believes?|is|are|who|with|remains?|about|against|by|that|may|should|must)\b",
        sentence,
        maxsplit=1,
    )[0]
    if re.match(
        r"\W*(?:if|where|when)\s+the\s+(?:officer|member|councillor|employee)\s+(?:concerned|in question|involved)\b",
        sentence,
        re.IGNORECASE,
    ):
        head = ""  # this speaks of whom the concern is about
    named = role_positions(head)
    if named == (Position.MEMBER,):
        return Role.MEMBER
    if named == (Position.OFFICER,) or re.search(r"\bemployees?\b", head, re.IGNORECASE):
        return Role.OFFICER
    by = re.search(r"\b(?:by|from) (?:an? |the |any )?(member|councillor|officer|employee)", sentence, re.IGNORECASE)
    if by:
        return Role.MEMBER if by[1].lower() in {"member", "councillor"} else Role.OFFICER
    return None


def _about(sentence: str, by: Role) -> str:
    for match in _ABOUT.finditer(sentence):
        who = match["who"].lower()
        if "chief executive" in who or "managing director" in who:
            return "chief_executive"
        if "director" in who or "chief officer" in who:
            return "director"
        if OFFICER.search(who):
            return "officer" if by is Role.MEMBER else ""
        return "member"
    return ""


def _of_case(case: tuple[Position, ...]) -> str:
    if Position.CHIEF_EXECUTIVE in case:
        return "chief_executive"
    return "director" if Position.DIRECTOR in case else ""


def _is_theirs(who: tuple[Position, ...]) -> bool:
    """Whether the one concerned goes there, or anybody unnamed: not a post that passes the matter on."""
    return not who or bool(set(who) & {Position.MEMBER, Position.OFFICER})


def _distinct(found: Iterable[Rung]) -> list[Rung]:
    kept: list[Rung] = []
    for rung in found:
        key = rung.post.key if rung.post else "discussion"
        if not any(
            (other.by, other.about) == (rung.by, rung.about) and (other.post.key if other.post else "discussion") == key
            for other in kept
        ):
            kept.append(rung)
    return kept
