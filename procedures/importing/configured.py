"""Turning a procedure of the catalogue into a fully configured one, from its file. Safe to run at every start."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from simple_history.utils import bulk_create_with_history

from portal.accounts.models import Unit
from portal.lib import clock
from procedures.importing.configured_file import ConfiguredFile, read_all
from procedures.importing.files import BadData
from procedures.importing.versions import allow_rewriting, made_by_people, open_next_version
from procedures.models import (
    DataStamp,
    FeeRule,
    Procedure,
    ProcedureCase,
    ProcedureVersion,
    ProcessStep,
    RequiredDocument,
    ResultKind,
    Setup,
    StepKind,
    StepPlace,
    TimeLimit,
    VersionDocument,
    VersionState,
)
from procedures.models.parts import PLACE_OF

if TYPE_CHECKING:
    from django.db.models import QuerySet

ALL: tuple[type[models.Model], ...] = (
    RequiredDocument,
    TimeLimit,
    FeeRule,
    ProcessStep,
    ResultKind,
    ProcedureCase,
)


@transaction.atomic
def load(progress: Callable[[int], None] = lambda _done: None) -> int:
    """Configure what its file says anew; returns how many procedures changed. Raises BadData.

    A version no dossier or draft refers to is rewritten in place; one in use stays as it is and is followed by a
    new one from today. A procedure whose version people published is left alone.
    """
    allow_rewriting()
    theirs = made_by_people()
    done = dict(DataStamp.objects.filter(name__startswith="configured ").values_list("name", "digest"))
    kept = dict(_open_documents())
    changed = 0
    for file in read_all():
        digest = _digest(file)
        same_rules = done.get(f"configured {file.code}") == digest
        if not same_rules or kept.get(file.code) != _document(file):
            changed += _configure(file, digest, theirs, same_rules=same_rules)
        progress(1)
    return changed


def _open_documents() -> QuerySet[VersionDocument, tuple[str, Any]]:
    """Code and kept document of each procedure's open version."""
    held = VersionDocument.objects.filter(version__state=VersionState.PUBLISHED, version__valid_to=None)
    return held.values_list("version__procedure__code", "content")


def _configure(file: ConfiguredFile, digest: str, theirs: set[int], *, same_rules: bool) -> bool:
    procedure = Procedure.objects.select_for_update(of=("self",), no_key=True).filter(code=file.code).first()
    if procedure is None:
        raise BadData(f"{file.code}.json: the catalogue has no procedure {file.code}")
    if procedure.pk in theirs:
        return False
    if same_rules:
        _keep_document(procedure, file)
        return False
    version = _open_version(procedure, file)
    write_parts(version, file, clock.today())
    write_document(version, file)
    procedure.configured, procedure.setup, procedure.missing = True, Setup.FULL, list(file.missing)
    procedure.save(update_fields=["configured", "setup", "missing"])
    DataStamp.objects.update_or_create(name=f"configured {file.code}", defaults={"digest": digest})
    return True


def _digest(file: ConfiguredFile) -> str:
    content = file.model_dump(mode="json", exclude={"examples", "notes"})
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _keep_document(procedure: Procedure, file: ConfiguredFile) -> None:
    """Examples and notes are no rules: a change of theirs makes no new version, only its document follows."""
    version = procedure.versions.filter(state=VersionState.PUBLISHED, valid_to=None).first()
    if version is not None:
        write_document(version, file)


def write_document(version: ProcedureVersion, file: ConfiguredFile) -> None:
    """Keep the whole document with the version, expanded, when it differs from what is kept."""
    content = _document(file)
    if not VersionDocument.objects.filter(version=version, content=content).exists():
        VersionDocument.objects.update_or_create(version=version, defaults={"content": content})


def _document(file: ConfiguredFile) -> dict[str, Any]:
    return file.model_dump(mode="json", exclude_defaults=True)


def version_values(file: ConfiguredFile) -> dict[str, Any]:
    """The columns of a version the file decides."""
    values: dict[str, Any] = {
        **file.rules.model_dump(),
        "form": file.form.model_dump(mode="json", exclude_defaults=True),
        "fee_unknown": list(file.fee_unknown),
        "questions": [each.model_dump(mode="json", exclude_defaults=True) for each in file.questions],
    }
    if file.basis:
        values["legal_basis"] = list(file.basis)
    if file.decision:
        values |= {"decision": file.decision, "decision_date": file.decision_date}
    return values


def _open_version(procedure: Procedure, file: ConfiguredFile) -> ProcedureVersion:
    """The version to write: the open one emptied when nothing refers to it, otherwise the next."""
    values = version_values(file)
    current = procedure.versions.filter(state=VersionState.PUBLISHED, valid_to=None).first()
    if current is None or in_use(current):
        kept = {"decision": current.decision, "legal_basis": current.legal_basis} if current else {}
        return open_next_version(procedure, clock.today(), **{**kept, **values})
    for part in ALL:
        part._default_manager.filter(version=current).delete()
    for name, value in values.items():
        setattr(current, name, value)
    current.save(update_fields=list(values))
    return current


def in_use(version: ProcedureVersion) -> bool:
    """Whether another app's rows refer to the version or to a part of it (this app does not know them)."""
    found = {part: list(part._default_manager.filter(version=version)) for part in ALL}
    groups: dict[type[models.Model], list[Any]] = {ProcedureVersion: [version], **found}
    return any(_referred_to(model, rows) for model, rows in groups.items() if rows)


def _referred_to(model: type[models.Model], rows: list[Any]) -> bool:
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ForeignObjectRel):
            continue
        other, key = relation.related_model, relation.field
        own = other._meta.app_label == model._meta.app_label
        asked = not own and getattr(key, "db_constraint", False)
        if asked and other._default_manager.filter(**{f"{key.name}__in": rows}).exists():
            return True
    return False


def write_parts(version: ProcedureVersion, file: ConfiguredFile, day: datetime.date) -> None:
    """Write the rows of an empty version; what its page shows of fees is what is paid on `day`."""
    cases = {"": None} | {
        case.code: ProcedureCase.objects.create(version=version, order=number, **case.model_dump())
        for number, case in enumerate(file.cases, start=1)
    }

    def values(part: Any) -> dict[str, Any]:
        return {"version": version, **part.model_dump(), "case": cases[part.case]}

    RequiredDocument.objects.bulk_create(
        RequiredDocument(**values(paper), order=number) for number, paper in enumerate(file.papers, start=1)
    )
    TimeLimit.objects.bulk_create(
        TimeLimit(**values(time), fee_shown=_shown(file, time.channel, time.case, day)) for time in file.times
    )
    bulk_create_with_history([FeeRule(**values(fee)) for fee in file.fees], FeeRule)
    for case in cases:
        steps = [step for step in file.steps if step.case == case]
        ProcessStep.objects.bulk_create(
            ProcessStep(**_step(values(step)), order=number) for number, step in enumerate(steps, start=1)
        )
    for number, outcome in enumerate(file.results, start=1):
        layout = outcome.layout.model_dump(exclude_defaults=True)  # a row has either a field or a text
        ResultKind.objects.create(**{**values(outcome), "layout": layout}, order=number)


def _step(values: dict[str, Any]) -> dict[str, Any]:
    """The columns of a step: which unit does it follows from its kind. Raises BadData for an unknown unit."""
    code, kind = values.pop("unit"), StepKind(values["kind"])
    unit = Unit.objects.filter(code=code).first() if code else None
    if code and unit is None:
        raise BadData(f"step {values['name']!r} asks the unknown unit {code!r}")
    place = PLACE_OF.get(kind, StepPlace.COMPETENT)
    return {**values, "unit": unit, "place": place, "parallel": kind == StepKind.VERIFY}


def _shown(file: ConfiguredFile, channel: str, case: str, today: datetime.date) -> list[int]:
    """What the public page shows of a channel: what a person pays there that day, [0] when it is free.

    Copies one may ask for beside the result are no price of the procedure. Empty where nobody knows the amount.
    """
    if channel in file.fee_unknown:
        return []
    found: dict[str, list[int]] = {}
    for fee in sorted(file.of_case(file.fees, case), key=lambda fee: fee.channel):
        in_force = fee.valid_from <= today and (fee.valid_to is None or today < fee.valid_to)
        optional = fee.copies_field and not file.form.by_name[fee.copies_field].required
        if in_force and not optional and fee.channel in {"", channel}:
            paid = [tier.amount * (100 - fee.subsidy_percent) // 100 for tier in fee.tiers]
            found[fee.code] = paid + ([fee.cap] if fee.cap and fee.subsidy_percent < 100 else [])
    return [amount for amounts in found.values() for amount in amounts] or [0]
