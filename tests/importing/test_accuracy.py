"""Fictional protocols of every numbering scheme in every format, read as a stranger's file would be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.documents import DEFAULT
from adapters.documents.reading import read_bytes
from adapters.documents.sniffing import kind_of
from benchmarks.fictional_protocols import SCHEMES, make
from benchmarks.import_accuracy import plain
from benchmarks.protocol_writers import FORMATS, write
from bot.rules.importing import import_document

if TYPE_CHECKING:
    from bot.rules.protocol import Knowledge


@pytest.mark.parametrize("form", FORMATS)
def test_paragraphs_limits_and_routes_are_found(form: str, knowledge: Knowledge) -> None:
    paragraphs, limits, routes = [], [], []
    for seed in range(1000, 1000 + len(SCHEMES)):
        protocol = make(seed)
        written = write(protocol, form, seed)
        if written is None:
            continue
        name, data = written
        document = read_bytes(data, kind_of(data, name), DEFAULT)
        said = import_document(document, pack_id="nowhere", knowledge=knowledge).to_json()
        got = {clause["ref"]: plain(clause["text"]) for clause in said["clauses"]}
        paragraphs += [got.get(ref) == plain(text) for ref, text in protocol.truth]
        found = {(one["amount"], one["unit"], one["ref"]) for one in said["deadlines"]}
        limits += [one in found for one in protocol.deadlines]
        told = {(one["who"], one["ref"]): one["to"] for one in said["declaration_routes"]}
        routes += [to.lower() in told.get((who, ref), "").lower() for who, to, ref in protocol.routes]
    assert sum(paragraphs) >= 0.97 * len(paragraphs)
    assert sum(limits) >= 0.95 * len(limits)
    assert sum(routes) >= 0.95 * len(routes)
