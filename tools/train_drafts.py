"""Train the check of drafts on packs/drafts.yaml, over the encoder as it stands.

usage: python -m tools.train_drafts            (part of make train)
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from bot.rules.draft_check import context
from bot.rules.draft_kinds import DraftExample, read_draft_kinds
from bot.rules.search.spelling import Spelling
from bot.rules.search.trained import fingerprint, read_encoder
from bot.search_files import DRAFT_KINDS, TRAINED
from tools.search_lessons import Lessons, is_held
from tools.train_search import matrix, pruned, spelling_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Numbers = NDArray[np.float32]

MEANING_WEIGHS, CONTEXT_WEIGHS = 1.5, 0.75
FINE_FLAGGED = 0.06
"""The share of fine drafts that may be flagged, measured on drafts left out, which lie close to offending ones."""


class Drafts:
    """The examples as numbers."""

    def __init__(self) -> None:
        self.kinds, self.examples = read_draft_kinds(DRAFT_KINDS.read_text(encoding="utf-8"))
        encoder = read_encoder((TRAINED / "encoder.npz").read_bytes(), (TRAINED / "pieces.txt").read_bytes())
        spelling = Spelling(spelling_words(Lessons().known_words(), encoder))
        corrected = [spelling.corrected(one.text) for one in self.examples]
        directions = np.array([encoder.direction(text) for text in corrected])
        self.centre = directions.mean(axis=0)
        turned = directions - self.centre
        turned /= np.linalg.norm(turned, axis=1, keepdims=True)
        self.contexts = np.array([context(one.role, one.audience) for one in self.examples])
        self.inputs = np.concatenate((turned * MEANING_WEIGHS, self.contexts * CONTEXT_WEIGHS), axis=1)
        self.features, self.rarity, self.rows = matrix(corrected)
        numbers = {kind.id: number for number, kind in enumerate(self.kinds)}
        self.fine = len(self.kinds)
        self.labels = np.array([numbers.get(one.kind or "", self.fine) for one in self.examples])
        self.allowed = np.array([[*(one.role in kind.by for kind in self.kinds), True] for one in self.examples])

    def train(self, chosen: NDArray[np.intp]) -> tuple[Any, Any]:
        """Both models on some of the examples."""
        by_words = LinearSVC(C=1.0, random_state=0).fit(self.rows[chosen], self.labels[chosen])
        by_meaning = LogisticRegression(C=4.0, max_iter=400).fit(self.inputs[chosen], self.labels[chosen])
        return by_words, by_meaning

    def likelihoods(self, models: tuple[Any, Any], chosen: NDArray[np.intp], mix: Sequence[float]) -> Numbers:
        """How likely each kind is, and fine."""
        scores = mix[0] * models[0].decision_function(self.rows[chosen])
        scores = scores + mix[1] * models[1].decision_function(self.inputs[chosen])
        raised = np.where(self.allowed[chosen], np.exp(scores - scores.max(axis=1, keepdims=True)), 0)
        shares: Numbers = raised / raised.sum(axis=1, keepdims=True)
        return shares

    def left_out(self) -> tuple[NDArray[np.intp], dict[tuple[float, float], Numbers]]:
        """The examples that neither encoder nor models have seen, and for several mixes what models say of them."""
        held = np.array([is_held(one.text, "draft") for one in self.examples])
        models = self.train(np.flatnonzero(~held))
        chosen = np.flatnonzero(held)
        mixes = [(words, meaning) for words in (0.75, 1.5) for meaning in (0.75, 1.0, 1.5)]
        return chosen, {mix: self.likelihoods(models, chosen, mix) for mix in mixes}


def figures(drafts: Drafts, chosen: NDArray[np.intp], likely: Numbers) -> tuple[float, dict[str, float]]:
    """The threshold that flags few fine drafts, and how many offending ones are then flagged rightly."""
    suspicion = 1 - likely[:, -1]
    labels = drafts.labels[chosen]
    fine = labels == drafts.fine
    threshold = float(np.quantile(suspicion[fine], 1 - FINE_FLAGGED))
    flagged = suspicion > threshold
    best = likely[:, :-1].argmax(axis=1)
    shared = np.array([_share_a_paragraph(drafts, label, guess) for label, guess in zip(labels, best, strict=True)])
    return threshold, {
        "offending flagged": round(float(flagged[~fine].mean()), 3),
        "with a right paragraph": round(float((flagged & shared)[~fine].mean()), 3),
        "fine flagged": round(float(flagged[fine].mean()), 3),
    }


def _share_a_paragraph(drafts: Drafts, label: int, guess: int) -> bool:
    if label == drafts.fine:
        return False
    right, found = drafts.kinds[label].refs, drafts.kinds[guess].refs
    return label == guess or sum(bool(set(right[pack]) & set(found.get(pack, ())[:2])) for pack in right) * 2 > len(
        right
    )


def main() -> None:
    """Choose the mix on drafts left out, train on all, and write the files."""
    drafts = Drafts()
    chosen, found = drafts.left_out()
    tried = {mix: figures(drafts, chosen, likely) for mix, likely in found.items()}
    mix, (threshold, measured) = max(tried.items(), key=lambda item: item[1][1]["with a right paragraph"])
    for one, (_, seen) in tried.items():
        print(one, seen)
    by_words, by_meaning = drafts.train(np.arange(len(drafts.examples)))
    weighed = np.concatenate(
        (
            by_meaning.coef_[:, : len(drafts.centre)] * MEANING_WEIGHS,
            by_meaning.coef_[:, len(drafts.centre) :] * CONTEXT_WEIGHS,
            by_meaning.intercept_[:, None],
        ),
        axis=1,
    )
    np.savez_compressed(
        TRAINED / "drafts.npz",
        features=drafts.features,
        rarity=drafts.rarity.astype(np.float16),
        dense=weighed.astype(np.float16),
        centre=drafts.centre.astype(np.float32),
        **pruned(by_words.coef_.astype(np.float32), by_words.intercept_.astype(np.float32)),
    )
    about = {
        "about": "Written by tools/train_drafts.py (make train). The weights are in drafts.npz.",
        "lessons": lessons_mark(drafts.examples),
        "measured on drafts left out": measured,
        "kinds": [kind.id for kind in drafts.kinds],
        "mix": {"words": mix[0], "meaning": mix[1]},
        "threshold": round(threshold, 4),
    }
    (TRAINED / "drafts.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(about, indent=1))


def lessons_mark(examples: Sequence[DraftExample]) -> str:
    """A mark of everything that is learned from, to notice a change."""
    return fingerprint(f"{one.role}>{one.audience}|{one.kind}|{one.text}" for one in examples)


if __name__ == "__main__":
    main()
