"""Models of the figures."""

from reporting.models.counts import DayCount, DirtyDay, FillState
from reporting.models.seals import Adjustment, Cause, Seal, SealedCount
from reporting.models.targets import Operator, Target, TargetState

__all__ = [
    "Adjustment",
    "Cause",
    "DayCount",
    "DirtyDay",
    "FillState",
    "Operator",
    "Seal",
    "SealedCount",
    "Target",
    "TargetState",
]
