"""The check of drafts: flagged with the right paragraph, silent for what is fine, and who writes to whom counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.pack_files import PackLibrary, shared_knowledge
from bot.rules.draft_check import Audience, check_draft, context
from bot.rules.draft_kinds import read_draft_kinds
from bot.rules.protocol import Role
from bot.rules.search import SearchEngine
from bot.search_files import DRAFT_KINDS, trained
from tools.search_lessons import is_held

if TYPE_CHECKING:
    from bot.rules.draft_kinds import DraftExample

LIBRARY = PackLibrary()
KINDS, EXAMPLES = read_draft_kinds(DRAFT_KINDS.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def engines() -> dict[str, SearchEngine]:
    names = sorted(KINDS[0].refs)
    return {name: SearchEngine.build(LIBRARY.get(name), shared_knowledge(), trained()) for name in names}


def is_flagged(engine: SearchEngine, example: DraftExample) -> bool:
    return bool(check_draft(engine, example.text, example.role, example.audience))


def test_every_paragraph_that_a_kind_names_is_in_its_pack() -> None:
    wrong = [
        (kind.id, name, ref)
        for kind in KINDS
        for name, refs in kind.refs.items()
        for ref in refs
        if ref not in {clause.ref for clause in LIBRARY.get(name).clauses}
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("pack", "role", "audience", "text", "ref"),
    [
        ("west-oxfordshire", Role.MEMBER, "officer", "Take option B out of the report before anyone sees it.", "42"),
        ("west-oxfordshire", Role.OFFICER, "member", "I've bcc'd you into my answer to her, keep it quiet.", "78"),
        ("copeland", Role.OFFICER, "member", "Could you lean on my manager about my regrading?", "7.2"),
        ("councillor-officer", Role.MEMBER, "officer", "Print 300 of our party's election leaflets for me.", "8(a)"),
        ("county-appendix-11", Role.MEMBER, "officer", "Change your professional advice to say yes.", "2.10"),
        ("tower-hamlets", Role.MEMBER, "officer", "Could you withdraw my parking ticket as a personal favour?", "3.2"),
    ],
)
def test_an_offending_draft_is_flagged_with_its_paragraph_and_how_to_mend_it(
    engines: dict[str, SearchEngine], pack: str, role: Role, audience: str, text: str, ref: str
) -> None:
    flags = check_draft(engines[pack], text, role, audience)
    assert ref in [flag.ref for flag in flags]
    assert all(flag.why and flag.mend for flag in flags)


@pytest.mark.parametrize(
    ("role", "audience", "text"),
    [
        (Role.MEMBER, "officer", "Could you add the cost of option B to the report, please?"),
        (Role.OFFICER, "member", "Thank you for asking, I'll send you the figures on Friday."),
        (Role.OFFICER, "public channel", "Party in the canteen for Jo's fortieth, all welcome."),
        (Role.MEMBER, "press", "The gritting crews did a wonderful job all night and we're grateful."),
        (Role.MEMBER, "officer", ""),
        (Role.MEMBER, "officer", "..."),
    ],
)
def test_a_fine_draft_passes_in_silence(engines: dict[str, SearchEngine], role: Role, audience: str, text: str) -> None:
    assert {name: check_draft(engine, text, role, audience) for name, engine in engines.items()} == dict.fromkeys(
        engines, ()
    )


def test_held_drafts_are_told_apart(engines: dict[str, SearchEngine]) -> None:
    """Drafts that training never saw before its last fit: few fine ones are flagged, most of the others are."""
    held = [example for example in EXAMPLES if is_held(example.text, "draft")]
    fine = [is_flagged(engines["west-oxfordshire"], one) for one in held if one.kind is None]
    offending = [is_flagged(engines["west-oxfordshire"], one) for one in held if one.kind is not None]
    assert sum(fine) <= 0.1 * len(fine)
    assert sum(offending) >= 0.8 * len(offending)


def test_what_only_officers_can_do_is_never_said_of_a_member(engines: dict[str, SearchEngine]) -> None:
    only_officers = {kind.id for kind in KINDS if kind.by == frozenset({Role.OFFICER})}
    text = "Could you lean on my manager about my regrading?"
    flags = check_draft(engines["copeland"], text, Role.MEMBER, "officer")
    assert not {flag.kind for flag in flags} & only_officers


def test_what_only_one_council_forbids_is_flagged_there_alone(engines: dict[str, SearchEngine]) -> None:
    text = "Scrutiny members of our group: the line tonight is to vote the call-in down, no exceptions please."
    flagged = {name for name, engine in engines.items() if check_draft(engine, text, Role.MEMBER, "group")}
    assert flagged == {"west-oxfordshire"}
    assert "15" in [flag.ref for flag in check_draft(engines["west-oxfordshire"], text, Role.MEMBER, "group")]


def test_who_writes_to_whom_is_part_of_what_is_judged() -> None:
    marks = {tuple(context(role, audience)) for role in Role for audience in Audience}
    assert len(marks) == len(Role) * len(Audience)


def test_without_training_nothing_is_flagged() -> None:
    engine = SearchEngine.build(LIBRARY.get("copeland"), shared_knowledge())
    assert check_draft(engine, "Delete option B or else.", Role.MEMBER, "officer") == ()


def test_an_example_must_say_who_writes_to_whom() -> None:
    with pytest.raises(ValueError, match="who writes to whom"):
        read_draft_kinds('- {id: a, why: b, mend: c, refs: {}, offending: ["no writer"]}')
