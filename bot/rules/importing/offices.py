"""Find the posts that a text names, as it writes them, and say what position their holders have.

Titles differ from council to council, so nothing here is a list of titles: a post is a phrase of
capitalised words around a word for a post (Officer, Director, Clerk ...), or one of the plain
expressions that protocols use (``their line manager``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.rules.protocol import Position

_CAPITAL = r"(?:[A-Z][A-Za-z'’]*(?:[-/][A-Z][A-Za-z]*)*|&|HR|ICT|IT)"
_LINK = r"(?:of|and|&|for|to|the|in|with|–|-)"
_PHRASE = re.compile(
    rf"{_CAPITAL}(?:\s+(?:{_LINK}\s+){{0,2}}{_CAPITAL}|,\s+{_CAPITAL}(?=\s+and\s+[A-Z])|\s*\(\s*Section\s+151\s*\)|"
    rf"\s+151\b)*"
    r"(?:\s+(?:teams?|services?|managers?|officers?|lead|unit|department|directors?|committee)\b)?"
)
_POST = re.compile(
    r"\b(?:officers?|(?:chief|deputy chief|assistant chief) executives?|directors?|heads? of|service heads?|managers?|"
    r"leaders?|clerk|solicitor|whips?|committee|treasurer|chair(?:man|woman|person)?s?|secretary|lawyer|counsel|"
    r"panel|supervisors?|ombudsman|board|mayor|portfolio holders?|(?:cabinet|executive) members?|adviser|advisor|"
    r"lead|(?:business )?partners?|co-?ordinator|controller|registrar|administrator|services? team|team|commissioner|"
    r"convener|convenor|provost|unit|department|services)\b",
    re.IGNORECASE,
)
_PLAIN = re.compile(
    r"\b(?:(?:immediate |own )?line managers?|(?:immediate |direct )?(?:manager|supervisor)s?|"
    r"(?:deputy )?monitoring officers?|"
    r"(?:deputy )?chief executives?|managing director|head of paid service|(?:section|s\.?) ?151 officers?|"
    r"chief financ(?:e|ial) officer|"
    r"heads? of (?:service|department|law|legal(?: services)?|democratic services|human resources|hr|governance|"
    r"finance)|"
    r"service heads?|service managers?|(?:corporate |executive |strategic |service |divisional |assistant |"
    r"relevant )?directors?|"
    r"chief officers?|(?:political |party )?group (?:leader|whip)s?|leaders? of (?:the|their|each|all) (?:political |"
    r"party )?groups?|"
    r"town clerk|parish clerk|clerk to the council|clerk|democratic services(?: (?:team|manager|officer))?|"
    r"human resources(?: team)?|"
    r"leader of the council|council leader|standards committee|senior (?:manager|officer)s?|departmental managers?)\b",
    re.IGNORECASE,
)
_NOT_POSTS = re.compile(
    r"^(?:(?:the |council |all |lead |an? |any |local |member |individual |relevant )*"
    r"(?:officers?|executive|services?|committees?|teams?|departments?|managers?|boards?|panels?|units?|"
    r"council services?)|"
    r"members?.*|political groups?|member services|"
    r"(?!.*\b(?:heads?|directors?|managers?|officers?|executive|democratic|governance)\b).*\b(?:committees|services)|"
    r"(?:support|council|public|legal|shared|front.?line) services|.*code of conduct.*|.*\bprotocol\b.*|"
    r"senior officers and members|(?:overview and )?scrutiny committees?)$",
    re.IGNORECASE,
)
_DETERMINERS = re.compile(
    r"(?:\b(?:the|a|an|any|all|each|every|both|their|his|her|its|your|our|his or her|his/her|her/his|him/her|own|"
    r"relevant|"
    r"appropriate|respective|council['’]s|authority['’]s|that|this|of|immediate|designated)\s+)+$",
    re.IGNORECASE,
)
_POSSESSIVE = re.compile(r"\b(?:their|his|her|his/her|her/his|your|its|own|respective)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Post:
    """A post as named at one place of a text."""

    title: str
    start: int
    end: int
    possessive: bool = False
    """Whether it is somebody's own: ``their Director``."""
    every: bool = False
    """Whether each holder is meant: ``all Group Leaders``."""

    @property
    def key(self) -> str:
        """The title in the form by which two mentions are the same post."""
        return post_key(self.title)


def post_key(title: str) -> str:
    """A title in small letters, singular, joined by underscores, as a pack names an office."""
    words = re.sub(r"[^a-z0-9 ]", " ", title.lower().replace("&", " and ").replace("’", "'").replace("'s", "")).split()
    words = [word for word in words if word not in {"the", "all", "a", "an", "relevant", "appropriate", "own"}]
    if len(words) > 1 and words[0] == "heads":
        words[0] = "head"
    if (
        words
        and words[-1].endswith("s")
        and words[-1] not in {"services", "resources", "ss", "ethics", "communications"}
    ):
        words[-1] = words[-1][:-1]
    return "_".join(words)


_OF_GROUP = re.compile(
    r"\s+of\s+(?:the|their|his|her|each|all)\s+(?:own\s+|political\s+|party\s+)*groups?\b", re.IGNORECASE
)


def posts(text: str) -> list[Post]:
    """The posts named in a text, in order, without overlaps."""
    found: list[Post] = []
    taken: list[tuple[int, int]] = []
    for match in _PHRASE.finditer(text):
        for start, end in _parted(text, match.start(), match.end()):
            phrase = re.sub(r"['’]s?$", "", text[start:end])
            if _POST.search(phrase) and not _NOT_POSTS.match(phrase):
                group = _OF_GROUP.match(text, end) if phrase.lower().endswith(("leader", "leaders")) else None
                end = group.end() if group else end  # noqa: PLW2901 - the title goes on in small letters
                found.append(_post(text, start, end))
                taken.append((start, end))
    found.extend(
        _post(text, match.start(), match.end())
        for match in _PLAIN.finditer(text)
        if not any(start < match.end() and match.start() < end for start, end in taken)
    )
    return sorted(found, key=lambda post: post.start)


def _post(text: str, start: int, end: int) -> Post:
    before = _DETERMINERS.search(text[:start])
    words = before[0] if before else ""
    title = re.sub(r"\s+", " ", text[start:end]).strip(" ,-–").removeprefix("The ")
    title = re.sub(r"[’']s?$", "", re.sub(r"^(?:Council|Authority)[’']s\s+", "", title))
    return Post(
        title,
        start,
        end,
        possessive=bool(_POSSESSIVE.search(words)),
        every=bool(re.search(r"\b(?:all|each|every)\b", words, re.IGNORECASE)),
    )


_OWN_POST = re.compile(
    rf"(?:{_CAPITAL}\s+){{0,4}}?(?:Officers?|Executives?|Directors?|Heads?|Managers?|Leaders?|Clerk|Solicitor|Whips?|"
    r"Treasurer|Chair\w*|Secretary)\b"
)
_OPENING = re.compile(
    r"(?:(?:The|A|An|Any|All|If|In|Where|When|Similarly|Both|Their|His|Her|Your|Each|Members?|Councillors?|"
    r"Officers?(?=\s+(?:to|and)\b)|Employees?|Staff|Every|For|With|To|By|And|Or|This|That|Such)\s+"
    r"(?:(?:to|and|the|of|with|or)\s+)*|[A-Z][a-z]+\s+(?:to\s+|with\s+)?the\s+)+(?=[A-Z])"
)
_JOINT = re.compile(r",\s+(?:and\s+|or\s+)?(?:the\s+|to\s+)*|\s+(?:and|&|to|with)\s+(?:the\s+)?|\s+/\s+|/")


def _parted(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A capitalised phrase parted where two posts meet in it: ``Chief Executive and the Monitoring Officer``."""
    phrase = text[start:end]
    pieces: list[tuple[int, int]] = []
    last = 0
    for match in _JOINT.finditer(phrase):
        left, right = phrase[last : match.start()], phrase[match.end() :]
        whole_left = _POST.search(left) and not _NOT_POSTS.match(left.strip())
        if whole_left and _OWN_POST.match(right):
            pieces.append((start + last, start + match.start()))
            last = match.end()
    pieces.append((start + last, end))
    return [_trimmed(text, *piece) for piece in pieces]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The phrase without words at its start that only open the sentence, and without role words."""
    opening = _OPENING.match(text, start, end)
    if opening:
        start = opening.end()
    return start, end


_POSITIONS: tuple[tuple[Position, str], ...] = (
    (
        Position.GROUP_LEADER,
        r"\bgroup leader|leaders? of (?:the|their|each|all) (?:political |party )?group|\bgroup whip|\bchief whip",
    ),
    (Position.MONITORING_OFFICER, r"\bmonitoring officer"),
    (
        Position.CHIEF_EXECUTIVE,
        r"\bchief executive|\bmanaging director|\bhead of paid service|\btown clerk|\bchief operating",
    ),
    (Position.SECTION_151_OFFICER, r"\b151\b|\bchief financ|\btreasurer|\bfinance officer"),
    (Position.DEMOCRATIC_SERVICES, r"\bdemocratic services|\bcommittee services"),
    (
        Position.EXECUTIVE_MEMBER,
        r"\bexecutive member|\bcabinet member|\bportfolio holder|\bleader of the council|\bcouncil leader",
    ),
    (Position.CHAIR, r"\bchair(?:man|woman|person)?s?\b"),
    (
        Position.SERVICE_HEAD,
        r"\bservice heads?|\bheads? of|\bservice managers?|\bassistant directors?|\bdepartmental manager",
    ),
    (Position.DIRECTOR, r"\bdirectors?\b|\bchief officers?"),
)


def position_of(title: str) -> Position | None:
    """The position whose holders fill the post, as far as its title tells."""
    for position, pattern in _POSITIONS:
        if re.search(pattern, title, re.IGNORECASE):
            return position
    return None


def is_body(title: str) -> bool:
    """Whether the post is a committee or a team rather than a person."""
    if re.match(
        r"(?:deputy |assistant |corporate |executive )*(?:head|director|manager|chair\w*|chief)\b", title, re.IGNORECASE
    ):
        return False
    return re.search(_BODY, title, re.IGNORECASE) is not None


_BODY = r"\b(?:committee|panel|board|team|unit|department|services|resources)$"
