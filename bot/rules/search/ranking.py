"""What a search finds: clauses in order, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from bot.rules.protocol import NearMiss, NotCovered, Topic

Verdict = Literal["clear", "partial", "not covered"]
"""How sure the answer is, in the reader's words."""

MOST_HITS = 5


@dataclass(frozen=True, slots=True)
class Hit:
    """A clause that may answer the question; scores of one ranking add up to at most one."""

    ref: str
    score: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """The clauses for a question, best first, and whether they answer it at all.

    ``candidates`` is set where several clauses fit about equally well and the reader should pick.
    ``near_miss`` and ``not_covered`` say what the question resembles where no clause answers it;
    ``topics`` are the nearest subjects that the protocol does speak on.
    """

    hits: tuple[Hit, ...]
    confidence: float
    verdict: Verdict
    candidates: bool = False
    small_talk: bool = False
    near_miss: NearMiss | None = None
    not_covered: NotCovered | None = None
    topics: tuple[Topic, ...] = ()
