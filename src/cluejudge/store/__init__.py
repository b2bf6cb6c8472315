"""The record: every decision, review and constitution, in a database and a chain of hashes."""
