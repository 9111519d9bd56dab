"""What people change about the catalogue: drafts of versions, publishing, withdrawing, levels of units, imports."""
