"""The trained files belong to the packs as they are."""

from __future__ import annotations

import json

from bot.pack_files import PackLibrary, shared_knowledge
from bot.rules.draft_kinds import read_draft_kinds
from bot.rules.search.trained import fingerprint
from bot.search_files import DRAFT_KINDS, TRAINED, trained
from tools.search_lessons import Lessons
from tools.train_drafts import lessons_mark

ADVICE = "The packs have changed since the search was trained: run make train, and keep what it writes."


def test_the_ranking_was_trained_on_the_packs_as_they_are() -> None:
    about = json.loads((TRAINED / "ranking.json").read_text(encoding="utf-8"))
    assert about["lessons"] == Lessons().fingerprint(), ADVICE


def test_the_check_of_drafts_was_trained_on_the_drafts_as_they_are() -> None:
    about = json.loads((TRAINED / "drafts.json").read_text(encoding="utf-8"))
    _, examples = read_draft_kinds(DRAFT_KINDS.read_text(encoding="utf-8"))
    assert about["lessons"] == lessons_mark(examples), ADVICE


def test_every_built_in_clause_is_known_to_the_trained_models() -> None:
    models = trained()
    assert models is not None
    library = PackLibrary()
    for name in models.columns:
        pack = library.get(name)
        assert [clause.ref for clause in pack.clauses if models.column(name, clause) is None] == [], ADVICE
        assert models.missed[name][0] == fingerprint(miss.text for miss in pack.near_misses), ADVICE
    assert models.subjects == tuple(subject.subject for subject in shared_knowledge().not_covered), ADVICE


def test_held_texts_are_answered_well_enough() -> None:
    """Texts that training never saw: far below these figures something has broken."""
    about = json.loads((TRAINED / "ranking.json").read_text(encoding="utf-8"))["measured on held texts"]["mixed"]
    assert about["all"]["top1"] > 0.6
    assert about["all"]["top3"] > 0.8
    assert about["all"]["auroc"] > 0.87
