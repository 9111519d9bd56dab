"""Reference data: building our own files, and loading them."""
