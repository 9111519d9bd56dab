"""Writing drafts of versions.

Everybody who prepares versions (the editor's pages, taking over an import) does it by these functions:

    draft = new_draft(by=editor, procedure=procedure)               # from the version in force
    draft = save_draft_content(by=editor, draft_id=draft.pk, revision=draft.revision, content=document)
    draft = save_draft_part(by=editor, draft_id=draft.pk, revision=draft.revision, part="papers", value=[…])
    draft = check_draft(by=editor, draft_id=draft.pk, revision=draft.revision)   # may then be published

`content` is one document in the format of our configured files (`importing/configured_file.py`), with includes and
dictionary references expanded or not. A draft may be incomplete; only a form that cannot work is refused at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.lib import clock
from portal.lib.errors import ActionError
from procedures import dictionary
from procedures.access import check_edit, get_draft
from procedures.documents import document_of, empty_document
from procedures.drafting import Place, form_places, places
from procedures.importing import blocks
from procedures.importing.configured_file import ConfiguredFile
from procedures.models import DraftChange, DraftState, Procedure, ProcedureVersion, VersionDraft


class DraftOpenError(ActionError):
    """The procedure has an open draft already; `draft` is it."""

    def __init__(self, draft: VersionDraft) -> None:
        self.draft = draft
        super().__init__(
            _("Thủ tục %(code)s đang có một dự thảo của %(name)s.")
            % {"code": draft.procedure.code, "name": draft.author.display_name}
        )


class StaleDraftError(ActionError):
    """Somebody else changed the draft meanwhile; `draft` is the draft as it is now (`changed_by`, `changed_at`)."""

    def __init__(self, draft: VersionDraft) -> None:
        self.draft = draft
        super().__init__(
            _(
                "%(name)s đã sửa dự thảo này sau khi bạn mở trang. Những gì bạn gõ vẫn còn dưới đây, chưa được ghi."
            )
            % {"name": draft.changed_by.display_name}
        )


class PlacesError(ActionError):
    """Refused for what is wrong with the content: each fault with its place."""

    def __init__(self, message: str, places: list[Place]) -> None:
        self.places = places
        super().__init__(message)


@transaction.atomic
def new_draft(
    *,
    by: User,
    procedure: Procedure,
    from_version: ProcedureVersion | None = None,
    content: Mapping[str, Any] | None = None,
) -> VersionDraft:
    """Begin a draft from a version (the newest published one, when none is named), or with `content`.

    Raises PermissionDenied without the right to edit, DraftOpenError while another draft of the procedure is open,
    PlacesError when `content` holds a form that cannot work.
    """
    check_edit(by)
    locked = Procedure.objects.select_for_update(of=("self",), no_key=True).get(pk=procedure.pk)
    other = locked.drafts.open().select_related("procedure", "author").first()
    if other is not None:
        raise DraftOpenError(other)
    base = from_version or locked.versions.filter(state="published").order_by("-number").first()
    if base is not None and base.procedure_id != locked.pk:
        raise ActionError(_("Phiên bản này thuộc thủ tục khác."))
    if content is None:
        content = document_of(base) if base else empty_document(locked)
    now = clock.now()
    draft = VersionDraft.objects.create(
        procedure=locked,
        base=base,
        content=_storable(content, locked.code),
        author=by,
        created_at=now,
        changed_by=by,
        changed_at=now,
    )
    DraftChange.objects.create(draft=draft, revision=draft.revision, by=by, at=now, part="")
    return draft


@transaction.atomic
def save_draft_content(
    *, by: User, draft_id: int, revision: int, content: Mapping[str, Any], part: str = ""
) -> VersionDraft:
    """Replace the content of a draft as it was at `revision`; an unchanged content changes nothing.

    `part` is told as the part that changed. A checked draft becomes a draft again. Raises StaleDraftError when the
    draft has another revision, PlacesError for a form that cannot work, ActionError for a closed draft or a document
    of another procedure.
    """
    draft = _lock(by, draft_id, revision)
    stored = _storable(content, draft.procedure.code)
    if stored == draft.content:
        return draft
    draft.content, draft.revision = stored, draft.revision + 1
    draft.state, draft.checked_by, draft.checked_at = DraftState.DRAFT, None, None
    draft.changed_by, draft.changed_at = by, clock.now()
    draft.save(
        update_fields=["content", "revision", "state", "checked_by", "checked_at", "changed_by", "changed_at"]
    )
    DraftChange.objects.create(
        draft=draft, revision=draft.revision, by=by, at=draft.changed_at, part=part[:40]
    )
    return draft


def save_draft_part(*, by: User, draft_id: int, revision: int, part: str, value: Any) -> VersionDraft:
    """Replace one key of the document. Raises as `save_draft_content`."""
    return save_draft_parts(by=by, draft_id=draft_id, revision=revision, part=part, values={part: value})


def save_draft_parts(
    *, by: User, draft_id: int, revision: int, part: str, values: Mapping[str, Any]
) -> VersionDraft:
    """Replace several keys of the document at once; an empty value removes its key."""
    draft = get_draft(by, draft_id)
    merged = {**draft.content, **values}
    content = {key: each for key, each in merged.items() if each not in ("", None, [], {}) or key == "papers"}
    return save_draft_content(by=by, draft_id=draft_id, revision=revision, content=content, part=part)


@transaction.atomic
def check_draft(*, by: User, draft_id: int, revision: int) -> VersionDraft:
    """Run every check; what passes waits for a second person to publish it. Checking again returns the draft.

    Raises PlacesError with every fault and its place, StaleDraftError, ActionError for a closed draft.
    """
    draft = _lock(by, draft_id, revision)
    if draft.state == DraftState.CHECKED:
        return draft
    faults = places(draft.content, announced=True)
    if faults:
        raise PlacesError(_("Dự thảo chưa qua kiểm tra."), faults)
    draft.state, draft.checked_by, draft.checked_at = DraftState.CHECKED, by, clock.now()
    draft.save(update_fields=["state", "checked_by", "checked_at"])
    return draft


@transaction.atomic
def drop_draft(*, by: User, draft_id: int) -> VersionDraft:
    """Give a draft up; it stays readable. Dropping again returns it. Raises ActionError for a published one."""
    check_edit(by)
    draft = get_draft(by, draft_id, lock=True)
    if draft.state == DraftState.DROPPED:
        return draft
    _check_open(draft)
    draft.state, draft.checked_by, draft.checked_at = DraftState.DROPPED, None, None
    draft.save(update_fields=["state", "checked_by", "checked_at"])
    return draft


def _lock(by: User, draft_id: int, revision: int) -> VersionDraft:
    check_edit(by)
    draft = get_draft(by, draft_id, lock=True)
    _check_open(draft)
    if draft.revision != revision:
        raise StaleDraftError(draft)
    return draft


def _check_open(draft: VersionDraft) -> None:
    if not draft.is_open:
        raise ActionError(_("Dự thảo này đã đóng: %(state)s.") % {"state": draft.get_state_display().lower()})


def _storable(content: Mapping[str, Any], code: str) -> dict[str, Any]:
    """The document with includes and dictionary references expanded. Raises ActionError or PlacesError."""
    unknown = sorted(set(content) - set(ConfiguredFile.model_fields))
    if unknown:
        raise PlacesError(
            _("Tài liệu có khóa lạ."), [Place(key, "Extra inputs are not permitted") for key in unknown]
        )
    if content.get("code") != code:
        raise ActionError(_("Tài liệu này thuộc thủ tục khác."))
    try:
        stored: dict[str, Any] = blocks.expand(dict(content))
    except ValueError as error:
        raise PlacesError(_("Tài liệu dùng khối không có."), [Place("", str(error))]) from error
    if stored.get("form"):
        faults = form_places(stored["form"])
        if faults:
            raise PlacesError(_("Tờ khai này không chạy được nên chưa được ghi."), faults)
        stored["form"] = dictionary.expand(stored["form"])
    return stored
