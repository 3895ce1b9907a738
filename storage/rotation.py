"""Change keys: open every sealed text with the key that sealed it, and seal it with the newest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, select, update

from storage import tables

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from sqlalchemy import Row, Table
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from storage.crypto import Sealer

    Context = Callable[[Row[Any]], str]

AT_ONCE = 200

SEALED: tuple[tuple[Table, str, Context], ...] = (
    (tables.inbox, "payload", lambda row: f"inbox.payload:{row.platform}:{row.event_key}"),
    (tables.inbox, "response", lambda row: f"inbox.response:{row.platform}:{row.event_key}"),
    (tables.outbox, "address", lambda row: f"outbox.address:{row.message_key}"),
    (tables.outbox, "content", lambda row: f"outbox.content:{row.message_key}"),
    (tables.places, "reference", lambda row: f"places.reference:{row.platform}:{row.user_id}"),
    (tables.disclosures, "content", lambda row: f"disclosures.content:{row.id}"),
    (tables.disclosures, "conditions", lambda row: f"disclosures.conditions:{row.id}"),
    (tables.disclosure_events, "text", lambda row: f"disclosure_events.text:{row.disclosure_id}"),
    (tables.threads, "question", lambda row: f"threads.question:{row.id}"),
    (tables.gaps, "question", lambda _row: "gaps.question"),
    (tables.handoffs, "question", lambda row: f"handoffs.question:{row.id}"),
    (tables.handoffs, "back_to", lambda row: f"handoffs.back_to:{row.id}"),
    (tables.handoffs, "answer", lambda row: f"handoffs.answer:{row.id}"),
    (tables.cases, "content", lambda row: f"cases.content:{row.id}"),
    (tables.case_events, "text", lambda row: f"case_events.text:{row.case_id}"),
    (tables.drafts, "typed", lambda row: f"drafts.typed:{row.token}"),
)
"""Every sealed column, and the context that its texts are bound to. A test holds it against the tables."""


async def reseal(engine: AsyncEngine, sealer: Sealer) -> int:
    """Seal every sealed text with the newest key, some rows a transaction, so that the bot may go on serving."""
    changed = 0
    for table, column, context in SEALED:
        changed += await _reseal_column(engine, sealer, table, column, context)
    return changed


async def _reseal_column(engine: AsyncEngine, sealer: Sealer, table: Table, column: str, context: Context) -> int:
    cell = table.c[column]
    newest = f"v1.{sealer.newest}."
    changed = 0
    while True:
        async with engine.begin() as connection:
            rows = (
                await connection.execute(
                    select(table).where(cell.is_not(None), cell.not_like(f"{newest}%")).limit(AT_ONCE).with_for_update()
                )
            ).all()
            for row in rows:
                await _reseal_row(connection, sealer, table, column, context, row)
        changed += len(rows)
        if not rows:
            return changed


async def _reseal_row(
    connection: AsyncConnection, sealer: Sealer, table: Table, column: str, context: Context, row: Row[Any]
) -> None:
    text = sealer.open(getattr(row, column), context(row))
    this = and_(*(key == getattr(row, key.name) for key in table.primary_key))
    await connection.execute(update(table).where(this).values({column: sealer.seal(text, context(row))}))
