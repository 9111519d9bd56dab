"""Models of the catalogue."""

from procedures.models.calendar import CalendarDay, DayKind
from procedures.models.fees import FeeAuthority, FeeKind, FeeRule
from procedures.models.parts import (
    Channel,
    ProcedureCase,
    ProcessStep,
    RequiredDocument,
    ResultKind,
    StepKind,
    StepPlace,
    TimeLimit,
    TimeUnit,
)
from procedures.models.procedures import (
    ClockStart,
    Field,
    OnlineLevel,
    Procedure,
    ProcedureVersion,
    Setup,
    VersionState,
)
from procedures.models.stamps import DataStamp

__all__ = [
    "CalendarDay",
    "Channel",
    "ClockStart",
    "DataStamp",
    "DayKind",
    "FeeAuthority",
    "FeeKind",
    "FeeRule",
    "Field",
    "OnlineLevel",
    "Procedure",
    "ProcedureCase",
    "ProcedureVersion",
    "ProcessStep",
    "RequiredDocument",
    "ResultKind",
    "Setup",
    "StepKind",
    "StepPlace",
    "TimeLimit",
    "TimeUnit",
    "VersionState",
]
