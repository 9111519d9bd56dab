"""Attaching the complete generic form to every procedure whose facts suffice. Safe to run at every start."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from django.db import transaction
from simple_history.utils import bulk_update_with_history

from portal.lib import clock
from portal.lib.text import fold
from procedures.importing import generic_file
from procedures.importing.catalogue import DEFAULT_RESULT
from procedures.importing.configured import in_use
from procedures.importing.generic_file import GenericFile
from procedures.importing.versions import allow_rewriting, open_next_version
from procedures.models import (
    DataStamp,
    Procedure,
    ProcedureVersion,
    ProcessStep,
    RequiredDocument,
    ResultKind,
    Setup,
    StepKind,
    StepPlace,
    TimeLimit,
    VersionState,
)
from procedures.models.parts import PLACE_OF
from procedures.sufficiency import fee_unknown, lacking, usable

FORM_FIELDS = ["form", "fee_unknown", "level_reason"]
_REQUEST_PAPER = re.compile(r"^(don|to khai|giay de nghi|van ban de nghi|phieu de nghi|giay dang ky)\b")
_BATCH = 500


@transaction.atomic
def load() -> int:
    """Make every procedure generic or incomplete as its facts say; returns how many changed. Raises BadData.

    Procedures configured in full are left alone. Nothing is done when neither the form nor the catalogue changed.
    """
    file = generic_file.read()
    digest = _digest(file)
    if DataStamp.objects.filter(name="generic", digest=digest).exists():
        return 0
    allow_rewriting()
    changed = _Loader(file).run()
    DataStamp.objects.update_or_create(name="generic", defaults={"digest": digest})
    return changed


def _digest(file: GenericFile) -> str:
    """Of the form and of what else was loaded: a changed catalogue is looked through again."""
    others = DataStamp.objects.exclude(name="generic").order_by("name").values_list("name", "digest")
    content = file.model_dump_json(exclude={"examples", "about"}) + repr(list(others))
    return hashlib.sha256(content.encode()).hexdigest()


class _Loader:
    def __init__(self, file: GenericFile) -> None:
        self.file = file
        self.form = file.form.model_dump(mode="json", exclude_defaults=True)
        self.layout = file.layout.model_dump(exclude_defaults=True)
        self.versions: list[ProcedureVersion] = []
        self.papers: list[RequiredDocument] = []
        self.results: list[ResultKind] = []
        self.new_results: list[ResultKind] = []
        self.steps: list[ProcessStep] = []

    def run(self) -> int:
        known = (
            ProcedureVersion.objects.filter(state=VersionState.PUBLISHED, valid_to=None, published_by=None)
            .exclude(procedure__setup=Setup.FULL)
            .select_related("procedure")
            .prefetch_related("timelimits", "requireddocuments", "resultkinds", "processsteps")
        )
        changed = []
        for version in known:
            procedure = version.procedure
            limits, papers = list(version.timelimits.all()), list(version.requireddocuments.all())
            suffices = not lacking(procedure, limits, has_papers=bool(papers))
            setup = Setup.GENERIC if suffices else Setup.INCOMPLETE
            touched = suffices and self._attach(version, limits)
            if procedure.setup != setup:
                procedure.setup = setup
                changed.append(procedure)
            elif touched:
                changed.append(procedure)
        self._write(changed)
        return len(changed)

    def _attach(self, version: ProcedureVersion, limits: list[TimeLimit]) -> bool:
        """Prepare the version's rows; False when it carries this form and these steps already."""
        legal = min(limit.legal_minutes or 0 for limit in limits if usable(limit))
        minutes = self.file.minutes(legal)
        has = [(step.name, step.minutes) for step in version.processsteps.all()]
        wanted = [(step.name, time) for step, time in zip(self.file.steps, minutes, strict=True)]
        if version.form == self.form and has == wanted:
            return False
        if version.form and in_use(version):
            version = _copy(version)
        ProcessStep.objects.filter(version=version).delete()
        version.form, version.fee_unknown = self.form, fee_unknown(limits)
        version.level_reason = "Nộp bằng tờ khai chung của Cổng."
        self.versions.append(version)
        self._papers(version)
        self._results(version)
        for number, (step, time) in enumerate(zip(self.file.steps, minutes, strict=True), start=1):
            values = {"kind": step.kind, "role": step.role, "name": step.name, "minutes": time}
            place = PLACE_OF.get(StepKind(step.kind), StepPlace.COMPETENT)
            self.steps.append(ProcessStep(version=version, order=number, place=place, **values))
        return True

    def _papers(self, version: ProcedureVersion) -> None:
        """The request itself is needed; the source does not say in which case each other paper is."""
        papers = list(version.requireddocuments.all())
        requests = [paper for paper in papers if _REQUEST_PAPER.match(fold(paper.name))]
        for paper in papers:
            paper.required = len(papers) == 1 or requests == [paper]
            self.papers.append(paper)

    def _results(self, version: ProcedureVersion) -> None:
        results = list(version.resultkinds.all())
        for result in results:
            result.layout, result.number_suffix = self.layout, self.file.number_suffix
            self.results.append(result)
        if not results:
            values = {"code": DEFAULT_RESULT, "name": self.file.result, "layout": self.layout}
            suffix = self.file.number_suffix
            self.new_results.append(ResultKind(version=version, number_suffix=suffix, order=1, **values))

    def _write(self, changed: list[Procedure]) -> None:
        bulk_update_with_history(self.versions, ProcedureVersion, FORM_FIELDS, batch_size=_BATCH)
        bulk_update_with_history(changed, Procedure, ["setup"], batch_size=_BATCH)
        RequiredDocument.objects.bulk_update(self.papers, ["required"], batch_size=_BATCH)
        ResultKind.objects.bulk_update(self.results, ["layout", "number_suffix"], batch_size=_BATCH)
        ResultKind.objects.bulk_create(self.new_results, batch_size=_BATCH)
        ProcessStep.objects.bulk_create(self.steps, batch_size=_BATCH)


def _copy(version: ProcedureVersion) -> ProcedureVersion:
    """The next version with the same facts: the one dossiers were filed under stays as it is."""
    kept: dict[str, Any] = {
        name: getattr(version, name) for name in ("decision", "legal_basis", "online_level", "clock_start")
    }
    fresh = open_next_version(version.procedure, clock.today(), **kept)
    for part in (TimeLimit, RequiredDocument, ResultKind):
        rows: Any = list(part._default_manager.filter(version=version))
        for row in rows:
            row.pk, row.version = None, fresh
        part._default_manager.bulk_create(rows)
    return fresh
