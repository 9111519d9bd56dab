"""The only writers of money: keyword-only, atomic, each with `by`."""
