"""Trains students on the verdicts of a batch, and tells how far they agree with the judge."""
