"""Preparing a dossier: answers saved as typed, files attached, nothing lost."""

from __future__ import annotations

import contextlib
import datetime
import uuid
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from dossiers.access import get_draft
from dossiers.actions import reuse
from dossiers.actions.carrying import carry
from dossiers.actions.keeping import kept
from dossiers.models import Attachment, Draft, LinkedFiling, LinkedPart
from dossiers.states import Delivery
from dossiers.store import Store
from dossiers.workflow import ActionError
from portal.lib import clock, files
from procedures.form_engine import prefill
from procedures.form_schema import load

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from portal.accounts.models import Unit, User
    from procedures.models import ProcedureCase, ProcedureVersion, RequiredDocument

MAX_FILES = 30
DRAFT_DAYS = 60
PHOTOS = ("image/jpeg", "image/png")


class StaleDraft(Exception):
    """The draft was saved elsewhere since the page was loaded; `draft` is it as it is now."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        super().__init__(str(draft.pk))


class AlreadyFiled(Exception):
    """The draft has become a dossier already; `code` is its code."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@transaction.atomic
def start_draft(*, by: User, version: ProcedureVersion, case: ProcedureCase | None = None) -> Draft:
    """A new draft with what the profile already knows; an untouched one of the same version is reused."""
    schema = load(version)
    if schema is None:
        raise ActionError(_("Thủ tục này chưa có tờ khai điện tử."))
    untouched = Draft.objects.filter(
        user=by, version=version, case=case, revision=0, dossier=None, linked_part=None
    ).first()
    if untouched:
        return untouched
    known = prefill(schema, by)
    draft = Draft.objects.create(user=by, version=version, case=case, unit=by.commune, answers=known)
    profile = {name: known[name] for name, spec in schema.by_name.items() if spec.prefill and name in known}
    reuse.note_profile(draft, profile, by)
    return draft


@transaction.atomic
def save_answers(
    *,
    draft_id: uuid.UUID | str,
    by: User,
    answers: dict[str, Any],
    revision: int | None = None,
    section: str = "",
    done: bool = False,
) -> Draft:
    """Merge `answers` as typed into the draft; `done` marks `section` as complete.

    `revision` is the one the page was loaded with: an older one raises StaleDraft and writes nothing.
    Without it (a page without JavaScript sent twice) the last writer wins, as with any form.
    Raises AlreadyFiled when the draft has become a dossier.
    """
    draft = open_draft(draft_id, by)
    if revision is not None and revision != draft.revision:
        raise StaleDraft(draft)
    draft.answers = {**draft.answers, **_storable(answers)}
    if section:
        others = [code for code in draft.done_sections if code != section]
        draft.done_sections = [*others, section] if done else others
    draft.revision += 1
    draft.save(update_fields=["answers", "done_sections", "revision", "updated_at"])
    if done:
        reuse.confirm(draft, answers, by)
    carry(draft)
    return draft


@transaction.atomic
def choose(
    *,
    draft_id: uuid.UUID | str,
    by: User,
    unit: Unit | None,
    delivery: str,
    case: ProcedureCase | None = None,
) -> Draft:
    """Where to file, how to get the result, and which case it is."""
    draft = open_draft(draft_id, by)
    draft.unit, draft.delivery = unit, Delivery(delivery)
    if case is not None and case.version_id == draft.version_id:
        draft.case = case
    draft.revision += 1
    draft.save(update_fields=["unit", "delivery", "case", "revision", "updated_at"])
    carry(draft)
    return draft


@transaction.atomic
def attach(
    *, draft_id: uuid.UUID | str, by: User, document: RequiredDocument | None, upload: UploadedFile
) -> Attachment:
    """Check and store one file for one paper of the list. Raises uploads.BadUpload with the reason."""
    draft = open_draft(draft_id, by)
    if document is not None and document.version_id != draft.version_id:
        raise ActionError(_("Giấy tờ này không thuộc thủ tục."))
    if draft.attachments.filter(removed_at=None).count() >= MAX_FILES:
        raise ActionError(_("Mỗi hồ sơ có tối đa %(number)d tệp.") % {"number": MAX_FILES})
    file = kept(upload, by=by)
    same = draft.attachments.filter(document=document, sha256=file["sha256"], removed_at=None).first()
    return same or Attachment.objects.create(draft=draft, document=document, **file)


@transaction.atomic
def reuse_paper(*, draft_id: uuid.UUID | str, by: User, document: RequiredDocument, key: str) -> Attachment:
    """Give a paper again from the person's own store; the bytes are shared, the row says from where.

    Raises ActionError for what is not his, of another kind, or no longer valid. Twice is once.
    """
    draft = open_draft(draft_id, by)
    item = Store.of(by).find(key)
    if item is None or document.version_id != draft.version_id or not item.serves(document):
        raise ActionError(_("Không dùng lại được tệp này."))
    same = draft.attachments.filter(document=document, sha256=item.sha256, removed_at=None).first()
    if same:
        return same
    if draft.attachments.filter(removed_at=None).count() >= MAX_FILES:
        raise ActionError(_("Mỗi hồ sơ có tối đa %(number)d tệp.") % {"number": MAX_FILES})
    return Attachment.objects.create(
        draft=draft, document=document, uploaded_by=by, uploaded_at=clock.now(), **item.columns()
    )


@transaction.atomic
def detach(*, draft_id: uuid.UUID | str, by: User, attachment_id: int) -> None:
    """Take a file back before filing; twice is once."""
    draft = open_draft(draft_id, by)
    found = draft.attachments.filter(pk=attachment_id, removed_at=None).first()
    if found:
        found.removed_at = clock.now()
        found.save(update_fields=["removed_at"])


@transaction.atomic
def merge_photos(*, draft_id: uuid.UUID | str, by: User, document: RequiredDocument) -> Attachment:
    """Make one PDF of the photos given for a paper, in the order they came; the photos leave the draft.

    Raises ActionError when there are fewer than two: a second click finds them merged already.
    """
    draft = open_draft(draft_id, by)
    photos = list(draft.attachments.filter(document=document, removed_at=None, content_type__in=PHOTOS))
    if len(photos) < 2:
        raise ActionError(_("Cần ít nhất hai ảnh để ghép thành một tệp."))
    file = kept(_merged(photos, document), by=by)
    for photo in photos:
        photo.removed_at = clock.now()
        photo.save(update_fields=["removed_at"])
    return Attachment.objects.create(draft=draft, document=document, **file)


def _merged(photos: list[Attachment], document: RequiredDocument) -> UploadedFile:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from portal.lib.photos import as_pdf

    with contextlib.ExitStack() as opened:
        content = as_pdf(opened.enter_context(files.open_file(photo.sha256)) for photo in photos)
    return SimpleUploadedFile(f"{document.name[:80]}.pdf", content, content_type="application/pdf")


@transaction.atomic
def discard(*, draft_id: uuid.UUID | str, by: User) -> None:
    """Delete a draft the person no longer wants; its file rows stay, marked as taken back.

    A linked filing goes as a whole: discarding the draft of one part discards the others.
    """
    draft = open_draft(draft_id, by)
    part = LinkedPart.objects.filter(draft=draft).first()
    others = Draft.objects.filter(linked_part__linked=part.linked_id) if part else Draft.objects.none()
    for each in {draft, *others}:
        _delete(each)
    if part is not None:
        LinkedFiling.objects.filter(pk=part.linked_id).delete()


def _delete(draft: Draft) -> None:
    for found in draft.attachments.filter(removed_at=None):
        found.removed_at = clock.now()
        found.save(update_fields=["removed_at"])
    draft.delete()


@transaction.atomic
def discard_old(*, now: datetime.datetime) -> int:
    """Delete drafts untouched for DRAFT_DAYS; returns how many."""
    old = Draft.objects.filter(updated_at__lt=now - datetime.timedelta(days=DRAFT_DAYS), dossier=None)
    count = 0
    for draft in old.select_for_update(skip_locked=True)[:500]:
        Attachment.objects.filter(draft=draft, removed_at=None).update(removed_at=now)
        draft.delete()
        count += 1
    return count


def _storable(typed: Any) -> Any:
    """What was typed without NUL characters, which PostgreSQL stores nowhere and nobody types."""
    if isinstance(typed, str):
        return typed.replace("\x00", "")
    if isinstance(typed, dict):
        return {name: _storable(value) for name, value in typed.items()}
    return [_storable(value) for value in typed] if isinstance(typed, list) else typed


def open_draft(draft_id: uuid.UUID | str, by: User) -> Draft:
    """The person's own draft, locked. Raises AlreadyFiled when it has become a dossier."""
    draft = get_draft(by, draft_id, lock=True)
    if draft.dossier is not None:
        raise AlreadyFiled(draft.dossier.code)
    return draft
