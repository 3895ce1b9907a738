"""The start of the yearly review of a protocol: what was asked in vain, what is asked most, what others rule on.

Tower Hamlets 15.1 has its protocol reviewed every year; Copeland 16.2 takes suggestions. No
asker's name is in any of it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process, utils

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.model import Gap
    from bot.rules.protocol import Pack, Topic

ALIKE = 72
"""Out of 100: two questions whose words agree this far are counted as one."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Questions that ask the same, by the shortest of them."""

    example: str
    count: int
    reason: str
    refs: tuple[str, ...]


def clusters(gaps: Sequence[Gap]) -> list[Cluster]:
    """Questions without a good answer, alike ones together, the most frequent first."""
    left = list(gaps)
    found: list[Cluster] = []
    while left:
        seed = left[0]
        texts = [gap.question for gap in left]
        near = process.extract(
            seed.question,
            texts,
            scorer=fuzz.token_set_ratio,
            processor=utils.default_process,
            limit=None,
            score_cutoff=ALIKE,
        )
        members = {index for _, _, index in near} | {0}
        group = [left[index] for index in sorted(members)]
        reasons = Counter(gap.reason for gap in group)
        found.append(
            Cluster(
                example=min((gap.question for gap in group), key=len),
                count=len(group),
                reason=reasons.most_common(1)[0][0],
                refs=tuple(sorted({gap.ref for gap in group if gap.ref})),
            )
        )
        left = [gap for index, gap in enumerate(left) if index not in members]
    return sorted(found, key=lambda cluster: -cluster.count)


@dataclass(frozen=True, slots=True)
class Missing:
    """A topic on which other councils' protocols have a rule and this one has none."""

    topic: Topic
    others: tuple[tuple[str, str], ...]
    """Council and how its paragraph is cited."""


def rules_elsewhere(pack: Pack, others: Iterable[Pack], topics: Sequence[Topic], least: int = 2) -> list[Missing]:
    """Topics that at least ``least`` other protocols rule on and this one does not, the commonest first."""
    own = {topic for clause in pack.clauses for topic in clause.topics}
    found: dict[str, dict[str, str]] = {}
    for other in others:
        if other.id == pack.id:
            continue
        for clause in other.clauses:
            for topic in clause.topics:
                if topic not in own:
                    found.setdefault(topic, {}).setdefault(other.council, other.cited(clause.ref))
    by_id = {topic.id: topic for topic in topics}
    rows = [
        Missing(by_id[topic], tuple(sorted(councils.items())))
        for topic, councils in found.items()
        if len(councils) >= least and topic in by_id
    ]
    return sorted(rows, key=lambda row: (-len(row.others), row.topic.name))


def as_markdown(
    pack: Pack, found: Sequence[Cluster], feedback: Mapping[str, tuple[int, int]], missing: Sequence[Missing]
) -> str:
    """The review pack as a page that a committee can read."""
    lines = [f"# Review of the {pack.title} of {pack.council}", "", f"Version: {pack.version}", ""]
    lines += ["## Questions without a good answer", ""]
    if found:
        lines += ["| asked | how often | why | near |", "| --- | --- | --- | --- |"]
        lines += [
            f"| {_cell(cluster.example)} | {cluster.count} | {cluster.reason} | "
            f"{', '.join(pack.cited(ref) for ref in cluster.refs)} |"
            for cluster in found[:100]
        ]
    else:
        lines.append("None were kept.")
    lines += ["", "## Paragraphs people were shown", ""]
    if feedback:
        lines += ["| paragraph | useful | not useful |", "| --- | --- | --- |"]
        ordered = sorted(feedback.items(), key=lambda item: -sum(item[1]))
        lines += [f"| {pack.cited(ref) if ref else 'none'} | {yes} | {no} |" for ref, (yes, no) in ordered]
    else:
        lines.append("Nobody has said yet whether an answer was useful.")
    stale = [clause for clause in pack.clauses if clause.stale]
    lines += ["", "## Where the text or the law has moved on", ""]
    lines += [f"- {pack.cited(clause.ref)}: {clause.stale}" for clause in stale] or ["Nothing is marked."]
    lines += ["", "## What other councils' protocols rule on and this one does not", ""]
    lines += [
        f"- {row.topic.name}: " + "; ".join(f"{council} ({cited})" for council, cited in row.others) for row in missing
    ] or ["Nothing was found."]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "/").replace("\n", " ")
