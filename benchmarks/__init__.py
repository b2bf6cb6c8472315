"""Measurements whose numbers the documentation quotes; each module prints its own."""
