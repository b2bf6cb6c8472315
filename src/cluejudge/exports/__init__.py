"""Decisions in the shapes of other tools."""
