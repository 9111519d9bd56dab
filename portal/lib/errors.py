"""The one way an action refuses."""

from __future__ import annotations

from django.utils.functional import Promise


class ActionError(Exception):
    """An action refused for a reason the person can read and mend; `field` names the input where known."""

    def __init__(self, message: str | Promise, field: str = "") -> None:
        self.message = message
        self.field = field
        super().__init__(str(message))
