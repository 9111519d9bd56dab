"""The invariants I1-I8 over the whole database and all files. Nothing here writes."""
