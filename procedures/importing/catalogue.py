"""Writing the catalogue: procedures and their versions from the checked file."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from simple_history.utils import bulk_create_with_history

from portal.accounts.models import Unit
from portal.lib.text import fold
from procedures.importing.catalogue_file import CatalogueFile, ProcedureFact
from procedures.importing.national.comparing import Part
from procedures.importing.versions import allow_rewriting, made_by_people, open_next_version
from procedures.models import (
    Field,
    IdentityState,
    ImportItem,
    OnlineLevel,
    Procedure,
    ProcedureVersion,
    RequiredDocument,
    ResultKind,
    TimeLimit,
    VersionState,
)

Progress = Callable[[int], None]
BATCH = 500
DEFAULT_RESULT = "generic"  # code of the result the generic form adds where the source names none


@transaction.atomic
def load_catalogue(file: CatalogueFile, progress: Progress = lambda _done: None) -> int:
    """Make the database agree with the file; returns how many procedures changed.

    A procedure configured in the city keeps its own rules, only its identity follows the file. One that has left
    the file is switched off, never deleted. One whose version people published is left alone altogether, and so is what
    two persons confirmed of a title, a field, levels, an agency or applicants.
    """
    allow_rewriting()
    loader = _Loader(file)
    changed = loader.add_new(progress)
    changed += loader.update_known(progress)
    gone = Procedure.objects.filter(is_active=True).exclude(code__in=[fact.code for fact in file.procedures])
    gone = gone.exclude(pk__in=loader.theirs)
    for procedure in gone:
        procedure.is_active = False
        procedure.save(update_fields=["is_active"])
        changed += 1
    return changed


class _Loader:
    def __init__(self, file: CatalogueFile) -> None:
        self.file = file
        self.valid_from = datetime.date.fromisoformat(f"{file.as_of}-01")
        self.fields = {field.code: field for field in Field.objects.all()}
        self.units = dict(Unit.objects.filter(kind="department").values_list("code", "pk"))
        self.theirs = made_by_people()
        self.known = {procedure.code: procedure for procedure in Procedure.objects.all()}
        self.confirmed = _confirmed()

    def add_new(self, progress: Progress) -> int:
        """Everything that is not there yet, in a few statements."""
        facts = [fact for fact in self.file.procedures if fact.code not in self.known]
        for start in range(0, len(facts), BATCH):
            batch = facts[start : start + BATCH]
            rows = [Procedure(**self.identity(fact), missing=list(fact.missing)) for fact in batch]
            procedures = bulk_create_with_history(rows, Procedure)
            versions = bulk_create_with_history(
                [
                    ProcedureVersion(
                        procedure=procedure,
                        state=VersionState.PUBLISHED,
                        valid_from=self.valid_from,
                        published_at=timezone.now(),
                        **_rules(fact),
                    )
                    for procedure, fact in zip(procedures, batch, strict=True)
                ],
                ProcedureVersion,
            )
            _write_parts(zip(versions, batch, strict=True))
            progress(len(batch))
        return len(facts)

    def update_known(self, progress: Progress) -> int:
        """Compare each known procedure with the file; save what differs, open a new version when rules differ."""
        versions = {
            version.procedure_id: version
            for version in ProcedureVersion.objects.filter(
                state=VersionState.PUBLISHED, valid_to=None
            ).prefetch_related("timelimits", "requireddocuments", "resultkinds")
        }
        changed = 0
        for fact in self.file.procedures:
            procedure = self.known.get(fact.code)
            if procedure is not None and procedure.pk not in self.theirs:
                changed += self._update(procedure, versions.get(procedure.pk), fact)
            progress(procedure is not None)
        return changed

    def _update(self, procedure: Procedure, version: ProcedureVersion | None, fact: ProcedureFact) -> bool:
        values = self.identity(fact)
        if not procedure.configured:
            values["missing"] = list(fact.missing)
        for name in self.confirmed.get(procedure.pk, ()):
            values.pop(name)
        changes = {name: value for name, value in values.items() if getattr(procedure, name) != value}
        for name, value in changes.items():
            setattr(procedure, name, value)
        if changes:
            procedure.save(update_fields=[name.removesuffix("_id") for name in changes])
        if procedure.configured or (version is not None and _content(version) == _wanted(fact)):
            return bool(changes)
        fresh = open_next_version(procedure, self.valid_from, **_rules(fact))
        _write_parts([(fresh, fact)])
        return True

    def identity(self, fact: ProcedureFact) -> dict[str, Any]:
        """Values of the procedure's own row."""
        field = self.fields[fact.field]
        return {
            "code": fact.code,
            "title": fact.title,
            "short_title": fact.short,
            "field_id": field.pk,
            "at_commune": "commune" in fact.at,
            "at_province": "province" in fact.at,
            "agency": fact.agency,
            "department_id": self.units[fact.department] if fact.department else None,
            "vertical_system": fact.system,
            "for_citizens": not fact.applicants or "citizen" in fact.applicants,
            "for_organisations": not fact.applicants or "organisation" in fact.applicants,
            "search_text": fold(f"{fact.title} {fact.code} {field.name}"),
            "popularity": fact.popular,
            "as_of": self.file.as_of,
            "source": self.file.source,
            "is_active": True,
        }


_COLUMNS = {
    Part.TITLE: ("title", "short_title", "search_text"),
    Part.FIELD: ("field_id", "search_text"),
    Part.LEVELS: ("at_commune", "at_province"),
    Part.AGENCY: ("agency",),
    Part.APPLICANTS: ("for_citizens", "for_organisations"),
}


def _confirmed() -> dict[int, set[str]]:
    """Columns of procedures' own rows that two persons took over from the national catalogue: they know better."""
    found: dict[int, set[str]] = {}
    rows = ImportItem.objects.filter(identity=IdentityState.APPLIED, procedure__isnull=False)
    for key, parts in rows.values_list("procedure_id", "parts"):
        columns = (name for part in parts for name in _COLUMNS.get(part, ()))
        found.setdefault(key, set()).update(columns)
    return found


def _rules(fact: ProcedureFact) -> dict[str, Any]:
    """Values of a version. No online channel published means the counter; otherwise the level is not known."""
    channels = {shown.channel for shown in fact.channels}
    counter_only = bool(channels) and "online" not in channels
    return {
        "decision": fact.decision,
        "legal_basis": list(fact.basis),
        "online_level": OnlineLevel.COUNTER if counter_only else OnlineLevel.UNCONFIRMED,
    }


def _write_parts(pairs: Iterable[tuple[ProcedureVersion, ProcedureFact]]) -> None:
    limits, papers, results = [], [], []
    for version, fact in pairs:
        limits += [
            TimeLimit(version=version, channel=c.channel, value=c.value, unit=c.unit, fee_shown=list(c.fee))
            for c in fact.channels
        ]
        papers += [
            RequiredDocument(
                version=version, code=f"p{n:02d}", name=name, originals=originals, copies=copies, order=n
            )
            for n, (name, originals, copies) in enumerate(fact.papers, start=1)
        ]
        results += [
            ResultKind(version=version, code=code, name=name, order=n)
            for n, (name, code) in enumerate(fact.results, start=1)
        ]
    TimeLimit.objects.bulk_create(limits, batch_size=BATCH)
    RequiredDocument.objects.bulk_create(papers, batch_size=BATCH)
    ResultKind.objects.bulk_create(results, batch_size=BATCH)


def _content(version: ProcedureVersion) -> tuple[Any, ...]:
    """What a version says, in the shape of `_wanted`."""
    limits = sorted(
        (
            limit.channel,
            None if limit.value is None else float(limit.value),
            limit.unit,
            tuple(limit.fee_shown),
        )
        for limit in version.timelimits.all()
    )
    papers = tuple((paper.name, paper.originals, paper.copies) for paper in version.requireddocuments.all())
    results = tuple(
        (result.name, result.code) for result in version.resultkinds.all() if result.code != DEFAULT_RESULT
    )
    rules = (version.decision, list(version.legal_basis), version.online_level)
    return limits, papers, results, rules


def _wanted(fact: ProcedureFact) -> tuple[Any, ...]:
    rules = _rules(fact)
    limits = sorted((c.channel, c.value, c.unit, c.fee) for c in fact.channels)
    return limits, fact.papers, fact.results, (rules["decision"], rules["legal_basis"], rules["online_level"])
