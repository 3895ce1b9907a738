"""An answer from the protocol. It cannot be built without a citation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.messages import Citation
from bot.wording import ask as say

if TYPE_CHECKING:
    from bot.rules.protocol import Clause, Pack


@dataclass(frozen=True, slots=True)
class Answer:
    """The best clause, up to two more that bear on the question, and how sure we are.

    ``sure`` is one of the two words to the reader: ``clear`` or ``partial``. The third,
    ``not covered``, is no answer.
    """

    best: Citation
    further: tuple[Citation, ...] = ()
    sure: str = "clear"


def cite(pack: Pack, clause: Clause) -> Citation:
    """The citation of a clause as its council writes it."""
    return Citation(
        council=pack.council,
        document=pack.title,
        version=pack.version,
        ref=clause.ref,
        label=pack.cited(clause.ref),
        section=clause.section,
        says=clause.says,
        binds=_binds(pack, clause),
        official=clause.official if clause.official and clause.official.strip() != clause.says.strip() else None,
        stale=clause.stale,
    )


def _binds(pack: Pack, clause: Clause) -> str:
    words = {word.value for word in clause.binds}
    if {"member", "officer"} <= words:
        words = words - {"member", "officer"} | {"both"}
    return "; ".join(say.binds(word, pack) for word in sorted(words))
