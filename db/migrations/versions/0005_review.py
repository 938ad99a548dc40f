"""Decisions of editors"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

CONSTRAINTS = {
    "held_and_rejected_change_no_result": (
        "kind NOT IN ('HELD', 'REJECTED') OR standing_id IS NOT DISTINCT FROM previous_id"
    ),
    "accepted_and_corrected_stand": (
        "kind NOT IN ('ACCEPTED', 'CORRECTED') OR standing_id IS NOT DISTINCT FROM tally_id"
    ),
    "withdrawn_leaves_nothing": "kind <> 'WITHDRAWN' OR (standing_id IS NULL AND previous_id = tally_id)",
    "decisions_say_why": "kind NOT IN ('WITHDRAWN', 'REJECTED') OR reason IS NOT NULL",
}


def upgrade() -> None:
    # A batch may release a stored tally over one that it brings itself: checked at the commit.
    op.execute("ALTER TABLE tally ALTER CONSTRAINT tally_supersedes_id_fkey DEFERRABLE INITIALLY DEFERRED")
    # A batch of nothing but confirmations once wrote none: the newest entry about the tally is as good an answer.
    op.execute(
        "UPDATE submission s SET sequence = coalesce("
        "(SELECT max(l.sequence) FROM log_entry l WHERE l.election_id = s.election_id AND l.tally_id = s.tally_id), 0)"
        " WHERE s.sequence IS NULL"
    )
    op.alter_column("submission", "sequence", nullable=False)
    for name, condition in CONSTRAINTS.items():
        op.create_check_constraint(name, "log_entry", condition)


def downgrade() -> None:
    for name in CONSTRAINTS:
        op.drop_constraint(name, "log_entry")
    op.alter_column("submission", "sequence", nullable=True)
    op.execute("ALTER TABLE tally ALTER CONSTRAINT tally_supersedes_id_fkey NOT DEFERRABLE")
