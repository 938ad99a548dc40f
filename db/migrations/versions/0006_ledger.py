"""The ledger"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STAYS = """
CREATE FUNCTION ledger_head_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a signed head is never changed' USING ERRCODE = 'restrict_violation';
END $$
"""
STAYS_TRIGGER = """
CREATE TRIGGER ledger_head_stays BEFORE UPDATE OR DELETE ON ledger_head
    FOR EACH ROW EXECUTE FUNCTION ledger_head_stays()
"""
TILE_GROWS = """
CREATE FUNCTION ledger_tile_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR substr(NEW.hashes, 1, length(OLD.hashes)) <> OLD.hashes THEN
        RAISE EXCEPTION 'what is sealed is never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""
TILE_GROWS_TRIGGER = """
CREATE TRIGGER ledger_tile_grows BEFORE UPDATE OR DELETE ON ledger_tile
    FOR EACH ROW EXECUTE FUNCTION ledger_tile_grows()
"""
BUNDLE_GROWS = """
CREATE FUNCTION ledger_bundle_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.width < OLD.width OR substr(NEW.entries, 1, length(OLD.entries)) <> OLD.entries THEN
        RAISE EXCEPTION 'what is sealed is never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""
BUNDLE_GROWS_TRIGGER = """
CREATE TRIGGER ledger_bundle_grows BEFORE UPDATE OR DELETE ON ledger_bundle
    FOR EACH ROW EXECUTE FUNCTION ledger_bundle_grows()
"""
TRIGGERS = (STAYS, STAYS_TRIGGER, TILE_GROWS, TILE_GROWS_TRIGGER, BUNDLE_GROWS, BUNDLE_GROWS_TRIGGER)


def upgrade() -> None:
    op.create_table(
        "ledger_key",
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("endorsement", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("public_key"),
        sa.UniqueConstraint("retired_at", postgresql_nulls_not_distinct=True),
    )
    op.create_table(
        "ledger",
        sa.Column("election_id", sa.String(), nullable=False),
        sa.Column("epoch", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("definition_sha256", sa.String(), nullable=False),
        sa.Column("definition", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
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
        sa.CheckConstraint("size >= 0", name="size_not_negative"),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("election_id"),
    )
    op.create_table(
        "ledger_tile",
        sa.Column("election_id", sa.String(), nullable=False),
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(hashes) BETWEEN 32 AND 8192", name="up_to_256_hashes"),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"]),
        sa.PrimaryKeyConstraint("election_id", "level", "number"),
    )
    op.create_table(
        "ledger_bundle",
        sa.Column("election_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("entries", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("width BETWEEN 1 AND 256", name="up_to_256_entries"),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"]),
        sa.PrimaryKeyConstraint("election_id", "number"),
    )
    op.create_table(
        "ledger_head",
        sa.Column("election_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size >= 0", name="size_not_negative"),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"]),
        sa.ForeignKeyConstraint(["public_key"], ["ledger_key.public_key"]),
        sa.PrimaryKeyConstraint("election_id", "number"),
    )
    for statement in TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    for table in ("ledger_head", "ledger_bundle", "ledger_tile", "ledger", "ledger_key"):
        op.drop_table(table)
    for function in ("ledger_head_stays", "ledger_tile_grows", "ledger_bundle_grows"):
        op.execute(f"DROP FUNCTION {function}()")
