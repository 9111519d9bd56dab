"""A draft whose version is no longer in force: what the version of today asks otherwise. Reads, writes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dossiers import wizard as pages
from portal.lib import clock
from procedures.form_engine import check_answers, read_back, required_documents
from procedures.form_schema import FormSchema
from procedures.models import ProcedureCase, ProcedureVersion
from procedures.wording import time_text

if TYPE_CHECKING:
    from dossiers.models import Attachment, Draft


@dataclass
class Changes:
    """What going on under another version means for what was typed and uploaded."""

    gone_answers: list[tuple[str, str]] = field(default_factory=list)
    new_questions: list[str] = field(default_factory=list)
    gone_files: list[Attachment] = field(default_factory=list)
    new_papers: list[str] = field(default_factory=list)
    times: tuple[str, str] = ("", "")
    fees: tuple[int, int] = (0, 0)

    @property
    def is_nothing(self) -> bool:
        """Whether the person would notice no difference."""
        lists = (self.gone_answers, self.new_questions, self.gone_files, self.new_papers)
        return not any(lists) and not self.terms_differ

    @property
    def terms_differ(self) -> bool:
        """Whether it takes or costs something else."""
        return self.times[0] != self.times[1] or self.fees[0] != self.fees[1]


def is_outdated(draft: Draft) -> bool:
    """Whether one can no longer file under the draft's version today."""
    version, today = draft.version, clock.today()
    procedure = version.procedure
    over = version.valid_to is not None and version.valid_to <= today
    withdrawn = procedure.withdrawn_from is not None and procedure.withdrawn_from <= today
    return over or withdrawn or not procedure.is_active


def successor_of(draft: Draft) -> ProcedureVersion | None:
    """The version of the same procedure one can file online under today; None when there is none."""
    procedure = draft.version.procedure
    if not procedure.is_active or (procedure.withdrawn_from and procedure.withdrawn_from <= clock.today()):
        return None
    version = (
        ProcedureVersion.objects.in_force(clock.today())
        .filter(procedure=procedure)
        .select_related("procedure")
        .first()
    )
    return version if version is not None and pages.filable_online(version) else None


def same_case(draft: Draft, version: ProcedureVersion) -> ProcedureCase | None:
    """The case of the other version with the code of the draft's own."""
    return version.cases.filter(code=draft.case.code).first() if draft.case else None


def changes(draft: Draft, version: ProcedureVersion, case: ProcedureCase | None) -> Changes:
    """What changes for this draft under `version`, by its answers as they are."""
    before, after = pages.schema_of(draft.version), pages.schema_of(version)
    old, new = check_answers(before, draft.answers).cleaned, check_answers(after, draft.answers).cleaned
    papers = {paper.code: paper for paper in required_documents(version, case, new) if not paper.shown_only}
    wanted = {paper.code for paper in required_documents(draft.version, draft.case, old)}
    times = [pages.online_limit(draft.version, draft.case), pages.online_limit(version, case)]
    fees = [pages.estimate(draft.version, draft.case, old), pages.estimate(version, case, new)]
    return Changes(
        gone_answers=[
            (row.label, row.value)
            for part in read_back(before, draft.answers)
            for row in part.rows
            if row.value and row.field not in after.by_name
        ],
        new_questions=_new_questions(before, after),
        gone_files=unplaced(draft, version),
        new_papers=[paper.name for code, paper in papers.items() if code not in wanted],
        times=(time_text(times[0]) if times[0] else "", time_text(times[1]) if times[1] else ""),
        fees=(fees[0].payable, fees[1].payable),
    )


def _new_questions(before: FormSchema, after: FormSchema) -> list[str]:
    fresh = [spec for name, spec in after.by_name.items() if name not in before.by_name]
    return [str(spec.label) for spec in fresh if spec.type not in {"info", "computed"}]


def unplaced(draft: Draft, version: ProcedureVersion) -> list[Attachment]:
    """Files of the draft whose paper the other version does not list."""
    codes = set(version.requireddocuments.values_list("code", flat=True))
    files = draft.attachments.filter(removed_at=None).select_related("document")
    return [file for file in files if file.document is not None and file.document.code not in codes]
