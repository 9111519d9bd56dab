"""Taking a draft over to the version of its procedure that is in force today."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from dossiers.actions.drafts import open_draft
from dossiers.renewing import is_outdated, successor_of, unplaced
from dossiers.workflow import ActionError
from portal.lib import clock
from procedures.form_schema import FormSchema, load

if TYPE_CHECKING:
    from dossiers.models import Draft
    from portal.accounts.models import User
    from procedures.models import ProcedureCase, ProcedureVersion


@transaction.atomic
def renew(*, draft_id: uuid.UUID | str, by: User, case: ProcedureCase | None = None) -> Draft:
    """Go on under the version in force: every answer stays as typed, every file whose paper is still listed too.

    Answers that are not asked any more stay in the draft unseen; files of papers that left the list are taken back,
    their rows stay. Sections that ask the same as before stay done. A draft that is up to date is returned as it is.
    Raises ActionError when nothing can be filed online any more, AlreadyFiled for a filed one.
    """
    draft = open_draft(draft_id, by)
    if not is_outdated(draft):
        return draft
    version = successor_of(draft)
    if version is None:
        raise ActionError(_("Thủ tục này hiện không nộp trực tuyến được nữa."))
    cases = list(version.cases.all())
    if cases and case not in cases:
        raise ActionError(_("Cần chọn trường hợp của bạn."), field="case")
    _move_files(draft, version)
    draft.done_sections = _still_done(draft, version)
    draft.version, draft.case = version, case
    draft.revision += 1
    draft.save(update_fields=["version", "case", "done_sections", "revision", "updated_at"])
    return draft


def _move_files(draft: Draft, version: ProcedureVersion) -> None:
    gone = {file.pk for file in unplaced(draft, version)}
    papers = {paper.code: paper for paper in version.requireddocuments.all()}
    for file in draft.attachments.filter(removed_at=None).select_related("document"):
        if file.pk in gone:
            file.removed_at = clock.now()
            file.save(update_fields=["removed_at"])
        elif file.document is not None:
            file.document = papers[file.document.code]
            file.save(update_fields=["document"])


def _still_done(draft: Draft, version: ProcedureVersion) -> list[str]:
    before, after = _sections(load(draft.version)), _sections(load(version))
    return [code for code in draft.done_sections if code in after and before.get(code) == after[code]]


def _sections(schema: FormSchema | None) -> dict[str, object]:
    return {part.code: part for part in schema.sections} if schema else {}
