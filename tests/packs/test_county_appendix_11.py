"""What the county's Appendix 11 says, checked against the text: who is told, who hears, and what the rules hold."""

from __future__ import annotations

import re

import pytest

from bot.pack_files import BUILT_IN, PackLibrary, read_pack
from bot.rules.protocol import Binds, ClockKind, Force, Pack, Position, Role
from bot.rules.routing import concern_route, declaration_route

OWN_DIRECTOR = [
    Position.OFFICER,
    Position.SERVICE_HEAD,
    Position.DEMOCRATIC_SERVICES,
    Position.MONITORING_OFFICER,
    Position.SECTION_151_OFFICER,
]
MEMBERS = [Position.MEMBER, Position.EXECUTIVE_MEMBER, Position.CHAIR, Position.GROUP_LEADER]


@pytest.fixture(scope="module")
def pack() -> Pack:
    return PackLibrary().get("county-appendix-11")


def words(text: str) -> str:
    return " ".join(text.split()).lower()


def test_the_pack_has_no_mistakes() -> None:
    assert read_pack(BUILT_IN / "county-appendix-11").id == "county-appendix-11"


def test_every_point_of_the_fifteen_sections_is_there(pack: Pack) -> None:
    points = {"1": 3, "2": 12, "3": 11, "4": 3, "5": 1, "6": 6, "7": 2, "8": 6, "9": 2, "10": 5}
    points |= {"11": 2, "12": 3, "13": 4, "14": 2, "15": 1}
    expected = [f"{section}.{point}" for section, count in points.items() for point in range(1, count + 1)]
    assert [clause.ref for clause in pack.clauses] == expected


@pytest.mark.parametrize("position", OWN_DIRECTOR)
def test_an_employee_tells_the_own_executive_director_who_decides_how_far_it_goes(
    pack: Pack, position: Position
) -> None:
    route = declaration_route(pack, position)
    assert route is not None
    assert (route.to, route.ref, route.decides_audience) == (("executive_director",), "4.2", True)
    assert pack.offices["executive_director"].relation == "own_director"


def test_an_executive_director_tells_the_managing_director_who_decides_how_far_it_goes(pack: Pack) -> None:
    route = declaration_route(pack, Position.DIRECTOR)
    assert route is not None
    assert (route.to, route.ref, route.decides_audience) == (("managing_director",), "4.2", True)


@pytest.mark.parametrize("position", [*MEMBERS, Position.CHIEF_EXECUTIVE])
def test_the_text_names_nobody_for_a_member_or_the_managing_director(pack: Pack, position: Position) -> None:
    route = declaration_route(pack, position)
    assert route is not None
    assert (route.to, route.ref, route.offer) == ((), "4.2", ("monitoring_officer",))
    assert "15.1" in route.also
    assert route.note is not None
    assert "we suggest" in route.note


def test_no_position_is_left_without_a_route_of_its_own(pack: Pack) -> None:
    assert {position for route in pack.declarations for position in route.positions} == set(Position)


@pytest.mark.parametrize(
    ("by", "about", "steps"),
    [
        (Role.MEMBER, "officer", [("strategic_director", "4.3")]),
        (Role.MEMBER, "director", [("monitoring_officer", "14.2"), ("chief_financial_officer", "14.2")]),
        (Role.MEMBER, "chief_executive", [("monitoring_officer", "14.2"), ("chief_financial_officer", "14.2")]),
        (
            Role.MEMBER,
            "member",
            [
                ("group_leader", "14.1"),
                ("chief_whip", "14.1"),
                ("monitoring_officer", "14.1"),
                ("standards_committee", "14.1"),
            ],
        ),
        (
            Role.OFFICER,
            "member",
            [
                ("group_leader", "14.1"),
                ("chief_whip", "14.1"),
                ("monitoring_officer", "14.1"),
                ("standards_committee", "14.1"),
            ],
        ),
        (
            Role.OFFICER,
            "officer",
            [
                ("relevant_executive_director", "14.2"),
                ("monitoring_officer", "14.2"),
                ("chief_financial_officer", "14.2"),
            ],
        ),
    ],
)
def test_a_concern_goes_to_the_posts_that_the_text_names(
    pack: Pack, by: Role, about: str, steps: list[tuple[str, str]]
) -> None:
    route = concern_route(pack, by, about)
    assert route is not None
    assert [(step.to, step.ref) for step in route.steps] == steps


def test_both_sides_ask_the_monitoring_officer_about_the_protocol(pack: Pack) -> None:
    assert {(contact.role, contact.to, contact.ref) for contact in pack.advice} == {
        (Role.MEMBER, ("monitoring_officer",), "15.1"),
        (Role.OFFICER, ("monitoring_officer",), "15.1"),
    }


@pytest.mark.parametrize(
    ("statutory", "titles"),
    [
        ("Head of Paid Services", {"Managing Director"}),
        ("Section 151 Officer", {"Director of Finance and ICT"}),
        ("Monitoring Officer", {"Monitoring Officer", "Director of Legal & Democratic Services"}),
    ],
)
def test_the_statutory_posts_have_the_titles_of_point_2_5(pack: Pack, statutory: str, titles: set[str]) -> None:
    found = [office for office in pack.offices.values() if office.statutory == statutory]
    assert {office.title for office in found} == titles
    assert {office.ref for office in found} == {"2.5"}


def test_no_time_limit_has_a_number_because_the_text_gives_none(pack: Pack) -> None:
    assert [limit.amount for limit in pack.clocks] == [None, None]
    assert [(limit.kind, limit.ref) for limit in pack.clocks] == [
        (ClockKind.PROMPTLY, "3.9"),
        (ClockKind.ELECTION_WINDOW, "12.3"),
    ]
    assert pack.clocks[0].word == "in a timely manner"


@pytest.mark.parametrize(
    ("key", "to", "refs"),
    [
        ("need_to_know_request", ("monitoring_officer",), ("10.2", "10.3")),
        ("interest_advice", ("monitoring_officer",), ("10.4",)),
        ("scrutiny_witness", ("relevant_executive_director",), ("6.2",)),
        ("scrutiny_legality_doubt", ("monitoring_officer",), ("6.1",)),
        ("legality_doubt", ("monitoring_officer", "section_151_officer"), ("2.7",)),
        ("breach_by_member", ("group_leader", "chief_whip", "monitoring_officer"), ("14.1",)),
        (
            "breach_by_employee",
            ("relevant_executive_director", "monitoring_officer", "chief_financial_officer"),
            ("14.2",),
        ),
        ("press_release", ("communications_team",), ("12.1", "12.2", "12.3")),
        ("group_meeting_request", (), ("8.3", "8.5")),
    ],
)
def test_a_procedure_leads_where_the_text_sends_it(
    pack: Pack, key: str, to: tuple[str, ...], refs: tuple[str, ...]
) -> None:
    procedure = next(procedure for procedure in pack.procedures if procedure.key == key)
    assert (procedure.to, procedure.refs) == (to, refs)


@pytest.mark.parametrize(
    ("ref", "said"),
    [
        ("1.1", ["courteous and respectful", "their respective roles"]),
        ("1.2", ["the council's best interests", "constitution"]),
        ("1.3", ["not only formal meetings", "code of conduct"]),
        ("2.1", ["strategic direction", "council plan", "policy framework"]),
        (
            "2.5",
            ["managing director", "executive directors", "finance and ict", "legal & democratic services", "advice"],
        ),
        ("2.7", ["vires", "maladministration", "impropriety", "probity", "policy framework", "budget", "law"]),
        ("2.11", ["leaves it undone", "employee considers", "maladministration"]),
        ("3.3", ["professional advice", "employees may from time to time be required"]),
        ("3.8", ["arrange", "employees may from time to time be required"]),
        ("3.9", ["timely", "no number of days"]),
        ("3.10", ["office procedures", "scheme of delegations"]),
        ("4.1", ["suspicion", "excessive socialising"]),
        ("4.2", ["executive director", "managing director", "how far"]),
        ("4.3", ["press", "held in public", "individually or collectively", "strategic director"]),
        ("5.1", ["leader", "chairman of the county council", "committee chairman", "section 2"]),
        ("6.2", ["normally", "junior", "consent", "relevant executive director"]),
        ("6.3", ["so far as possible", "professional opinion", "political view"]),
        ("6.4", ["advice", "constitution", "consultations", "scheme of delegations"]),
        ("6.5", ["whistleblowing", "harassment", "disciplinary"]),
        ("8.3", ["when they act in party groups", "do not have to attend", "preparing documents", "resources"]),
        ("8.4", ["when they act in party groups", "no power", "should not act"]),
        ("9.2", ["senior employees", "council", "committee", "authorised"]),
        ("10.1", ["right", "regulatory committee", "appendix 6"]),
        ("10.2", ["monitoring officer", "reasonable need", "10.3"]),
        ("10.3", ["confidential or exempt", "10.2"]),
        ("11.1", ["not an elected member", "independent members", "attends"]),
        ("12.3", ["political nature", "election time"]),
        ("13.4", ["schedule 12a", "1972", "data protection act 2018", "contractual", "legal proceedings"]),
        ("14.1", ["chief whip", "and/or", "monitoring officer", "governance, ethics and standards committee"]),
        ("14.2", ["executive director", "monitoring officer", "chief financial officer"]),
    ],
)
def test_a_rule_keeps_its_conditions_names_and_exceptions(pack: Pack, ref: str, said: list[str]) -> None:
    text = words(pack.clause(ref).says)
    assert [phrase for phrase in said if phrase not in text] == []


def test_the_monitoring_officer_is_not_told_to_consult_before_anything_else(pack: Pack) -> None:
    """14.1 joins consulting and referring by “and, if appropriate”; it gives no order."""
    assert re.search(r"\bfirst\b", words(pack.clause("14.1").says)) is None


@pytest.mark.parametrize(
    ("ref", "force", "binds"),
    [
        ("1.1", Force.MUST, {Binds.BOTH}),
        ("2.10", Force.MUST_NOT, {Binds.MEMBER}),
        ("3.1", Force.SHOULD, {Binds.OFFICER}),
        ("3.5", Force.MUST, {Binds.OFFICER}),
        ("3.11", Force.MUST_NOT, {Binds.OFFICER}),
        ("4.2", Force.SHOULD, {Binds.BOTH}),
        ("4.3", Force.SHOULD_NOT, {Binds.MEMBER}),
        ("6.2", Force.MUST_NOT, {Binds.MEMBER, Binds.COMMITTEE}),
        ("10.1", Force.MAY, {Binds.MEMBER}),
        ("12.1", Force.SHOULD, {Binds.BOTH}),
        ("13.1", Force.MUST, {Binds.BOTH}),
        ("13.3", Force.SHOULD, {Binds.BOTH}),
        ("14.2", Force.MAY, {Binds.BOTH}),
    ],
)
def test_a_rule_is_as_strong_as_its_own_verb(pack: Pack, ref: str, force: Force, binds: set[Binds]) -> None:
    clause = pack.clause(ref)
    assert (clause.force, set(clause.binds)) == (force, binds)


@pytest.mark.parametrize(
    ("ref", "warns_of"),
    [
        ("4.2", "names nobody for a Member"),
        ("4.3", "Strategic Director"),
        ("10.4", "2012"),
        ("10.5", "replaced"),
        ("13.3", "13.4"),
        ("13.4", "13.3"),
        ("14.1", "Monitoring Officer"),
    ],
)
def test_a_reader_is_warned_where_the_text_is_overtaken_or_in_doubt(pack: Pack, ref: str, warns_of: str) -> None:
    assert warns_of in (pack.clause(ref).stale or "")


def test_every_point_is_asked_about_in_thirty_five_ways_or_more(pack: Pack) -> None:
    assert [clause.ref for clause in pack.clauses if len(set(clause.asked_as)) < 35] == []


def test_no_way_of_asking_is_claimed_by_two_points_or_by_a_question_that_is_not_answered(pack: Pack) -> None:
    asked = [words(text) for clause in pack.clauses for text in clause.asked_as]
    missed = [words(miss.text) for miss in pack.near_misses]
    assert len(asked) == len(set(asked))
    assert len(missed) == len(set(missed))
    assert not set(asked) & set(missed)


def test_each_paragraph_that_a_near_miss_names_exists(pack: Pack) -> None:
    named = {ref for miss in pack.near_misses for ref in re.findall(r"\((\d+\.\d+)\)", miss.why)}
    assert named
    assert named <= {clause.ref for clause in pack.clauses}
