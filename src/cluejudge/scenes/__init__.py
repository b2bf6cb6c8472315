"""Pictogram scenes: images whose truth is known, because they are drawn from it."""
