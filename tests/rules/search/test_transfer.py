"""A protocol that training never saw is served from what is known of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.pack_files import PackLibrary, shared_knowledge
from bot.rules.search import SearchEngine
from bot.rules.search.scoring import ByLikeness, ByTraining
from bot.rules.search.transfer import ByTransfer
from bot.search_files import trained

if TYPE_CHECKING:
    from bot.rules.protocol import Pack

LIBRARY = PackLibrary()


def as_imported(pack: Pack) -> Pack:
    """The pack as an import leaves it: its rules, and nothing on how people ask."""
    clauses = tuple(clause.model_copy(update={"asked_as": ()}) for clause in pack.clauses)
    return pack.model_copy(update={"id": "elsewhere", "clauses": clauses, "near_misses": ()})


def share_right(engine: SearchEngine, pack: Pack, places: int) -> float:
    asked = [(text, clause.ref) for clause in pack.clauses for text in clause.asked_as[::9]]
    found = [ref in [hit.ref for hit in engine.search(text, None).hits[:places]] for text, ref in asked]
    return sum(found) / len(found)


def test_borrowing_finds_more_than_likeness_alone() -> None:
    models = trained()
    assert models is not None
    pack = LIBRARY.get("councillor-officer")
    bare = as_imported(pack)
    borrowing = SearchEngine(bare, shared_knowledge(), ByTransfer(bare, shared_knowledge(), models, pack.id), models)
    alone = SearchEngine.build(bare, shared_knowledge())
    assert share_right(borrowing, pack, 3) > share_right(alone, pack, 3) + 0.1


def test_the_way_of_scoring_follows_what_is_known_of_the_pack() -> None:
    models = trained()
    pack = LIBRARY.get("councillor-officer")
    changed = pack.clauses[0].model_copy(update={"says": "Everyone must wear a hat in the chamber."})
    edited = pack.model_copy(update={"clauses": (changed, *pack.clauses[1:])})
    many = tuple(pack.clauses[0].model_copy(update={"ref": str(number)}) for number in range(500))
    ways = [
        type(SearchEngine.build(one, shared_knowledge(), models)._scoring)
        for one in (pack, edited, pack.model_copy(update={"id": "new", "clauses": many}))
    ]
    assert ways == [ByTraining, ByTransfer, ByLikeness]


def test_an_edited_rule_is_found_by_its_new_words() -> None:
    pack = LIBRARY.get("councillor-officer")
    changed = pack.clauses[0].model_copy(update={"says": "Everyone must wear a hat in the chamber.", "asked_as": ()})
    edited = pack.model_copy(update={"clauses": (changed, *pack.clauses[1:])})
    engine = SearchEngine.build(edited, shared_knowledge(), trained())
    assert engine.search("do we have to wear a hat in the chamber", None).hits[0].ref == changed.ref


@pytest.mark.parametrize("question", ["when will my green bin be emptied", "what's on telly tonight"])
def test_an_unknown_pack_declines_what_no_protocol_covers(question: str) -> None:
    engine = SearchEngine.build(as_imported(LIBRARY.get("copeland")), shared_knowledge(), trained())
    assert engine.search(question, None).verdict == "not covered"
