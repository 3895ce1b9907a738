"""What training left behind, read from the bytes of its files.

``ranking.json`` is for people: the classes, how the scores are put together, what was measured.
``ranking.npz`` and ``encoder.npz`` hold the weights in whole numbers of 8 (and 4) bits with their
scales. ``pieces.txt`` is the encoder's vocabulary, ``words.txt`` the words that spelling knows.
docs/adr/0002-search.md says why it is so.
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.rules.draft_check import DraftModel
from bot.rules.search.encoder import Encoder
from bot.rules.search.sparse import SparseModel
from bot.rules.search.spelling import SHORTEST, Spelling
from bot.rules.search.wordpiece import Wordpieces

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from bot.rules.draft_check import DraftKind
    from bot.rules.protocol import Clause

    Numbers = NDArray[np.float32]

FILES = ("ranking.json", "ranking.npz", "encoder.npz", "pieces.txt", "words.txt", "drafts.json", "drafts.npz")
HALF_BYTE = 4


@dataclass(frozen=True, slots=True)
class Mix:
    """How the two models' scores of a clause become one number, and one confidence."""

    sparse: float
    dense: float
    sparse_none: float
    dense_none: float
    none: float
    confidence: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class PassedOn:
    """How what is known of other clauses becomes a score of an unknown one: bot.rules.search.transfer."""

    clauses: tuple[float, ...]
    confidence: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Trained:
    """The trained models. Columns: first every known clause, then what speaks for none of them.

    ``columns`` gives each pack's clauses by label; ``prints`` what each looked like in training.
    """

    spelling: Spelling
    encoder: Encoder
    sparse: SparseModel
    directions: Numbers
    """A direction for each known clause, then for each not-covered subject, then for near misses."""
    direction_bias: Numbers
    centre: Numbers
    columns: Mapping[str, Mapping[str, int]]
    prints: Mapping[str, Mapping[str, str]]
    sparse_none: Mapping[str, int]
    """The sparse model's column for what a pack does not answer."""
    surer: Mapping[str, float]
    """What a pack's answers are surer by than their signs say, on the scale of log-odds; negative for less sure."""
    subjects: tuple[str, ...]
    near_misses: Mapping[str, tuple[int, int]]
    """Where the directions stand that speak for a pack's near misses as a whole."""
    missed: Mapping[str, tuple[str, Numbers]]
    """A direction for each near miss of a pack, under the fingerprint of their texts."""
    said: Numbers
    """The direction of each known clause's own rule."""
    mix: Mix
    passed_on: PassedOn
    drafts: DraftModel | None

    def dense_scores(self, direction: Numbers) -> Numbers:
        """How near a text's direction is to each of the learned ones."""
        turned = direction - self.centre
        turned /= max(float(np.sqrt(turned @ turned)), 1e-9)
        scores: Numbers = self.directions @ turned + self.direction_bias
        return scores

    def column(self, pack_id: str, clause: Clause) -> int | None:
        """The clause's column, unless its rule now reads otherwise than in training."""
        if self.prints.get(pack_id, {}).get(clause.ref) != fingerprint((clause.says,)):
            return None
        return self.columns[pack_id][clause.ref]


def fingerprint(texts: Iterable[str]) -> str:
    """A short mark of some texts, to notice a change."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]


def read_trained(files: Mapping[str, bytes], kinds: Sequence[DraftKind] = ()) -> Trained:
    """The trained models from the bytes of their files, by name.

    Args:
        files: :data:`FILES`; those on drafts may be missing.
        kinds: the kinds of drafts that run into a protocol, from ``drafts.yaml``.
    """
    about: dict[str, Any] = json.loads(files["ranking.json"])
    ranking = _arrays(files["ranking.npz"])
    known = (line.split() for line in files["words.txt"].decode().splitlines())
    packs: dict[str, Any] = about["packs"]
    missed = _unit(ranking["missed"])
    encoder = read_encoder(files["encoder.npz"], files["pieces.txt"])
    everyday = {word: 1 for word in encoder.pieces.whole_words() if len(word) >= SHORTEST}
    return Trained(
        spelling=Spelling(everyday | {word: int(times) for word, times in known}),
        encoder=encoder,
        sparse=_sparse(ranking),
        directions=ranking["directions"].astype(np.float32) * ranking["direction_scales"][:, None],
        direction_bias=ranking["direction_bias"].astype(np.float32),
        centre=ranking["centre"].astype(np.float32),
        columns={name: {ref: entry[0] for ref, entry in pack["clauses"].items()} for name, pack in packs.items()},
        prints={name: {ref: entry[1] for ref, entry in pack["clauses"].items()} for name, pack in packs.items()},
        sparse_none={name: pack["none"] for name, pack in packs.items()},
        surer={name: pack["surer"] for name, pack in packs.items()},
        subjects=tuple(about["subjects"]),
        near_misses={name: (pack["near_misses"][0], pack["near_misses"][1]) for name, pack in packs.items()},
        missed={
            name: (pack["missed"][2], missed[pack["missed"][0] : pack["missed"][1]]) for name, pack in packs.items()
        },
        said=_unit(ranking["said"]),
        mix=Mix(**{**about["mix"], "confidence": tuple(about["mix"]["confidence"])}),
        passed_on=PassedOn(**{name: tuple(values) for name, values in about["passed on"].items()}),
        drafts=_drafts(files, kinds),
    )


def _sparse(arrays: Mapping[str, NDArray[Any]]) -> SparseModel:
    return SparseModel(
        features=arrays["features"],
        rarity=arrays["rarity"].astype(np.float32),
        starts=arrays["starts"].astype(np.int64),
        classes=arrays["classes"].astype(np.int32),
        weights=arrays["weights"].astype(np.float32) * arrays["scales"][arrays["classes"]],
        bias=arrays["bias"].astype(np.float32),
    )


def _drafts(files: Mapping[str, bytes], kinds: Sequence[DraftKind]) -> DraftModel | None:
    """The model of drafts; none where it is not there, or was trained on other kinds."""
    if "drafts.json" not in files:
        return None
    about: dict[str, Any] = json.loads(files["drafts.json"])
    if about["kinds"] != [kind.id for kind in kinds]:
        return None
    arrays = _arrays(files["drafts.npz"])
    return DraftModel(
        kinds=tuple(kinds),
        sparse=_sparse(arrays),
        dense=arrays["dense"].astype(np.float32),
        centre=arrays["centre"].astype(np.float32),
        mix=(about["mix"]["words"], about["mix"]["meaning"]),
        threshold=about["threshold"],
    )


def _unit(rows: NDArray[np.int8]) -> Numbers:
    numbers = rows.astype(np.float32)
    numbers /= np.maximum(np.linalg.norm(numbers, axis=1, keepdims=True), 1e-9)
    return numbers


def _arrays(data: bytes) -> dict[str, NDArray[Any]]:
    with np.load(io.BytesIO(data), allow_pickle=False) as held:
        return {name: held[name] for name in held.files}


def read_encoder(weights_file: bytes, pieces_file: bytes) -> Encoder:
    """The encoder from the bytes of its two files."""
    arrays = _arrays(weights_file)
    weights: dict[str, Numbers] = {"piece": _of_half_bytes(arrays["piece"], arrays["piece:scale"])}
    for name, array in arrays.items():
        if array.dtype == np.int8:
            weights[name] = array.astype(np.float32) * arrays[f"{name}:scale"].astype(np.float32)
        elif array.dtype == np.float16 and not name.endswith(":scale"):
            weights[name] = array.astype(np.float32)
    layers, heads = (int(number) for number in arrays["shape"])
    return Encoder(Wordpieces(pieces_file.decode().split()), weights, layers=layers, heads=heads)


def _of_half_bytes(packed: NDArray[np.uint8], scale: NDArray[np.float16]) -> Numbers:
    """Rows of 4-bit numbers, two a byte, each 32 of them with a scale of their own."""
    pairs = np.stack((packed & 15, packed >> HALF_BYTE), axis=-1).reshape(len(packed), -1).astype(np.float32) - 8
    groups = pairs.reshape(len(packed), scale.shape[1], -1) * scale.astype(np.float32)[..., None]
    rows: Numbers = np.ascontiguousarray(groups.reshape(len(packed), -1))
    return rows
