"""Which code the tables still serve"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "schema_floor",
        sa.Column("one", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("floor", sa.String(), nullable=False),
        sa.CheckConstraint("one", name="one_row"),
        sa.PrimaryKeyConstraint("one"),
    )
    op.execute("INSERT INTO schema_floor (floor) VALUES ('0009')")


def downgrade() -> None:
    op.drop_table("schema_floor")
