"""The invariants I1-I9 over the whole database and all files. Nothing here writes."""
