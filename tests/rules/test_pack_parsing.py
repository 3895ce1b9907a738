"""A pack with mistakes is refused with all of them at once, each with its file and line."""

from __future__ import annotations

import pytest

from bot.pack_files import PackLibrary, shared_knowledge
from bot.rules.pack_parsing import PackError, Source, parse_pack

GOOD = """\
id: fictional
council: Fictional Council
title: Working Together
version: "1"
offices:
  monitoring_officer:
    title: Monitoring Officer
advice:
  - role: member
    to: [monitoring_officer]
    ref: "1.1"
  - role: officer
    to: [monitoring_officer]
    ref: "1.1"
declarations:
  - positions: [member]
    to: [monitoring_officer]
    ref: "1.2"
clauses:
  - ref: "1.1"
    section: One
    says: Ask the Monitoring Officer.
    binds: [both]
    force: should
    topics: [advice-on-protocol]
  - ref: "1.2"
    section: One
    says: Tell the Monitoring Officer.
    binds: [member]
    force: must
    topics: [declaring-relationships]
"""
QUESTIONS = 'asked_as:\n  "1.1":\n    - whom do I ask\n'


def faults(pack: str, questions: str = QUESTIONS) -> list[str]:
    with pytest.raises(PackError) as caught:
        parse_pack(Source("pack.yaml", pack), Source("questions.yaml", questions), shared_knowledge())
    return [str(fault) for fault in caught.value.faults]


def test_a_good_pack_is_read_with_how_people_ask() -> None:
    pack = parse_pack(Source("pack.yaml", GOOD), Source("questions.yaml", QUESTIONS), shared_knowledge())

    assert pack.clause("1.1").asked_as == ("whom do I ask",)
    assert pack.cited("1.2") == "paragraph 1.2"


@pytest.mark.parametrize(
    ("change", "to", "line", "says"),
    [
        ('ref: "1.2"\n    section', 'ref: "1.1"\n    section', 26, "stands here twice"),
        ("topics: [advice-on-protocol]", "topics: [no-such-topic]", 25, "no topic “no-such-topic”"),
        ('to: [monitoring_officer]\n    ref: "1.2"', 'to: [nobody]\n    ref: "1.2"', 17, "leads to nobody"),
        ('to: [monitoring_officer]\n    ref: "1.2"', 'ref: "1.2"', 16, "needs a note"),
        ('ref: "1.2"\nclauses', 'ref: "9.9"\nclauses', 18, "no paragraph “9.9”"),
        ("force: must", "force: ought", 30, "force"),
        ("binds: [member]", "binds: []", 29, "binds"),
        ("council: Fictional Council", "council: Fictional Council\ncolour: red", 3, "colour"),
        ("version:", "council: Again\nversion:", 4, "stands here twice"),
        ("id: fictional", "id: [", 1, "not valid YAML"),
    ],
)
def test_each_mistake_is_named_with_its_line(change: str, to: str, line: int, says: str) -> None:
    assert change in GOOD

    found = faults(GOOD.replace(change, to, 1))

    assert any(says in fault for fault in found), found
    assert line == 1 or any(fault.startswith(f"pack.yaml:{line}:") for fault in found), found


def test_all_mistakes_come_at_once() -> None:
    broken = GOOD.replace("topics: [advice-on-protocol]", "topics: [nowhere]").replace(
        'ref: "1.2"\nclauses', 'ref: "7"\nclauses'
    )

    assert len(faults(broken, QUESTIONS + '  "8.8":\n    - what\n')) == 3


def test_a_wrong_shape_hides_no_other_mistake() -> None:
    broken = (
        GOOD.replace("force: must", "force: ought")
        .replace("council: Fictional Council", "council: Fictional Council\ncouncil: Another")
        .replace("topics: [advice-on-protocol]", "topics: [nowhere]")
        .replace('to: [monitoring_officer]\n    ref: "1.2"', 'to: [town_crier]\n    ref: "9.9"')
        .replace('ref: "1.2"\n    section', 'ref: "1.1"\n    section')
    )
    found = faults(broken)

    for says in ("stands here twice", "force", "nowhere", "town_crier", "9.9", "Paragraph “1.1”"):
        assert any(says in fault for fault in found), (says, found)


def test_a_phrasing_for_an_unknown_paragraph_is_named_with_its_file_and_line() -> None:
    assert faults(GOOD, 'asked_as:\n  "1.1": [a]\n  "5":\n    - b\n') == [
        "questions.yaml:3: The pack has no paragraph “5”; correct it or take it out."
    ]


@pytest.mark.parametrize("pack_id", PackLibrary().ids())
def test_the_built_in_packs_have_no_mistakes(pack_id: str) -> None:
    from bot.pack_files import BUILT_IN, read_pack  # noqa: PLC0415

    assert read_pack(BUILT_IN / pack_id).id == pack_id
