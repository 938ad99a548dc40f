"""Official results by version, and by station"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# What came with packages so far is the first version; its digest is told by no file, so that the next import is new.
FIRST_VERSIONS = """
INSERT INTO official_version (election_id, number, sha256, figures, imported_at)
SELECT f.election_id, 1, '', count(*), max(e.imported_at)
FROM official_figure f JOIN election e ON e.id = f.election_id GROUP BY f.election_id
"""
NEWEST_ALONE = """
DELETE FROM official_figure f WHERE f.station_id IS NOT NULL
    OR f.version < (SELECT max(v.number) FROM official_version v WHERE v.election_id = f.election_id)
"""
OLD_NAME = "official_figure_contest_id_area_id_item_candidate_id_key"
OLD_COLUMNS = ["contest_id", "area_id", "item", "candidate_id"]


def upgrade() -> None:
    op.create_table(
        "official_version",
        sa.Column("election_id", sa.String(), sa.ForeignKey("election.id", ondelete="CASCADE"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("figures", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 1", name="versions_start_at_one"),
        sa.PrimaryKeyConstraint("election_id", "number"),
    )
    op.execute(FIRST_VERSIONS)
    op.add_column("official_figure", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.alter_column("official_figure", "version", server_default=None)
    op.add_column("official_figure", sa.Column("station_id", sa.Text(collation="C"), nullable=True))
    op.create_foreign_key("official_figure_station_id_fkey", "official_figure", "station", ["station_id"], ["id"])
    op.create_foreign_key(
        "official_figure_version_fkey",
        "official_figure",
        "official_version",
        ["election_id", "version"],
        ["election_id", "number"],
    )
    op.drop_constraint(OLD_NAME, "official_figure", type_="unique")
    op.create_unique_constraint(
        "official_figure_stands_once",
        "official_figure",
        ["version", "contest_id", "area_id", "station_id", "item", "candidate_id"],
        postgresql_nulls_not_distinct=True,
    )
    op.create_index(
        "official_figure_by_station",
        "official_figure",
        ["election_id", "version", "station_id"],
        postgresql_where=sa.text("station_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("official_figure_by_station", "official_figure")
    op.drop_constraint("official_figure_stands_once", "official_figure", type_="unique")
    op.execute(NEWEST_ALONE)
    op.drop_constraint("official_figure_version_fkey", "official_figure", type_="foreignkey")
    op.drop_column("official_figure", "station_id")
    op.drop_column("official_figure", "version")
    op.create_unique_constraint(OLD_NAME, "official_figure", OLD_COLUMNS, postgresql_nulls_not_distinct=True)
    op.drop_table("official_version")
