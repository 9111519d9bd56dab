"""The one error of the runtime: a sentence for the person at the terminal."""


class CannotStartError(Exception):
    """Says in one sentence what stands in the way and what to do about it."""
