"""The directory, the inbox, the outbox and the places.

Revision 0001, the first.
"""

import sqlalchemy as sa
from alembic import op

from storage.tables import Instant

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("positions", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("manager_email", sa.String(320), nullable=False),
        sa.Column("party_group", sa.Text, nullable=False),
        sa.Column("ward", sa.Text, nullable=False),
        sa.Column("slack_user_id", sa.String(64), nullable=False),
        sa.Column("teams_user_id", sa.String(256), nullable=False),
        sa.Column("cover_email", sa.String(320), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.UniqueConstraint("email", name="uq_people_email"),
    )
    op.create_index("ix_people_slack_user_id", "people", ["slack_user_id"])
    op.create_index("ix_people_teams_user_id", "people", ["teams_user_id"])
    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("event_key", sa.String(255), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("payload", sa.Text),
        sa.Column("response", sa.Text),
        sa.Column("received_at", Instant, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("lease_until", Instant),
        sa.Column("reference", sa.String(16)),
        sa.UniqueConstraint("platform", "event_key", name="uq_inbox_platform_event_key"),
    )
    op.create_index("ix_inbox_waiting", "inbox", ["platform", "state", "id"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("message_key", sa.String(255), nullable=False),
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("content", sa.Text),
        sa.Column("about", sa.String(128), nullable=False),
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("not_before", Instant, nullable=False),
        sa.Column("lease_until", Instant),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("uncertain", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("platform_id", sa.String(255), nullable=False),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("settled_at", Instant),
        sa.UniqueConstraint("message_key", name="uq_outbox_message_key"),
    )
    op.create_index("ix_outbox_person_id", "outbox", ["person_id"])
    op.create_index("ix_outbox_waiting", "outbox", ["platform", "state", "not_before", "id"])
    op.create_table(
        "places",
        sa.Column("platform", sa.String(16), primary_key=True),
        sa.Column("user_id", sa.String(256), primary_key=True),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
    )


def downgrade() -> None:
    for table in ("places", "outbox", "inbox", "people"):
        op.drop_table(table)
