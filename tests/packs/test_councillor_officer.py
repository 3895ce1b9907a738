"""What the councillor/officer protocol says, checked against the text, and what it is honest about not saying."""

from __future__ import annotations

import pytest

from bot.pack_files import BUILT_IN, PackLibrary, read_pack
from bot.rules.protocol import Binds, ClockKind, Force, Pack, Position, Role
from bot.rules.routing import concern_route, declaration_route


@pytest.fixture(scope="module")
def pack() -> Pack:
    return PackLibrary().get("councillor-officer")


def words(text: str) -> str:
    return " ".join(text.split()).lower()


def test_the_pack_has_no_mistakes() -> None:
    assert read_pack(BUILT_IN / "councillor-officer").id == "councillor-officer"


def test_every_lettered_point_of_the_ten_sections_is_there(pack: Pack) -> None:
    sections = {1: "abc", 2: "a", 3: "abcd", 4: "abc", 5: "abc", 6: "abcdefgh", 7: "ab", 8: "a", 9: "ab", 10: "a"}
    expected = [f"{section}({letter})" for section, letters in sections.items() for letter in letters]
    assert [clause.ref for clause in pack.clauses] == expected


@pytest.mark.parametrize("position", list(Position))
def test_nobody_is_named_to_be_told_of_a_relationship_and_the_offer_is_called_a_suggestion(
    pack: Pack, position: Position
) -> None:
    route = declaration_route(pack, position)
    assert route is not None
    assert position in route.positions
    assert (route.to, route.ref) == ((), "4(c)")
    assert "names nobody" in words(route.note or "")
    assert "is our suggestion" in words(route.note or "")
    assert "4(c)" in {ref for _, ref in route.expects}


@pytest.mark.parametrize("position", list(Position))
def test_the_dangers_of_closeness_are_told_as_dangers_and_not_as_orders(pack: Pack, position: Position) -> None:
    """4(a) and 4(b) only say what familiarity could lead to; the order stands in 4(c)."""
    route = declaration_route(pack, position)
    assert route is not None
    dangers = [sentence for sentence, ref in route.expects if ref in {"4(a)", "4(b)"}]
    assert len(dangers) == 2
    assert all(sentence.startswith("Bear in mind that closeness could") for sentence in dangers)


def test_no_paragraph_is_offered_as_saying_whom_to_ask_about_the_protocol(pack: Pack) -> None:
    assert [clause.ref for clause in pack.clauses if "advice-on-protocol" in clause.topics] == []


def test_the_monitoring_officer_is_not_told_to_go_to_the_monitoring_officer(pack: Pack) -> None:
    route = declaration_route(pack, Position.MONITORING_OFFICER)
    assert route is not None
    assert route.offer == ("chief_executive",)


@pytest.mark.parametrize(
    ("by", "about", "steps"),
    [
        (Role.MEMBER, "officer", [("discussion", "5(a)"), ("director", "5(a)")]),
        (Role.MEMBER, "director", [("discussion", "5(a)")]),
        (Role.MEMBER, "chief_executive", [("discussion", "5(a)")]),
        (
            Role.OFFICER,
            "member",
            [("discussion", "5(b)"), ("own_director", "5(b)"), ("chief_executive", "5(b)"), ("group_leader", "5(c)")],
        ),
    ],
)
def test_a_concern_starts_with_talking_and_goes_to_the_director(
    pack: Pack, by: Role, about: str, steps: list[tuple[str, str]]
) -> None:
    route = concern_route(pack, by, about)
    assert route is not None
    assert [(step.to, step.ref) for step in route.steps] == steps


def test_an_employee_goes_to_their_own_director(pack: Pack) -> None:
    assert pack.offices["own_director"].relation == "own_director"


@pytest.mark.parametrize(
    ("by", "about"), [(Role.MEMBER, "member"), (Role.OFFICER, "officer"), (Role.OFFICER, "chief_executive")]
)
def test_there_is_no_ladder_where_the_text_has_none(pack: Pack, by: Role, about: str) -> None:
    assert concern_route(pack, by, about) is None


@pytest.mark.parametrize("role", list(Role))
def test_the_adviser_on_the_protocol_is_our_suggestion_because_the_text_names_none(pack: Pack, role: Role) -> None:
    contact = next(found for found in pack.advice if found.role is role)
    assert (contact.to, contact.ref) == (("monitoring_officer",), None)
    assert "names nobody" in words(contact.note or "")
    assert "our suggestion" in words(contact.note or "")


def test_the_only_statutory_officer_is_one_that_the_text_does_not_mention(pack: Pack) -> None:
    assert {key: office.ref for key, office in pack.offices.items() if office.statutory} == {"monitoring_officer": None}


def test_the_text_gives_time_words_and_no_number(pack: Pack) -> None:
    assert [(limit.kind, limit.word, limit.ref) for limit in pack.clocks] == [
        (ClockKind.PROMPTLY, "without delay", "5(a)"),
        (ClockKind.PROMPTLY, "without delay", "5(b)"),
        (ClockKind.PROMPTLY, "as soon as possible", "5(b)"),
    ]
    assert all(limit.amount is None for limit in pack.clocks)


@pytest.mark.parametrize(
    ("key", "to", "ref"),
    [
        ("information_request", ("director",), "6(a)"),
        ("telling_the_chair", ("executive_member", "chair"), "6(b)"),
        ("private_background_request", ("director",), "6(c)"),
        ("group_leader_request", ("director",), "6(d)"),
        ("budget_help", (), "6(e)"),
        ("constituency_request", ("director",), "6(f)"),
        ("confidential_advice", ("director",), "6(g)"),
        ("letter_in_councillors_name", ("director",), "9(b)"),
        ("official_commitment", ("authorised_officer",), "9(a)"),
    ],
)
def test_a_procedure_leads_to_the_posts_that_its_paragraph_names(
    pack: Pack, key: str, to: tuple[str, ...], ref: str
) -> None:
    procedure = next(found for found in pack.procedures if found.key == key)
    assert (procedure.to, procedure.refs[0]) == (to, ref)


@pytest.mark.parametrize(
    ("ref", "held"),
    [
        ("1(c)", ["integrity", "real and as people see it", "very high"]),
        ("2(a)", ["mutual respect, trust and courtesy", "formal or informal", "reputation", "in public"]),
        ("3(b)", ["junior employees", "overawed", "official, senior or political office"]),
        ("3(c)", ["normal duties", "normal hours", "property and services"]),
        ("3(d)", ["own favour", "about their job or not", "whistle blowing", "grievance"]),
        ("4(a)", ["on purpose or by accident", "personal details"]),
        ("4(b)", ["other councillors or other employees", "favouritism"]),
        ("4(c)", ["must avoid"]),
        ("5(a)", ["without delay", "appropriate director", "disciplinary"]),
        ("5(b)", ["without delay", "as soon as possible", "chief executive", "impractical, inappropriate"]),
        ("5(c)", ["proper respect or courtesy", "chief executive", "party group leader", "should be told"]),
        (
            "6(a)",
            ["entitled", "any director", "break the law or related statutory regulations", "resources", "reasonable"],
        ),
        ("6(b)", ["possible or likely", "must be told", "asked for", "given"]),
        ("6(c)", ["privately", "alternative courses of action"]),
        ("6(d)", ["recognises", "executive councillor or chair", "must be told", "new or additional"]),
        ("6(e)", ["in confidence", "legally correct", "group leader"]),
        ("6(h)", ["section 6", "normally", "director"]),
        ("7(b)", ["no matter what office", "director"]),
        ("8(a)", ["stationery, printing, photocopying and transport", "campaigning", "private purposes"]),
        ("9(a)", ["properly authorised", "not in a councillor's name"]),
        ("9(b)", ["exception", "after consulting the appropriate director", "complaint"]),
    ],
)
def test_a_rule_keeps_what_its_paragraph_turns_on(pack: Pack, ref: str, held: list[str]) -> None:
    says = words(pack.clause(ref).says)
    assert [part for part in held if part not in says] == []


@pytest.mark.parametrize(
    ("ref", "force", "binds"),
    [
        ("2(a)", Force.MUST, Binds.BOTH),
        ("3(c)", Force.SHOULD_NOT, Binds.MEMBER),
        ("3(d)", Force.MUST_NOT, Binds.OFFICER),
        ("4(c)", Force.MUST, Binds.BOTH),
        ("5(a)", Force.SHOULD, Binds.MEMBER),
        ("5(b)", Force.SHOULD, Binds.OFFICER),
        ("6(b)", Force.MUST, Binds.OFFICER),
        ("6(c)", Force.MAY, Binds.MEMBER),
        ("8(a)", Force.MUST, Binds.BOTH),
        ("9(a)", Force.MUST, Binds.BOTH),
        ("9(b)", Force.MAY, Binds.MEMBER),
    ],
)
def test_a_rule_is_as_strong_as_its_own_verb(pack: Pack, ref: str, force: Force, binds: Binds) -> None:
    assert (pack.clause(ref).force, pack.clause(ref).binds) == (force, (binds,))


def test_each_point_is_asked_about_in_many_ways_and_no_question_belongs_to_two(pack: Pack) -> None:
    assert [clause.ref for clause in pack.clauses if len(clause.asked_as) < 35] == []
    asked = [words(text) for clause in pack.clauses for text in clause.asked_as]
    asked += [words(miss.text) for miss in pack.near_misses]
    assert len(asked) == len(set(asked))
