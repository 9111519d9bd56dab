"""Money: what is owed, payments by any road, the ledger, receipts."""
