"""What counts as Yes and as No where an answer begins: one rule for all whose tokens are read."""

YES = ("Yes", "yes", "YES", " Yes", " yes", " YES")
NO = ("No", "no", "NO", " No", " no", " NO")

RULE = "1: the sums over Yes, yes, YES and No, no, NO, bare or behind a space, as single tokens"
"""The rule in words, with its version: part of the key under which answers are kept."""
