"""The pack that comes out: valid, readable, tied to topics, and honest where the text is silent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from files import document
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import InputError
from bot.pack_files import read_pack
from bot.rules.importing import Block, Imported, import_document, pack_to_yaml
from bot.rules.importing.attaching import attach_official
from bot.rules.importing.topics import TopicTagger
from bot.rules.pack_parsing import Source, parse_pack
from bot.rules.protocol import Clause, ClockKind, Knowledge, NotCovered, Pack, Position, Topic, Unit

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = (
    "Brackwater Borough Council", "Member and Officer Protocol", "1. Roles",
    "1.1 The Head of Law is the Monitoring Officer.",
    "1.2 Officers will acknowledge a member's enquiry within two working days and reply within 10 working days.",
    "2. Close relationships", ("2.1 Members must declare a close personal relationship with an officer to the Head of Law. "
    "Officers must tell their Head of Service or, in the case of a Director, the Chief Executive."),
    "3. Complaints", "3.1 A member with a concern about an officer should raise it with the Director, then with the Chief Executive.",
    "3.2 Questions about this protocol should be put to the Monitoring Officer.",
    "3.3 This protocol will be reviewed every two years.",
)  # fmt: skip


def imported(knowledge: Knowledge, *texts: str | Block, **more: Any) -> Imported:
    return import_document(document(*(texts or TEXTS)), pack_id="brackwater", knowledge=knowledge, **more)


def test_the_pack_validates_loads_and_says_the_same(knowledge: Knowledge, tmp_path: Path) -> None:
    pack = imported(knowledge).pack
    (tmp_path / "pack.yaml").write_text(pack_to_yaml(pack), encoding="utf-8")
    assert read_pack(tmp_path) == pack


def test_the_official_wording_stands_beside_each_reference(knowledge: Knowledge) -> None:
    clause = imported(knowledge).pack.clause("1.1")
    assert clause.official == clause.says == "The Head of Law is the Monitoring Officer."
    assert clause.section == "1. Roles"


def test_offices_are_one_each_under_the_title_of_the_text(knowledge: Knowledge) -> None:
    pack = imported(knowledge).pack
    assert pack.offices["head_of_law"].statutory == "Monitoring Officer"
    assert pack.offices["head_of_law"].position is Position.MONITORING_OFFICER
    assert pack.offices["head_of_service"].relation == "own_service_head"
    assert pack.advice[0].to == ("head_of_law",)


def test_routes_clocks_and_ladders_lead_to_those_offices(knowledge: Knowledge) -> None:
    pack = imported(knowledge).pack
    routes = {route.positions[0]: route.to for route in pack.declarations}
    assert routes[Position.MEMBER] == ("head_of_law",)
    assert routes[Position.OFFICER] == ("head_of_service",)
    assert routes[Position.DIRECTOR] == ("chief_executive",)
    limits = {(clock.kind, clock.amount, clock.unit) for clock in pack.clocks}
    assert limits == {
        (ClockKind.ACKNOWLEDGE, 2, Unit.WORKING_DAYS), (ClockKind.REPLY, 10, Unit.WORKING_DAYS), (ClockKind.REVIEW, 2, Unit.YEARS),
    }  # fmt: skip
    assert [step.to for step in pack.concerns[0].steps] == ["director", "chief_executive"]


def test_where_the_text_names_nobody_the_pack_says_so_and_only_offers(knowledge: Knowledge) -> None:
    found = imported(knowledge, "1. Roles", "1.1 Members and officers must be polite.")
    route = found.pack.declarations[0]
    assert (route.to, route.ref, route.offer) == ((), None, ("monitoring_officer",))
    assert route.note
    assert found.pack.advice[0].note
    assert any("whom a member tells" in sentence for sentence in found.warnings)


def test_two_paragraphs_that_name_different_people_are_noted(knowledge: Knowledge) -> None:
    found = imported(
        knowledge, "1. Close relationships", "1.1 Members must declare a close relationship with an officer to the Clerk.",
        "1.2 Members must declare a family relationship with an officer to the Monitoring Officer.",
    )  # fmt: skip
    assert any("Paragraphs 1.1 and 1.2 name different people" in sentence for sentence in found.warnings)


def test_the_json_has_what_the_contract_names(knowledge: Knowledge) -> None:
    said = json.loads(json.dumps(imported(knowledge).to_json()))
    assert said["id"] == "brackwater"
    assert said["council"] == "Brackwater Borough Council"
    assert {"ref", "section", "text"} <= set(said["clauses"][0])
    assert {"what", "amount", "unit", "ref"} <= set(said["deadlines"][0])
    assert {one["unit"] for one in said["deadlines"]} <= {"working_days", "calendar_days", "hours", "weeks"}
    assert {"who": "member", "to": "Head of Law", "ref": "2.1"} in said["declaration_routes"]
    assert said["review"] == [{"every": 2, "unit": "years", "ref": "3.3"}]
    assert isinstance(said["warnings"], list)


def test_a_name_and_version_that_are_given_stand(knowledge: Knowledge) -> None:
    pack = imported(knowledge, name="Our Council", version="2024").pack
    assert (pack.council, pack.version) == ("Our Council", "2024")


@pytest.mark.parametrize("pack_id", ["", "Our Council", "../x", "ä", "-a"])
def test_an_id_that_is_no_id_is_refused(knowledge: Knowledge, pack_id: str) -> None:
    with pytest.raises(InputError, match="cannot be an id"):
        import_document(document(*TEXTS), pack_id=pack_id, knowledge=knowledge)


def test_a_document_without_paragraphs_is_refused(knowledge: Knowledge) -> None:
    with pytest.raises(InputError, match="No paragraphs"):
        imported(knowledge, Block("Protocol", heading=1))


def test_the_same_document_gives_the_same_pack(knowledge: Knowledge, built_in: list[Pack]) -> None:
    assert imported(knowledge, others=built_in).pack == imported(knowledge, others=built_in).pack


TOPICS = Knowledge(
    topics=(
        Topic(id="press", name="The press", words=("press release", "media", "journalists")),
        Topic(id="favours", name="Favours", words=("favours", "favouritism")),
        Topic(id="it", name="Council IT", words=("laptop", "council equipment")),
    ),
    not_covered=(NotCovered(subject="x", turn_to="y", asked_as=("z",)),),
)


def test_topics_follow_from_stems_of_their_words_and_from_the_heading() -> None:
    tagger = TopicTagger(TOPICS)
    assert tagger.topics("A journalist may call; press releases are issued by staff.") == ("press",)
    assert tagger.topics("They must be returned on leaving office.", "Council equipment") == ("it",)
    assert tagger.topics("Nothing of the kind.") == ()


def test_a_clause_near_to_one_that_is_tied_already_takes_its_topics() -> None:
    clause = Clause(
        ref="1", section="Contact", says="Gifts from contractors and suppliers are recorded in a book.", binds=("both",), force="must",
        topics=("favours",),
    )  # fmt: skip
    others = [
        clause.model_copy(update={"ref": str(number), "says": f"Something {number} else.", "topics": ("it",)})
        for number in range(2, 6)
    ]
    pack = Pack(id="other", council="x", title="x", version="x", clauses=(clause, *others))
    assert TopicTagger(TOPICS, [pack]).topics("Record any gift that a contractor or supplier gives.") == ("favours",)


LINES = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=60)


@given(st.lists(LINES, min_size=1, max_size=8))
def test_whatever_a_document_says_its_pack_reads_back(lines: list[str]) -> None:
    try:
        pack = import_document(document(*lines), pack_id="any", knowledge=TOPICS).pack
    except InputError:
        return
    assert parse_pack(Source("pack.yaml", pack_to_yaml(pack)), None, TOPICS) == pack


def test_official_wording_is_put_beside_the_rules_of_a_known_pack(knowledge: Knowledge) -> None:
    imported_one = imported(
        knowledge, "1. Roles", "1.1 Members must:", "- be polite;", "- be prompt.", "1.3 Officers reply."
    )
    clauses = tuple(
        Clause(ref=ref, section="Roles", says="Be courteous.", binds=("member",), force="must")
        for ref in ("1.1", "1.2")
    )
    known = Pack(id="known", council="x", title="x", version="old", clauses=clauses)
    attached = attach_official(known, imported_one, "May 2026")
    assert attached.pack.clause("1.1").official == "Members must:\n• be polite;\n• be prompt."
    assert attached.pack.clause("1.1").says == "Be courteous."
    assert (attached.without_words, attached.unknown, attached.pack.version) == (("1.2",), ("1.3",), "May 2026")


@pytest.mark.parametrize("text", ["to the Chief Executive, " * 3000, ". " * 20_000, "Officer and " * 5000])
def test_a_paragraph_without_end_is_read_without_looking_for_ever(knowledge: Knowledge, text: str) -> None:
    """Each of these once took minutes; what is longer than a sentence is not analysed as one."""
    found = imported(knowledge, "1. Personal relationships", f"1.1 Members must declare a close relationship {text}")
    assert found.clauses[0][0] == "1.1"
