"""The statistics contract: every indicator is one named, versioned definition.

A measure divides one fact by another of the same basis. Everything that could be read in two ways is a field
of `reporting.measure.Measure`, is printed beside the figure and exported with it. Changing a reading means a
new version with its own facts, never an edit of an old one. The choices follow the ten ambiguities of the
city's targets of July 2025 (which do not say how to count) and Decision 766/QĐ-TTg; docs/figures.md explains
them.
"""

from __future__ import annotations

from reporting.definitions.intake import INTAKE
from reporting.definitions.money import MONEY
from reporting.definitions.outcome import OUTCOME, REPLACED
from reporting.definitions.standing import STANDING
from reporting.measure import Measure, Part, Shape

__all__ = [
    "FURTHER",
    "MAIN",
    "MEASURES",
    "MEASURE_BY_CODE",
    "OTHER_READINGS",
    "REPLACED",
    "STOCK_MEASURES",
    "VERSIONS",
    "Measure",
    "Part",
    "Shape",
]

MEASURES: tuple[Measure, ...] = (*INTAKE, *OUTCOME, *MONEY)
STOCK_MEASURES: tuple[Measure, ...] = STANDING
MEASURE_BY_CODE = {measure.code: measure for measure in (*MEASURES, *STOCK_MEASURES)}
VERSIONS = {(one.code, one.version): one for one in (*MEASURE_BY_CODE.values(), *REPLACED)}
# The city's targets, in the order of the boards.
MAIN = ("online", "full-of-all", "full-of-online", "on-time", "e-result")
FURTHER = (
    "online-unassisted",
    "intake-8h",
    "paid-online",
    "handling",
    "supplement",
    "supplement-twice",
    "digitised",
    "reused",
    "satisfaction",
)
OTHER_READINGS = (
    "online-offered",
    "online-filed",
    "online-766",
    "online-practice",
    "online-assisted",
    "agent",
    "full-in-fact",
    "on-time-766",
    "paid-online-amount",
    "paid-online-766",
    "certified",
    "certified-asked",
)
