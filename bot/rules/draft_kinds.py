"""Read ``packs/drafts.yaml``: the ways in which a message runs into a protocol, with examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from bot.rules.draft_check import Audience, DraftKind
from bot.rules.protocol import Role


@dataclass(frozen=True, slots=True)
class DraftExample:
    """A message, who writes it to whom, and the kind that it is of; none where it is fine."""

    text: str
    role: Role
    audience: Audience
    kind: str | None


def read_draft_kinds(source: str) -> tuple[tuple[DraftKind, ...], tuple[DraftExample, ...]]:
    """The kinds, and all examples of them and of what is fine.

    Raises:
        ValueError: an example does not say who writes to whom.
    """
    rows: list[dict[str, Any]] = yaml.load(source, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe one
    kinds: list[DraftKind] = []
    examples: list[DraftExample] = []
    for row in rows:
        offending = [_example(line, row["id"]) for line in row.get("offending", ())]
        examples += offending + [_example(line, None) for line in row.get("fine", ())]
        if offending:
            kinds.append(
                DraftKind(
                    id=row["id"],
                    why=row["why"],
                    mend=row["mend"],
                    refs={pack: tuple(str(ref) for ref in refs) for pack, refs in row["refs"].items()},
                    by=frozenset(example.role for example in offending),
                )
            )
    return tuple(kinds), tuple(examples)


def _example(line: str, kind: str | None) -> DraftExample:
    who, bar, text = line.partition("| ")
    writer, arrow, reader = who.partition(">")
    if not (bar and arrow):
        raise ValueError(f"Begin with who writes to whom, such as “member>officer| ”: {line}")
    return DraftExample(text, Role(writer), Audience(reader), kind)
