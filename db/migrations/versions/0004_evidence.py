"""Photographs of tally sheets"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evidence",
        sa.Column("sha256", sa.Text(collation="C"), primary_key=True),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("public_sha256", sa.String(), nullable=False),
        sa.Column("public_media_type", sa.String(), nullable=False),
        sa.Column("public_bytes", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("uploaded_by", sa.String(), sa.ForeignKey("reporter.id"), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$' AND public_sha256 ~ '^[0-9a-f]{64}$'", name="digests_are_sha256"),
        sa.CheckConstraint(
            "bytes > 0 AND public_bytes > 0 AND width > 0 AND height > 0", name="photographs_are_not_empty"
        ),
    )
    op.create_index("ix_evidence_uploaded_by", "evidence", ["uploaded_by"])
    op.create_index("ix_evidence_uploaded_at", "evidence", ["uploaded_at"])


def downgrade() -> None:
    op.drop_table("evidence")
