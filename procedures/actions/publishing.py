"""Publishing versions, recalling scheduled ones, withdrawing procedures: what the second person does."""

from __future__ import annotations

import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.lib import clock
from portal.lib.errors import ActionError
from procedures.access import check_publish, get_draft
from procedures.actions.drafts import PlacesError, StaleDraftError
from procedures.drafting import places, read_document
from procedures.importing.configured import version_values, write_document, write_parts
from procedures.importing.configured_file import ConfiguredFile
from procedures.models import DraftState, Procedure, ProcedureVersion, Setup, VersionDraft, VersionState


@transaction.atomic
def publish(*, by: User, draft_id: int, revision: int, valid_from: datetime.date) -> ProcedureVersion:
    """Make a checked draft the version in force from `valid_from` (today or later); the open one ends on that day.

    Publishing again returns the version. Raises PermissionDenied for whoever wrote in the draft, StaleDraftError when
    it changed since, PlacesError when a check fails now, ActionError for a day that cannot be.
    """
    check_publish(by)
    draft = get_draft(by, draft_id, lock=True)
    if draft.version is not None:
        return draft.version
    _check_publishable(draft, by, revision)
    file = read_document(draft.content)
    procedure = _lock(draft.procedure_id)
    _check_day(procedure, valid_from)
    _close(procedure, valid_from)
    version = _write(procedure, file, draft, by, valid_from)
    draft.state, draft.version = DraftState.PUBLISHED, version
    draft.published_by, draft.published_at = by, version.published_at
    draft.save(update_fields=["state", "version", "published_by", "published_at"])
    _restore(procedure)
    if valid_from == clock.today():
        _apply(procedure, file)
    return version


def _check_publishable(draft: VersionDraft, by: User, revision: int) -> None:
    if draft.changes.filter(by=by).exists():
        raise PermissionDenied("two people")
    if draft.revision != revision:
        raise StaleDraftError(draft)
    if draft.state != DraftState.CHECKED:
        raise ActionError(_("Dự thảo chưa qua kiểm tra nên chưa công bố được."))
    faults = places(draft.content, announced=True)
    if faults:
        raise PlacesError(_("Dự thảo không còn qua kiểm tra nên chưa công bố được."), faults)


def _lock(pk: int) -> Procedure:
    """The procedure's row is the lock of its versions."""
    return Procedure.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)


def _check_day(procedure: Procedure, day: datetime.date) -> None:
    if day < clock.today():
        raise ActionError(_("Ngày có hiệu lực không được ở quá khứ."), field="valid_from")
    withdrawn = procedure.withdrawn_from
    if withdrawn is not None and withdrawn > day:
        message = _("Thủ tục đã có quyết định bãi bỏ từ ngày %(day)s.")
        raise ActionError(message % {"day": f"{withdrawn:%d/%m/%Y}"}, field="valid_from")
    newest = procedure.versions.filter(state=VersionState.PUBLISHED).order_by("-valid_from").first()
    if newest is not None and day <= newest.valid_from:
        message = _("Đã có phiên bản có hiệu lực từ ngày %(day)s; hãy chọn ngày sau đó.")
        raise ActionError(message % {"day": f"{newest.valid_from:%d/%m/%Y}"}, field="valid_from")


def _close(procedure: Procedure, day: datetime.date) -> None:
    open_one = procedure.versions.filter(state=VersionState.PUBLISHED, valid_to=None).first()
    if open_one is not None:
        open_one.valid_to = day
        open_one.save(update_fields=["valid_to"])


def _write(
    procedure: Procedure, file: ConfiguredFile, draft: VersionDraft, by: User, day: datetime.date
) -> ProcedureVersion:
    """The version with its rows: filled as long as it is a draft for the database, then frozen."""
    newest = procedure.versions.order_by("-number").first()
    number = newest.number + 1 if newest else 1
    version = ProcedureVersion.objects.create(
        procedure=procedure, number=number, valid_from=day, **version_values(file)
    )
    write_parts(version, file, day)
    write_document(version, file)
    version.state, version.published_at = VersionState.PUBLISHED, clock.now()
    version.author, version.published_by = draft.author, by
    version.save(update_fields=["state", "published_at", "author", "published_by"])
    return version


def _restore(procedure: Procedure) -> None:
    """A procedure published anew is withdrawn no more."""
    if procedure.withdrawn_from is None:
        return
    procedure.withdrawn_from, procedure.withdrawn_by, procedure.withdrawal = None, None, ""
    procedure.successor = None
    procedure.save(update_fields=["withdrawn_from", "withdrawn_by", "withdrawal", "successor"])


def _apply(procedure: Procedure, file: ConfiguredFile) -> bool:
    """What the procedure's own row says of the version in force; True when something changed."""
    missing = [code for code in file.missing if code not in {"form", "process"}]  # these it has
    wanted = {"configured": True, "setup": Setup.FULL, "missing": missing, "is_active": True}
    changed = [name for name, value in wanted.items() if getattr(procedure, name) != value]
    for name in changed:
        setattr(procedure, name, wanted[name])
    if changed:
        procedure.save(update_fields=changed)
    return bool(changed)


@transaction.atomic
def take_effect(*, day: datetime.date) -> int:
    """Let the procedures' own rows follow the versions people published that are in force on `day`; how many changed.

    Which version is in force is read from its dates and needs nothing done; this sets the badge and the facts missing.
    """
    versions = ProcedureVersion.objects.in_force(day).filter(
        published_by__isnull=False, valid_from__gte=day - _RECENT
    )
    changed = 0
    for version in versions.select_related("document").order_by("procedure_id"):
        changed += _apply(_lock(version.procedure_id), read_document(version.document.content))
    return changed


_RECENT = datetime.timedelta(days=31)  # a scheduler that stood still for a month is noticed


@transaction.atomic
def recall(*, by: User, version_id: int, reason: str) -> ProcedureVersion:
    """Take back a version whose day has not come; the one before it goes on. Recalling again returns it.

    Raises PermissionDenied, Http404 for no such version, ActionError once the day came or another follows it.
    """
    check_publish(by)
    found = ProcedureVersion.objects.filter(pk=version_id).values_list("procedure_id", flat=True).first()
    if found is None:
        raise Http404(_("Không có phiên bản này."))
    procedure = _lock(found)
    version = procedure.versions.get(pk=version_id)
    if version.state == VersionState.RECALLED:
        return version
    if version.valid_from <= clock.today():
        raise ActionError(_("Phiên bản đã có hiệu lực; hãy công bố phiên bản mới thay vì thu hồi."))
    if version.valid_to is not None:
        raise ActionError(_("Có phiên bản sau phiên bản này; hãy thu hồi phiên bản đó trước."))
    if not reason.strip():
        raise ActionError(_("Hãy ghi lý do."), field="reason")
    version.state, version.recall_reason = VersionState.RECALLED, reason.strip()[:300]
    version.recalled_by, version.recalled_at = by, clock.now()
    version.save(update_fields=["state", "recall_reason", "recalled_by", "recalled_at"])
    before = procedure.versions.filter(state=VersionState.PUBLISHED, valid_to=version.valid_from).first()
    if before is not None:
        before.valid_to = None
        before.save(update_fields=["valid_to"])
    return version


@transaction.atomic
def withdraw(
    *,
    by: User,
    procedure: Procedure,
    day: datetime.date,
    decision: str,
    reason: str,
    successor: Procedure | None = None,
) -> Procedure:
    """End a procedure on `day` by a decision of the city; dossiers under way go on under their version.

    Raises PermissionDenied, ActionError for a day in the past, a missing decision or reason, a procedure that succeeds
    itself or is withdrawn, and while a version is scheduled for that day or later.
    """
    check_publish(by)
    locked = _lock(procedure.pk)
    if locked.withdrawn_from is not None:
        raise ActionError(_("Thủ tục này đã bị bãi bỏ."))
    for name, value in (("decision", decision), ("reason", reason)):
        if not value.strip():
            raise ActionError(_("Hãy ghi quyết định bãi bỏ và lý do."), field=name)
    if day < clock.today():
        raise ActionError(_("Ngày bãi bỏ không được ở quá khứ."), field="day")
    if successor is not None and (successor.pk == locked.pk or successor.withdrawn_from is not None):
        raise ActionError(_("Thủ tục thay thế phải là một thủ tục khác đang thực hiện."), field="successor")
    if locked.versions.filter(state=VersionState.PUBLISHED, valid_from__gte=day).exists():
        raise ActionError(_("Có phiên bản bắt đầu từ ngày đó; hãy thu hồi phiên bản ấy trước."), field="day")
    _close(locked, day)
    locked.withdrawn_from, locked.withdrawn_by, locked.successor = day, by, successor
    locked.withdrawal = f"{decision.strip()}: {reason.strip()}"[:300]
    locked.save(update_fields=["withdrawn_from", "withdrawn_by", "successor", "withdrawal"])
    return locked
