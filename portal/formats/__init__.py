"""Date and number formats (FORMAT_MODULE_PATH)."""
