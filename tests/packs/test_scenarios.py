"""What the field scenarios hold: real paragraphs, no question twice, and every paragraph of every protocol reached."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, cast

import pytest
import yaml

from bot.pack_files import BUILT_IN, PackLibrary

COUNCILS = PackLibrary().ids()
ENTRIES = cast("list[dict[str, Any]]", yaml.safe_load((BUILT_IN / "scenarios.yaml").read_text(encoding="utf-8")))


def plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", text.lower().replace("’", "").replace("'", "")))


def best(council: str) -> Counter[str]:
    """How often each paragraph is the first of those that answer."""
    return Counter(entry["answers"][council][0] for entry in ENTRIES if entry["answers"][council])


def test_each_entry_has_a_text_a_role_and_a_judgement_for_every_council() -> None:
    for entry in ENTRIES:
        assert set(entry) == {"text", "role", "answers"}, entry
        assert entry["role"] in {"member", "officer", "either"}, entry["text"]
        assert set(entry["answers"]) == set(COUNCILS), entry["text"]


def test_every_paragraph_named_exists_and_at_most_three_are_named_none_twice() -> None:
    known = {council: {clause.ref for clause in PackLibrary().get(council).clauses} for council in COUNCILS}
    wrong = [
        (entry["text"], council, refs)
        for entry in ENTRIES
        for council, refs in entry["answers"].items()
        if not set(refs) <= known[council] or len(refs) > 3 or len(set(refs)) != len(refs)
    ]
    assert wrong == []


def test_no_scenario_is_there_twice() -> None:
    repeated = [text for text, times in Counter(plain(entry["text"]) for entry in ENTRIES).items() if times > 1]
    assert repeated == []


def test_no_scenario_is_a_question_of_the_packs() -> None:
    """They measure how an unseen question is answered, so they must not be among the questions that are known."""
    asked = {
        plain(question)
        for council in COUNCILS
        for clause in PackLibrary().get(council).clauses
        for question in clause.asked_as
    }
    assert [entry["text"] for entry in ENTRIES if plain(entry["text"]) in asked] == []


@pytest.mark.parametrize("council", COUNCILS)
def test_every_paragraph_is_the_best_answer_of_at_least_four(council: str) -> None:
    counts = best(council)
    short = {clause.ref: counts[clause.ref] for clause in PackLibrary().get(council).clauses if counts[clause.ref] < 4}
    assert short == {}


def test_there_are_enough_scenarios_and_enough_that_find_no_answer() -> None:
    """A third of all judgements at least are "this protocol does not say", and sixty questions are beyond all five."""
    pairs = [refs for entry in ENTRIES for refs in entry["answers"].values()]
    assert len(ENTRIES) >= 420
    assert 3 * sum(not refs for refs in pairs) >= len(pairs)
    assert sum(not any(entry["answers"].values()) for entry in ENTRIES) >= 60


def test_they_are_as_long_as_people_write() -> None:
    lengths = [len(entry["text"].split()) for entry in ENTRIES]
    assert min(lengths) >= 3
    assert max(lengths) <= 65
