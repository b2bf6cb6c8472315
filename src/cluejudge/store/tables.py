"""The tables, alike on SQLite and PostgreSQL: the log, and indexes that can be made anew of it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

_SEQ = BigInteger().with_variant(Integer, "sqlite")

entries = Table(
    "entries",
    metadata,
    Column("seq", _SEQ, primary_key=True, autoincrement=False),
    Column("at", String(27), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("body", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Index("entries_subject", "subject", "seq"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("seq", _SEQ, ForeignKey("entries.seq"), nullable=False, unique=True),
    Column("at", String(27), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("outcome", String(8), nullable=False),
    Column("constitution", String(128), nullable=False),
    Column("version", Integer, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("key", String(128), nullable=False),
    Column("reused_from", String(64), nullable=False),
    Column("sampling", Integer, nullable=False),
    Index("decisions_same", "sha256", "fingerprint"),
    Index("decisions_outcome", "outcome", "seq"),
    Index("decisions_constitution", "constitution", "seq"),
    Index("decisions_sampling", "outcome", "sampling"),
)
"""`sampling` is a number in [0, 1_000_000) out of the id: which share of the safe ones a decision
is in."""

violations = Table(
    "violations",
    metadata,
    Column("decision_id", String(64), ForeignKey("decisions.id"), primary_key=True),
    Column("rule_id", String(255), primary_key=True),
    Index("violations_rule", "rule_id"),
)

doubts = Table(
    "doubts",
    metadata,
    Column("decision_id", String(64), ForeignKey("decisions.id"), primary_key=True),
    Column("rule_id", String(255), primary_key=True),
    Index("doubts_rule", "rule_id"),
)
"""The rules that a decision left open (unsure or not judged): who reviews a rule wants them too."""

claims = Table(
    "claims",
    metadata,
    Column("key", String(128), primary_key=True),
    Column("idempotency", String(255), primary_key=True),
    Column("request", String(64), nullable=False),
    Column("decisions", Text, nullable=False),
    Column("at", String(27), nullable=False),
)
"""Idempotency keys; `decisions` is a JSON list, empty while the request is under way."""

constitutions = Table(
    "constitutions",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("label", String(128), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", String(27), nullable=False),
    Column("by", String(128), nullable=False),
)

activations = Table(
    "activations",
    metadata,
    Column("seq", _SEQ, ForeignKey("entries.seq"), primary_key=True, autoincrement=False),
    Column("name", String(128), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("at", String(27), nullable=False),
    Column("by", String(128), nullable=False),
)

keys = Table(
    "keys",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(128), nullable=False, unique=True),
    Column("secret", String(64), nullable=False, unique=True),
    Column("scopes", String(64), nullable=False),
    Column("per_minute", Integer),
    Column("created", String(27), nullable=False),
    Column("revoked", String(27), nullable=False),
)
"""`secret` is a hash."""

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("token", String(64), nullable=False, unique=True),
    Column("reviewer", String(128), nullable=False),
    Column("scopes", String(64), nullable=False),
    Column("key_id", String(64), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("expires", String(27), nullable=False),
)
"""`token` is a hash."""

leases = Table(
    "leases",
    metadata,
    Column("decision_id", String(64), ForeignKey("decisions.id"), primary_key=True),
    Column("reviewer", String(128), nullable=False),
    Column("until", String(27), nullable=False),
)

reviews = Table(
    "reviews",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("seq", _SEQ, ForeignKey("entries.seq"), nullable=False, unique=True),
    Column("decision_id", String(64), ForeignKey("decisions.id"), nullable=False, index=True),
    Column("reviewer", String(128), nullable=False),
    Column("answer", String(8), nullable=False),
    Column("outcome", String(8), nullable=False),
    Column("at", String(27), nullable=False),
)

overrides = Table(
    "overrides",
    metadata,
    Column("review_id", String(64), ForeignKey("reviews.id"), primary_key=True),
    Column("rule_id", String(255), primary_key=True),
    Column("outcome", String(12), nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("constitution", String(128), nullable=False, index=True),
    Column("sha256", String(64), nullable=False),
    Column("expected_outcome", String(8), nullable=False),
    Column("expected_violated", Text, nullable=False),
    Column("from_decision", String(64), nullable=False),
    Column("by", String(128), nullable=False),
    Column("at", String(27), nullable=False),
    Column("note", Text, nullable=False),
    UniqueConstraint("constitution", "sha256"),
)

images = Table(
    "images",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("place", Text, nullable=False),
    Column("mime", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("kept", String(27), nullable=False),
    Column("expires", String(27), nullable=False),
)
"""Images that are kept: `place` is the folder or URL they are in; `expires` is empty for those that
a case needs."""
