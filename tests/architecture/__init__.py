"""Rules of the house, held by tests that read the code itself."""
