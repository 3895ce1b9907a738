"""The register of disclosures, drafts of forms and the audit log, which the database itself keeps from changing.

Revision 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

from storage.tables import Instant

revision = "0002"
down_revision = "0001"

REFUSE = "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
SQLITE_GUARDS = (
    f"CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit {REFUSE}",
    f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit {REFUSE}",
)
POSTGRES_GUARDS = (
    """CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$""",
    "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_append_only()",
)


def upgrade() -> None:
    op.create_table(
        "disclosures",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("reference", sa.String(16), nullable=False),
        sa.Column("declarer_id", sa.String(32), nullable=False),
        sa.Column("position", sa.String(32), nullable=False),
        sa.Column("ref", sa.String(24), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("conditions", sa.Text, nullable=False),
        sa.Column("at_risk", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("confirmed_at", Instant, nullable=False),
        sa.Column("asked_at", Instant),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("hold", sa.Boolean, nullable=False),
        sa.UniqueConstraint("reference", name="uq_disclosures_reference"),
    )
    op.create_index("ix_disclosures_declarer_id", "disclosures", ["declarer_id"])
    op.create_index("ix_disclosures_state", "disclosures", ["state"])
    op.create_table(
        "disclosure_readers",
        sa.Column("disclosure_id", sa.String(32), primary_key=True),
        sa.Column("person_id", sa.String(32), primary_key=True),
    )
    op.create_index("ix_disclosure_readers_person_id", "disclosure_readers", ["person_id"])
    op.create_table(
        "disclosure_events",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("disclosure_id", sa.String(32), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("by", sa.String(32), nullable=False),
        sa.Column("step", sa.String(32), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_index("ix_disclosure_events_disclosure_id", "disclosure_events", ["disclosure_id"])
    op.create_table(
        "drafts",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("person_id", sa.String(320), nullable=False),
        sa.Column("form", sa.String(64), nullable=False),
        sa.Column("typed", sa.Text),
        sa.Column("outcome", sa.String(64)),
        sa.Column("updated_at", Instant, nullable=False),
    )
    op.create_index("ix_drafts_person_id_form", "drafts", ["person_id", "form", "updated_at"])
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    guards = SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else POSTGRES_GUARDS
    for statement in guards:
        op.execute(statement)


def downgrade() -> None:
    for table in ("audit", "drafts", "disclosure_events", "disclosure_readers", "disclosures"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_append_only()")
