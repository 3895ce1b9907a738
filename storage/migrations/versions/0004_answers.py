"""Around the answer: threads, feedback, questions without an answer, hand-offs and house notes.

Revision 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

from storage.tables import Instant

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "threads",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("refs", sa.Text, nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
    )
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("ref", sa.String(24), nullable=False),
        sa.Column("useful", sa.Boolean, nullable=False),
        sa.Column("at", Instant, nullable=False),
    )
    op.create_index("ix_feedback_ref", "feedback", ["ref"])
    op.create_table(
        "gaps",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("ref", sa.String(24), nullable=False),
        sa.Column("at", Instant, nullable=False),
    )
    op.create_table(
        "handoffs",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("asker_id", sa.String(32), nullable=False),
        sa.Column("ref", sa.String(24), nullable=False),
        sa.Column("readers", sa.Text, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("back_to", sa.Text, nullable=False),
        sa.Column("answer", sa.Text),
        sa.Column("answered_by", sa.String(32), nullable=False),
        sa.Column("at", Instant, nullable=False),
    )
    op.create_table(
        "house_notes",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("ref", sa.String(24), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("by", sa.String(32), nullable=False),
        sa.Column("at", Instant, nullable=False),
    )
    op.create_index("ix_house_notes_ref", "house_notes", ["ref"])


def downgrade() -> None:
    for table in ("house_notes", "handoffs", "gaps", "feedback", "threads"):
        op.drop_table(table)
