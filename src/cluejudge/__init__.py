"""Judges images against a safety constitution written in plain language."""

__version__ = "0.1.0"
