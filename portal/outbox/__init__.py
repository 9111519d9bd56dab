"""Everything that leaves: rows written in the transaction of their cause; the broker message is only a bell."""
