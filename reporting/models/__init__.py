"""Models of the figures."""

from reporting.models.counts import (
    CityDayCount,
    DayCount,
    DirtyDay,
    FillState,
    MonthCount,
    ProcedureCount,
    StaleDay,
)
from reporting.models.exports import Export, ExportKind, ExportState
from reporting.models.reports import (
    FileFormat,
    Report,
    ReportFile,
    ReportKind,
    ReportSchedule,
    Rhythm,
)
from reporting.models.seals import Adjustment, Cause, Seal, SealedCount
from reporting.models.targets import Operator, Target, TargetState
from reporting.models.walls import Wall
from reporting.models.warnings import (
    DigestChoice,
    EarlyWarning,
    Level,
    WarningEvent,
    WarningEventKind,
    WarningKind,
    WarningRule,
    WarningState,
)

__all__ = [
    "Adjustment",
    "Cause",
    "CityDayCount",
    "DayCount",
    "DigestChoice",
    "DirtyDay",
    "EarlyWarning",
    "Export",
    "ExportKind",
    "ExportState",
    "FileFormat",
    "FillState",
    "Level",
    "MonthCount",
    "Operator",
    "ProcedureCount",
    "Report",
    "ReportFile",
    "ReportKind",
    "ReportSchedule",
    "Rhythm",
    "Seal",
    "SealedCount",
    "StaleDay",
    "Target",
    "TargetState",
    "Wall",
    "WarningEvent",
    "WarningEventKind",
    "WarningKind",
    "WarningRule",
    "WarningState",
]
