"""Cuts"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STAYS = """
CREATE FUNCTION cut_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a cut is never changed' USING ERRCODE = 'restrict_violation';
END $$
"""
STAYS_TRIGGER = """
CREATE TRIGGER cut_stays BEFORE UPDATE OR DELETE ON cut FOR EACH ROW EXECUTE FUNCTION cut_stays()
"""
# The file is packed already.
AS_IT_IS = "ALTER TABLE cut ALTER COLUMN results SET STORAGE EXTERNAL"


def upgrade() -> None:
    op.create_table(
        "cut",
        sa.Column("election_id", sa.String(), nullable=False),
        sa.Column("epoch", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "phase",
            sa.Enum(
                *("SETUP", "VOTING", "COUNTING", "CLOSED"),
                name="electionphase",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("results_sha256", sa.String(), nullable=False),
        sa.Column("results_bytes", sa.Integer(), nullable=False),
        sa.Column("results", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("number >= 0 AND sequence >= 0", name="counted_from_zero"),
        sa.CheckConstraint("number > 0 OR sequence = 0", name="the_zero_report_is_before_all_entries"),
        sa.CheckConstraint("length(root) = 32", name="root_is_a_hash"),
        sa.CheckConstraint("results_sha256 ~ '^[0-9a-f]{64}$'", name="results_have_a_digest"),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"]),
        sa.PrimaryKeyConstraint("election_id", "epoch", "number"),
    )
    for statement in (STAYS, STAYS_TRIGGER, AS_IT_IS):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("cut")
    op.execute("DROP FUNCTION cut_stays()")
