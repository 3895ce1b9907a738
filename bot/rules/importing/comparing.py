"""What a newer version of a document changes, paragraph by paragraph."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.rules.protocol import Clause, Pack

_SAME = 0.8
"""Two paragraphs alike to this degree are one that was moved, and perhaps touched."""
_SHORT = 8


class Change(StrEnum):
    """What happened to a paragraph."""

    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    """The same words under another number."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One paragraph that is not as it was."""

    change: Change
    ref: str
    """Its number in the new version; in the old one where it was removed."""
    old_ref: str | None
    old: str | None
    new: str | None

    def words(self) -> list[tuple[str, str]]:
        """The wording in runs, each marked ``same``, ``out`` or ``in``, for showing what changed."""
        old, new = (self.old or "").split(), (self.new or "").split()
        runs: list[tuple[str, str]] = []
        for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if kind == "equal":
                runs.append(("same", " ".join(old[a:b])))
                continue
            if b > a:
                runs.append(("out", " ".join(old[a:b])))
            if d > c:
                runs.append(("in", " ".join(new[c:d])))
        return runs


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that differs between two versions, in the order of the new one."""

    differences: tuple[Difference, ...]

    @property
    def changed(self) -> tuple[Difference, ...]:
        """Paragraphs whose words changed."""
        return self._of(Change.CHANGED)

    @property
    def added(self) -> tuple[Difference, ...]:
        """Paragraphs that are new."""
        return self._of(Change.ADDED)

    @property
    def removed(self) -> tuple[Difference, ...]:
        """Paragraphs that are gone."""
        return self._of(Change.REMOVED)

    @property
    def moved(self) -> tuple[Difference, ...]:
        """Paragraphs that only have another number."""
        return self._of(Change.MOVED)

    def _of(self, change: Change) -> tuple[Difference, ...]:
        return tuple(one for one in self.differences if one.change is change)


def compare_versions(old: Pack, new: Pack) -> Comparison:
    """What the new version changes. Wording counts, white space and quotation marks do not."""
    before, after = {clause.ref: clause for clause in old.clauses}, {clause.ref: clause for clause in new.clauses}
    pairs = _moves(
        [clause for clause in old.clauses if not _matches(clause, after.get(clause.ref))],
        [clause for clause in new.clauses if not _matches(clause, before.get(clause.ref))],
    )
    moved_from = {old_ref: new_ref for new_ref, old_ref in pairs.items()}
    found: list[Difference] = []
    for clause in new.clauses:
        was = pairs.get(clause.ref)
        if was is not None and was != clause.ref:
            kind = Change.MOVED if _plain(before[was]) == _plain(clause) else Change.CHANGED
            found.append(Difference(kind, clause.ref, was, _text(before[was]), _text(clause)))
        elif clause.ref in before and clause.ref not in moved_from:
            if _plain(before[clause.ref]) != _plain(clause):
                found.append(
                    Difference(Change.CHANGED, clause.ref, clause.ref, _text(before[clause.ref]), _text(clause))
                )
        elif clause.ref not in before or clause.ref in moved_from:
            if was is None:
                found.append(Difference(Change.ADDED, clause.ref, None, None, _text(clause)))
            elif _plain(before[was]) != _plain(clause):
                found.append(Difference(Change.CHANGED, clause.ref, was, _text(before[was]), _text(clause)))
    taken = set(pairs.values()) | {clause.ref for clause in new.clauses if clause.ref not in pairs}
    found.extend(
        Difference(Change.REMOVED, clause.ref, clause.ref, _text(clause), None)
        for clause in old.clauses
        if clause.ref not in taken
    )
    return Comparison(tuple(found))


def _matches(clause: Clause, other: Clause | None) -> bool:
    """Whether the paragraph of the same number is still the same paragraph, touched or not."""
    return other is not None and _likeness(_plain(clause), _plain(other)) >= _SAME


def _moves(old: Iterable[Clause], new: Iterable[Clause]) -> dict[str, str]:
    """New number to old number, for paragraphs that are alike under different numbers; most alike first."""
    left, right = list(old), list(new)
    scored = sorted(
        (
            (likeness, one.ref, other.ref)
            for one in right
            for other in left
            if len(_plain(one).split()) >= _SHORT or _plain(one) == _plain(other)
            if (likeness := _likeness(_plain(other), _plain(one))) >= _SAME
        ),
        key=lambda entry: (-entry[0], entry[1], entry[2]),
    )
    pairs: dict[str, str] = {}
    used: set[str] = set()
    for _, new_ref, old_ref in scored:
        if new_ref not in pairs and old_ref not in used:
            pairs[new_ref] = old_ref
            used.add(old_ref)
    return pairs


def _likeness(first: str, second: str) -> float:
    if first == second:
        return 1.0
    matcher = SequenceMatcher(None, first.split(), second.split(), autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= _SAME else 0.0


def _text(clause: Clause) -> str:
    return clause.official or clause.says


def _plain(clause: Clause) -> str:
    text = _text(clause).lower().replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"')
    return re.sub(r"\s+", " ", text.replace("–", "-")).strip()
