"""Whole collections: judged once, row by row, whatever stops the run."""
