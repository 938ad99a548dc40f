"""Audit, attempts, revocation"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

AUDIT_IS_APPEND_ONLY = """
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'restrict_violation';
END $$
"""
AUDIT_TRIGGER = """
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON audit_record
    FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()
"""
# No row trigger sees a TRUNCATE.
AUDIT_STAYS_TRIGGER = """
CREATE TRIGGER audit_stays BEFORE TRUNCATE ON audit_record
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()
"""


def upgrade() -> None:
    op.create_table(
        "audit_record",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("election_id", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("actor_role", sa.String(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("audit_by_election", "audit_record", ["election_id", "id"])
    op.create_table(
        "audit_address",
        sa.Column("audit_id", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit_record.id"]),
        sa.PrimaryKeyConstraint("audit_id"),
    )
    for statement in (AUDIT_IS_APPEND_ONLY, AUDIT_TRIGGER, AUDIT_STAYS_TRIGGER):
        op.execute(statement)
    op.create_index("reporter_revoked", "reporter", ["revoked_at"], postgresql_where=sa.text("revoked_at IS NOT NULL"))
    # Codes printed from the command line were made by nobody with a token.
    op.alter_column("enrolment_code", "created_by", nullable=True)


def downgrade() -> None:
    op.execute(
        "DELETE FROM enrolment_code_station WHERE code_sha256 IN"
        " (SELECT code_sha256 FROM enrolment_code WHERE created_by IS NULL)"
    )
    op.execute("DELETE FROM enrolment_code WHERE created_by IS NULL")
    op.alter_column("enrolment_code", "created_by", nullable=False)
    op.drop_index("reporter_revoked", "reporter")
    op.drop_table("audit_address")
    op.drop_table("audit_record")
    op.execute("DROP FUNCTION audit_is_append_only()")
