"""A version as one document, in the format files, drafts and exports share (`importing/configured_file.py`)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Prefetch

from procedures.models import (
    FeeRule,
    OnlineLevel,
    Procedure,
    ProcedureVersion,
    ProcessStep,
    RequiredDocument,
    TimeLimit,
    TimeUnit,
    VersionDocument,
)

PARTS = (
    "rules",
    "cases",
    "questions",
    "papers",
    "times",
    "fees",
    "steps",
    "results",
    "form",
    "examples",
)


def document_of(version: ProcedureVersion) -> dict[str, Any]:
    """The document of a version: the one it was made from, else put together from its rows (without examples).

    What was never filled in is left out, so that the check of a draft names it.
    """
    kept = VersionDocument.objects.filter(version=version).first()
    content: dict[str, Any] = dict(kept.content) if kept else _from_rows(version)
    content["basis"] = content.get("basis") or list(version.legal_basis)
    if version.decision:
        content["decision"] = version.decision
    if version.decision_date:
        content["decision_date"] = version.decision_date.isoformat()
    return content


def empty_document(procedure: Procedure) -> dict[str, Any]:
    """The document of a procedure nothing is known of but its identity."""
    return {
        "code": procedure.code,
        "source": procedure.source,
        "missing": list(procedure.missing),
        "papers": [],
    }


def _from_rows(version: ProcedureVersion) -> dict[str, Any]:
    parts = (
        "cases",
        "timelimits",
        "resultkinds",
        Prefetch("requireddocuments", RequiredDocument.objects.select_related("case")),
        Prefetch("feerules", FeeRule.objects.select_related("case")),
        Prefetch("processsteps", ProcessStep.objects.select_related("case", "unit")),
    )
    loaded = ProcedureVersion.objects.select_related("procedure").prefetch_related(*parts).get(pk=version.pk)
    content = {
        **empty_document(loaded.procedure),
        "fee_unknown": list(loaded.fee_unknown),
        "rules": _rules(loaded),
        "cases": [{"code": case.code, "title": case.title} for case in loaded.cases.all()],
        "questions": loaded.questions,
        "papers": [_columns(paper, _PAPER) for paper in loaded.requireddocuments.all()],
        "times": [_time(limit) for limit in loaded.timelimits.all()],
        "fees": [_fee(rule) for rule in loaded.feerules.all()],
        "steps": [_step(step) for step in loaded.processsteps.all()],
        "results": [_columns(result, _RESULT) for result in loaded.resultkinds.all()],
        "form": loaded.form,
    }
    return {key: value for key, value in content.items() if value not in ([], {})} | {
        "papers": content["papers"]
    }


_PAPER = (
    "code",
    "name",
    "originals",
    "copies",
    "required",
    "shown_only",
    "known_from",
    "asked_because",
    "certified_basis",
    "condition",
    "hint",
    "template",
)
_RESULT = ("code", "name", "number_suffix", "layout")
_FEE = (
    "code",
    "name",
    "kind",
    "authority",
    "channel",
    "quantity_field",
    "copies_field",
    "tiers",
    "cap",
    "subsidy_percent",
    "exemptions",
    "legal_basis",
    "confirmed",
)


def _columns(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """The named columns that differ from their defaults, which files leave out too, and the code of the row's case."""
    values = {name: getattr(row, name) for name in names}
    fields = {name: row._meta.get_field(name) for name in names}
    found = {name: value for name, value in values.items() if value != fields[name].get_default()}
    return found | ({"case": row.case.code} if row.case_id else {})


def _rules(version: ProcedureVersion) -> dict[str, Any]:
    found: dict[str, Any] = {"level_reason": version.level_reason, "clock_start": version.clock_start}
    if version.online_level != OnlineLevel.UNCONFIRMED:
        found["online_level"] = version.online_level
    flags = ("supplement_restarts_clock", "refusal_by_head", "any_commune")
    return found | {name: True for name in flags if getattr(version, name)}


def _time(limit: TimeLimit) -> dict[str, Any]:
    found = {"channel": limit.channel, **_columns(limit, ("note", "confirmed"))}
    if limit.value is not None:
        found["value"] = _whole(limit.value)
    if limit.unit != TimeUnit.UNKNOWN:
        found["unit"] = limit.unit
    return found


def _whole(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)


def _fee(rule: FeeRule) -> dict[str, Any]:
    found = _columns(rule, _FEE) | {"valid_from": rule.valid_from.isoformat()}
    return found | ({"valid_to": rule.valid_to.isoformat()} if rule.valid_to else {})


def _step(step: ProcessStep) -> dict[str, Any]:
    found = _columns(step, ("kind", "name", "role", "minutes", "optional", "pause_basis"))
    return found | ({"unit": step.unit.code} if step.unit else {})
