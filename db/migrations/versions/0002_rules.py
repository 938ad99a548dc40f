"""What the judging rules compare with"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# counting.numbers.numbers_digest, for what was taken before: the rule then looks at those stations too.
FILL = """
    UPDATE tally t SET numbers_sha256 = encode(sha256(convert_to(concat_ws(',', array_to_string(votes, ',', '-'),
        valid_ballots::text, coalesce(invalid_ballots::text, '-'), coalesce(no_vote_ballots::text, '-')), 'UTF8')), 'hex')
    FROM election e WHERE e.id = t.election_id AND t.coverage = 'FINAL' AND greatest(coalesce(t.ballots_cast, 0),
        t.valid_ballots + coalesce(t.invalid_ballots, 0) + coalesce(t.no_vote_ballots, 0))
        >= (e.bounds->>'same_numbers_ballots_min')::int
"""


def upgrade() -> None:
    op.add_column("tally", sa.Column("numbers_sha256", sa.String(), nullable=True))
    op.execute(FILL)
    op.create_index(
        "tally_by_numbers", "tally", ["numbers_sha256"], postgresql_where=sa.text("numbers_sha256 IS NOT NULL")
    )
    op.create_index("tally_by_photograph", "tally", ["evidence"], postgresql_using="gin")


def downgrade() -> None:
    op.drop_index("tally_by_photograph", "tally")
    op.drop_index("tally_by_numbers", "tally")
    op.drop_column("tally", "numbers_sha256")
