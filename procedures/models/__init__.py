"""Models of the catalogue."""

from procedures.models.calendar import CalendarDay, DayKind
from procedures.models.drafts import DraftChange, DraftState, VersionDraft
from procedures.models.fees import FeeAuthority, FeeKind, FeeRule
from procedures.models.imports import (
    CatalogueImport,
    Decision,
    IdentityState,
    ImportFault,
    ImportItem,
    ImportState,
    ItemKind,
)
from procedures.models.levels import LevelOrder, OfferLevel, OrderState, UnitLevel
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
    VersionDocument,
    VersionState,
)
from procedures.models.stamps import DataStamp
from procedures.models.templates import PaperTemplate

__all__ = [
    "CalendarDay",
    "CatalogueImport",
    "Channel",
    "ClockStart",
    "DataStamp",
    "DayKind",
    "Decision",
    "DraftChange",
    "DraftState",
    "FeeAuthority",
    "FeeKind",
    "FeeRule",
    "Field",
    "IdentityState",
    "ImportFault",
    "ImportItem",
    "ImportState",
    "ItemKind",
    "LevelOrder",
    "OfferLevel",
    "OnlineLevel",
    "OrderState",
    "PaperTemplate",
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
    "UnitLevel",
    "VersionDocument",
    "VersionDraft",
    "VersionState",
]
