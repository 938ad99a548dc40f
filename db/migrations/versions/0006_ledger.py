"""The ledger"""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled by the issue that it belongs to."""


def downgrade() -> None:
    """Nothing to take back yet."""
