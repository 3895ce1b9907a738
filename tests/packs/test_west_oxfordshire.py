"""The facts of West Oxfordshire's protocol that its readers rely on, as the text itself gives them."""

from __future__ import annotations

import pytest

from bot.pack_files import BUILT_IN, PackLibrary, read_pack
from bot.rules.protocol import Binds, ClockKind, Force, Position, Role, Unit
from bot.rules.routing import concern_route, declaration_route

PACK = PackLibrary().get("west-oxfordshire")
NOT_THE_MONITORING_OFFICER = [position for position in Position if position is not Position.MONITORING_OFFICER]


def test_the_pack_has_no_mistakes() -> None:
    assert read_pack(BUILT_IN / "west-oxfordshire").id == "west-oxfordshire"


def test_all_87_paragraphs_stand_in_order() -> None:
    assert [clause.ref for clause in PACK.clauses] == [str(number) for number in range(1, 88)]


@pytest.mark.parametrize("position", NOT_THE_MONITORING_OFFICER)
def test_everyone_tells_the_monitoring_officer_of_a_relationship(position: Position) -> None:
    route = declaration_route(PACK, position)
    assert route is not None
    assert position in route.positions
    assert route.to == ("monitoring_officer",)
    assert route.ref == "30"
    assert {ref for _, ref in route.expects} >= {"31"}
    assert not route.decides_audience


def test_the_protocol_names_nobody_for_the_monitoring_officers_own_relationship() -> None:
    route = declaration_route(PACK, Position.MONITORING_OFFICER)
    assert route is not None
    assert route.to == ()
    assert route.note is not None
    assert "names nobody else" in route.note
    assert route.offer == ("chief_executive",)


@pytest.mark.parametrize("about", ["officer", "director", "chief_executive"])
def test_a_members_concern_about_any_officer_goes_to_a_senior_officer(about: str) -> None:
    route = concern_route(PACK, Role.MEMBER, about)
    assert route is not None
    assert [(step.to, step.ref) for step in route.steps] == [("senior_officer", "20")]
    assert route.note is not None
    assert "internal procedures" in route.note


def test_an_officers_concern_about_a_member_may_start_with_any_of_four() -> None:
    route = concern_route(PACK, Role.OFFICER, "member")
    assert route is not None
    assert {step.to for step in route.steps} == {
        "line_manager",
        "senior_officer",
        "monitoring_officer",
        "chief_executive",
    }
    assert route.steps[0].to == "line_manager"
    assert {step.ref for step in route.steps} == {"87"}


@pytest.mark.parametrize(
    ("by", "about"), [(Role.MEMBER, "member"), (Role.OFFICER, "officer"), (Role.OFFICER, "chief_executive")]
)
def test_there_is_no_ladder_where_the_text_has_none(by: Role, about: str) -> None:
    assert concern_route(PACK, by, about) is None


@pytest.mark.parametrize("role", list(Role))
def test_both_sides_ask_the_same_three_about_the_protocol(role: Role) -> None:
    (contact,) = [contact for contact in PACK.advice if contact.role is role]
    assert set(contact.to) == {"chief_executive", "monitoring_officer", "deputy_monitoring_officer"}
    assert contact.ref == "84"


def test_statutory_officers_are_those_that_the_definitions_name() -> None:
    statutory = {key: office.statutory for key, office in PACK.offices.items() if office.statutory}
    assert statutory == {"monitoring_officer": "Monitoring Officer", "chief_finance_officer": "Section 151 Officer"}


@pytest.mark.parametrize(
    ("kind", "amount", "unit", "ref"),
    [
        (ClockKind.REPLY, 5, Unit.WORKING_DAYS, "29"),
        (ClockKind.HOLDING_REPLY, 5, Unit.WORKING_DAYS, "29"),
        (ClockKind.PUBLIC_REPLY, 5, Unit.WORKING_DAYS, "16"),
        (ClockKind.ELECTION_WINDOW, 4, Unit.WEEKS, "62"),
    ],
)
def test_clocks_that_have_a_number(kind: ClockKind, amount: int, unit: Unit, ref: str) -> None:
    clock = PACK.clock(kind)
    assert clock is not None
    assert (clock.amount, clock.unit, clock.ref) == (amount, unit, ref)


@pytest.mark.parametrize("kind", [ClockKind.ACKNOWLEDGE, ClockKind.REVIEW])
def test_no_clock_is_invented(kind: ClockKind) -> None:
    assert PACK.clock(kind) is None


@pytest.mark.parametrize(
    ("key", "to", "ref"),
    [
        ("need_to_know_dispute", ("monitoring_officer",), "71"),
        ("group_meeting_request", ("senior_officer",), "49"),
        ("group_meeting_with_outsiders", ("chief_executive",), "50"),
        ("scrutiny_witness", ("scrutiny_committee",), "46"),
        ("confidentiality_exception", ("monitoring_officer",), "74"),
        ("member_public_meeting", ("relevant_officer",), "61"),
        ("council_public_meeting", ("local_members",), "60"),
    ],
)
def test_procedures(key: str, to: tuple[str, ...], ref: str) -> None:
    (procedure,) = [procedure for procedure in PACK.procedures if procedure.key == key]
    assert procedure.to == to
    assert procedure.refs[0] == ref


@pytest.mark.parametrize("key", ["urgent_request", "amendment", "annual_review", "report_dispute"])
def test_procedures_of_other_councils_are_not_taken_over(key: str) -> None:
    assert key not in {procedure.key for procedure in PACK.procedures}


@pytest.mark.parametrize(
    ("ref", "words"),
    [
        ("3", ["standards of conduct in public life", "integrity and reputation"]),
        ("5", ["Publica", "Business Conduct Policy"]),
        ("7", ["co-opted", "elected"]),
        ("8", ["Publica", "section 151", "Monitoring Officer", "Constitution"]),
        ("9", ["Monitoring Officer", "senior officer", "senior colleagues", "may wish"]),
        ("15", ["whip", "scrutiny", "public interest"]),
        ("16", ["5 working days", "reasonable time"]),
        ("17", ["Executive", "committees", "consumable"]),
        ("18", ["contract", "secondary legislation"]),
        ("19", ["Monitoring Officer", "Chief Finance Officer", "have regard"]),
        ("20", ["senior officer", "press", "meeting"]),
        ("26", ["facts", "chair asks"]),
        ("27", ["best of their ability", "best interests", "formal decisions"]),
        ("29", ["5 working days", "explaining why", "promptly", "learning", "confidences"]),
        ("30", ["Monitoring Officer", "unduly influences"]),
        ("31", ["other way round", "any decision"]),
        ("33", ["Senior managers", "senior officer", "day-to-day"]),
        ("34", ["5 working days", "do their best", "unreasonable volume"]),
        ("35", ["ward member", "own time"]),
        ("40", ["41", "42"]),
        ("41", ["under the Council's constitution", "particular options", "costs or savings"]),
        ("45", ["Three", "Audit and Governance Committee"]),
        ("46", ["explain", "insists"]),
        ("49", ["senior officer", "similar support", "deliberations"]),
        ("50", ["right to refuse", "Chief Executive", "other group leaders"]),
        ("55", ["need to know", "unless that group asks"]),
        ("56", ["for the group to decide", "may leave at any time"]),
        ("60", ["all the members"]),
        ("62", ["four weeks", "arranged or held", "vacancy"]),
        ("63", ["never", "general public", "political party"]),
        ("67", ["public domain", "Data Protection Act"]),
        ("71", ["Monitoring Officer decides"]),
        ("74", ["maladministration", "Monitoring Officer", "source"]),
        (
            "77",
            [
                "insurance",
                "elections",
                "political party activist",
                "trust that officers and members",
                "Qualified privilege",
            ],
        ),
        ("78", ["genuine need", "blind"]),
        ("80", ["never", "member's name"]),
        ("83", ["Information Security Policy", "Use of Resources Policy"]),
        ("84", ["Chief Executive", "Deputy Monitoring Officer"]),
        ("85", ["in a public forum", "personally attack", "internal procedures"]),
        ("86", ["Chief Executive", "retained", "trade unions", "Publica"]),
        ("87", ["line manager", "informally", "Member Code of Conduct"]),
    ],
)
def test_what_a_paragraph_says_is_complete(ref: str, words: list[str]) -> None:
    says = PACK.clause(ref).says
    assert [word for word in words if word not in says] == []


@pytest.mark.parametrize(
    ("ref", "force"),
    [
        ("4", Force.MUST),
        ("18", Force.MUST_NOT),
        ("30", Force.SHOULD),
        ("35", Force.MUST_NOT),
        ("41", Force.MAY),
        ("42", Force.MUST_NOT),
        ("46", Force.MUST),
        ("62", Force.SHOULD_NOT),
        ("85", Force.MUST_NOT),
    ],
)
def test_a_paragraph_keeps_its_own_strength(ref: str, force: Force) -> None:
    assert PACK.clause(ref).force is force


@pytest.mark.parametrize(("ref", "binds"), [("17", Binds.MEMBER), ("29", Binds.OFFICER), ("30", Binds.BOTH)])
def test_whom_a_paragraph_binds(ref: str, binds: Binds) -> None:
    assert PACK.clause(ref).binds == (binds,)


@pytest.mark.parametrize(
    ("ref", "words"),
    [
        ("32", "paragraphs 78 to 80"),
        ("62", "two ways"),
        ("70", "disclosable pecuniary interests"),
        ("72", "which group"),
    ],
)
def test_doubts_in_the_text_are_told(ref: str, words: str) -> None:
    stale = PACK.clause(ref).stale
    assert stale is not None
    assert words in stale


def test_no_rule_calls_a_member_a_councillor() -> None:
    """Paragraph 7 counts co-opted people among the members, and they are not councillors."""
    assert [clause.ref for clause in PACK.clauses if "ouncillor" in clause.says] == ["7"]
