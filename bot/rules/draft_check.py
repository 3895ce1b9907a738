"""Check a message that somebody is about to send against the protocol: what it runs into, and how to put it right.

Silent for what is fine: a message is flagged only where the trained model is surer than not that one of
the kinds in ``packs/drafts.yaml`` fits it. Who writes to whom counts, so the same words may be fine
from an officer to a colleague and not from a member to the press. Pure; nothing is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from bot.rules.protocol import Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from bot.rules.search.encoder import Encoder
    from bot.rules.search.engine import SearchEngine
    from bot.rules.search.sparse import SparseModel
    from bot.rules.search.spelling import Spelling

    Numbers = NDArray[np.float32]

ALSO_SHARE = 0.4
"""A second kind is named when it is at least this share as likely as the first."""
REFS_OF_A_KIND = 2
NAMED_FIRST = 0.1
"""How far the order in which a kind names its paragraphs counts, beside how far a search for the text leads to each."""
SEARCH_WEIGHS, LEAST_SHARE = 0.15, 1e-3


class Audience(StrEnum):
    """Who will read the message."""

    OFFICER = "officer"
    MEMBER = "member"
    PRESS = "press"
    PUBLIC_CHANNEL = "public channel"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class DraftKind:
    """One way in which a message runs into a protocol.

    ``refs`` gives the paragraphs by pack, the nearest first: none for a pack that has no such rule, while a pack
    that is not named (an imported one) is searched for it. ``by`` is who can do it.
    """

    id: str
    why: str
    mend: str
    refs: Mapping[str, tuple[str, ...]]
    by: frozenset[Role]

    def is_ruled_on(self, pack_id: str) -> bool:
        """Whether the pack has such a rule, or may have one: an imported pack that nobody looked through for it."""
        return bool(self.refs[pack_id]) if pack_id in self.refs else True


@dataclass(frozen=True, slots=True)
class Flag:
    """A paragraph that the message runs into, why, and how to put it right."""

    ref: str
    why: str
    mend: str
    kind: str


@dataclass(frozen=True, slots=True)
class DraftModel:
    """The trained model of drafts. The last column is "fine"; the others are ``kinds`` in order."""

    kinds: tuple[DraftKind, ...]
    sparse: SparseModel
    dense: Numbers
    """A row for each column: the encoder's direction, then who writes to whom, then a bias."""
    centre: Numbers
    mix: tuple[float, float]
    threshold: float

    def likelihoods(
        self, text: str, role: Role, audience: Audience, encoder: Encoder, spelling: Spelling
    ) -> NDArray[np.float32]:
        """How likely each kind is, and at the end that the message is fine."""
        corrected = spelling.corrected(text)
        turned = encoder.direction(corrected) - self.centre
        turned = turned / max(float(np.sqrt(turned @ turned)), 1e-9)
        inputs = np.concatenate((turned, context(role, audience), np.ones(1, dtype=np.float32)))
        scores = self.mix[0] * self.sparse.scores(corrected) + self.mix[1] * (self.dense @ inputs)
        allowed = np.array([*(role in kind.by for kind in self.kinds), True])
        raised = np.where(allowed, np.exp(scores - scores.max()), 0)
        likely: NDArray[np.float32] = (raised / raised.sum()).astype(np.float32)
        return likely


def context(role: Role, audience: Audience) -> Numbers:
    """Who writes to whom, as ones and noughts."""
    roles, audiences = list(Role), list(Audience)
    marks = np.zeros(len(roles) + len(audiences) * (1 + len(roles)), dtype=np.float32)
    side, reader = roles.index(role), audiences.index(audience)
    marks[side] = marks[len(roles) + reader] = 1
    marks[len(roles) + len(audiences) * (1 + side) + reader] = 1
    return marks


def check_draft(engine: SearchEngine, text: str, role: Role, audience: Audience | str) -> tuple[Flag, ...]:
    """What a message runs into, the likeliest first; nothing where it is fine.

    Args:
        engine: the search engine over the council's pack, built with the trained models.
        text: the message.
        role: which side its writer is on.
        audience: who will read it; an unknown word is taken as an officer.
    """
    trained = engine.trained
    if trained is None or trained.drafts is None or not any(letter.isalnum() for letter in text):
        return ()
    model = trained.drafts
    reader = Audience(audience) if audience in set(Audience) else Audience.OFFICER
    likely = model.likelihoods(text, role, reader, trained.encoder, trained.spelling)
    ruled_on = np.array([kind.is_ruled_on(engine.pack.id) for kind in model.kinds])
    kinds = np.where(ruled_on, likely[:-1], 0)
    if float(kinds.sum()) < model.threshold:
        return ()
    kinds = kinds * _search_agrees(engine, model.kinds, text)
    order = np.argsort(-kinds, kind="stable")
    flags: dict[str, Flag] = {}
    for number in order[:2]:
        if kinds[number] < ALSO_SHARE * kinds[order[0]]:
            break
        for flag in _flags_of(engine, model.kinds[number], text):
            flags.setdefault(flag.ref, flag)
    return tuple(flags.values())


def _search_agrees(engine: SearchEngine, kinds: tuple[DraftKind, ...], text: str) -> Numbers:
    """How far a search for the text leads to the kinds' own paragraphs: it decides between kinds that are close."""
    shares = engine.shares(text)
    best = [max((shares.get(ref, 0.0) for ref in refs_of(kind, engine, {})), default=0.0) for kind in kinds]
    agrees: Numbers = (np.array(best, dtype=np.float32) + LEAST_SHARE) ** SEARCH_WEIGHS
    return agrees


def refs_of(kind: DraftKind, engine: SearchEngine, shares: Mapping[str, float]) -> tuple[str, ...]:
    """The paragraphs of the kind in this pack that the text runs into most: by their order, and what a search finds.

    Args:
        kind: what is wrong with the text.
        engine: the search engine over the council's pack.
        shares: how the pack's clauses share the text among them.
    """
    named = kind.refs.get(engine.pack.id, ())
    nearest = sorted(enumerate(named), key=lambda one: -(shares.get(one[1], 0.0) + NAMED_FIRST / (1 + one[0])))
    return tuple(ref for _, ref in nearest)[:REFS_OF_A_KIND]


def _flags_of(engine: SearchEngine, kind: DraftKind, text: str) -> Iterator[Flag]:
    """The kind's paragraphs in this pack: the named ones, or where it names none, what a search finds."""
    refs = refs_of(kind, engine, engine.shares(text))
    if not refs:
        found = engine.search(f"{kind.why} {text}", None)
        refs = tuple(hit.ref for hit in found.hits[:1]) if found.verdict == "clear" else ()
    known = {clause.ref for clause in engine.pack.clauses}
    for ref in [ref for ref in refs if ref in known]:
        yield Flag(ref=ref, why=kind.why, mend=kind.mend, kind=kind.id)
