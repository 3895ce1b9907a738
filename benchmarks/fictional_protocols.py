"""Protocols of councils that do not exist, in many house styles, with what is true of each.

Each is made from a seed: a numbering scheme, a choice of words and a choice of rules. The wording
is our own. What an importer should find is known for each, so that it can be measured.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV")


@dataclass
class Para:
    """One paragraph: its words, its points, what stands after them, and how it is labelled."""

    text: str
    points: list[str] = field(default_factory=list)
    tail: str = ""
    label: str = ""
    ref: str = ""
    deadlines: list[tuple[int, str]] = field(default_factory=list)
    routes: list[tuple[str, str]] = field(default_factory=list)
    lead_only: bool = False
    """A lead-in whose points are counted themselves."""
    intro: bool = False

    @property
    def whole(self) -> str:
        """Its words with its points, as an importer should give them."""
        return " ".join(part for part in (self.text, *self.points, self.tail) if part)


@dataclass
class Section:
    """A section: its heading and its paragraphs."""

    title: str
    paras: list[Para]
    label: str = ""


@dataclass
class Protocol:
    """A protocol and what is true of it."""

    council: str
    title: str
    scheme: str
    sections: list[Section]
    truth: list[tuple[str, str]] = field(default_factory=list)
    """Reference and wording of each paragraph."""

    @property
    def deadlines(self) -> list[tuple[int, str, str]]:
        """Amount, unit and reference of each time limit."""
        return [(amount, unit, p.ref) for s in self.sections for p in s.paras for amount, unit in p.deadlines]

    @property
    def routes(self) -> list[tuple[str, str, str]]:
        """Who tells whom, and where it stands."""
        return [(who, to, p.ref) for s in self.sections for p in s.paras for who, to in p.routes]


COUNCILS = (
    "Brackwater Borough Council", "Netherfold District Council", "Larkmoor County Council", "Eastholm City Council",
    "Pellbridge Town Council", "Wexbury Metropolitan Borough Council", "Ambleford District Council",
    "Stonehythe Borough Council", "Marlow Fen District Council", "Quarrington Council",
)  # fmt: skip
TITLES = (
    "Protocol on Relations between {M} and {O}",
    "{m}/{o} Relations Protocol",
    "Protocol for {m} and {o} Working",
    "Working Together: a Protocol for {M} and {O}",
    "{m} and {o} Protocol",
)

WORDS = (("Member", "Members", "Officer", "Officers"), ("Councillor", "Councillors", "officer", "officers"),
         ("member", "members", "officer", "officers"), ("Councillor", "Councillors", "employee", "employees"),
         ("Member", "Members", "Employee", "Employees"))  # fmt: skip

# {m} {M} a member, members; {o} {O} an officer, officers; at the start of a sentence with a capital: {Cm} {CM} {Co} {CO}
BANK: dict[str, tuple[tuple[str, tuple[str, ...], str], ...]] = {
    "Introduction": (
        ("This document sets out how {M} and {O} of the Council can expect to work with one another.", (), ""),
        ("It adds to the codes of conduct and takes nothing away from either of them.", (), ""),
        ("It cannot foresee every situation, and where it is silent common sense and courtesy should fill the gap.", (), ""),
        ("It covers {M} and {O} alike, wherever Council business is done, including online.", (), ""),
    ),
    "What {M} do": (
        ("{CM} are chosen by the voters of their wards and answer to them at the ballot box.", (), ""),
        ("In particular {M}:", ("set the Council's policies and its budget;", "speak up for the people of their wards;",
         "hold those who take decisions to account; and", "represent the Council on other bodies."), ""),
        ("No single {m} may give orders to staff; the Council acts only through its meetings and its scheme of delegation.", (), ""),
        ("{CM} should have regard to professional advice before they vote.", (), ""),
    ),
    "What {O} do": (
        ("{CO} are employed by the Council as a body and take their instructions from their managers.", (), ""),
        ("{CO} will:", ("give honest and full advice;", "carry out lawful decisions without delay;",
         "keep confidences; and", "treat every political group alike."), ""),
        ("An {o} must never be asked to draft material for a party.", (), ""),
        ("Where advice is unwelcome it shall still be given, and nobody may hold that against the {o} concerned.", (), ""),
    ),
    "Courtesy and respect": (
        ("Good working relations rest on courtesy. Raised voices, sarcasm and threats have no place in them.", (), ""),
        ("{CM} should not criticise a named {o} at a public meeting or on social media.", (), ""),
        ("{CO} must not belittle {M}, or share stories about them with colleagues.", (), ""),
        ("Neither side should contact the other late in the evening unless there is an emergency.", (), ""),
    ),
    "Access to information": (
        ("{CM} have the rights of access that the law gives them, and whatever else they need to know for their duties.", (), ""),
        ("A request may be refused where:", ("the {m} has a private interest in the matter;", "the law forbids disclosure; or",
         "meeting it would take up an unreasonable amount of time."), "The reasons for a refusal shall be given in writing."),
        ("Papers marked exempt are for the reader alone and may not be passed on.", (), ""),
        ("Disputes about access will be settled by the Monitoring Officer, whose ruling is final.", (), ""),
    ),
    "Political groups": (
        ("Party groups are part of how the Council works, although they take no decisions on its behalf.", (), ""),
        ("Senior {O} may be invited to brief a group on Council business. They may decline.", (), ""),
        ("When {O} attend a group meeting:", ("the briefing must be confined to Council business;",
         "they must leave before party matters are discussed; and", "a similar briefing must be offered to the other groups."), ""),
        ("What is said in a group must not be carried to another group.", (), ""),
    ),
    "Press and publicity": (
        ("The communications team issues news releases for the Council, and clears quotations with those quoted.", (), ""),
        ("A news release must not promote a political party or a candidate.", (), ""),
        ("{CM} who speak to reporters should make clear whether they speak for the Council or for themselves.", (), ""),
    ),
    "Use of resources": (
        ("Equipment and services are provided so that {M} can carry out Council work.", (), ""),
        ("They must not be used:", ("for party campaigning;", "for a private business; or", "by family and friends."), ""),
        ("Lost or stolen equipment should be reported to the ICT service desk straight away.", (), ""),
    ),
    "Ward matters": (
        ("{CO} should keep local {M} informed of significant events in their wards.", (), ""),
        ("Ward {M} shall be invited whenever the Council calls a public meeting about a local issue.", (), ""),
        ("Personal casework remains the responsibility of the {m} who took it on.", (), ""),
    ),
    "Correspondence": (
        ("Letters between one {m} and an {o} should not be copied to a third person without saying so.", (), ""),
        ("Blind copies must not be used.", (), ""),
        ("A letter that commits the Council to anything must go out in the name of an {o}.", (), ""),
    ),
    "Breaches of this protocol": (
        ("Most difficulties can be put right by an early and informal conversation.", (), ""),
        (("A {m} who is dissatisfied with the conduct of an {o} should raise it in private with the Director concerned, "
         "and if it is still not resolved with the Chief Executive."), (), ""),
        ("An {o} who has a concern about a {m} should speak first to their line manager, who will inform the Monitoring Officer.", (), ""),
    ),
    "Advice and review": (
        ("Questions about what this protocol means should be put to the Monitoring Officer.", (), ""),
        ("The Standards Committee will review this protocol every two years.", (), ""),
    ),
}  # fmt: skip

DEADLINES: tuple[tuple[str, tuple[tuple[int, str], ...]], ...] = (
    ("{CO} will acknowledge an enquiry from a {m} within {a} working days and will answer it in full within {b} working days.", (("a", "w"), ("b", "w"))),
    ("Every written enquiry from a {m} shall receive a reply not later than {B} ({b}) working days after it arrives.", (("b", "w"),)),
    ("An acknowledgement must be sent by the end of the next working day.", ((1, "working_days"),)),
    ("Where a full answer will take longer, a holding reply explaining the delay must be sent within {A} working days.", (("A", "w"),)),
    ("The Council aims to answer {M}' enquiries within two weeks of receipt.", ((2, "weeks"),)),
    ("Urgent matters must be dealt with within 48 hours.", ((48, "hours"),)),
    ("Requests for documents should normally be met within a fortnight.", ((2, "weeks"),)),
    ("{CM} are asked to reply to letters from residents within {b} working days.", (("b", "w"),)),
    ("The maximum response time for a {m}'s enquiry is {b} working days.", (("b", "w"),)),
    ("{CO} should respond to telephone messages from {M} within 24 hours.", ((24, "hours"),)),
    ("An appeal against a refusal must be lodged within 28 days of the decision.", ((28, "calendar_days"),)),
    ("No public meeting shall be arranged in the six weeks before polling day.", ((6, "weeks"),)),
    ("A response will be provided within {b} working days, or an explanation of why more time is needed.", (("b", "w"),)),
    ("Reports for a committee must be sent to its Chair at least {A} clear working days before the meeting.", (("A", "w"),)),
    ("Casework raised by a {m} will be logged the same day and answered within {B} working days.", (("B", "w"),)),
    ("The target for a substantive response is {b} working days; complex cases may take up to {c} working days.", (("b", "w"), ("c", "w"))),
    ("If no reply has been received after {b} working days the {m} may refer the matter to the Head of Service.", (("b", "w"),)),
    ("Any change to the register must be notified within 28 calendar days.", ((28, "calendar_days"),)),
)  # fmt: skip

ROUTES: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("{CM} and {O} must inform the Monitoring Officer in writing of any close personal relationship between them.", (("member", "Monitoring Officer"), ("officer", "Monitoring Officer"))),
    ("A {m} who has a family or close personal relationship with an {o} shall declare it to the Monitoring Officer, and the {o} shall notify their line manager.", (("member", "Monitoring Officer"), ("officer", "line manager"))),
    ("Any close relationship between a {m} and an {o} should be declared by the {m} to the Head of Governance and by the {o} to their Head of Service.", (("member", "Head of Governance"), ("officer", "Head of Service"))),
    ("Relationships of a personal or business nature must be recorded with the Democratic Services Manager by {M}, and with their Director by {O}.", (("member", "Democratic Services Manager"), ("officer", "Director"))),
    ("{CO} must disclose a personal relationship with a {m} to their Director or, in the case of a Director, to the Chief Executive.", (("officer", "Director"), ("director", "Chief Executive"))),
    ("If a {m} is related to an {o}, or is a close friend of one, the {m} must tell the Borough Solicitor. The {o} must tell the Head of Human Resources.", (("member", "Borough Solicitor"), ("officer", "Head of Human Resources"))),
    ("Close friendships and family ties between {M} and {O} should be drawn to the attention of the Chief Executive.", (("member", "Chief Executive"), ("officer", "Chief Executive"))),
    ("Where such a relationship concerns the Chief Executive, the Leader of the Council must be informed.", (("chief_executive", "Leader of the Council"),)),
    ("Directors shall report any personal relationship with a {m} to the Chief Executive; the Chief Executive shall report any of their own to the Monitoring Officer.", (("director", "Chief Executive"), ("chief_executive", "Monitoring Officer"))),
    ("{CM} shall register any close personal association with an {o} with the Clerk to the Council.", (("member", "Clerk to the Council"),)),
    ("An {o} who is married to, or lives with, a {m} must notify the Director of Corporate Services of the relationship.", (("officer", "Director of Corporate Services"),)),
    ("A personal connection that might be thought to influence either of them should be disclosed to the Assistant Director (Legal), who keeps a register.", (("member", "Assistant Director"), ("officer", "Assistant Director"))),
    ("It is the duty of every {m} to make any family relationship with an {o} known to the Monitoring Officer.", (("member", "Monitoring Officer"),)),
)  # fmt: skip
ROUTE_LISTS: tuple[tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]], ...] = (
    ("A close personal relationship must be declared as follows:",
     ("by a {m}, to the Monitoring Officer;", "by an {o}, to their Head of Service; and", "by a Head of Service, to the Chief Executive."),
     (("member", "Monitoring Officer"), ("officer", "Head of Service"), ("service_head", "Chief Executive"))),
    ("Family and personal relationships between {M} and {O} shall be notified to:",
     ("the Monitoring Officer, where the declaration is made by a {m};", "the line manager, where it is made by an {o}."),
     (("member", "Monitoring Officer"), ("officer", "line manager"))),
    ("Any personal relationship must be disclosed:",
     ("{CM}: to the Head of Legal Services", "{CO}: to their Director", "Directors: to the Chief Executive"),
     (("member", "Head of Legal Services"), ("officer", "Director"), ("director", "Chief Executive"))),
)  # fmt: skip

SPELLED = {2: "two", 3: "three", 5: "five", 7: "seven", 10: "ten", 15: "fifteen", 20: "twenty"}
SCHEMES = (
    "decimal",
    "continuous",
    "lettered",
    "counted",
    "restarting",
    "three-level",
    "roman",
    "section-word",
    "mixed",
    "bracketed",
)


def make(seed: int, scheme: str | None = None) -> Protocol:
    """The protocol of this seed."""
    rng = random.Random(seed)
    scheme = scheme or SCHEMES[seed % len(SCHEMES)]
    words = rng.choice(WORDS)
    council = rng.choice(COUNCILS)
    title = _said(rng.choice(TITLES), words)
    if rng.random() < 0.4:
        title = title.upper()
    names = [name for name in BANK if name not in {"Introduction", "Breaches of this protocol", "Advice and review"}]
    chosen = ["Introduction", *rng.sample(names, rng.randint(5, 8)), "Breaches of this protocol", "Advice and review"]
    sections = []
    for name in chosen:
        bank = list(BANK[name])
        take = max(2, len(bank) - rng.randint(0, 1))
        paras = [_para(entry, words) for entry in bank[:take]]
        sections.append(Section(_said(name, words), paras))
    _add_rules(sections, words, rng)
    upper = rng.random() < 0.3
    for section in sections:
        if upper:
            section.title = section.title.upper()
    protocol = Protocol(council, title, scheme, sections)
    _number(protocol)
    return protocol


def _said(text: str, words: tuple[str, str, str, str], numbers: dict[str, str] | None = None) -> str:
    m, ms, o, os = words
    article = "An" if o[0].lower() in "aeo" else "A"
    said = text.replace("An {o}", f"{article} {{o}}")
    filled = said.format(
        m=m, M=ms, o=o, O=os, Cm=m[0].upper() + m[1:], CM=ms[0].upper() + ms[1:], Co=o[0].upper() + o[1:],
        CO=os[0].upper() + os[1:], **(numbers or {}),
    )  # fmt: skip
    return filled[0].upper() + filled[1:] if text[0] == "{" else filled


def _para(entry: tuple[str, tuple[str, ...], str], words: tuple[str, str, str, str]) -> Para:
    text, points, tail = entry
    return Para(
        _said(text, words),
        [_said(point, words) for point in points],
        _said(tail, words) if tail else "",
    )


def _add_rules(sections: list[Section], words: tuple[str, str, str, str], rng: random.Random) -> None:
    clocks = []
    for text, expected in rng.sample(DEADLINES, rng.randint(3, 5)):
        a, b, c = rng.choice((2, 3)), rng.choice((5, 7, 10)), rng.choice((15, 20))
        numbers = {"a": str(a), "b": str(b), "c": str(c), "A": SPELLED[a], "B": SPELLED[b]}
        amounts = {"a": a, "A": a, "b": b, "B": b, "c": c}
        true = [(amounts.get(str(amount), amount), {"w": "working_days"}.get(unit, unit)) for amount, unit in expected]
        clocks.append(Para(_said(text, words, numbers), deadlines=true))
    place = rng.randrange(1, len(sections) - 1)
    sections.insert(
        place, Section(_said(rng.choice(("Enquiries from {M}", "Response times", "{m} enquiries")), words), clocks)
    )
    relations = []
    if rng.random() < 0.35:
        text, points, routes = rng.choice(ROUTE_LISTS)
        relations.append(Para(_said(text, words), [_said(p, words) for p in points], routes=list(routes)))
    else:
        pool = [route for route in ROUTES if not route[0].startswith("Where such")]
        text, routes = rng.choice(pool)
        relations.append(Para(_said(text, words), routes=list(routes)))
        if rng.random() < 0.3 and not any(who == "chief_executive" for who, _ in routes):
            text, routes = next(route for route in ROUTES if route[0].startswith("Where such"))
            relations.append(Para(_said(text, words), routes=list(routes)))
    relations.insert(
        0,
        Para(_said("{CM} and {O} should keep a professional distance, since closeness can look like favour.", words)),
    )
    place = rng.randrange(1, len(sections) - 1)
    titles = (
        "Close personal relationships",
        "Personal familiarity",
        "Declaring relationships",
        "Relationships outside work",
    )
    sections.insert(place, Section(rng.choice(titles), relations))


def _number(protocol: Protocol) -> None:
    """Label every paragraph by the scheme, and note the references by which each must be found."""
    scheme, running = protocol.scheme, 0
    start = 1
    for place, section in enumerate(protocol.sections, start):
        section.label = {
            "decimal": f"{place}.", "lettered": f"{place}.", "counted": f"{place}.", "restarting": f"{place}.",
            "three-level": f"{place}", "roman": f"{ROMAN[place - 1]}.", "section-word": f"Section {place}:",
            "mixed": f"{chr(64 + place)}.", "bracketed": f"{place}",
        }.get(scheme, "")  # fmt: skip
        for count, para in enumerate(section.paras, 1):
            running += 1
            if scheme in {"decimal", "section-word"}:
                para.label = para.ref = f"{place}.{count}"
            elif scheme in {"continuous", "roman"}:
                para.label, para.ref = f"{running}.", f"{running}"
            elif scheme == "lettered":
                para.label = f"({chr(96 + count)})"
                para.ref = f"{place}({chr(96 + count)})"
            elif scheme == "bracketed":
                para.label, para.ref = f"({count})", f"{place}({count})"
            elif scheme == "restarting":
                para.label, para.ref = f"{count}.", f"{place}.{count}"
            elif scheme == "three-level":
                para.label = para.ref = f"{place}.{count}"
            elif scheme == "mixed":
                para.label = para.ref = f"{chr(64 + place)}{count}"
        if scheme == "counted":
            _count(section, place)
    protocol.truth = [
        (para.ref, para.whole) for section in protocol.sections for para in section.paras if not para.lead_only
    ]


def _count(section: Section, place: int) -> None:
    """Without numbers each paragraph and each bullet counts; a lead-in is carried into its bullets."""
    counted: list[Para] = []
    count = 0
    for para in section.paras:
        if not para.points:
            count += 1
            para.ref = f"{place}.{count}"
            counted.append(para)
            continue
        counted.append(Para(para.text, lead_only=True))
        for point_place, point in enumerate(para.points):
            count += 1
            routes = [para.routes[point_place]] if point_place < len(para.routes) else []
            counted.append(Para(point, ref=f"{place}.{count}", label="•", routes=routes))
        if para.tail:
            count += 1
            counted.append(Para(para.tail, ref=f"{place}.{count}"))
    section.paras = counted
