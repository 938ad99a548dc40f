"""Cosignatures of heads"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_cosignature",
        sa.Column("election_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("witness", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("cosigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["election_id", "number"], ["ledger_head.election_id", "ledger_head.number"]),
        sa.PrimaryKeyConstraint("election_id", "number", "witness"),
    )


def downgrade() -> None:
    op.drop_table("ledger_cosignature")
