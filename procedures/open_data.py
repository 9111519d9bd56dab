"""A procedure as open data: one shape for the public API and the export of the whole catalogue."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse

from portal.lib import clock
from procedures.entries import Entry
from procedures.models import FeeRule, ProcedureVersion, UnitLevel
from procedures.querysets import catalogue, fees_in_force

Data = dict[str, Any]
BATCH = 200
PARTS = ("cases", "timelimits", "resultkinds", "processsteps", "requireddocuments")


def row(entry: Entry) -> Data:
    """A procedure in a list (`api_schemas.ProcedureRow`)."""
    levels = [name for name, told in (("commune", entry.at_commune), ("province", entry.at_province)) if told]
    people = (("citizen", entry.for_citizens), ("organisation", entry.for_organisations))
    return {
        "code": entry.code,
        "title": entry.title,
        "official_title": entry.official_title,
        "field": entry.field_name,
        "levels": levels,
        "agency": entry.agency,
        "vertical_system": entry.vertical_system,
        "channels": sorted(entry.channels),
        "applicants": [name for name, told in people if told],
        "configured": entry.configured,
        "files_online": entry.files_online,
        "missing": list(entry.missing),
        "url": f"/thu-tuc/{entry.code}/",
    }


def detail(entry: Entry, version: ProcedureVersion | None, levels: Iterable[Data]) -> Data:
    """Everything known of a procedure (`api_schemas.ProcedureData`); `version` with its parts loaded."""
    cases = {case.pk: case.code for case in version.cases.all()} if version else {}
    told: Data = {
        "online_level": entry.online_level,
        "level_reason": version.level_reason if version else "",
        "any_commune": version.any_commune if version else False,
        "cases": [{"code": case.code, "title": case.title} for case in version.cases.all()]
        if version
        else [],
        "fee_unknown": list(version.fee_unknown) if version else [],
        "unit_levels": list(levels),
        "legal_basis": version.legal_basis if version else [],
        "decision": version.decision if version else "",
        "version": version.number if version else None,
        "valid_from": version.valid_from.isoformat() if version else None,
        "as_of": entry.as_of,
        "source": entry.source,
    }
    return row(entry) | told | _parts(version, cases)


def _parts(version: ProcedureVersion | None, cases: dict[int, str]) -> Data:
    if version is None:
        return {key: [] for key in ("time_limits", "papers", "fees", "steps", "results", "result_kinds")}

    def case(part: Any) -> str:
        return cases.get(part.case_id or 0, "")

    return {
        "time_limits": [_limit(limit) | {"case": case(limit)} for limit in version.timelimits.all()],
        "papers": [_paper(paper) | {"case": case(paper)} for paper in version.requireddocuments.all()],
        "fees": [_fee(rule) | {"case": case(rule)} for rule in version.feerules.all()],
        "steps": [_step(step) | {"case": case(step)} for step in version.processsteps.all()],
        "results": [result.name for result in version.resultkinds.all()],
        "result_kinds": [{"name": result.name, "code": result.code} for result in version.resultkinds.all()],
    }


def _limit(limit: Any) -> Data:
    return {
        "channel": limit.channel,
        "time": None if limit.value is None else float(limit.value),
        "unit": limit.unit,
        "confirmed": limit.confirmed,
        "fee_vnd": limit.fee_shown,
        "note": limit.note,
    }


def _paper(paper: Any) -> Data:
    names = ("code", "name", "originals", "copies", "required", "shown_only", "known_from", "certified_basis")
    where = reverse("procedures:template", args=[paper.template]) if paper.template else ""
    more = {"conditional": bool(paper.condition), "template": where}
    return {name: getattr(paper, name) for name in names} | more


def _fee(rule: FeeRule) -> Data:
    names = ("code", "name", "kind", "authority", "channel", "tiers", "cap", "subsidy_percent", "confirmed")
    return {name: getattr(rule, name) for name in names} | {
        "exemptions": [each["code"] for each in rule.exemptions],
        "valid_from": rule.valid_from.isoformat(),
        "valid_to": rule.valid_to.isoformat() if rule.valid_to else None,
        "source": rule.legal_basis,
    }


def _step(step: Any) -> Data:
    names = ("order", "kind", "name", "role", "minutes", "place", "parallel", "optional", "pause_basis")
    return {name: getattr(step, name) for name in names}


def levels_on(day: datetime.date, procedures: Iterable[int] | None = None) -> dict[int, list[Data]]:
    """The levels set by orders that hold on `day`, by procedure; of these procedures, or of all."""
    rows = UnitLevel.objects.on(day).select_related("unit", "order").order_by("unit__code")
    if procedures is not None:
        rows = rows.filter(procedure__in=list(procedures))
    found: dict[int, list[Data]] = defaultdict(list)
    for one in rows:
        found[one.procedure_id].append(
            {
                "unit": one.unit.code,
                "level": one.level,
                "valid_from": one.valid_from.isoformat(),
                "valid_to": one.valid_to.isoformat() if one.valid_to else None,
                "document": one.order.document,
            }
        )
    return found


def everything() -> Iterator[Data]:
    """Every active procedure in full, by code; read in portions, so that the whole never stands in memory."""
    today = clock.today()
    entries = sorted(catalogue().entries, key=lambda entry: entry.code)
    for start in range(0, len(entries), BATCH):
        batch = entries[start : start + BATCH]
        keys = [entry.pk for entry in batch]
        rows = (
            ProcedureVersion.objects.in_force(today)
            .filter(procedure__in=keys)
            .defer("form", "questions")
            .prefetch_related(*PARTS, Prefetch("feerules", fees_in_force(today)))
            .order_by("number")
        )
        versions = {version.procedure_id: version for version in rows}
        levels = levels_on(today, keys)
        for entry in batch:
            yield detail(entry, versions.get(entry.pk), levels[entry.pk])
