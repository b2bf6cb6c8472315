"""The tables of the first version, and the triggers that let the log only grow."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables in an empty database."""
    _log()
    _decisions()
    _constitutions()
    _people()
    _reviews()
    _pictures()
    _only_grow()


def _log() -> None:
    op.create_table(
        "entries",
        sa.Column("seq", _SEQ, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False, unique=True),
    )
    op.create_index("entries_subject", "entries", ["subject", "seq"])


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("seq", _SEQ, sa.ForeignKey("entries.seq"), nullable=False, unique=True),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(8), nullable=False),
        sa.Column("constitution", sa.String(128), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("reused_from", sa.String(64), nullable=False),
        sa.Column("sampling", sa.Integer(), nullable=False),
    )
    op.create_index("decisions_same", "decisions", ["sha256", "fingerprint"])
    op.create_index("decisions_outcome", "decisions", ["outcome", "seq"])
    op.create_index("decisions_constitution", "decisions", ["constitution", "seq"])
    op.create_index("decisions_sampling", "decisions", ["outcome", "sampling"])
    op.create_table(
        "violations",
        sa.Column("decision_id", sa.String(64), sa.ForeignKey("decisions.id"), primary_key=True),
        sa.Column("rule_id", sa.String(255), primary_key=True),
    )
    op.create_index("violations_rule", "violations", ["rule_id"])
    op.create_table(
        "doubts",
        sa.Column("decision_id", sa.String(64), sa.ForeignKey("decisions.id"), primary_key=True),
        sa.Column("rule_id", sa.String(255), primary_key=True),
    )
    op.create_index("doubts_rule", "doubts", ["rule_id"])
    op.create_table(
        "claims",
        sa.Column("key", sa.String(128), primary_key=True),
        sa.Column("idempotency", sa.String(255), primary_key=True),
        sa.Column("request", sa.String(64), nullable=False),
        sa.Column("decisions", sa.Text(), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
    )


def _constitutions() -> None:
    op.create_table(
        "constitutions",
        sa.Column("name", sa.String(128), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("label", sa.String(128), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("by", sa.String(128), nullable=False),
    )
    op.create_table(
        "activations",
        sa.Column("seq", _SEQ, sa.ForeignKey("entries.seq"), primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("by", sa.String(128), nullable=False),
    )
    op.create_index("ix_activations_name", "activations", ["name"])


def _people() -> None:
    op.create_table(
        "keys",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(128), nullable=False, unique=True),
        sa.Column("secret", sa.String(64), nullable=False, unique=True),
        sa.Column("scopes", sa.String(64), nullable=False),
        sa.Column("per_minute", sa.Integer()),
        sa.Column("created", sa.String(27), nullable=False),
        sa.Column("revoked", sa.String(27), nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("token", sa.String(64), nullable=False, unique=True),
        sa.Column("reviewer", sa.String(128), nullable=False),
        sa.Column("scopes", sa.String(64), nullable=False),
        sa.Column("key_id", sa.String(64), nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("expires", sa.String(27), nullable=False),
    )


def _reviews() -> None:
    op.create_table(
        "leases",
        sa.Column("decision_id", sa.String(64), sa.ForeignKey("decisions.id"), primary_key=True),
        sa.Column("reviewer", sa.String(128), nullable=False),
        sa.Column("until", sa.String(27), nullable=False),
    )
    op.create_table(
        "reviews",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("seq", _SEQ, sa.ForeignKey("entries.seq"), nullable=False, unique=True),
        sa.Column("decision_id", sa.String(64), sa.ForeignKey("decisions.id"), nullable=False),
        sa.Column("reviewer", sa.String(128), nullable=False),
        sa.Column("answer", sa.String(8), nullable=False),
        sa.Column("outcome", sa.String(8), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
    )
    op.create_index("ix_reviews_decision_id", "reviews", ["decision_id"])
    op.create_table(
        "overrides",
        sa.Column("review_id", sa.String(64), sa.ForeignKey("reviews.id"), primary_key=True),
        sa.Column("rule_id", sa.String(255), primary_key=True),
        sa.Column("outcome", sa.String(12), nullable=False),
    )


def _pictures() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("constitution", sa.String(128), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("expected_outcome", sa.String(8), nullable=False),
        sa.Column("expected_violated", sa.Text(), nullable=False),
        sa.Column("from_decision", sa.String(64), nullable=False),
        sa.Column("by", sa.String(128), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.UniqueConstraint("constitution", "sha256"),
    )
    op.create_index("ix_cases_constitution", "cases", ["constitution"])
    op.create_table(
        "images",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("mime", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("kept", sa.String(27), nullable=False),
        sa.Column("expires", sa.String(27), nullable=False),
    )


def _only_grow() -> None:
    statements = _SQLITE if op.get_context().dialect.name == "sqlite" else _POSTGRESQL
    for statement in statements:
        op.execute(statement)


_REFUSAL = "the log is append-only"

# An insert that replaces a row fires no trigger for the row that goes, so it is caught before.
_SQLITE = (
    f"""CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries
    BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END""",
    f"""CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries
    BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END""",
    f"""CREATE TRIGGER entries_no_replace BEFORE INSERT ON entries
    WHEN EXISTS (SELECT 1 FROM entries WHERE seq = NEW.seq OR hash = NEW.hash)
    BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END""",
)

_POSTGRESQL = (
    f"""CREATE FUNCTION entries_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$""",
    """CREATE TRIGGER entries_no_change BEFORE UPDATE OR DELETE ON entries
    FOR EACH ROW EXECUTE FUNCTION entries_refuse()""",
    """CREATE TRIGGER entries_no_truncate BEFORE TRUNCATE ON entries
    FOR EACH STATEMENT EXECUTE FUNCTION entries_refuse()""",
)
