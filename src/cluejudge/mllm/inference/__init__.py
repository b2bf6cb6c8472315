"""Passes of a model: what is shared is read once, and everything else goes on from there."""
