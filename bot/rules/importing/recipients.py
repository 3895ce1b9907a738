"""Who turns to whom in a sentence: the posts that receive something, and those who go to them.

Protocols say it in many ways: ``Members must notify the Clerk``, ``should be declared to``, ``is to
be entered in the register kept by``, ``in the case of a Director, the Chief Executive``. Each post
in a sentence is therefore judged by the words around it: it receives, it acts, or it names a case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.rules.importing.offices import Post, position_of, posts
from bot.rules.importing.roles import role_positions
from bot.rules.protocol import Position


class Use(StrEnum):
    """What a post does in its sentence."""

    RECEIVES = "receives"
    ACTS = "acts"
    CASE = "case"
    """The sentence speaks of the case in which its holder is concerned."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Recipient:
    """One post that is told, and by whom."""

    post: Post
    who: tuple[Position, ...]
    """Who turns to it; empty where the sentence does not say."""
    case: tuple[Position, ...] = ()
    """Whom the matter is about, where the sentence makes a difference."""
    alternative: bool = False
    """Whether ``or`` joins it to the recipient before it."""


_MODAL = re.compile(
    r"\b(?:must|shall|should|will|may|can|ought to|needs? to|has to|have to|is to|are to|is required|are required|"
    r"is expected|are expected|is asked|are asked|is encouraged|are encouraged|is advised|are advised|is obliged|"
    r"are obliged|"
    r"wish(?:es)? to|wants? to)\b",
    re.IGNORECASE,
)
_DET = (
    r"(?:(?:the|a|an|any|all|each|every|both|either|their|his|her|its|your|our|own|relevant|appropriate|respective|"
    r"council['’]s|"
    r"authority['’]s|his or her|his/her|her/his|of|that|immediate|first|instance|direct|designated|duly|in|writing|"
    r"his/her own|"
    r"recruiting|appointing|employing|supervising|nominated|named|responsible|local|statutory|interim|acting|"
    r"officer['’]s|member['’]s)\s+)*"
)
_TELL = (
    r"(?:notif(?:y|ies|ied|ying)|inform(?:s|ed|ing)?|tell(?:s|ing)?|told|advis(?:e|es|ed|ing)|alert(?:s|ed|ing)?|"
    r"consult(?:s|ed|ing)?|contact(?:s|ed|ing)?|approach(?:es|ed|ing)?|ask(?:s|ed|ing)?|brief(?:s|ed|ing)?|updat(?:e|"
    r"es|ing))"
)
_ADVERBS = (
    r"(?:(?:promptly|immediately|first|also|formally|in writing|at once|both|either|initially|in confidence|,|"
    r"as soon as possible)\s*)*"
)
_RECEIVES = re.compile(
    rf"(?:\b{_TELL}\s+{_ADVERBS}{_DET}|"
    rf"\b(?:to|with|before|upon)\s+{_ADVERBS}{_DET}|"
    rf"\b(?:attention|notice|knowledge) of\s+{_DET}|\blet\s+{_DET}|\b(?:advice|guidance|clarification|approval|"
    rf"consent|permission|help|view|views|agreement) (?:of|from)\s+{_DET}|"
    rf"\bfrom\s+{_DET}|"
    rf"\b(?:kept|held|maintained|administered|managed|overseen|compiled|received|recorded|registered|considered|"
    rf"determined|"
    rf"decided|authorised|approved|noted|resolved)\s+(?:for this purpose\s+)?by\s+{_DET})$",
    re.IGNORECASE,
)
_CASE = re.compile(
    r"(?:\b(?:in the case of|in respect of|in relation to|where|if|when|unless|for|being|is|are|as|involv\w+|"
    r"concern(?:s|ing)|about|"
    r"relat(?:es|ing) to|regarding|against|between|including|whether|by)\s+"
    rf"(?:(?:it|this|the (?:matter|relationship|connection|tie|friendship|concern|complaint|officer|person|employee|"
    rf"declarer|individual)(?: concerned| in question)?)\s+"
    rf"(?:is|are|concerns?|involves?|relates? to|is about)\s+)?{_DET})$",
    re.IGNORECASE,
)
_CHAIN = re.compile(
    rf"^\s*(?:\([^)]*\)\s*)?(?:,\s*)?(?P<joint>and/or|and|or|&|/|,|as well as|together with|and also|"
    rf"or alternatively|copied to|in consultation with)?"
    rf"\s*,?\s*(?:(?:also|in (?:their|his|her|his or her|his/her) absence|if (?:he or she|they) (?:is|are) (?:absent|"
    rf"unavailable)|failing that|failing whom|otherwise|else|if not),?\s+)?(?:to\s+|with\s+)?{_DET}$",
    re.IGNORECASE,
)
_PASSIVE = re.compile(
    r"^\s*(?:\([^)]*\)\s*)?(?:concerned\s+)?(?:must|shall|should|will|is to|are to|has to|have to|needs? to)\s+"
    r"(?:also\s+|each\s+|then\s+|all\s+)*be\s+(?:also\s+|promptly\s+|immediately\s+|formally\s+)*"
    r"(?:notified|informed|told|advised|made aware|alerted|consulted|contacted|briefed)\b|"
    r"^\s*(?:is|are)\s+(?:also\s+|promptly\s+|always\s+)*(?:notified|informed|told|made aware|aware|alerted)\b",
    re.IGNORECASE,
)
_ACTS = re.compile(
    r"^\s*(?:\([^)]*\)\s*)?(?:concerned\s+|\(or [^)]*\)\s*)?(?:,?\s*who\b|must\b|shall\b|should\b|will\b|may\b|can\b|"
    r"is\b|are\b|has\b|have\b|"
    r"and\s+\w+\s+(?:must|shall|should|will)\b|looks?\b|decides?\b|keeps?\b|maintains?\b|records?\b|notif(?:y|ies)\b|"
    r"declares?\b|"
    r"informs?\b|tells?\b|reports?\b|discloses?\b)",
    re.IGNORECASE,
)
_ELLIPSIS = re.compile(rf"^\s*,?\s*(?:it is\s+|it should be\s+|then\s+)?(?:to\s+|with\s+)?{_DET}$", re.IGNORECASE)


def recipients(sentence: str, default: tuple[Position, ...] = ()) -> list[Recipient]:
    """The posts that receive something in a sentence, with who turns to them.

    Args:
        sentence: one sentence, or a lead-in with one of its points.
        default: who acts where the sentence itself names nobody, such as the subject of the lead-in.
    """
    named = posts(sentence)
    uses = _uses(sentence, named)
    actors = _actors(sentence, named, uses)
    subject = _subject(sentence, named, uses) or default
    found: list[Recipient] = []
    for place, (post, use) in enumerate(zip(named, uses, strict=True)):
        if use is not Use.RECEIVES:
            continue
        case = _case_before(sentence, named, uses, place)
        own = _nearest_actor(sentence, post, actors)
        if own is _ONWARD:
            continue
        who = own or subject
        if post.possessive and _is_line_post(post) and set(who) == {Position.MEMBER, Position.OFFICER}:
            who = (Position.OFFICER,)
        elif (
            post.possessive
            and re.search(r"group (?:leader|whip)", post.title, re.IGNORECASE)
            and Position.MEMBER in who
        ):
            who = (Position.MEMBER,)
        joint = sentence[named[place - 1].end : post.start] if place else ""
        found.append(Recipient(post, who, case, bool(re.search(r"\bor\b", joint)) and len(joint) < _NEAR))
    return found


_NEAR = 40


def _is_line_post(post: Post) -> bool:
    return re.search(r"manager|supervisor|director|head|chief officer", post.title, re.IGNORECASE) is not None


def _uses(sentence: str, named: list[Post]) -> list[Use]:
    uses: list[Use] = []
    for place, post in enumerate(named):
        before, after = sentence[: post.start], sentence[post.end :]
        gap = sentence[named[place - 1].end : post.start] if place else None
        use = (
            _by_own_words(before, after)
            or (None if gap is None else _by_the_one_before(uses[-1], gap, after))
            or (Use.ACTS if _ACTS.match(after) else None)
            or (Use.ACTS if gap is not None and uses[-1] is Use.ACTS and _CHAIN.match(gap) else None)
            or (Use.RECEIVES if _LEFT_OUT.search(before) else Use.OTHER)
        )
        uses.append(use)
    return uses


_BOUNDARY = re.compile(rf"(?:^|[,;]\s*|\band\s+|\bor\s+){_DET}$", re.IGNORECASE)
_SAME_POST = re.compile(r"(?<!such )\b(?:as|known as)\s+(?:the\s+)?$")
_NOT_TOLD = re.compile(
    r"\b(?:relat(?:ed|ing|ion|es)|connected|respect|regard|addition|access|belong\w*|open)\s+(?:to|with)\s+(?:\w+\s+)?$"
)
_LEFT_OUT = re.compile(
    r"(?:(?:in the case of|for|where|if|when)[^,;:]*\b(?:members?|councillors?|officers?|employees?|staff)\b[^,;:]*,\s*"
    r"(?:to\s+)?|[,;]\s+(?:and|while|whilst|whereas|but)\s+(?:an?\s+|the\s+)?"
    r"(?:members?|councillors?|officers?|employees?|staff)\s+(?:to\s+|must\s+\w+\s+|should\s+\w+\s+)?)" + _DET + "$",
    re.IGNORECASE,
)
"""Where the verb is left out: ``for officers, their manager``; ``..., and officers the Director``."""


_GIVES = re.compile(rf"\b(?:giv(?:e|es|ing)|send(?:s|ing)?)\s+{_DET}$", re.IGNORECASE)
_NOTICE = re.compile(
    r"\s+(?:(?:a|an|written|full|prompt|early|due|brief|confidential)\s+)*(?:notice|notification|details|particulars|"
    r"note|statement|declaration|disclosure|account|word)\b",
    re.IGNORECASE,
)
"""``give the Monitoring Officer written notice``."""
_IT_IS = re.compile(rf"\bit (?:is|will be|should be)\s+{_DET}$", re.IGNORECASE)
_WHO_IS_TOLD = re.compile(
    r"\s+(?:who|that)\s+(?:is|are|must|should|shall|will)\s+(?:to\s+)?(?:be\s+)?(?:told|informed|"
    r"notified|made aware)\b",
    re.IGNORECASE,
)
"""``it is the Leader who is to be told``."""


def _by_own_words(before: str, after: str) -> Use | None:
    """A post's use by the words just before and after it."""
    if (_GIVES.search(before) and _NOTICE.match(after)) or (_IT_IS.search(before) and _WHO_IS_TOLD.match(after)):
        return Use.RECEIVES
    receives = _RECEIVES.search(before) is not None
    if not receives and _PASSIVE.match(after):
        return Use.RECEIVES
    if _KEEPS.match(after) and re.search(r"\bregister\b", before, re.IGNORECASE):
        return Use.RECEIVES
    if re.match(r"\s+(?:level|grade)\b", after) or (
        _BOUNDARY.search(before) and re.match(rf"\s+to\s+{_DET}[A-Z]", after)
    ):
        return Use.ACTS
    if _SAME_POST.search(before):
        return Use.OTHER  # "the Head of Law, as Monitoring Officer" names one post twice
    if receives and _wants_with(before) and not _NOT_TOLD.search(before):
        return Use.RECEIVES
    if re.search(rf"\bby\s+{_DET}$", before, re.IGNORECASE):
        return Use.ACTS
    return Use.CASE if _CASE.search(before) else None


_BY_A_SIDE = re.compile(
    r"\s+by\s+(?:(?:the|an?|any|all)\s+)*(?:members?|councillors?|officers?|employees?|staff)\b", re.IGNORECASE
)
"""``the Clerk should be told by the member, and the Director by the officer``."""
_KEEPS = re.compile(r"\s+(?:keeps|maintains|holds|will keep|shall keep|is responsible for keeping)\b", re.IGNORECASE)


def _by_the_one_before(last: Use, gap: str, after: str) -> Use | None:
    """A post's use by that of the post before it, where only a few words part them."""
    if last is Use.CASE and (
        (_ELLIPSIS.match(gap) and "," in gap) or re.match(r"\s*,?\s*(?:it|this|the matter)?\s*to\s+", gap)
    ):
        return Use.RECEIVES
    if last in {Use.RECEIVES, Use.CASE} and _CHAIN.match(gap):
        joined = last is Use.RECEIVES and re.search(r"\band\b", gap) is not None
        if joined and _BY_A_SIDE.match(after):
            return Use.RECEIVES
        return Use.ACTS if joined and _ACTS.match(after) and not re.match(r"\s*,?\s*who\b", after) else last
    return None


_WITH = re.compile(rf"\bwith\s+{_ADVERBS}{_DET}$", re.IGNORECASE)
_TAKES_WITH = re.compile(
    r"\b(?:regist|record|lodg|rais|discuss|fil(?:e|ed)\b|deposit|shar(?:e|ed)\b|log|enter|declar|notif|disclos|"
    r"tak(?:e|en) |speak|spoke|"
    r"consult|check|clear|agreed in|follow|pursu|resolv|sort|complain|concern|matter)",
    re.IGNORECASE,
)


def _wants_with(before: str) -> bool:
    """``with`` names a recipient only after a verb that one does with somebody."""
    found = _WITH.search(before)
    return found is None or _TAKES_WITH.search(before[: found.start()]) is not None


_OBJECT = re.compile(
    r"\b(?:with|to|from|of|for|about|between an? \w+ and) (?:an?|any|the|another|other)?\s*(?:individual )?"
    r"(?:officers?|members?|councillors?|employees?)\b",
    re.IGNORECASE,
)


def _subject(sentence: str, named: list[Post], uses: list[Use]) -> tuple[Position, ...]:
    """Who acts in the sentence: whoever stands before its first modal verb, or after ``by``."""
    modal = _MODAL.search(sentence)
    head = sentence[: modal.start()] if modal else sentence
    opening = [
        position
        for post, use in zip(named, uses, strict=True)
        if post.end <= len(head) and use is Use.ACTS and (position := position_of(post.title)) is not None
    ]
    if opening and not re.search(r"\b(?:by|between)\b", head):
        return tuple(dict.fromkeys(opening))
    masked = _masked(sentence, named)
    agent = re.search(
        r"\bby\s+(?:(?:the|an?|any|all|both|individual|elected)\s+)*([a-zA-Z, ]+?)(?=\s+(?:to|in|with|must|should)\b|"
        r"[,.;]|$)",
        masked,
    )
    if agent and role_positions(agent[1]):
        return role_positions(agent[1])
    clause = re.split(r"[;]|,\s+(?:if|where|when|who|which|that)\b", masked[: len(head)])[0]
    main = _OBJECT.sub(" ", clause)
    return role_positions(main) or role_positions(masked[: len(head)]) or role_positions(masked)


def _masked(sentence: str, named: list[Post]) -> str:
    """The sentence with its posts blanked, so that ``Monitoring Officer`` is no officer."""
    text = sentence
    for post in named:
        text = text[: post.start] + " " * (post.end - post.start) + text[post.end :]
    return text


def _case_before(sentence: str, named: list[Post], uses: list[Use], place: int) -> tuple[Position, ...]:
    """The posts in whose case this recipient is told: those named as cases just before it."""
    cases: list[Position] = []
    for other in range(place - 1, -1, -1):
        if uses[other] is Use.CASE:
            position = position_of(named[other].title)
            if position is not None:
                cases.insert(0, position)
        elif uses[other] is Use.RECEIVES:
            gap = sentence[named[other].end : named[other + 1].start] if other + 1 <= place else ""
            if cases or not _CHAIN.match(gap):
                break
        else:
            break
    if not cases and place + 1 < len(named) and uses[place + 1] is Use.CASE:
        after = sentence[named[place].end : named[place + 1].start]
        if re.match(
            r"\s*,?\s*(?:\(?\s*)(?:if|where|in the case of|when|for)\b", after, re.IGNORECASE
        ) and "," not in after.strip(" ,"):
            for other in range(place + 1, len(named)):
                if uses[other] is not Use.CASE:
                    break
                position = position_of(named[other].title)
                if position is not None:
                    cases.append(position)
    return tuple(dict.fromkeys(cases))


_ROLE = (
    r"(?:members? of staff|(?:elected |co-opted )?members?|councillors?|officers?|employees?|staff|both parties|"
    r"(?:the|each|either) part(?:y|ies))"
)
_ROLES = re.compile(
    rf"\b{_ROLE}(?:\s*(?:,|and|or|and/or|/)\s*(?:an?\s+|the\s+|any\s+|"
    rf"another\s+)?{_ROLE})*\b(?!\s+of\s+(?:the\s+)?public)",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\s*(?:\([^)]*\)\s*)?,?\s*(?:(?:where|when|if)\b[^.;,]*?\b)?(?:by|for|if|in the case of|where it is|when it is)\s+"
    rf"(?:(?:the|an?|any|all|both)\s+)*({_ROLE}(?:\s+(?:and|or)\s+{_ROLE})?)\b",
    re.IGNORECASE,
)
_OPENING = (
    r"(?:(?:if|where|when|similarly|likewise|equally|all|any|each|every|both|an?|the|other|elected|individual|such|"
    r"either|also|then|"
    r"should|it is the duty of|it is for|it is expected that|you are|as|in turn)[\s,]+)*$"
)
_STRONG_START = re.compile(
    r"(?:^\W*|[;:–—|(]\s*|\s-\s+|,\s+(?:and|while|whilst|whereas|but)\s+|\bwhile\s+|\bwhilst\s+|\bwhereas\s+)"
    + _OPENING,
    re.IGNORECASE,
)
_WEAK_START = re.compile(
    r"(?:(?<!\bof)(?<!\bto)(?<!\bwith)(?<!\bby),\s+(?:or\s+)?|\band\s+|\bor\s+|\bthat\s+|\bthen\s+)" + _OPENING,
    re.IGNORECASE,
)
_AGENT = re.compile(
    r"\b(?:by|for|in the case of|on the part of|made by)\s+(?:(?:the|an?|any|all|both|each|either|individual)\s+)*$",
    re.IGNORECASE,
)
_THEIR_CASE = re.compile(r"^['’]s?\s+case\b", re.IGNORECASE)
_GOES_ON = re.compile(
    rf"^\s*(?:\([^)]*\)\s*)?(?:(?:concerned|in question|involved|themselves|himself or herself|"
    rf"in a similar position)\s*)?,?\s*"
    rf"(?:(?:must|shall|should|will|may|is|are|has|have|ought|needs?|so)\b(?!\s+(?:also\s+)?be\s+(?:notified|"
    rf"informed|told|advised))|{_TELL}\b|declares?\b|discloses?\b|reports?\b|to\s+{_DET}(?=[A-Z]|line|service|head|"
    rf"chief|director|monitoring|manager))",
    re.IGNORECASE,
)
_ONWARD: tuple[Position, ...] = (Position.DEMOCRATIC_SERVICES,) * 2
"""Stands for a recipient who only passes the matter on; a value that no reading gives."""


@dataclass(frozen=True, slots=True)
class _Actor:
    start: int
    positions: tuple[Position, ...]


def positions_of_roles(text: str) -> tuple[Position, ...]:
    """The sides that a group of role words names; ``both parties`` is both."""
    if re.search(r"\bpart(?:y|ies)\b", text, re.IGNORECASE):
        return (Position.MEMBER, Position.OFFICER)
    return role_positions(text)


def _actors(sentence: str, named: list[Post], uses: list[Use]) -> list[_Actor]:
    """The places where somebody is said to act: at the start of a part, before a verb, or after ``by``."""
    masked = _masked(sentence, named)
    mentions = [(match.start(), match.end(), positions_of_roles(match[0])) for match in _ROLES.finditer(masked)]
    found: list[_Actor] = []
    for post, use in zip(named, uses, strict=True):
        position = position_of(post.title)
        onward = re.match(r"\s*(?:\([^)]*\)\s*)?,?\s*who\b", sentence[post.end :])
        if use is Use.RECEIVES and onward:
            found.append(_Actor(post.end + onward.end(), _ONWARD))
        elif re.match(r"\s+(?:level|grade)\b", sentence[post.end :]) and position is not None:
            found.append(_Actor(post.start, (position,)))
        elif use is Use.ACTS or (use is Use.OTHER and position is not None):
            mentions.append((post.start, post.end, (position,) if position else ()))
    for start, end, positions in mentions:
        before, after = sentence[:start], sentence[end:]
        goes_on = _GOES_ON.match(after) is not None
        case = re.search(r"\bin (?:the|an?|any)\s+$", before, re.IGNORECASE) and _THEIR_CASE.match(after)
        opens = _STRONG_START.search(before) is not None
        if positions and (case or opens or _AGENT.search(before) or (goes_on and _WEAK_START.search(before))):
            found.append(_Actor(start, positions))
    return sorted(found, key=lambda actor: actor.start)


def _nearest_actor(sentence: str, post: Post, actors: list[_Actor]) -> tuple[Position, ...]:
    """Who turns to the post: named just after it, or the last one named as acting before it."""
    after = _AFTER.match(sentence[post.end :])
    if after:
        return positions_of_roles(after[1])
    return next((actor.positions for actor in reversed(actors) if actor.start < post.start), ())
