"""Every table. Columns whose text must not be read from the file are sealed and say so in their comment.

``info={"personal": ...}`` says what a column holds about people; the data-protection page is made from it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

if TYPE_CHECKING:
    from sqlalchemy import Dialect

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An instant in UTC. SQLite keeps no time zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; an instant without a time zone is a bug."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Back with its time zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def personal(what: str) -> dict[str, Any]:
    """Marks a column as holding personal data."""
    return {"personal": what}


people = Table(
    "people",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", Text, nullable=False, info=personal("name")),
    Column("email", String(320), nullable=False, unique=True, info=personal("work e-mail, in lower case")),
    Column("role", String(16), nullable=False, info=personal("member or officer")),
    Column("positions", Text, nullable=False, info=personal("posts held, parted by ;")),
    Column("department", Text, nullable=False, default="", info=personal("service in which an officer works")),
    Column("manager_email", String(320), nullable=False, default="", info=personal("the manager's e-mail")),
    Column(
        "party_group", Text, nullable=False, default="", info=personal("political group of a member, which is public")
    ),
    Column("ward", Text, nullable=False, default="", info=personal("a member's ward, which is public")),
    Column("slack_user_id", String(64), nullable=False, default="", index=True, info=personal("Slack user id")),
    Column("teams_user_id", String(256), nullable=False, default="", index=True, info=personal("Teams user id")),
    Column("cover_email", String(320), nullable=False, default="", info=personal("e-mail of whoever covers for them")),
    Column("active", Boolean, nullable=False, default=True),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("platform", String(16), nullable=False),
    Column("event_key", String(255), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("payload", Text, info=personal("what was sent; sealed, and dropped once worked")),
    Column("response", Text, info=personal("the answer for repeats; sealed")),
    Column("received_at", Instant, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("lease_until", Instant),
    Column("reference", String(16)),
    UniqueConstraint("platform", "event_key"),
    Index("ix_inbox_waiting", "platform", "state", "id"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("message_key", String(255), nullable=False, unique=True),
    Column("platform", String(16), nullable=False),
    Column("address", Text, nullable=False, info=personal("where it goes; sealed")),
    Column("content", Text, info=personal("the message; sealed, and dropped once delivered")),
    Column("about", String(128), nullable=False, default=""),
    Column("basis", Text, nullable=False, default="", server_default=""),
    Column("person_id", String(32), nullable=False, default="", index=True, info=personal("for whom the message is")),
    Column("created_at", Instant, nullable=False),
    Column("not_before", Instant, nullable=False),
    Column("lease_until", Instant),
    Column("attempts", Integer, nullable=False, default=0),
    Column("uncertain", Boolean, nullable=False, default=False),
    Column("state", String(16), nullable=False),
    Column("platform_id", String(255), nullable=False, default=""),
    Column("problem", Text, nullable=False, default=""),
    Column("settled_at", Instant),
    Index("ix_outbox_waiting", "platform", "state", "not_before", "id"),
)

places = Table(
    "places",
    metadata,
    Column("platform", String(16), primary_key=True),
    Column("user_id", String(256), primary_key=True, info=personal("the platform's user id")),
    Column("tenant", String(64), nullable=False, default=""),
    Column("reference", Text, nullable=False, info=personal("where the person can be reached; sealed")),
    Column("updated_at", Instant, nullable=False),
)

disclosures = Table(
    "disclosures",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("reference", String(16), nullable=False, unique=True),
    Column("declarer_id", String(32), nullable=False, index=True, info=personal("who declared")),
    Column("position", String(32), nullable=False, info=personal("the position in which they declared")),
    Column("ref", String(24), nullable=False),
    Column("content", Text, nullable=False, info=personal("the relationship as declared; sealed")),
    Column("conditions", Text, nullable=False, info=personal("what was decided on it; sealed")),
    Column("at_risk", Boolean, nullable=False, info=personal("whether telling more could put someone at risk")),
    Column("state", String(24), nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("confirmed_at", Instant, nullable=False),
    Column("asked_at", Instant),
    Column("version", Integer, nullable=False),
    Column("hold", Boolean, nullable=False, default=False),
)

disclosure_readers = Table(
    "disclosure_readers",
    metadata,
    Column("disclosure_id", String(32), primary_key=True),
    Column("person_id", String(32), primary_key=True, index=True, info=personal("whom the protocol names for it")),
)

disclosure_events = Table(
    "disclosure_events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("disclosure_id", String(32), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("by", String(32), nullable=False, info=personal("who did it")),
    Column("step", String(32), nullable=False),
    Column("text", Text, nullable=False, info=personal("what was said, or the version replaced; sealed")),
)

cases = Table(
    "cases",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("reference", String(16), nullable=False, unique=True),
    Column("procedure", String(32), nullable=False),
    Column("member_id", String(32), nullable=False, index=True, info=personal("the member whose enquiry it is")),
    Column("entered_by", String(32), nullable=False, info=personal("who entered it")),
    Column("owner_id", String(32), nullable=False, index=True, info=personal("the officer in charge")),
    Column("service", Text, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("content", Text, nullable=False, info=personal("what the member asks, and on whose behalf; sealed")),
    Column("state", String(16), nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("counts_from", Instant, nullable=False),
    Column("started_on", Date, nullable=False),
    Column("limit_days", Integer),
    Column("limit_rule", Text, nullable=False),
    Column("limit_ref", String(24), nullable=False),
    Column("working", Text),
    Column("counted_due", Date),
    Column("due", Date),
    Column("clock_set_on", Date, nullable=False),
    Column("promised", Date),
    Column("promised_on", Date),
    Column("pauses", Text, nullable=False),
    Column("holding_replies", Integer, nullable=False),
    Column("snoozes", Integer, nullable=False),
    Column("snoozed_until", Date),
    Column("handled", Text, nullable=False),
    Column("next_on", Date),
    Column("replied_at", Instant),
    Column("closed_at", Instant),
    Column("version", Integer, nullable=False),
    Column("hold", Boolean, nullable=False, default=False),
    Index("ix_cases_next", "is_open", "next_on"),
)

case_readers = Table(
    "case_readers",
    metadata,
    Column("case_id", String(32), primary_key=True),
    Column("person_id", String(32), primary_key=True, index=True, info=personal("with whom the member shares it")),
)

case_events = Table(
    "case_events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("case_id", String(32), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("by", String(32), nullable=False, info=personal("who did it")),
    Column("step", String(32), nullable=False),
    Column("text", Text, nullable=False, info=personal("the reply, the reason, the note; sealed")),
    Column("who", String(32), nullable=False, info=personal("whom it concerns, such as the new officer")),
    Column("on_date", Date),
)

reminders = Table(
    "reminders",
    metadata,
    Column("case_id", String(32), primary_key=True),
    Column("stage", String(32), primary_key=True),
    Column("due", Date, primary_key=True),
    Column("told", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
)

absences = Table(
    "absences",
    metadata,
    Column("person_id", String(32), primary_key=True, info=personal("who is away")),
    Column("first", Date, nullable=False, info=personal("the first day away")),
    Column("last", Date, nullable=False, info=personal("the last day away")),
)

marks = Table(
    "marks",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", String(128), nullable=False),
)

drafts = Table(
    "drafts",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("person_id", String(320), nullable=False, info=personal("who is filling in the form")),
    Column("form", String(64), nullable=False),
    Column("typed", Text, info=personal("what was typed so far; sealed, and dropped once sent in")),
    Column("outcome", String(64)),
    Column("updated_at", Instant, nullable=False),
    Index("ix_drafts_person_id_form", "person_id", "form", "updated_at"),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor", String(64), nullable=False, info=personal("id of who did it")),
    Column("action", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

threads = Table(
    "threads",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("question", Text, nullable=False, info=personal("the last question of a conversation; sealed, kept a day")),
    Column("refs", Text, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("ref", String(24), nullable=False, index=True),
    Column("useful", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
)

gaps = Table(
    "gaps",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column(
        "question", Text, nullable=False, info=personal("a question without a good answer, without the asker; sealed")
    ),
    Column("reason", String(16), nullable=False),
    Column("ref", String(24), nullable=False),
    Column("at", Instant, nullable=False),
)

handoffs = Table(
    "handoffs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("asker_id", String(32), nullable=False, info=personal("who asked a person")),
    Column("ref", String(24), nullable=False),
    Column("readers", Text, nullable=False, info=personal("who was asked")),
    Column("question", Text, nullable=False, info=personal("the question; sealed")),
    Column("back_to", Text, nullable=False, info=personal("where the reply goes; sealed")),
    Column("answer", Text, info=personal("the reply; sealed")),
    Column("answered_by", String(32), nullable=False, default="", info=personal("who replied")),
    Column("at", Instant, nullable=False),
)

house_notes = Table(
    "house_notes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("ref", String(24), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("by", String(32), nullable=False, info=personal("who wrote the note")),
    Column("at", Instant, nullable=False),
)
