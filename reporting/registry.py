"""Every set whose list can be opened by name: the stored facts, those of report 06, those of the bridges."""

from __future__ import annotations

from reporting.bases import Fact
from reporting.bridges import all_facts
from reporting.facts import FACT_BY_CODE

LISTED: dict[str, Fact] = {**all_facts(), **FACT_BY_CODE}
