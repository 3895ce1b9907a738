"""Train the ranking on the packs, over the encoder as it stands, and write bot/rules/search/trained/.

usage: python -m tools.train_search            (make train)

Three steps: a linear model over words and pieces of words and one over the encoder's directions, for
each pack; how to put the two together and how sure to be, fitted on texts that neither model nor
encoder has seen; then both models once more on everything. It needs scikit-learn, from the test extra.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse
from scipy.optimize import minimize
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from bot.rules.search.sparse import sparse_features
from bot.rules.search.spelling import Spelling
from bot.rules.search.trained import fingerprint, read_encoder
from bot.search_files import TRAINED
from tools.search_lessons import Lessons

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Numbers = NDArray[np.float32]

BANK = 12
"""Directions that stand for a pack's near misses."""
SPARSE_STRENGTH = 3.0
KEPT_A_CLASS = 2600
"""Weights kept of a class, the strongest; the rest is noise."""
SHARPNESS = 14.0
ROUNDS, RATE, PULL = 6, 0.02, 2e-3
EXPECTED_ANSWERABLE = 0.75


@dataclass(frozen=True, slots=True)
class Example:
    """One text in one pack."""

    text: int
    pack: int
    answers: tuple[int, ...]
    weight: float
    subject: int


class Trainer:
    """Holds what every step needs: features and directions of all texts."""

    def __init__(self) -> None:
        self.lessons = Lessons()
        self.encoder = read_encoder((TRAINED / "encoder.npz").read_bytes(), (TRAINED / "pieces.txt").read_bytes())
        self.known = self.lessons.known_words()
        self.spelling = Spelling(spelling_words(self.known, self.encoder))
        self.texts = [one.text for one in self.lessons.all] + self.lessons.says
        corrected = [self.spelling.corrected(text) for text in self.texts]
        self.directions = np.array([self.encoder.direction(text) for text in corrected])
        self.features, self.rarity, self.rows = matrix(corrected)
        self.clauses = len(self.lessons.columns)
        self.subjects = len(self.lessons.knowledge.not_covered)
        self.of_pack = np.array([number for number, _ in self.lessons.columns])
        self.centre = self.directions.mean(axis=0)
        turned = self.directions - self.centre
        self.turned = turned / np.linalg.norm(turned, axis=1, keepdims=True)

    def examples(self, *, held: bool | None) -> list[Example]:
        """Texts in packs: the held ones, the others, or all with every clause's own rule."""
        found = [
            Example(number, pack, answers, one.weight, one.subject)
            for number, one in enumerate(self.lessons.all)
            if held is None or one.held == held
            for pack, answers in one.answers.items()
        ]
        if held is not True:
            start = len(self.lessons.all)
            found += [
                Example(start + column, int(self.of_pack[column]), (column,), 1.0, -1) for column in range(self.clauses)
            ]
        return found

    def train_sparse(self, examples: Sequence[Example]) -> tuple[Numbers, Numbers]:
        """Weights and bias: a column for each clause, then one for each pack's nothing."""
        size = self.clauses + len(self.lessons.packs)
        weights = np.zeros((size, self.rows.shape[1]), dtype=np.float32)
        bias = np.zeros(size, dtype=np.float32)
        for pack in range(len(self.lessons.packs)):
            mine = [one for one in examples if one.pack == pack]
            labels = np.array([one.answers[0] if one.answers else self.clauses + pack for one in mine])
            model = LinearSVC(C=SPARSE_STRENGTH, random_state=0)
            model.fit(self.rows[[one.text for one in mine]], labels)
            weights[model.classes_] = model.coef_
            bias[model.classes_] = model.intercept_
        return weights, bias

    def none_columns(self, pack: int) -> NDArray[np.intp]:
        """The dense model's columns that speak for nothing in this pack."""
        subjects = np.arange(self.clauses, self.clauses + self.subjects)
        start = self.clauses + self.subjects + pack * BANK
        return np.concatenate((subjects, np.arange(start, start + BANK)))

    def train_dense(self, examples: Sequence[Example]) -> tuple[Numbers, Numbers]:
        """A direction and a bias for each clause, each not-covered subject, and each pack's near misses."""
        size = self.clauses + self.subjects + BANK * len(self.lessons.packs)
        start = np.zeros((size, self.turned.shape[1]), dtype=np.float32)
        for one in examples:
            for column in one.answers[:1] or ((self.clauses + one.subject,) if one.subject >= 0 else ()):
                start[column] += self.turned[one.text] * one.weight
        for pack in range(len(self.lessons.packs)):
            missed = [one.text for one in examples if one.pack == pack and not one.answers and one.subject < 0]
            middles = KMeans(BANK, n_init=1, random_state=0).fit(self.turned[missed]).cluster_centers_
            start[self.none_columns(pack)[-BANK:]] = middles
        start *= SHARPNESS / np.maximum(np.linalg.norm(start, axis=1, keepdims=True), 1e-9)
        return self._descend(start, examples)

    def _descend(self, start: Numbers, examples: Sequence[Example]) -> tuple[Numbers, Numbers]:
        """Adam on the cross-entropy within each example's own pack, pulled back towards the start."""
        weights = np.concatenate((start, np.zeros((len(start), 1), dtype=np.float32)), axis=1)
        origin, moment, spread, step = weights.copy(), np.zeros_like(weights), np.zeros_like(weights), 0
        rng = np.random.default_rng(0)
        by_pack = [[one for one in examples if one.pack == pack] for pack in range(len(self.lessons.packs))]
        allowed = [
            np.concatenate((np.flatnonzero(self.of_pack == pack), self.none_columns(pack)))
            for pack in range(len(by_pack))
        ]
        batches = [(pack, at) for pack, mine in enumerate(by_pack) for at in range(0, len(mine), 128)]
        total = ROUNDS * len(batches)
        for _ in range(ROUNDS):
            orders = [rng.permutation(len(mine)) for mine in by_pack]
            for number in rng.permutation(len(batches)):
                pack, at = batches[number]
                batch = [by_pack[pack][i] for i in orders[pack][at : at + 128]]
                step += 1
                columns = allowed[pack]
                gradient = self._gradient(weights[columns], batch, columns, pack) + PULL * (
                    weights[columns] - origin[columns]
                )
                moment[columns] = 0.9 * moment[columns] + 0.1 * gradient
                spread[columns] = 0.99 * spread[columns] + 0.01 * gradient**2
                rate = RATE * SHARPNESS * max(0.05, 1 - step / total)
                weights[columns] -= (
                    rate * (moment[columns] / (1 - 0.9**step)) / (np.sqrt(spread[columns] / (1 - 0.99**step)) + 1e-4)
                )
        return weights[:, :-1], weights[:, -1]

    def _gradient(self, weights: Numbers, batch: list[Example], columns: NDArray[np.intp], pack: int) -> Numbers:
        inputs = np.concatenate(
            (self.turned[[one.text for one in batch]], np.ones((len(batch), 1), dtype=np.float32)), axis=1
        )
        scores = inputs @ weights.T
        wanted = np.array([np.isin(columns, self.wanted(one, pack)) for one in batch])
        error = _softmax(scores) - _softmax(np.where(wanted, scores, -1e9))
        error *= np.array([one.weight for one in batch])[:, None]
        gradient: Numbers = (error.T @ inputs / len(batch)).astype(np.float32)
        return gradient

    def wanted(self, one: Example, pack: int) -> NDArray[np.intp]:
        """The columns that are right for an example."""
        if one.answers:
            return np.array(one.answers)
        if one.subject >= 0:
            return np.array([self.clauses + one.subject])
        return self.none_columns(pack)

    def scored(
        self, examples: Sequence[Example], sparse_model: tuple[Numbers, Numbers], dense: tuple[Numbers, Numbers]
    ) -> list[dict[str, Any]]:
        """Both models' scores of the pack's clauses and of none, for each example."""
        found = []
        by_features = self.rows[[one.text for one in examples]] @ sparse_model[0].T + sparse_model[1]
        by_direction = self.turned[[one.text for one in examples]] @ dense[0].T + dense[1]
        for one, first, second in zip(examples, by_features, by_direction, strict=True):
            mine = np.flatnonzero(self.of_pack == one.pack)
            none = second[self.none_columns(one.pack)]
            found.append(
                {
                    "sparse": first[mine],
                    "sparse_none": float(first[self.clauses + one.pack]),
                    "dense": second[mine],
                    "dense_none": float(np.logaddexp.reduce(none)),
                    "elsewhere": np.stack([part[: self.clauses][self.of_pack != one.pack] for part in (first, second)]),
                    "right": np.isin(mine, one.answers),
                    "pack": one.pack,
                    "kind": self.lessons.all[one.text].kind,
                    "words": len(self.texts[one.text].split()),
                }
            )
        return found


def spelling_words(known: Counter[str], encoder: Any) -> dict[str, int]:
    """The packs' words with their counts, and everyday words that the encoder knows."""
    everyday = {word: 1 for word in encoder.pieces.whole_words() if len(word) > 3}
    return {**everyday, **known}


def matrix(texts: Sequence[str]) -> tuple[NDArray[np.uint32], Numbers, sparse.csr_matrix]:
    """The features of at least two texts, their rarity, and a row of weighed features for each text."""
    taken = [sparse_features(text) for text in texts]
    seen = Counter(int(number) for one in taken for part in (one[0], one[2]) for number in part)
    features = np.array(sorted(number for number, times in seen.items() if times > 1), dtype=np.uint32)
    rarity = (np.log((1 + len(texts)) / (1 + np.array([seen[int(number)] for number in features]))) + 1).astype(
        np.float32
    )
    data, columns, starts = [], [], [0]
    for words_named, words_counted, pieces_named, pieces_counted in taken:
        for named, counted in ((words_named, words_counted), (pieces_named, pieces_counted)):
            at = np.searchsorted(features, named)
            at[at == features.size] = 0
            known = features[at] == named
            values = counted[known] * rarity[at[known]]
            length = np.sqrt(values @ values)
            data.append(values / length if length else values)
            columns.append(at[known])
        starts.append(starts[-1] + len(columns[-1]) + len(columns[-2]))
    rows = sparse.csr_matrix(
        (np.concatenate(data), np.concatenate(columns), np.array(starts)), shape=(len(texts), features.size)
    )
    return features, rarity, rows


def _softmax(scores: Numbers) -> Numbers:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Numbers = raised / raised.sum(axis=1, keepdims=True)
    return shares


def mixed(one: dict[str, Any], mix: Sequence[float]) -> tuple[Numbers, float]:
    """One number for each clause, and one for none."""
    clauses = mix[0] * one["sparse"] + mix[1] * one["dense"]
    return clauses, mix[2] * one["sparse_none"] + mix[3] * one["dense_none"] + mix[4]


def signs(one: dict[str, Any], mix: Sequence[float]) -> list[float]:
    """What speaks for there being an answer at all; the same numbers as bot.rules.search.engine takes."""
    clauses, none = mixed(one, mix)
    order = np.argsort(-clauses)
    best = order[0]
    return [
        float(clauses[best] - none),
        float(one["sparse"][best] - one["sparse_none"]),
        float(one["dense"][best] - one["dense_none"]),
        float(np.logaddexp.reduce(clauses) - none),
        float(one["sparse"].max()),
        float((mix[0] * one["elsewhere"][0] + mix[1] * one["elsewhere"][1]).max() - clauses[best]),
    ]


def fit_mix(held: list[dict[str, Any]], weights: NDArray[np.float64]) -> list[float]:
    """The mix under which the held texts' right clauses, or none, are the likeliest."""
    width = max(one["sparse"].size for one in held)
    words, meaning = (padded([one[name] for one in held], width, 0) for name in ("sparse", "dense"))
    real = padded([np.ones(one["sparse"].size) for one in held], width, 0) > 0
    right = padded([one["right"] for one in held], width, 0) > 0
    none = np.array([[one["sparse_none"], one["dense_none"]] for one in held])
    able = right.any(axis=1)

    def loss(mix: NDArray[np.float64]) -> float:
        clauses = np.where(real, mix[0] * words + mix[1] * meaning, -1e9)
        nothing = none @ mix[2:4] + mix[4]
        highest = np.maximum(clauses.max(axis=1), nothing)
        raised = np.exp(clauses - highest[:, None])
        everything = raised.sum(axis=1) + np.exp(nothing - highest)
        good = np.where(able, (raised * right).sum(axis=1), np.exp(nothing - highest))
        total = weights @ (np.log(everything) - np.log(np.maximum(good, 1e-30)))
        return float(total) / float(weights.sum()) + 1e-3 * float(mix @ mix)

    found = minimize(loss, np.array([2.0, 0.5, 2.0, 0.5, 0.0]), method="BFGS", options={"maxiter": 60})
    return [float(value) for value in found.x]


def padded(rows: Sequence[NDArray[Any]], width: int, filling: float) -> NDArray[np.float64]:
    """Rows of different lengths side by side."""
    full = np.full((len(rows), width), filling, dtype=np.float64)
    for number, row in enumerate(rows):
        full[number, : row.size] = row
    return full


def fit_confidence(
    held: list[dict[str, Any]], mix: Sequence[float], weights: NDArray[np.float64]
) -> tuple[list[float], list[float]]:
    """The weight of each sign and a bias; and for each pack what it is surer by, or less sure, than its signs say.

    Packs differ in how many of the questions that all were asked they answer, which tells on their scores for none.
    """
    packs = max(one["pack"] for one in held) + 1
    seen = np.array([[*signs(one, mix), *(float(one["pack"] == pack) for pack in range(packs))] for one in held])
    sure = LogisticRegression(C=1.0, max_iter=2000)
    sure.fit(seen, [bool(one["right"].any()) for one in held], sample_weight=weights)
    found = [float(value) for value in sure.coef_[0]]
    return [*found[:-packs], float(sure.intercept_[0])], found[-packs:]


def measured(
    held: list[dict[str, Any]], mix: Sequence[float], confidence: Sequence[float], surer: Sequence[float]
) -> dict[str, Any]:
    """Figures on the held texts, by kind."""
    groups: dict[str, list[tuple[bool, bool, bool, float]]] = {}
    for one in held:
        clauses, _ = mixed(one, mix)
        order = np.argsort(-clauses)
        sure = float(np.dot(confidence[:-1], signs(one, mix)) + confidence[-1] + surer[one["pack"]])
        row = (bool(one["right"].any()), bool(one["right"][order[0]]), bool(one["right"][order[:3]].any()), sure)
        kind = "scenarios" if one["kind"] == "scenario" else "long" if one["words"] > 21 else "short"
        groups.setdefault("all", []).append(row)
        groups.setdefault(kind, []).append(row)
    return {kind: _figures(rows) for kind, rows in sorted(groups.items())}


def _figures(rows: list[tuple[bool, bool, bool, float]]) -> dict[str, float]:
    able = [row for row in rows if row[0]]
    unable = [row for row in rows if not row[0]]
    higher = np.array([row[3] for row in able])[:, None] > np.array([row[3] for row in unable])[None]
    return {
        "answerable": len(able),
        "unanswerable": len(unable),
        "top1": round(float(np.mean([row[1] for row in able])), 3),
        "top3": round(float(np.mean([row[2] for row in able])), 3),
        "auroc": round(float(higher.mean()), 3),
        "kept": round(float(np.mean([row[3] > 0 for row in able])), 3),
        "refused": round(float(np.mean([row[3] <= 0 for row in unable])), 3),
    }


def sample_weights(held: list[dict[str, Any]]) -> NDArray[np.float64]:
    """Weights under which three in four held texts of each pack have an answer."""
    weights = np.array([0.5 if one["kind"] == "scenario" else 1.0 for one in held])
    able = np.array([bool(one["right"].any()) for one in held])
    pack = np.array([one["pack"] for one in held])
    for each in np.unique(pack):
        for part, share in ((able, EXPECTED_ANSWERABLE), (~able, 1 - EXPECTED_ANSWERABLE)):
            chosen = (pack == each) & part
            weights[chosen] *= share / weights[chosen].sum() * (pack == each).sum()
    return weights


def pruned(weights: Numbers, bias: Numbers) -> dict[str, NDArray[Any]]:
    """The strongest weights of each class in eight bits, feature by feature."""
    scales = np.maximum(np.abs(weights).max(axis=1), 1e-9) / 127
    whole = np.round(weights / scales[:, None]).astype(np.int8)
    for row in whole:
        if np.count_nonzero(row) > KEPT_A_CLASS:
            least = np.partition(np.abs(row.astype(np.int16)), -KEPT_A_CLASS)[-KEPT_A_CLASS]
            row[np.abs(row.astype(np.int16)) < max(least, 1)] = 0
    by_feature = sparse.csr_matrix(whole.T)
    return {
        "starts": by_feature.indptr.astype(np.uint32),
        "classes": by_feature.indices.astype(np.uint16),
        "weights": by_feature.data.astype(np.int8),
        "scales": scales.astype(np.float32),
        "bias": bias.astype(np.float32),
    }


def eight_bits(rows: Numbers) -> tuple[NDArray[np.int8], Numbers]:
    """Rows in eight bits, each with its scale."""
    scales = np.maximum(np.abs(rows).max(axis=1), 1e-9) / 127
    return np.round(rows / scales[:, None]).astype(np.int8), scales.astype(np.float32)


def main() -> None:
    """Train, say how good it is on held texts, and write the files."""
    began = time.monotonic()
    trainer = Trainer()
    note(f"{len(trainer.lessons.all)} texts, {trainer.features.size} features", began)
    learned, held = trainer.examples(held=False), trainer.examples(held=True)
    scored = trainer.scored(held, trainer.train_sparse(learned), trainer.train_dense(learned))
    weights = sample_weights(scored)
    mix = fit_mix(scored, weights)
    confidence, surer = fit_confidence(scored, mix, weights)
    figures = {
        "mixed": measured(scored, mix, confidence, surer),
        "words and pieces alone": measured(scored, [1, 0, 1, 0, 0], [1, 0, 0, 0, 0, 0, 0], [0.0] * len(surer)),
        "encoder alone": measured(scored, [0, 1, 0, 1, 0], [1, 0, 0, 0, 0, 0, 0], [0.0] * len(surer)),
    }
    note(json.dumps(figures, indent=1), began)
    everything = trainer.examples(held=None)
    write(trainer, trainer.train_sparse(everything), trainer.train_dense(everything), (mix, confidence, surer), figures)
    note("written", began)


def write(
    trainer: Trainer,
    sparse_model: tuple[Numbers, Numbers],
    dense: tuple[Numbers, Numbers],
    put_together: tuple[list[float], list[float], list[float]],
    figures: dict[str, Any],
) -> None:
    """The files of bot/rules/search/trained/, but for the encoder's own."""
    lessons = trainer.lessons
    directions, direction_scales = eight_bits(dense[0])
    missed, _ = eight_bits(
        np.array(
            [
                trainer.encoder.direction(trainer.spelling.corrected(miss.text))
                for pack in lessons.packs
                for miss in pack.near_misses
            ]
        )
    )
    np.savez_compressed(
        TRAINED / "ranking.npz",
        features=trainer.features,
        rarity=trainer.rarity.astype(np.float16),
        directions=directions,
        direction_scales=direction_scales,
        direction_bias=dense[1].astype(np.float32),
        centre=trainer.centre.astype(np.float32),
        missed=missed,
        said=eight_bits(trainer.directions[len(lessons.all) :])[0],
        **pruned(*sparse_model),
    )
    mix, confidence, surer = put_together
    names = ("sparse", "dense", "sparse_none", "dense_none", "none")
    packs: dict[str, Any] = {}
    at = 0
    for number, pack in enumerate(lessons.packs):
        start = trainer.clauses + trainer.subjects + number * BANK
        packs[pack.id] = {
            "none": trainer.clauses + number,
            "surer": round(surer[number], 5),
            "near_misses": [start, start + BANK],
            "missed": [at, at + len(pack.near_misses), fingerprint(miss.text for miss in pack.near_misses)],
            "clauses": {
                clause.ref: [lessons.columns[number, clause.ref], fingerprint((clause.says,))]
                for clause in pack.clauses
            },
        }
        at += len(pack.near_misses)
    about = {
        "about": "Written by tools/train_search.py (make train). The weights are in ranking.npz and encoder.npz.",
        "lessons": lessons.fingerprint(),
        "measured on held texts": figures,
        "mix": {name: round(value, 5) for name, value in zip(names, mix, strict=True)}
        | {"confidence": [round(value, 5) for value in confidence]},
        "passed on": {"clauses": [0.6, 6.0, 0.35], "confidence": [0.91, -0.26, 1.81, 0.43, 2.6]},
        "subjects": [subject.subject for subject in lessons.knowledge.not_covered],
        "packs": packs,
    }
    (TRAINED / "ranking.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    lines = (f"{word} {times}" for word, times in sorted(trainer.known.items()))
    (TRAINED / "words.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def note(text: str, began: float) -> None:
    """A line on how far it is."""
    print(f"[{time.monotonic() - began:.0f} s] {text}", flush=True)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))
    main()
