"""Kinds of faults; each file has `draw`, which makes the next fault of its kind by the seed."""
