"""A phone that missed the answer to its enrolment may ask again"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("enrolment_code", sa.Column("client_sha256", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("enrolment_code", "client_sha256")
