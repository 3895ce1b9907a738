"""Cases (members' enquiries), their events, the ledger of reminders, absences, and marks of finished work.

Revision 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

from storage.tables import Instant

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("reference", sa.String(16), nullable=False),
        sa.Column("procedure", sa.String(32), nullable=False),
        sa.Column("member_id", sa.String(32), nullable=False),
        sa.Column("entered_by", sa.String(32), nullable=False),
        sa.Column("owner_id", sa.String(32), nullable=False),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("received_at", Instant, nullable=False),
        sa.Column("counts_from", Instant, nullable=False),
        sa.Column("started_on", sa.Date, nullable=False),
        sa.Column("limit_days", sa.Integer),
        sa.Column("limit_rule", sa.Text, nullable=False),
        sa.Column("limit_ref", sa.String(24), nullable=False),
        sa.Column("working", sa.Text),
        sa.Column("counted_due", sa.Date),
        sa.Column("due", sa.Date),
        sa.Column("clock_set_on", sa.Date, nullable=False),
        sa.Column("promised", sa.Date),
        sa.Column("promised_on", sa.Date),
        sa.Column("pauses", sa.Text, nullable=False),
        sa.Column("holding_replies", sa.Integer, nullable=False),
        sa.Column("snoozes", sa.Integer, nullable=False),
        sa.Column("snoozed_until", sa.Date),
        sa.Column("handled", sa.Text, nullable=False),
        sa.Column("next_on", sa.Date),
        sa.Column("replied_at", Instant),
        sa.Column("closed_at", Instant),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("hold", sa.Boolean, nullable=False),
        sa.UniqueConstraint("reference", name="uq_cases_reference"),
    )
    op.create_index("ix_cases_member_id", "cases", ["member_id"])
    op.create_index("ix_cases_owner_id", "cases", ["owner_id"])
    op.create_index("ix_cases_next", "cases", ["is_open", "next_on"])
    op.create_table(
        "case_readers",
        sa.Column("case_id", sa.String(32), primary_key=True),
        sa.Column("person_id", sa.String(32), primary_key=True),
    )
    op.create_index("ix_case_readers_person_id", "case_readers", ["person_id"])
    op.create_table(
        "case_events",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("by", sa.String(32), nullable=False),
        sa.Column("step", sa.String(32), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("who", sa.String(32), nullable=False),
        sa.Column("on_date", sa.Date),
    )
    op.create_index("ix_case_events_case_id", "case_events", ["case_id"])
    op.create_table(
        "reminders",
        sa.Column("case_id", sa.String(32), primary_key=True),
        sa.Column("stage", sa.String(32), primary_key=True),
        sa.Column("due", sa.Date, primary_key=True),
        sa.Column("told", sa.Boolean, nullable=False),
        sa.Column("at", Instant, nullable=False),
    )
    op.create_table(
        "absences",
        sa.Column("person_id", sa.String(32), primary_key=True),
        sa.Column("first", sa.Date, nullable=False),
        sa.Column("last", sa.Date, nullable=False),
    )
    op.create_table(
        "marks",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", sa.String(128), nullable=False),
    )
    op.add_column("outbox", sa.Column("basis", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("outbox", "basis")
    for table in ("marks", "absences", "reminders", "case_events", "case_readers", "cases"):
        op.drop_table(table)
