"""What Copeland's protocol says, checked against the text: who is told, who hears, and what the rules hold."""

from __future__ import annotations

import pytest

from bot.pack_files import BUILT_IN, PackLibrary, read_pack
from bot.rules.protocol import Binds, ClockKind, Force, Pack, Position, Role
from bot.rules.routing import concern_route, declaration_route

MEMBERS = [Position.MEMBER, Position.EXECUTIVE_MEMBER, Position.CHAIR, Position.GROUP_LEADER]
HEADS = [Position.SERVICE_HEAD, Position.DIRECTOR, Position.MONITORING_OFFICER, Position.SECTION_151_OFFICER]


@pytest.fixture(scope="module")
def pack() -> Pack:
    return PackLibrary().get("copeland")


def words(text: str) -> str:
    return " ".join(text.split()).lower()


def test_the_pack_has_no_mistakes() -> None:
    assert read_pack(BUILT_IN / "copeland").id == "copeland"


def test_every_paragraph_of_the_sixteen_sections_is_there(pack: Pack) -> None:
    paragraphs = {1: 1, 2: 3, 3: 6, 4: 1, 5: 3, 6: 2, 7: 2, 8: 4, 9: 2, 10: 1, 11: 5, 12: 9, 13: 3, 14: 3, 15: 1, 16: 2}
    expected = [f"{section}.{number}" for section, count in paragraphs.items() for number in range(1, count + 1)]
    assert [clause.ref for clause in pack.clauses] == expected


@pytest.mark.parametrize("position", MEMBERS)
def test_a_member_declares_in_the_register_of_the_head_of_legal(pack: Pack, position: Position) -> None:
    route = declaration_route(pack, position)
    assert route is not None
    assert (route.to, route.ref) == (("monitoring_officer",), "5.3")
    assert pack.office_title("monitoring_officer") == "Head of Legal & Democratic Services"
    assert "register" in words(route.note or "")


@pytest.mark.parametrize("position", [Position.OFFICER, Position.DEMOCRATIC_SERVICES])
def test_an_officer_tells_their_own_service_head(pack: Pack, position: Position) -> None:
    route = declaration_route(pack, position)
    assert route is not None
    assert (route.to, route.ref) == (("service_head",), "5.3")
    assert pack.offices["service_head"].relation == "own_service_head"


@pytest.mark.parametrize("position", HEADS)
def test_a_service_head_or_director_tells_the_chief_executive(pack: Pack, position: Position) -> None:
    route = declaration_route(pack, position)
    assert route is not None
    assert (route.to, route.ref) == (("chief_executive",), "5.3")


def test_all_group_leaders_are_told_of_the_chief_executive(pack: Pack) -> None:
    route = declaration_route(pack, Position.CHIEF_EXECUTIVE)
    assert route is not None
    assert (route.to, route.ref) == (("group_leaders",), "5.3")
    assert pack.offices["group_leaders"].kind == "everyone"
    assert pack.offices["group_leaders"].position is Position.GROUP_LEADER


def test_no_position_is_left_without_a_route_of_its_own(pack: Pack) -> None:
    assert {position for route in pack.declarations for position in route.positions} == set(Position)


def test_a_declaring_member_is_reminded_to_stay_out_of_recruitment(pack: Pack) -> None:
    route = declaration_route(pack, Position.MEMBER)
    assert route is not None
    assert "6.1" in {ref for _, ref in route.expects}


@pytest.mark.parametrize(
    ("by", "about", "steps"),
    [
        (Role.MEMBER, "officer", [("service_head_in_question", "11.4"), ("chief_executive", "11.4")]),
        (Role.MEMBER, "director", [("chief_executive", "11.4")]),
        (Role.MEMBER, "chief_executive", [("group_leader", "11.4"), ("north_west_employers", "11.4")]),
        (Role.MEMBER, "member", [("monitoring_officer", "16.1"), ("chief_executive", "16.1")]),
        (
            Role.OFFICER,
            "member",
            [("service_head", "11.5"), ("corporate_team", "11.5"), ("standards_board", "11.5")],
        ),
    ],
)
def test_a_concern_climbs_the_ladder_that_the_text_sets_up(
    pack: Pack, by: Role, about: str, steps: list[tuple[str, str]]
) -> None:
    route = concern_route(pack, by, about)
    assert route is not None
    assert [(step.to, step.ref) for step in route.steps] == steps


def test_the_step_to_the_standards_board_says_that_it_was_abolished(pack: Pack) -> None:
    route = concern_route(pack, Role.OFFICER, "member")
    assert route is not None
    assert "abolished on 1 april 2012" in words(route.steps[-1].how or "")


def test_the_ladder_about_a_director_says_that_the_text_has_none_of_its_own(pack: Pack) -> None:
    route = concern_route(pack, Role.MEMBER, "director")
    assert route is not None
    assert "no step of its own for a director" in words(route.note or "")


def test_both_sides_may_ask_the_chief_executive_or_the_head_of_legal(pack: Pack) -> None:
    assert {(contact.role, contact.to, contact.ref) for contact in pack.advice} == {
        (Role.MEMBER, ("chief_executive", "monitoring_officer"), "16.1"),
        (Role.OFFICER, ("chief_executive", "monitoring_officer"), "16.1"),
    }


def test_the_three_statutory_posts_are_the_ones_that_2_3_names(pack: Pack) -> None:
    assert {office.title: (office.statutory, office.ref) for office in pack.offices.values() if office.statutory} == {
        "Chief Executive": ("Head of Paid Service", "2.3"),
        "Head of Finance & Business Development": ("Section 151 Officer", "2.3"),
        "Head of Legal & Democratic Services": ("Monitoring Officer", "2.3"),
    }


def test_the_text_gives_time_words_and_no_number(pack: Pack) -> None:
    assert [(limit.kind, limit.word, limit.ref) for limit in pack.clocks] == [
        (ClockKind.PROMPTLY, "promptly", "2.2"),
        (ClockKind.PROMPTLY, "timely", "2.2"),
        (ClockKind.PROMPTLY, "immediately", "7.2"),
    ]
    assert all(limit.amount is None for limit in pack.clocks)


@pytest.mark.parametrize(
    ("key", "to", "ref"),
    [
        ("interest_advice", {"monitoring_officer", "democratic_services_manager"}, "4.1"),
        ("officer_approach", {"chief_executive", "monitoring_officer"}, "7.2"),
        ("report_dispute", {"service_head_in_question", "chief_executive"}, "8.3"),
        ("scrutiny_witness", {"monitoring_officer", "democratic_services_manager"}, "3.6"),
        ("group_meeting_request", {"senior_officer"}, "3.4"),
        ("access_advice", {"chief_executive", "monitoring_officer", "democratic_services_manager"}, "12.9"),
        ("support_request", {"member_services_officer", "democratic_services_manager"}, "14.2"),
        ("unresolved_issue", {"chief_executive", "monitoring_officer"}, "16.1"),
        ("amendment", {"monitoring_officer", "democratic_services_manager"}, "16.2"),
    ],
)
def test_a_procedure_leads_to_the_posts_that_its_paragraph_names(pack: Pack, key: str, to: set[str], ref: str) -> None:
    procedure = next(found for found in pack.procedures if found.key == key)
    assert (set(procedure.to), procedure.refs[0]) == (to, ref)


@pytest.mark.parametrize(
    ("ref", "held"),
    [
        ("2.1", ["dignity", "reporting lines", "confidentiality", "junior officers", "policies and procedures"]),
        ("2.2", ["impartially", "consistent and timely", "promptly", "training, development and support"]),
        ("2.3", ["1972", "1989", "section 5", "section 151", "head of paid service"]),
        ("3.1", ["shadow executive", "chairmen and vice-chairmen", "in confidence", "constituents"]),
        ("3.4", ["exceptional circumstances", "senior officers"]),
        (
            "4.1",
            [
                "personal and prejudicial",
                "leave the room",
                "confidential",
                "the member's responsibility",
                "duties and responsibilities",
            ],
        ),
        ("5.2", ["members and employees", "close personal familiarity", "where possible", "a club"]),
        ("5.3", ["register", "service head", "director", "all group leaders", "recorded"]),
        ("6.1", ["husband or wife", "partner", "related", "friend", "business associate"]),
        ("6.2", ["on merit alone", "service head level and above", "4h"]),
        ("7.1", ["professional judgement", "normal hours", "evening meetings", "code of conduct"]),
        ("7.2", ["immediately", "chief executive", "head of legal", "grievance"]),
        ("8.3", ["professional judgement", "leading members", "both dissenting views"]),
        ("9.2", ["full council", "specified officers"]),
        ("10.1", ["all members", "partial", "corporate team", "scheme of delegation"]),
        ("11.4", ["service head", "afresh", "group leader", "north west employers'"]),
        ("11.5", ["corporate team", "standards board for england", "code of conduct"]),
        ("12.2", ["front sheet", "intranet", "electronically", "overview and scrutiny"]),
        ("12.3", ["background papers", "industrial relations", "criminal investigations", "legal advice"]),
        ("12.6", ["general public", "whatever is sent to other members"]),
        ("12.9", ["democratic services manager", "head of legal", "chief executive"]),
        ("14.1", ["mayor", "deputy leader", "any parish council", "postage"]),
        ("14.3", ["personal business", "computer security policy"]),
        ("15.1", ["not to be confidential", "copies", "paragraph 14"]),
    ],
)
def test_a_rule_keeps_what_its_paragraph_turns_on(pack: Pack, ref: str, held: list[str]) -> None:
    says = words(pack.clause(ref).says)
    assert [part for part in held if part not in says] == []


@pytest.mark.parametrize(
    ("ref", "force", "binds"),
    [
        ("3.2", Force.MUST_NOT, Binds.MEMBER),
        ("3.4", Force.MAY, Binds.BOTH),
        ("3.5", Force.MUST_NOT, Binds.BOTH),
        ("5.2", Force.SHOULD, Binds.BOTH),
        ("5.3", Force.MUST, Binds.BOTH),
        ("6.1", Force.MUST_NOT, Binds.MEMBER),
        ("7.1", Force.SHOULD_NOT, Binds.MEMBER),
        ("11.3", Force.SHOULD_NOT, Binds.MEMBER),
        ("11.5", Force.SHOULD, Binds.OFFICER),
        ("12.8", Force.SHOULD, Binds.OFFICER),
        ("14.1", Force.MUST_NOT, Binds.MEMBER),
        ("14.3", Force.MAY, Binds.MEMBER),
        ("16.1", Force.MAY, Binds.BOTH),
    ],
)
def test_a_rule_is_as_strong_as_its_own_verb(pack: Pack, ref: str, force: Force, binds: Binds) -> None:
    assert (pack.clause(ref).force, pack.clause(ref).binds) == (force, (binds,))


@pytest.mark.parametrize(
    ("ref", "said"),
    [
        ("4.1", "disclosable pecuniary interests"),
        ("5.3", "garbled"),
        ("11.5", "abolished on 1 april 2012"),
        ("12.6", "disclosable pecuniary interests"),
        ("13.3", "2011"),
    ],
)
def test_a_paragraph_that_the_law_has_left_behind_or_that_is_garbled_says_so(pack: Pack, ref: str, said: str) -> None:
    assert said in words(pack.clause(ref).stale or "")


def test_only_those_five_paragraphs_are_marked(pack: Pack) -> None:
    assert {clause.ref for clause in pack.clauses if clause.stale} == {"4.1", "5.3", "11.5", "12.6", "13.3"}


def test_each_paragraph_is_asked_about_in_many_ways_and_no_question_belongs_to_two(pack: Pack) -> None:
    assert [clause.ref for clause in pack.clauses if len(clause.asked_as) < 35] == []
    asked = [words(text) for clause in pack.clauses for text in clause.asked_as]
    asked += [words(miss.text) for miss in pack.near_misses]
    assert len(asked) == len(set(asked))
