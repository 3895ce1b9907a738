"""How well documents are imported: paragraphs, time limits and declaration routes, by document and format.

usage: python benchmarks/import_accuracy.py [--seeds N] [--raw FOLDER] [--misses N]

Fictional protocols of every numbering scheme are written in every format and imported as a
stranger's file would be. With ``--raw``, a folder of real texts (``*.txt``) beside their agreed
paragraphs (``../*.md``) is measured too.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

ALIKE = 98
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from fictional_protocols import SCHEMES, make  # noqa: E402
from protocol_writers import FORMATS, write  # noqa: E402
from rapidfuzz import fuzz  # noqa: E402

from adapters.documents import read_document  # noqa: E402
from bot.pack_files import PackLibrary, read_pack, shared_knowledge  # noqa: E402
from bot.rules.importing import Imported, import_document, pack_to_yaml  # noqa: E402


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("’", "'")).strip()


def agreed(path: Path) -> dict[str, str]:
    """The paragraphs of a real text as people agreed them: ``[2.1] words``, points below as ``- [2.1(a)] words``."""
    found: dict[str, str] = {}
    last = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        match = re.match(r"(- )?\[([^\]]+)\]\s*(.*)", line)
        if match:
            last = last if match[1] else match[2]
            found[last] = plain(f"{found.get(last, '')} {match[3]}")
        elif line.strip() and not line.startswith(("#", ">")) and last:
            found[last] = plain(f"{found[last]} {line}")
    return found


def imported_from(source: Path | bytes, name: str) -> Imported:
    library = PackLibrary()
    others = [library.get(pack_id) for pack_id in library.ids()]
    document = read_document(source, name)
    imported = import_document(document, pack_id="measured", knowledge=shared_knowledge(), others=others)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "pack.yaml").write_text(pack_to_yaml(imported.pack), encoding="utf-8")
        assert read_pack(Path(folder)) == imported.pack, "the pack does not read back"
    return imported


def rate(hits: int, of: int) -> str:
    return f"{hits:4d}/{of:<4d} {hits / of:6.3f}" if of else "   -           "


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=len(SCHEMES))
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--raw", type=Path)
    parser.add_argument("--misses", type=int, default=0)
    parser.add_argument("--format", choices=FORMATS)
    arguments = parser.parse_args()
    print(f"{'document':34s}{'paragraphs':>16s}{'time limits':>18s}{'routes':>18s}")
    if arguments.raw:
        for path in sorted(arguments.raw.glob("*.txt")):
            truth = agreed(path.parent.parent / f"{path.stem}.md")
            got = {ref: plain(text) for ref, _, text in imported_from(path, path.name).clauses}
            exact = sum(got.get(ref) == text for ref, text in truth.items())
            alike = sum(fuzz.ratio(got.get(ref, ""), text) >= ALIKE for ref, text in truth.items())
            note = f"(to {ALIKE} letters in 100: {alike / len(truth):.3f})"
            print(f"{path.stem:34s}{rate(exact, len(truth)):>16s}   {note}")
    totals: dict[str, list[int]] = defaultdict(lambda: [0] * 6)
    for form in FORMATS:
        if arguments.format and form != arguments.format:
            continue
        for seed in range(arguments.first, arguments.first + arguments.seeds):
            protocol = make(seed)
            written = write(protocol, form, seed)
            if written is None:
                continue
            name, data = written
            try:
                imported = imported_from(data, name)
            except Exception as error:  # noqa: BLE001 - a failure counts as nothing found
                print(f"  ! {form} seed {seed} ({protocol.scheme}): {error!r}")
                imported = None
            measure(protocol, imported, form, seed, totals, arguments)
    for key in sorted(totals, key=lambda key: (key != "all", key)):
        one = totals[key]
        print(f"{key:34s}{rate(*one[:2]):>16s}  {rate(*one[2:4]):>16s}  {rate(*one[4:]):>16s}")


def measure(protocol, imported, form, seed, totals, arguments) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    said = imported.to_json() if imported else {"clauses": [], "deadlines": [], "declaration_routes": []}
    got = {clause["ref"]: plain(clause["text"]) for clause in said["clauses"]}
    clauses = [got.get(ref) == plain(text) for ref, text in protocol.truth]
    limits = {(one["amount"], one["unit"], one["ref"]) for one in said["deadlines"]}
    deadlines = [one in limits for one in protocol.deadlines]
    named = {(one["who"], one["to"].lower(), one["ref"]) for one in said["declaration_routes"]}
    routes = [any(w == who and r == ref and to.lower() in t for w, t, r in named) for who, to, ref in protocol.routes]
    for key in ("all", f"format {form}", f"scheme {protocol.scheme}"):
        for place, hits in enumerate((clauses, deadlines, routes)):
            totals[key][2 * place] += sum(hits)
            totals[key][2 * place + 1] += len(hits)
    if arguments.misses:
        wrong = [(ref, text) for (ref, text), hit in zip(protocol.truth, clauses, strict=True) if not hit]
        missed = [one for one, hit in zip(protocol.deadlines, deadlines, strict=True) if not hit]
        lost = [one for one, hit in zip(protocol.routes, routes, strict=True) if not hit]
        if wrong or missed or lost:
            print(f"- {form} seed {seed} {protocol.scheme}")
            for ref, text in wrong[: arguments.misses]:
                print(f"    wanted {ref}: {text[:110]}\n       got {ref}: {got.get(ref, '(none)')[:110]}")
            texts = dict(protocol.truth)
            for one in missed[: arguments.misses]:
                print(f"    time limit {one} in: {texts.get(one[2], '')[:160]}")
            for one in lost[: arguments.misses]:
                own = [pair for pair in named if pair[2] == one[2]]
                print(f"    route {one} in: {texts.get(one[2], '')[:220]}\n       got {own}")


if __name__ == "__main__":
    main()
