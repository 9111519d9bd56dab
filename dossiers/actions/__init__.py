"""Actions: the only writers. Keyword-only, atomic: lock, check, change, event, outbox."""
