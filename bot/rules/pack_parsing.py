"""Read a pack from YAML text, and report every mistake in it at once with file and line.

Pure: the text comes in, a value or a list of faults comes out. Files are opened elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from bot.rules.protocol import Knowledge, NearMiss, NotCovered, Pack, Role, Topic

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BaseLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Lines = dict[tuple[str | int, ...], int]
Found = TypeVar("Found")

LADDER_WORDS = frozenset({"discussion", "outside"})
"""Steps of a ladder that are no office: talk to the person first; somebody outside the council."""


PLAINLY = {
    "missing": "This is missing",
    "extra_forbidden": "There is no such entry in a pack; correct its name or take it out",
    "model_type": "This should be entries with names, such as “id: our-council”",
    "model_attributes_type": "This should be entries with names, such as “id: our-council”",
}
"""The checks' own words, where they are a programmer's."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake in a pack, and where it stands."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class PackError(Exception):
    """A pack that cannot be used; ``faults`` lists everything that is wrong with it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.file, fault.line)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass(frozen=True, slots=True)
class Source:
    """A YAML text with the name by which its mistakes are reported."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class _Document:
    name: str
    data: Any
    lines: Lines
    faults: tuple[Fault, ...] = ()
    """Names that stand twice."""

    def fault(self, path: tuple[str | int, ...], message: str) -> Fault:
        while path and path not in self.lines:
            path = path[:-1]
        return Fault(self.name, self.lines.get(path, 1), message)


def _walk(node: yaml.Node, path: tuple[str | int, ...], lines: Lines, faults: list[Fault], name: str) -> None:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            word = str(key.value)
            if word in seen:
                faults.append(Fault(name, key.start_mark.line + 1, f"“{word}” stands here twice; keep one."))
            seen.add(word)
            _walk(value, (*path, word), lines, faults, name)
            lines[(*path, word)] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            _walk(value, (*path, number), lines, faults, name)


def _read(source: Source, *, with_lines: bool) -> _Document:
    loader: Any = BaseLoader(source.text)
    faults: list[Fault] = []
    lines: Lines = {}
    try:
        node = loader.get_single_node()
        if node is not None and with_lines:
            _walk(node, (), lines, faults, source.name)
        data = loader.construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PackError([Fault(source.name, line, f"This is not valid YAML: {error.problem}.")]) from None
    except yaml.YAMLError:
        raise PackError(
            [Fault(source.name, 1, "This is not valid YAML: it holds characters that are not text.")]
        ) from None
    finally:
        loader.dispose()
    return _Document(source.name, data, lines, tuple(faults))


def _validated(adapter: TypeAdapter[Found], document: _Document) -> Found:
    try:
        return adapter.validate_python(document.data)
    except ValidationError as error:
        raise PackError(
            document.fault(
                tuple(problem["loc"]), _sentence(problem["loc"], PLAINLY.get(problem["type"], problem["msg"]))
            )
            for problem in error.errors(include_url=False)
        ) from None


def _sentence(loc: tuple[str | int, ...], message: str) -> str:
    where = ".".join(str(part) for part in loc)
    return f"{where}: {message}." if where else f"{message}."


_KNOWLEDGE_TOPICS = TypeAdapter(tuple[Topic, ...])
_KNOWLEDGE_SUBJECTS = TypeAdapter(tuple[NotCovered, ...])


class _Questions(BaseModel):
    asked_as: dict[str, tuple[str, ...]] = {}
    near_misses: tuple[NearMiss, ...] = ()
    model_config = {"extra": "forbid"}


def parse_knowledge(topics: Source, not_covered: Source) -> Knowledge:
    """What all packs share, from ``topics.yaml`` and ``not_covered.yaml``.

    Raises:
        PackError: either text has mistakes.
    """
    first = _load(topics, _KNOWLEDGE_TOPICS)
    second = _load(not_covered, _KNOWLEDGE_SUBJECTS)
    repeated = {topic.id for topic in first if sum(other.id == topic.id for other in first) > 1}
    if repeated:
        raise PackError(Fault(topics.name, 1, f"The topic “{word}” stands here twice; keep one.") for word in repeated)
    return Knowledge(topics=first, not_covered=second)


def _load(source: Source, adapter: TypeAdapter[Found]) -> Found:
    """Read quickly; only a text with mistakes is read again with its line numbers."""
    try:
        return adapter.validate_python(_read(source, with_lines=False).data)
    except ValidationError:
        return _validated(adapter, _read(source, with_lines=True))


def parse_pack(pack: Source, questions: Source | None, knowledge: Knowledge, *, check: bool = True) -> Pack:
    """One council's pack, with the ways in which people ask beside its clauses.

    Args:
        pack: ``pack.yaml``.
        questions: ``questions.yaml``; none for a pack that was just imported.
        knowledge: the shared topics, which clauses may point at.
        check: also look for what a reader would trip over: a duplicate or unknown paragraph,
            an unknown topic, a route to nobody. Built-in packs are checked by the tests.

    Raises:
        PackError: with every mistake, each with its file and line.
    """
    first = _read(pack, with_lines=check)
    second = _read(questions, with_lines=check) if questions else _Document("questions.yaml", {}, {})
    faults = [*first.faults, *second.faults]
    try:
        asked = _validated(TypeAdapter(_Questions), second)
    except PackError as error:
        faults.extend(error.faults)
        asked = _Questions()
    data = first.data
    if isinstance(data, dict):
        if isinstance(data.get("clauses"), list):
            data["clauses"] = [_with_phrasings(clause, asked.asked_as) for clause in data["clauses"]]
        if asked.near_misses and not data.get("near_misses"):
            data["near_misses"] = [miss.model_dump() for miss in asked.near_misses]
    try:
        found = _validated(TypeAdapter(Pack), first)
    except PackError as error:
        rough = _rough_check(first, knowledge) if check else ()
        raise PackError([*faults, *error.faults, *rough]) from None
    if check:
        faults.extend(_cross_check(found, first, knowledge))
        known = {clause.ref for clause in found.clauses}
        faults.extend(
            second.fault(("asked_as", ref), f"The pack has no paragraph “{ref}”; correct it or take it out.")
            for ref in asked.asked_as
            if ref not in known
        )
    if faults:
        raise PackError(faults)
    return found


def _with_phrasings(clause: object, asked_as: dict[str, tuple[str, ...]]) -> object:
    if isinstance(clause, dict) and "asked_as" not in clause and clause.get("ref") in asked_as:
        return {**clause, "asked_as": asked_as[clause["ref"]]}
    return clause


def _rough_check(document: _Document, knowledge: Knowledge) -> Iterator[Fault]:
    """The same as :func:`_cross_check`, as far as it goes, for a pack whose shape is wrong: all mistakes at once."""
    data = document.data if isinstance(document.data, dict) else {}
    clauses, offices = data.get("clauses"), data.get("offices")
    refs = [clause.get("ref") if isinstance(clause, dict) else None for clause in _listed(clauses)]
    topics = {topic.id for topic in knowledge.topics}
    for number, clause in enumerate(_listed(clauses)):
        if refs[number] is not None and refs[number] in refs[:number]:
            yield document.fault(("clauses", number, "ref"), _twice(refs[number]))
        for topic in _listed(clause.get("topics") if isinstance(clause, dict) else None):
            if topic not in topics:
                yield document.fault(("clauses", number, "topics"), _no_topic(topic))
    for path, word in _strings(data, ()):
        name = next(str(part) for part in reversed(path) if isinstance(part, str))
        if path[0] == "clauses":
            continue
        if name in {"ref", "refs", "also"} and word not in refs:
            yield document.fault(path, _no_paragraph(word))
        office_here = word in (offices if isinstance(offices, dict) else {}) or word in LADDER_WORDS
        if name in {"to", "offer", "deputy"} and not office_here:
            yield document.fault(path, _no_office(word))


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _strings(value: object, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every text in the document, with its path."""
    if isinstance(value, str) and path:
        yield path, value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _strings(one, (*path, str(key)))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _strings(one, (*path, number))


def _twice(ref: object) -> str:
    return f"Paragraph “{ref}” stands here twice; keep one."


def _no_topic(topic: object) -> str:
    return f"There is no topic “{topic}” in topics.yaml."


def _no_paragraph(ref: object) -> str:
    return f"The pack has no paragraph “{ref}”; correct the reference."


def _no_office(office: object) -> str:
    return f"“{office}” is not one of this pack's offices, so this leads to nobody."


def _cross_check(pack: Pack, document: _Document, knowledge: Knowledge) -> Iterator[Fault]:
    """What the shapes alone do not show: references that lead nowhere."""
    yield from _check_clauses(pack, document, {topic.id for topic in knowledge.topics})
    known = {clause.ref for clause in pack.clauses}
    for path, ref in _refs(pack):
        if ref is not None and ref not in known:
            yield document.fault(path, _no_paragraph(ref))
    for path, office in _offices(pack):
        if office not in pack.offices and not (path[0] == "concerns" and office in LADDER_WORDS):
            yield document.fault(path, _no_office(office))
    yield from _check_routes(pack, document)


def _check_clauses(pack: Pack, document: _Document, topics: set[str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for number, clause in enumerate(pack.clauses):
        if clause.ref in seen:
            yield document.fault(("clauses", number, "ref"), _twice(clause.ref))
        seen.add(clause.ref)
        for topic in clause.topics:
            if topic not in topics:
                yield document.fault(("clauses", number, "topics"), _no_topic(topic))


def _check_routes(pack: Pack, document: _Document) -> Iterator[Fault]:
    for number, route in enumerate(pack.declarations):
        if not route.to and not route.note:
            message = "A route to nobody needs a note that says what the text does say."
            yield document.fault(("declarations", number), message)
    positions = [position for route in pack.declarations for position in route.positions]
    for position in sorted({word for word in positions if positions.count(word) > 1}):
        yield document.fault(("declarations",), f"Two declaration routes claim the position “{position}”; keep one.")
    for role in Role:
        if not any(contact.role is role for contact in pack.advice):
            yield document.fault(("advice",), f"Say whom each {role.value} asks about the protocol.")


def _refs(pack: Pack) -> Iterator[tuple[tuple[str | int, ...], str | None]]:
    for key, office in pack.offices.items():
        yield ("offices", key, "ref"), office.ref
    for number, contact in enumerate(pack.advice):
        yield ("advice", number, "ref"), contact.ref
    for number, route in enumerate(pack.declarations):
        yield ("declarations", number, "ref"), route.ref
        for ref in (*route.also, *(ref for _, ref in route.expects)):
            yield ("declarations", number), ref
    for number, concern in enumerate(pack.concerns):
        for rung, step in enumerate(concern.steps):
            yield ("concerns", number, "steps", rung, "ref"), step.ref
    for number, procedure in enumerate(pack.procedures):
        for ref in procedure.refs:
            yield ("procedures", number, "refs"), ref
    for number, limit in enumerate(pack.clocks):
        for ref in (limit.ref, *limit.also):
            yield ("clocks", number), ref


def _offices(pack: Pack) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for key, office in pack.offices.items():
        if office.deputy:
            yield ("offices", key, "deputy"), office.deputy
    for number, contact in enumerate(pack.advice):
        for word in contact.to:
            yield ("advice", number, "to"), word
    for number, route in enumerate(pack.declarations):
        for word in (*route.to, *route.offer):
            yield ("declarations", number, "to"), word
    for number, concern in enumerate(pack.concerns):
        for rung, step in enumerate(concern.steps):
            yield ("concerns", number, "steps", rung, "to"), step.to
    for number, procedure in enumerate(pack.procedures):
        for word in procedure.to:
            yield ("procedures", number, "to"), word
