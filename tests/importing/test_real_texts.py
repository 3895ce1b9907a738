"""The five real documents, where they are at hand: references and texts as people agreed them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rapidfuzz import fuzz

from adapters.documents import read_document
from benchmarks.import_accuracy import agreed, plain
from bot.rules.importing import import_document, pack_to_yaml
from bot.rules.pack_parsing import Source, parse_pack

if TYPE_CHECKING:
    from bot.rules.importing import Imported
    from bot.rules.protocol import Knowledge, Pack

TEXTS = Path(__file__).resolve().parents[3] / "shared" / "protocols"
CLEAN = ("copeland", "councillor-officer", "county-appendix-11", "west-oxfordshire")

pytestmark = pytest.mark.skipif(not TEXTS.exists(), reason="the real documents are not here")


def imported(name: str, knowledge: Knowledge, built_in: list[Pack]) -> Imported:
    document = read_document(TEXTS / "raw" / f"{name}.txt")
    return import_document(document, pack_id=f"our-{name}", knowledge=knowledge, others=built_in)


@pytest.mark.parametrize("name", CLEAN)
def test_at_least_97_of_100_paragraphs_of_a_clean_text_are_exactly_right(
    name: str, knowledge: Knowledge, built_in: list[Pack]
) -> None:
    truth = agreed(TEXTS / f"{name}.md")
    got = {ref: plain(text) for ref, _, text in imported(name, knowledge, built_in).clauses}
    assert sum(got.get(ref) == text for ref, text in truth.items()) >= 0.97 * len(truth)
    assert set(got) == set(truth)


def test_the_redline_has_every_reference_and_nine_in_ten_texts(knowledge: Knowledge, built_in: list[Pack]) -> None:
    """Its agreed text was settled by people where the marks do not decide; a text counts from 98 in 100 letters."""
    truth = agreed(TEXTS / "tower-hamlets.md")
    found = imported("tower-hamlets", knowledge, built_in)
    got = {ref: plain(text) for ref, _, text in found.clauses}
    assert set(got) == set(truth)
    assert sum(fuzz.ratio(got[ref], text) >= 98 for ref, text in truth.items()) >= 0.9 * len(truth)
    assert any("Check it" in sentence for sentence in found.warnings)


@pytest.mark.parametrize("name", [*CLEAN, "tower-hamlets"])
def test_the_pack_validates_and_reads_back(name: str, knowledge: Knowledge, built_in: list[Pack]) -> None:
    pack = imported(name, knowledge, built_in).pack
    assert parse_pack(Source("pack.yaml", pack_to_yaml(pack)), None, knowledge) == pack


ROUTES = {
    "copeland": {
        ("member", "5.3"),
        ("officer", "5.3"),
        ("service_head", "5.3"),
        ("director", "5.3"),
        ("chief_executive", "5.3"),
    },
    "councillor-officer": set(),
    "county-appendix-11": {("officer", "4.2"), ("director", "4.2")},
    "west-oxfordshire": {("member", "30"), ("officer", "30")},
    "tower-hamlets": {("member", "3.6"), ("officer", "3.6")},
}
LIMITS = {
    "copeland": set(),
    "councillor-officer": set(),
    "county-appendix-11": set(),
    "west-oxfordshire": {
        (5, "working_days", "16"),
        (5, "working_days", "29"),
        (5, "working_days", "34"),
        (4, "weeks", "62"),
    },
    "tower-hamlets": {(10, "working_days", "8.1")},
}


@pytest.mark.parametrize("name", ROUTES)
def test_routes_and_time_limits_are_those_of_the_text_and_no_others(
    name: str, knowledge: Knowledge, built_in: list[Pack]
) -> None:
    said = imported(name, knowledge, built_in).to_json()
    assert {(route["who"], route["ref"]) for route in said["declaration_routes"]} == ROUTES[name]
    assert {(one["amount"], one["unit"], one["ref"]) for one in said["deadlines"]} == LIMITS[name]
