"""The tables of the first night"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# counting.tally.TRANSITIONS, as it stood when this revision was written; a test holds the two together.
TALLY_TRANSITION = """
CREATE FUNCTION tally_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a tally is never deleted (%)', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.votes, NEW.valid_ballots, NEW.invalid_ballots, NEW.no_vote_ballots, NEW.ballots_cast, NEW.coverage,
        NEW.station_id, NEW.contest_id, NEW.revision, NEW.reporter_id)
       IS DISTINCT FROM
       (OLD.votes, OLD.valid_ballots, OLD.invalid_ballots, OLD.no_vote_ballots, OLD.ballots_cast, OLD.coverage,
        OLD.station_id, OLD.contest_id, OLD.revision, OLD.reporter_id) THEN
        RAISE EXCEPTION 'the numbers of a tally never change (%)', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('HELD', 'ACCEPTED'), ('HELD', 'REJECTED'), ('HELD', 'WITHDRAWN'),
        ('ACCEPTED', 'HELD'), ('ACCEPTED', 'SUPERSEDED'), ('ACCEPTED', 'WITHDRAWN')
    ) THEN
        RAISE EXCEPTION 'a tally does not go from % to % (%)', OLD.state, NEW.state, OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""
TALLY_TRANSITION_TRIGGER = """
CREATE TRIGGER tally_transition BEFORE UPDATE OR DELETE ON tally
    FOR EACH ROW EXECUTE FUNCTION tally_transition()
"""

LOG_IS_APPEND_ONLY = """
CREATE FUNCTION log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is append-only' USING ERRCODE = 'restrict_violation';
END $$
"""
LOG_TRIGGER = """
CREATE TRIGGER log_is_append_only BEFORE UPDATE OR DELETE ON log_entry
    FOR EACH ROW EXECUTE FUNCTION log_is_append_only()
"""
# No row trigger sees a TRUNCATE.
TALLIES_STAY = """
CREATE FUNCTION tallies_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a tally is never deleted' USING ERRCODE = 'restrict_violation';
END $$
"""
TALLIES_STAY_TRIGGER = """
CREATE TRIGGER tallies_stay BEFORE TRUNCATE ON tally FOR EACH STATEMENT EXECUTE FUNCTION tallies_stay()
"""
LOG_STAYS_TRIGGER = """
CREATE TRIGGER log_stays BEFORE TRUNCATE ON log_entry FOR EACH STATEMENT EXECUTE FUNCTION log_is_append_only()
"""
TRIGGERS = (
    *(TALLY_TRANSITION, TALLY_TRANSITION_TRIGGER, TALLIES_STAY, TALLIES_STAY_TRIGGER),
    *(LOG_IS_APPEND_ONLY, LOG_TRIGGER, LOG_STAYS_TRIGGER),
)


def upgrade() -> None:
    op.create_table(
        "election",
        sa.Column("id", sa.Text(collation="C"), nullable=False),
        sa.Column("epoch", sa.String(), nullable=False),
        sa.Column("name_th", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=True),
        sa.Column(
            "phase",
            sa.Enum(
                "SETUP",
                "VOTING",
                "COUNTING",
                "CLOSED",
                name="electionphase",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("polls_close_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("notice_th", sa.String(), nullable=True),
        sa.Column("notice_en", sa.String(), nullable=True),
        sa.Column("help_th", sa.String(), nullable=True),
        sa.Column("help_en", sa.String(), nullable=True),
        sa.Column("bounds", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ruleset", sa.String(), nullable=False),
        sa.Column("package_sha256", sa.String(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "area",
        sa.Column("id", sa.Text(collation="C"), nullable=False),
        sa.Column("election_id", sa.String(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "COUNTRY",
                "REGION",
                "PROVINCE",
                "CITY",
                "CONSTITUENCY",
                "DISTRICT",
                "SUBDISTRICT",
                name="arealevel",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("parent_id", sa.String(), nullable=True),
        sa.Column("name_th", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["area.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_area_election_id"), "area", ["election_id"], unique=False)
    op.create_table(
        "log_entry",
        sa.Column("election_id", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "ACCEPTED",
                "CORRECTED",
                "WITHDRAWN",
                "HELD",
                "REJECTED",
                name="reportkind",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("station_id", sa.String(), nullable=False),
        sa.Column("contest_id", sa.String(), nullable=False),
        sa.Column("tally_id", sa.Text(collation="C"), nullable=False),
        sa.Column("previous_id", sa.String(), nullable=True),
        sa.Column("standing_id", sa.String(), nullable=True),
        sa.Column("tally", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("previous", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("held_before", sa.Integer(), nullable=False),
        sa.Column("disputed", sa.Boolean(), nullable=False),
        sa.Column("disputed_before", sa.Boolean(), nullable=False),
        sa.Column("commitment", sa.String(), nullable=True),
        sa.Column("salt", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("ruleset", sa.String(), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind <> 'HELD' OR (tally IS NULL AND commitment IS NOT NULL)", name="held_shows_no_numbers"
        ),
        sa.CheckConstraint("sequence >= 1", name="sequences_start_at_one"),
        sa.ForeignKeyConstraint(
            ["election_id"],
            ["election.id"],
        ),
        sa.PrimaryKeyConstraint("election_id", "sequence"),
    )
    op.create_index("log_entry_by_station", "log_entry", ["station_id", "contest_id", "sequence"], unique=False)
    op.create_table(
        "log_head",
        sa.Column("election_id", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("last_report_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("election_id"),
    )
    op.create_table(
        "reporter",
        sa.Column("id", sa.Text(collation="C"), nullable=False),
        sa.Column("election_id", sa.String(), nullable=True),
        sa.Column(
            "role",
            sa.Enum(
                "VOLUNTEER",
                "OUTLET",
                "EDITOR",
                "OPERATOR",
                name="role",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("display_name", sa.String(), nullable=True),
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role <> 'VOLUNTEER' OR election_id IS NOT NULL", name="volunteers_have_an_election"),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_sha256"),
    )
    op.create_index("reporter_by_election", "reporter", ["election_id", "id"], unique=False)
    op.create_table(
        "contest",
        sa.Column("id", sa.Text(collation="C"), nullable=False),
        sa.Column("election_id", sa.String(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("name_th", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=True),
        sa.Column("area_id", sa.String(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column(
            "voting_variation",
            sa.Enum(
                "PLURALITY",
                "N_OF_M",
                "PROPORTIONAL",
                name="votingvariation",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("votes_per_ballot", sa.Integer(), nullable=False),
        sa.CheckConstraint("seats >= 1", name="seats_at_least_one"),
        sa.CheckConstraint("votes_per_ballot >= 1", name="votes_per_ballot_at_least_one"),
        sa.ForeignKeyConstraint(
            ["area_id"],
            ["area.id"],
        ),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_contest_election_id"), "contest", ["election_id"], unique=False)
    op.create_table(
        "enrolment_code",
        sa.Column("code_sha256", sa.String(), nullable=False),
        sa.Column("election_id", sa.String(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "VOLUNTEER",
                "OUTLET",
                "EDITOR",
                "OPERATOR",
                name="role",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["reporter.id"],
        ),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["used_by"],
            ["reporter.id"],
        ),
        sa.PrimaryKeyConstraint("code_sha256"),
    )
    op.create_index(op.f("ix_enrolment_code_election_id"), "enrolment_code", ["election_id"], unique=False)
    op.create_table(
        "station",
        sa.Column("id", sa.Text(collation="C"), nullable=False),
        sa.Column("election_id", sa.String(), nullable=False),
        sa.Column("area_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("location_th", sa.String(), nullable=False),
        sa.Column("location_en", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["area_id"],
            ["area.id"],
        ),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("area_id", "number"),
    )
    op.create_index(op.f("ix_station_area_id"), "station", ["area_id"], unique=False)
    op.create_index("station_by_election", "station", ["election_id", "id"], unique=False)
    op.create_table(
        "assignment",
        sa.Column("reporter_id", sa.String(), nullable=False),
        sa.Column("station_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["reporter_id"], ["reporter.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("reporter_id", "station_id"),
    )
    op.create_index(op.f("ix_assignment_station_id"), "assignment", ["station_id"], unique=False)
    op.create_table(
        "candidate",
        sa.Column("id", sa.Text(collation="C"), nullable=False),
        sa.Column("contest_id", sa.String(), nullable=False),
        sa.Column("ballot_number", sa.Integer(), nullable=False),
        sa.Column("name_th", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=True),
        sa.Column("short_name_th", sa.String(), nullable=False),
        sa.Column("short_name_en", sa.String(), nullable=True),
        sa.Column("party_th", sa.String(), nullable=True),
        sa.Column("party_en", sa.String(), nullable=True),
        sa.Column("color", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("contest_id", "ballot_number"),
    )
    op.create_index(op.f("ix_candidate_contest_id"), "candidate", ["contest_id"], unique=False)
    op.create_table(
        "enrolment_code_station",
        sa.Column("code_sha256", sa.String(), nullable=False),
        sa.Column("station_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["code_sha256"], ["enrolment_code.code_sha256"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("code_sha256", "station_id"),
    )
    op.create_table(
        "station_contest",
        sa.Column("station_id", sa.Text(collation="C"), nullable=False),
        sa.Column("contest_id", sa.Text(collation="C"), nullable=False),
        sa.Column("registered_voters", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "SILENT",
                "PARTIAL",
                "FINAL",
                "DISPUTED",
                name="stationstate",
                native_enum=False,
                create_constraint=True,
            ),
            server_default="SILENT",
            nullable=False,
        ),
        sa.Column("revisions", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("held", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("standing_id", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(standing_id IS NULL) = (state = 'SILENT') OR (state = 'DISPUTED')",
            name="silent_where_nothing_stands",
        ),
        sa.CheckConstraint("registered_voters >= 0", name="registered_voters_not_negative"),
        sa.CheckConstraint("revisions >= 0 AND held >= 0", name="counters_not_negative"),
        sa.ForeignKeyConstraint(
            ["contest_id"],
            ["contest.id"],
        ),
        sa.ForeignKeyConstraint(
            ["station_id"],
            ["station.id"],
        ),
        sa.PrimaryKeyConstraint("station_id", "contest_id"),
    )
    op.create_index(
        "station_contest_by_contest", "station_contest", ["contest_id", "state", "station_id"], unique=False
    )
    op.create_table(
        "official_figure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("election_id", sa.String(), nullable=False),
        sa.Column("contest_id", sa.String(), nullable=False),
        sa.Column("area_id", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("candidate_id", sa.String(), nullable=True),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["area_id"],
            ["area.id"],
        ),
        sa.ForeignKeyConstraint(
            ["candidate_id"],
            ["candidate.id"],
        ),
        sa.ForeignKeyConstraint(
            ["contest_id"],
            ["contest.id"],
        ),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("contest_id", "area_id", "item", "candidate_id", postgresql_nulls_not_distinct=True),
    )
    op.create_index(op.f("ix_official_figure_election_id"), "official_figure", ["election_id"], unique=False)
    op.create_table(
        "tally",
        sa.Column("id", sa.Text(collation="C"), nullable=False),
        sa.Column("election_id", sa.String(), nullable=False),
        sa.Column("station_id", sa.String(), nullable=False),
        sa.Column("contest_id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column(
            "coverage",
            sa.Enum("PARTIAL", "FINAL", name="tallycoverage", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "ACCEPTED",
                "HELD",
                "REJECTED",
                "SUPERSEDED",
                "WITHDRAWN",
                name="tallystate",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("votes", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("valid_ballots", sa.Integer(), nullable=False),
        sa.Column("invalid_ballots", sa.Integer(), nullable=True),
        sa.Column("no_vote_ballots", sa.Integer(), nullable=True),
        sa.Column("ballots_cast", sa.Integer(), nullable=True),
        sa.Column("as_written", sa.Boolean(), nullable=False),
        sa.Column("reporter_id", sa.String(), nullable=False),
        sa.Column("confirmations", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("evidence", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("supersedes_id", sa.String(), nullable=True),
        sa.Column("superseded_by_id", sa.String(), nullable=True),
        sa.Column("salt", sa.String(), nullable=True),
        sa.Column("ruleset", sa.String(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "0 <= ALL (array_remove(votes, NULL)) AND valid_ballots >= 0 AND coalesce(invalid_ballots, 0) >= 0 AND coalesce(no_vote_ballots, 0) >= 0 AND coalesce(ballots_cast, 0) >= 0",
            name="numbers_not_negative",
        ),
        sa.CheckConstraint("revision >= 1", name="revisions_start_at_one"),
        sa.ForeignKeyConstraint(
            ["reporter_id"],
            ["reporter.id"],
        ),
        sa.ForeignKeyConstraint(
            ["station_id", "contest_id"],
            ["station_contest.station_id", "station_contest.contest_id"],
        ),
        sa.ForeignKeyConstraint(
            ["supersedes_id"],
            ["tally.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("station_id", "contest_id", "revision"),
    )
    op.create_index(op.f("ix_tally_supersedes_id"), "tally", ["supersedes_id"], unique=False)
    op.create_index(
        "one_standing_tally",
        "tally",
        ["station_id", "contest_id"],
        unique=True,
        postgresql_where=sa.text("state = 'ACCEPTED'"),
    )
    op.create_index("tally_by_reporter", "tally", ["reporter_id", sa.literal_column("recorded_at DESC")], unique=False)
    op.create_index(
        "tally_held",
        "tally",
        ["election_id", "recorded_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'HELD'"),
    )
    op.create_index(
        "tally_newest_first",
        "tally",
        ["election_id", sa.literal_column("recorded_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_table(
        "submission",
        sa.Column("reporter_id", sa.String(), nullable=False),
        sa.Column("client_tally_id", sa.String(), nullable=False),
        sa.Column("election_id", sa.String(), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("tally_id", sa.String(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("received", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(outcome = 'REJECTED') = (tally_id IS NULL)", name="refused_has_no_tally"),
        sa.CheckConstraint("outcome IN ('ACCEPTED', 'HELD', 'REJECTED')", name="outcome_is_an_answer"),
        sa.ForeignKeyConstraint(
            ["reporter_id"],
            ["reporter.id"],
        ),
        sa.ForeignKeyConstraint(
            ["tally_id"],
            ["tally.id"],
        ),
        sa.PrimaryKeyConstraint("reporter_id", "client_tally_id"),
    )
    op.create_index(op.f("ix_submission_election_id"), "submission", ["election_id"], unique=False)
    for statement in TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the first tables hold votes: restore a backup instead of going back")
