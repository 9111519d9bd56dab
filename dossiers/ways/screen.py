"""The carrier of development and trials: nothing leaves; the portal's own page shows what would have."""

from __future__ import annotations

from dossiers.ways.base import Letter


class ScreenCarrier:
    """Takes everything; what it took stands on the page of outgoing notices."""

    name = "screen"

    def deliver(self, letter: Letter) -> str:
        """Nothing to do: the row itself is what the page shows."""
        return letter.key
