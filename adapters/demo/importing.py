"""Try one's own document on the demo page: read, reviewed, corrected, saved in memory, asked."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, TypeVar
from urllib.parse import unquote

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from adapters.documents import DEFAULT, read_document
from bot.errors import InputError
from bot.rules.importing import Imported, import_document, pack_to_yaml
from bot.rules.pack_parsing import PackError, Source, parse_pack
from bot.wording import demo as say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.rules.protocol import Knowledge, Pack

Found = TypeVar("Found")

KEPT = 8
"""Documents under review at once; the oldest makes room."""
LARGEST = DEFAULT.file_bytes + 1024 * 1024


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    ref: Annotated[str, Field(max_length=24)]
    section: Annotated[str, Field(max_length=300)]
    text: Annotated[str, Field(max_length=20_000)]


class _Corrections(BaseModel):
    """What a person changed on the review page: the paragraphs as they should be, and findings that are wrong."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    council: Annotated[str, Field(min_length=1, max_length=200)]
    clauses: Annotated[tuple[_Row, ...], Field(min_length=1, max_length=6000)]
    wrong_clocks: tuple[int, ...] = ()
    wrong_routes: tuple[int, ...] = ()


@dataclass(slots=True)
class ImportDesk:
    """Documents that are being reviewed; in memory, so nothing half-imported stays anywhere.

    Args:
        add: puts a finished pack among the demo's councils.
    """

    knowledge: Knowledge
    others: Sequence[Pack]
    add: Callable[[Pack], None]
    _open: OrderedDict[str, Imported] = field(default_factory=OrderedDict)

    async def read(self, request: web.Request) -> web.Response:
        """Take a file in and show what was found, for confirmation."""
        name = unquote(request.headers.get("X-File-Name", ""))[:255]
        data = await request.read()
        try:
            document = await asyncio.to_thread(read_document, data, name)
            imported = await asyncio.to_thread(
                import_document, document, pack_id="your-own", knowledge=self.knowledge, others=self.others
            )
        except InputError as error:
            return web.json_response({"error": str(error)}, status=400)
        token = secrets.token_urlsafe(12)
        self._open[token] = imported
        while len(self._open) > KEPT:
            self._open.popitem(last=False)
        return web.json_response({"token": token, **shown(imported)})

    async def save(self, request: web.Request) -> web.Response:
        """Take the corrections in; the pack is checked like any other before it answers."""
        imported = self._open.get(request.match_info["token"])
        if imported is None:
            return web.json_response({"error": say.IMPORT_GONE}, status=404)
        try:
            corrections = _Corrections.model_validate_json(await request.read())
            pack = corrected(imported, corrections)
            parse_pack(Source("your document", pack_to_yaml(pack)), None, self.knowledge)
        except ValidationError:
            return web.json_response({"error": say.NOT_UNDERSTOOD}, status=400)
        except PackError as error:
            return web.json_response({"error": "\n".join(fault.message for fault in error.faults)}, status=400)
        self.add(pack)
        return web.json_response({"id": pack.id, "council": pack.council, "yaml": pack_to_yaml(pack)})


def shown(imported: Imported) -> dict[str, object]:
    """What the review page shows: paragraphs with their place in the document, findings, warnings."""
    pack = imported.pack
    return {
        "title": imported.title,
        "council": pack.council,
        "clauses": imported.to_json()["clauses"],
        "clocks": [
            {"what": limit.what, "limit": f"{limit.amount} {limit.unit.value.replace('_', ' ')}", "ref": limit.ref}
            if limit.amount and limit.unit
            else {"what": limit.what, "limit": limit.word or "", "ref": limit.ref}
            for limit in pack.clocks
        ],
        "routes": [
            {
                "who": ", ".join(position.value.replace("_", " ") for position in route.positions),
                "to": ", ".join(pack.office_title(key) for key in route.to) or say.NOBODY_NAMED,
                "ref": route.ref or "",
            }
            for route in pack.declarations
        ],
        "statutory": [
            {"office": one.statutory, "title": one.title, "ref": one.ref} for one in imported.statutory_officers
        ],
        "warnings": list(imported.warnings),
    }


def corrected(imported: Imported, corrections: _Corrections) -> Pack:
    """The pack with what the person changed."""
    pack = imported.pack
    before = {clause.ref: clause for clause in pack.clauses}
    clauses = []
    for row in corrections.clauses:
        known = before.get(row.ref)
        text = row.text.strip()
        base = known or pack.clauses[0].model_copy(update={"topics": (), "stale": None})
        if known is not None and known.official == text:
            clauses.append(known.model_copy(update={"section": row.section}))
        else:
            clauses.append(
                base.model_copy(update={"ref": row.ref, "section": row.section, "says": text, "official": text})
            )
    return pack.model_copy(
        update={
            "council": corrections.council,
            "clauses": tuple(clauses),
            "clocks": _without(pack.clocks, corrections.wrong_clocks),
            "declarations": _without(pack.declarations, corrections.wrong_routes),
        }
    )


def _without(rows: Sequence[Found], wrong: Sequence[int]) -> tuple[Found, ...]:
    return tuple(row for number, row in enumerate(rows) if number not in set(wrong))
