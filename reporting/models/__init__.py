"""Models of the figures."""

from reporting.models.counts import DayCount, DirtyDay, FillState
from reporting.models.targets import Operator, Target

__all__ = ["DayCount", "DirtyDay", "FillState", "Operator", "Target"]
