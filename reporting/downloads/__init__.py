"""Lists as files: where their lines come from, and how they are written at any size."""
