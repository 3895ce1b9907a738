"""How good the answers and the check of drafts are, beside plain search engines, and how fast.

usage: python -m benchmarks.answer_quality [--write] [--misses N]         (make quality)

Measured on ../shared/eval where it is there (questions and drafts that nothing was trained on), on the
texts that training held back, and for councils that the models are made to forget. ``--write`` puts the
tables into docs/answer-quality.md.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import yaml

from benchmarks.search_rivals import RIVALS, texts_of
from bot.pack_files import PackLibrary, shared_knowledge
from bot.rules.draft_check import check_draft
from bot.rules.protocol import Role
from bot.rules.search import SearchEngine
from bot.rules.search.transfer import ByTransfer
from bot.search_files import TRAINED, trained

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.rules.protocol import Pack
    from bot.rules.search.trained import Trained

ROOT = Path(__file__).parent.parent
EVAL = ROOT.parent / "shared" / "eval"
DOCUMENT = ROOT / "docs" / "answer-quality.md"
BEGIN, END = "<!-- made by make quality: begin -->", "<!-- made by make quality: end -->"


@dataclass(frozen=True)
class Outcome:
    """One question's outcome."""

    question: dict[str, Any]
    refs: list[str]
    confidence: float
    answered: bool


def read(name: str) -> list[dict[str, Any]]:
    """The rows of a file of ../shared/eval; none where it is not there."""
    path = EVAL / name
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def set_aside() -> list[dict[str, Any]]:
    """The questions on which nothing was ever trained, once for each protocol."""
    rows = yaml.safe_load((ROOT / "benchmarks" / "set_aside.yaml").read_text(encoding="utf-8"))
    return [
        {
            "question": row["text"],
            "role": row["role"],
            "protocol": name,
            "refs": refs,
            "answerable": bool(refs),
            "style": "set aside",
        }
        for row in rows
        for name, refs in row["answers"].items()
    ]


def side(word: str) -> Role | None:
    return Role(word) if word in set(Role) else None


def auroc(able: list[float], unable: list[float]) -> float:
    if not able or not unable:
        return float("nan")
    higher = np.array(able)[:, None] - np.array(unable)[None]
    return float(((higher > 0) + 0.5 * (higher == 0)).mean())


def figures(outcomes: Iterable[Outcome]) -> list[str]:
    rows = list(outcomes)
    able = [row for row in rows if row.question["answerable"]]
    unable = [row for row in rows if not row.question["answerable"]]

    def within(places: int) -> float:
        hits = [row.answered and any(ref in row.question["refs"] for ref in row.refs[:places]) for row in able]
        return float(np.mean(hits)) if hits else float("nan")

    kept = float(np.mean([row.answered for row in able])) if able else float("nan")
    refused = float(np.mean([not row.answered for row in unable])) if unable else float("nan")
    apart = auroc([row.confidence for row in able], [row.confidence for row in unable])
    return [str(len(rows)), *(shown(value) for value in (within(1), within(3), kept, refused, apart))]


def shown(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.3f}"


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


HEAD = ["", "n", "top 1", "top 3", "kept", "refused", "AUROC"]


def ours(questions: list[dict[str, Any]], engines: dict[str, SearchEngine]) -> list[Outcome]:
    found = []
    for question in questions:
        ranking = engines[question["protocol"]].search(question["question"], side(question["role"]))
        refs = [hit.ref for hit in ranking.hits]
        found.append(Outcome(question, refs, ranking.confidence, ranking.verdict != "not covered"))
    return found


def theirs(
    questions: list[dict[str, Any]], packs: dict[str, Pack], build: Callable[[list[str]], Any], *, asked: bool
) -> list[Outcome]:
    rivals = {name: build(texts_of(pack, asked=asked)) for name, pack in packs.items()}
    found = []
    for question in questions:
        scores = np.array(rivals[question["protocol"]].scores(question["question"]))
        order = np.argsort(-scores, kind="stable")[:5]
        refs = [packs[question["protocol"]].clauses[number].ref for number in order]
        found.append(Outcome(question, refs, float(scores.max()), answered=True))
    return found


def grouped(outcomes: list[Outcome], misses: int) -> list[list[str]]:
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        groups["all"].append(one)
        groups[f"protocol {one.question['protocol']}"].append(one)
        groups[f"style {one.question['style']}"].append(one)
    missed = [
        one
        for one in outcomes
        if one.question["answerable"] and not (one.answered and set(one.refs[:1]) & set(one.question["refs"]))
    ]
    for one in missed[:misses]:
        print(f"- {one.question['question']!r}: wanted {one.question['refs']}, got {one.refs[:3]}", file=sys.stderr)
    return [[name, *figures(groups[name])] for name in sorted(groups, key=lambda name: (name != "all", name))]


def answers(packs: dict[str, Pack], engines: dict[str, SearchEngine], misses: int) -> str:
    parts = []
    sets = (
        (set_aside(), "Questions set aside"),
        (read("questions.jsonl"), "Questions"),
        (read("field.jsonl"), "Questions from the field"),
    )
    for questions, title in sets:
        if questions:
            parts.append(f"### {title}\n\n" + table(HEAD, grouped(ours(questions, engines), misses)))
            rows = [["ours", *figures(ours(questions, engines))]]
            for rival, build in RIVALS.items():
                for asked in (False, True):
                    over = "rules and how people ask" if asked else "rules alone"
                    row = figures(theirs(questions, packs, build, asked=asked))
                    rows.append([f"{rival}, over {over}", row[0], row[1], row[2], "", "", row[5]])
            parts.append(f"### {title}: beside plain engines\n\n" + table(HEAD, rows))
    return "\n".join(parts)


def held_back() -> str:
    about = json.loads((TRAINED / "ranking.json").read_text(encoding="utf-8"))["measured on held texts"]
    head = ["", "answerable", "not", "top 1", "top 3", "kept", "refused", "AUROC"]
    keys = ("answerable", "unanswerable", "top1", "top3", "kept", "refused", "auroc")
    rows = [
        [f"{model}: {kind}", *(str(row[key]) for key in keys)]
        for model, kinds in about.items()
        for kind, row in kinds.items()
        if model == "mixed" or kind == "all"
    ]
    return "### Texts that training held back\n\n" + table(head, rows)


def forgotten(packs: dict[str, Pack], models: Trained) -> str:
    """Each council in turn as if its document had just been imported and its questions were unknown."""
    outcomes = []
    for name, pack in packs.items():
        bare = pack.model_copy(
            update={
                "clauses": tuple(clause.model_copy(update={"asked_as": ()}) for clause in pack.clauses),
                "near_misses": (),
            }
        )
        way = ByTransfer(bare, shared_knowledge(), models, without=name)
        engine = SearchEngine(bare, shared_knowledge(), way, models)
        mine = [q for file in ("questions.jsonl", "field.jsonl") for q in read(file) if q["protocol"] == name]
        outcomes += ours(mine, {name: engine})
    if not outcomes:
        return ""
    rows = [[name, *row] for name, *row in grouped(outcomes, 0) if not name.startswith("style")]
    return "### A council that was just imported (its clauses forgotten by both models)\n\n" + table(HEAD, rows)


def drafts(engines: dict[str, SearchEngine]) -> str:
    about = json.loads((TRAINED / "drafts.json").read_text(encoding="utf-8"))["measured on drafts left out"]
    rows = [["drafts left out of training", *(str(value) for value in about.values())]]
    found = read("drafts.jsonl")
    if found:
        flags = [
            {flag.ref for flag in check_draft(engines[d["protocol"]], d["text"], Role(d["role"]), d["audience"])}
            for d in found
        ]
        bad = [(d, refs) for d, refs in zip(found, flags, strict=True) if d["expect"]]
        fine = [refs for d, refs in zip(found, flags, strict=True) if not d["expect"]]
        right = np.mean([bool(refs & set(d["expect"])) for d, refs in bad])
        rows.append(
            [
                "other drafts",
                f"{np.mean([bool(refs) for _, refs in bad]):.3f}",
                f"{right:.3f}",
                f"{np.mean([bool(refs) for refs in fine]):.3f}",
            ]
        )
    head = ["", "offending flagged", "with a right paragraph", "fine flagged"]
    return "### The check of drafts\n\n" + table(head, rows)


def speed(packs: dict[str, Pack], engines: dict[str, SearchEngine]) -> str:
    texts = [q["question"] for q in read("questions.jsonl")] or [
        clause.asked_as[0] for pack in packs.values() for clause in pack.clauses
    ]
    largest = max(packs, key=lambda name: len(packs[name].clauses))
    rows = [
        [
            f"a question, {largest} ({len(packs[largest].clauses)} clauses)",
            *timed(lambda text: engines[largest].search(text, None), texts),
        ]
    ]
    for rival, build in RIVALS.items():
        beside = build(texts_of(packs[largest], asked=True))
        rows.append([f"the same by {rival}", *timed(beside.scores, texts)])
    clauses = [clause for pack in packs.values() for clause in pack.clauses]
    many = tuple(
        clauses[number % len(clauses)].model_copy(update={"ref": f"{number}", "asked_as": ()}) for number in range(5000)
    )
    constitution = packs[largest].model_copy(update={"id": "constitution", "clauses": many, "near_misses": ()})
    began = time.perf_counter()
    engine = SearchEngine.build(constitution, shared_knowledge(), trained())
    built = time.perf_counter() - began
    rows.append(
        [
            f"a question, 5,000 clauses (built in {built:.1f} s)",
            *timed(lambda text: engine.search(text, None), texts[:100]),
        ]
    )
    return "### Speed, one core\n\n" + table(["", "median ms", "99th percentile ms"], rows) + "\n" + start_up(largest)


def timed(ask: Callable[[str], Any], texts: list[str]) -> list[str]:
    for text in texts[:20]:
        ask(text)
    gc.collect()
    taken = []
    for text in texts:
        began = time.perf_counter()
        ask(text + " ")
        taken.append((time.perf_counter() - began) * 1000)
    return [f"{np.percentile(taken, 50):.2f}", f"{np.percentile(taken, 99):.2f}"]


def start_up(name: str) -> str:
    """How long a process takes from nothing to its first answer, and how much memory it then holds."""
    code = (
        "import time; t = time.perf_counter()\n"
        "from bot.protocols import Protocols\n"
        f"e = Protocols().get({name!r}).engine; e.search('who do I tell?', None)\n"
        "seconds = time.perf_counter() - t\n"
        "peak = next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1]\n"
        "print(seconds, int(peak) / 1024)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    seconds, megabytes = (float(part) for part in said.split())
    return f"From nothing to the first answer: {seconds:.2f} s; memory then: {megabytes:.0f} MB.\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/answer-quality.md")
    parser.add_argument("--misses", type=int, default=0, help="print up to so many misses")
    args = parser.parse_args()
    models = trained()
    if models is None:
        raise SystemExit("There are no trained models; run make train.")
    library = PackLibrary()
    packs = {name: library.get(name) for name in library.ids()}
    engines = {name: SearchEngine.build(pack, shared_knowledge(), models) for name, pack in packs.items()}
    parts = [answers(packs, engines, args.misses), held_back(), forgotten(packs, models), drafts(engines)]
    text = "\n".join(part for part in [*parts, speed(packs, engines)] if part)
    print(text)
    if args.write:
        before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
        DOCUMENT.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"(this run, all five packs and rivals: {peak:.0f} MB)", file=sys.stderr)


if __name__ == "__main__":
    main()
