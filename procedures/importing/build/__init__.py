"""The build step: working material in, our own data files out. Never imported by the running portal."""
