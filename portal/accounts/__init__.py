"""People, units, memberships: who may do what, where."""
