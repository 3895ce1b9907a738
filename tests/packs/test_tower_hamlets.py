"""The facts of Tower Hamlets' protocol that its readers rely on, as the text itself gives them."""

from __future__ import annotations

import re

import pytest

from bot.pack_files import BUILT_IN, PackLibrary, read_pack
from bot.rules.protocol import Binds, Clause, ClockKind, Force, Position, Role, Unit
from bot.rules.routing import concern_route, declaration_route

PACK = PackLibrary().get("tower-hamlets")
SIDES = {Position.MEMBER, Position.EXECUTIVE_MEMBER, Position.CHAIR, Position.GROUP_LEADER}
PARAGRAPHS = {
    "1": 9, "2": 7, "3": 18, "4": 1, "5": 7, "6": 5, "7": 4, "8": 4, "9": 5, "10": 2, "11": 1, "12": 2, "13": 17,
    "14": 2, "15": 1,
}  # fmt: skip


def test_the_pack_has_no_mistakes() -> None:
    assert read_pack(BUILT_IN / "tower-hamlets").id == "tower-hamlets"


def test_all_paragraphs_stand_in_order_without_the_one_that_is_struck_through() -> None:
    printed = [f"{section}.{number}" for section, last in PARAGRAPHS.items() for number in range(1, last + 1)]
    printed.remove("3.15")
    assert [clause.ref for clause in PACK.clauses] == printed


def test_the_reader_is_told_that_the_text_is_an_unsettled_draft() -> None:
    assert "31 January 2022" in PACK.version
    assert PACK.note is not None
    assert "draft" in PACK.note
    assert "3.15" in PACK.note


@pytest.mark.parametrize("position", [place for place in Position if place is not Position.MONITORING_OFFICER])
def test_everyone_else_tells_the_monitoring_officer_of_a_relationship(position: Position) -> None:
    route = declaration_route(PACK, position)
    assert route is not None
    assert position in route.positions
    assert (route.to, route.ref) == (("monitoring_officer",), "3.6")
    assert {"3.6", "3.7"} <= {ref for _, ref in route.expects}
    assert not route.decides_audience


def test_the_protocol_names_nobody_for_the_monitoring_officers_own_relationship() -> None:
    route = declaration_route(PACK, Position.MONITORING_OFFICER)
    assert route is not None
    assert route.to == ()
    assert route.note is not None
    assert "names nobody else" in route.note
    assert route.offer == ("chief_executive",)


@pytest.mark.parametrize("position", list(Position))
def test_only_a_member_is_told_to_keep_off_bodies_that_decide_on_the_other(position: Position) -> None:
    route = declaration_route(PACK, position)
    assert route is not None
    keeps_off = [sentence for sentence, ref in route.expects if ref == "3.7" and "body" in sentence]
    assert bool(keeps_off) is (position in SIDES)


@pytest.mark.parametrize("position", [place for place in Position if place is not Position.MONITORING_OFFICER])
def test_the_warning_on_closeness_is_about_the_cabinet_and_committee_chairs(position: Position) -> None:
    """3.5 speaks of officers with Cabinet members or chairs, not of every Member."""
    route = declaration_route(PACK, position)
    assert route is not None
    (warning,) = [sentence for sentence, ref in route.expects if ref == "3.5"]
    assert "Cabinet" in warning
    assert "chair" in warning


@pytest.mark.parametrize(
    ("by", "about", "steps"),
    [
        (Role.MEMBER, "officer", [("divisional_director", "14.2"), ("corporate_director", "14.2")]),
        (Role.MEMBER, "director", [("chief_executive", "14.2")]),
        (Role.MEMBER, "chief_executive", [("monitoring_officer", "14.2")]),
        (Role.MEMBER, "member", [("monitoring_officer", "1.6")]),
        (Role.OFFICER, "member", [("senior_manager", "14.1"), ("monitoring_officer", "14.1")]),
    ],
)
def test_each_concern_climbs_the_ladder_of_section_14(by: Role, about: str, steps: list[tuple[str, str]]) -> None:
    route = concern_route(PACK, by, about)
    assert route is not None
    assert [(step.to, step.ref) for step in route.steps] == steps


@pytest.mark.parametrize("about", ["officer", "director", "chief_executive"])
def test_a_members_concern_about_an_officer_is_raised_in_private(about: str) -> None:
    route = concern_route(PACK, Role.MEMBER, about)
    assert route is not None
    assert all(step.how is not None and "in private" in step.how for step in route.steps)


@pytest.mark.parametrize("about", ["officer", "director", "chief_executive"])
def test_there_is_no_ladder_for_one_officers_concern_about_another(about: str) -> None:
    assert concern_route(PACK, Role.OFFICER, about) is None


def test_members_ask_the_monitoring_officer_and_officers_their_line_manager() -> None:
    assert {contact.role: (contact.to, contact.ref) for contact in PACK.advice} == {
        Role.MEMBER: (("monitoring_officer",), "1.9"),
        Role.OFFICER: (("line_manager",), "1.9"),
    }
    assert PACK.offices["line_manager"].relation == "own_manager"


def test_statutory_officers_are_those_that_the_text_names() -> None:
    statutory = {key: (office.statutory, office.ref) for key, office in PACK.offices.items() if office.statutory}
    assert statutory == {
        "monitoring_officer": ("Monitoring Officer", "1.9"),
        "head_of_paid_service": ("Head of Paid Service", "3.3"),
    }


def test_an_enquiry_is_answered_within_ten_working_days() -> None:
    limit = PACK.clock(ClockKind.REPLY)
    assert limit is not None
    assert (limit.amount, limit.unit, limit.ref) == (10, Unit.WORKING_DAYS, "8.1")


def test_no_other_reply_has_a_number() -> None:
    assert [(limit.kind, limit.amount, limit.word, limit.ref) for limit in PACK.clocks[1:]] == [
        (ClockKind.PROMPTLY, None, "urgent", "8.2"),
        (ClockKind.ELECTION_WINDOW, None, "pre-election period", "9.4"),
        (ClockKind.REVIEW, 1, None, "15.1"),
    ]


@pytest.mark.parametrize(
    ("key", "to", "ref"),
    [
        ("members_enquiry", ("members_enquiries",), "8.1"),
        ("urgent_request", ("chief_officer", "director"), "8.2"),
        ("need_to_know_dispute", ("monitoring_officer",), "8.2"),
        ("group_meeting_request", ("corporate_leadership_team_member",), "7.4"),
        ("group_meeting_with_outsiders", ("chief_executive",), "7.4"),
        ("report_dispute", ("monitoring_officer", "chief_executive"), "6.2"),
        ("legal_proceedings_enquiry", ("divisional_director", "corporate_director"), "5.6"),
        ("legal_proceedings_dispute", ("corporate_director", "monitoring_officer", "chief_executive"), "5.7"),
        ("confidentiality_exception", ("corporate_director", "monitoring_officer", "chief_executive"), "13.17"),
        ("confidentiality_complaint", ("standards_advisory_committee",), "13.14"),
        ("facilities_approval", ("chief_officer",), "9.3"),
        ("email_address_exception", ("monitoring_officer",), "9.5"),
        ("annual_review", ("standards_advisory_committee", "monitoring_officer"), "15.1"),
    ],
)
def test_each_procedure_leads_to_the_post_that_its_paragraph_names(key: str, to: tuple[str, ...], ref: str) -> None:
    (procedure,) = [procedure for procedure in PACK.procedures if procedure.key == key]
    assert (procedure.to, procedure.refs[0]) == (to, ref)


@pytest.mark.parametrize(
    ("ref", "words"),
    [
        ("1.4", ["co-opted", "consultants", "agency", "expected"]),
        ("1.6", ["Monitoring Officer", "disciplinary investigation"]),
        ("1.7", ["Mayor", "co-opted", "private"]),
        ("2.4", ["Council as a whole", "Political Assistants", "Mayor's Assistant"]),
        ("2.6", ["duty", "Independents", "wards", "portfolios"]),
        ("2.7", ["duty", "ward Members"]),
        ("3.2", ["must not", "parking ticket", "lobbying"]),
        ("3.3", ["reserved to the Head of Paid Service", "2001"]),
        ("3.6", ["encouraged", "family", "business", "declared openly", "any relationship", "Monitoring Officer"]),
        ("3.7", ["keep off any body", "personally"]),
        ("3.8", ["emergency"]),
        ("3.10", ["abusing or misusing power", "one-off", "scrutinising performance"]),
        ("3.12", ["Director of the service", "Chief Executive", "duty", "corruption", "answer back", "undue pressure"]),
        ("4.1", ["bullying", "confidentiality", "Constitution"]),
        ("5.4", ["must not", "witnesses", "community"]),
        ("5.6", ["Divisional Director", "Corporate Director", "on no account"]),
        ("5.7", ["Corporate Director", "Monitoring Officer", "Chief Executive"]),
        ("6.2", ["ultimate responsibility", "Monitoring Officer or the Chief Executive"]),
        ("6.4", ["good faith", "no reasonable authority", "political pressure"]),
        ("6.5", ["no power", "between meetings"]),
        (
            "7.4",
            [
                "(i)",
                "(vii)",
                "Corporate Leadership Team",
                "Chief Executive",
                "recommendations",
                "must not assume",
                "statutory duty",
            ],
        ),
        ("8.1", ["10 working days", "chase", "FOI", "casework"]),
        (
            "8.2",
            [
                "urgent",
                "Chief Officer or Director",
                "If access is refused",
                "the matter must be referred to the Monitoring Officer",
            ],
        ),
        ("8.3", ["Part B, section 27"]),
        ("9.2", ["own ward", "must not ask officers", "attend surgeries"]),
        ("9.3", ["chief officer", "formally approved", "community group"]),
        ("9.5", ["Monitoring Officer", "training"]),
        ("10.2", ["personal capacity", "cannot"]),
        ("11.1", ["no entitlement", "no objection"]),
        ("12.1", ["1989", "section 9"]),
        ("13.1", ["same ordinary right", "reasonably necessary"]),
        ("13.2", ["1972", "1998", "2000", "2012/2089", "2015"]),
        ("13.3", ["Part I ", "Part II", "Overview and Scrutiny", "Freedom of Information Act 2000"]),
        ("13.4", ["financial or personal interest", "private individual"]),
        ("13.8", ["fishing", "idle curiosity"]),
        ("13.13", ["marked confidential", "Part II"]),
        ("13.14", ["Standards Advisory Committee"]),
        ("13.17", ["severely damage", "illegal", "maladministration", "Corporate Director", "Chief Executive"]),
        ("14.2", ["privately", "Divisional Director", "Corporate Director", "Chief Executive", "Monitoring Officer"]),
        ("15.1", ["Standards Advisory Committee", "Monitoring Officer", "every year"]),
    ],
)
def test_a_rule_keeps_its_names_numbers_and_conditions(ref: str, words: list[str]) -> None:
    says = PACK.clause(ref).says
    assert [word for word in words if word not in says] == []


@pytest.mark.parametrize(
    ("ref", "force"),
    [
        ("2.6", Force.MUST),
        ("3.4", Force.MUST_NOT),
        ("3.6", Force.SHOULD),
        ("3.8", Force.SHOULD_NOT),
        ("3.10", Force.MUST_NOT),
        ("3.14", Force.MAY),
        ("3.18", Force.MUST_NOT),
        ("5.4", Force.MUST_NOT),
        ("5.7", Force.SHOULD),
        ("9.3", Force.MUST),
        ("14.1", Force.MAY),
        ("14.2", Force.SHOULD),
    ],
)
def test_a_rule_is_as_strong_as_its_own_verb(ref: str, force: Force) -> None:
    assert PACK.clause(ref).force is force


@pytest.mark.parametrize(
    ("ref", "binds"),
    [
        ("1.8", Binds.OFFICER),
        ("2.7", Binds.OFFICER),
        ("3.13", Binds.MEMBER),
        ("3.10", Binds.BOTH),
        ("4.1", Binds.MEMBER),
        ("5.6", Binds.MEMBER),
        ("13.15", Binds.OFFICER),
        ("13.14", Binds.MEMBER),
    ],
)
def test_a_rule_speaks_to_the_side_that_its_paragraph_addresses(ref: str, binds: Binds) -> None:
    assert PACK.clause(ref).binds == (binds,)


@pytest.mark.parametrize("ref", ["1.7", "8.1", "10.1", "10.2", "13.2"])
def test_the_reader_is_told_where_the_text_is_unsettled_or_the_law_moved_on(ref: str) -> None:
    assert PACK.clause(ref).stale


@pytest.mark.parametrize("clause", PACK.clauses, ids=lambda clause: clause.ref)
def test_every_paragraph_is_known_by_many_ways_of_asking_and_by_topics(clause: Clause) -> None:
    assert len(clause.asked_as) >= 35
    assert 2 <= len(clause.topics) <= 5


def test_no_way_of_asking_stands_under_two_paragraphs_or_among_the_near_misses() -> None:
    asked = [re.sub(r"\W+", " ", phrase.lower()).strip() for clause in PACK.clauses for phrase in clause.asked_as]
    missed = [re.sub(r"\W+", " ", miss.text.lower()).strip() for miss in PACK.near_misses]
    everything = asked + missed
    assert sorted({phrase for phrase in everything if everything.count(phrase) > 1}) == []


def test_every_paragraph_named_in_a_near_miss_exists() -> None:
    known = {clause.ref for clause in PACK.clauses}
    named = {ref for miss in PACK.near_misses for ref in re.findall(r"\b\d{1,2}\.\d{1,2}\b", miss.why)}
    assert named <= known
    assert len(PACK.near_misses) >= 125
