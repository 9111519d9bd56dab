"""The doors: one per object. Outside one's scope an object does not exist (404); inside it a missing right is 403."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _

from dossiers.guards import applies, kinds_of
from dossiers.models import (
    Attachment,
    Consultation,
    Document,
    DocumentKind,
    Dossier,
    Draft,
    LinkedFiling,
    LinkedPart,
    PartState,
)
from dossiers.querysets import DossierQuerySet
from dossiers.workflow import BY_NAME, Place, Transition
from portal.accounts.access import can, units_with
from portal.accounts.models import User
from portal.accounts.permissions import Permission

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    AnyUser = User | AnonymousUser

FIXED = ("procedure", "version", "case", "receiving_unit", "competent_unit")
RELATED = (*FIXED, "assignee", "account")
HEAVY = ("version__form", "procedure__search_text")  # read only where they are used


def get_dossier(user: AnyUser, code: str, needs: Permission | None = None, *, lock: bool = False) -> Dossier:
    """An officer's dossier by code. Http404 outside his units; PermissionDenied when `needs` is missing."""
    dossier = _one(Dossier.objects.visible_to(user), code, lock=lock)
    if needs and not _holds(user, needs, dossier):
        raise PermissionDenied(needs.value)
    return dossier


def get_own_dossier(user: AnyUser, code: str, *, lock: bool = False) -> Dossier:
    """A citizen's own dossier by code, Http404 for any other."""
    return _one(Dossier.objects.of_account(user), code, lock=lock)


def get_readable_dossier(user: AnyUser, code: str) -> Dossier:
    """The dossier for its owner or for an officer in scope, Http404 for anybody else."""
    return _find(Dossier.objects.of_account(user), code) or get_dossier(user, code)


def _one(dossiers: DossierQuerySet, code: str, *, lock: bool) -> Dossier:
    dossier = _find(dossiers, code, lock=lock)
    if dossier is None:
        raise Http404(_("Không tìm thấy hồ sơ này."))
    return dossier


def _find(dossiers: DossierQuerySet, code: str, *, lock: bool = False) -> Dossier | None:
    if "\x00" in code:  # PostgreSQL takes no NUL in a text
        return None
    related: tuple[str, ...] = RELATED
    if lock:
        # After waiting for a lock PostgreSQL re-reads the locked row but not the rows joined to it: only what a
        # dossier never changes may be joined then.
        related = FIXED
        dossiers = dossiers.select_for_update(of=("self",), no_key=True)
    return dossiers.filter(code=code).select_related(*related).defer(*HEAVY).first()


def _holds(user: AnyUser, permission: Permission, dossier: Dossier) -> bool:
    return any(can(user, permission, unit) for unit in {dossier.receiving_unit_id, dossier.competent_unit_id})


def get_draft(user: AnyUser, draft_id: uuid.UUID | str, *, lock: bool = False) -> Draft:
    """A person's own draft, Http404 for any other."""
    drafts = Draft.objects.filter(user=user.pk, pk=draft_id).select_related(
        "version__procedure", "case", "unit"
    )
    if lock:
        # No join to the dossier here: after waiting for the lock PostgreSQL reads the draft anew, but not what
        # was joined to it, so a draft filed meanwhile would look open.
        drafts = drafts.select_for_update(of=("self",), no_key=True)
    else:
        drafts = drafts.select_related("dossier")
    draft = drafts.first()
    if draft is None:
        raise Http404(_("Không tìm thấy hồ sơ đang soạn này."))
    return draft


def get_linked(user: AnyUser, linked_id: uuid.UUID | str, *, lock: bool = False) -> LinkedFiling:
    """A person's own linked filing, Http404 for any other."""
    found = LinkedFiling.objects.filter(user=user.pk, pk=linked_id)
    if lock:
        found = found.select_for_update(of=("self",), no_key=True)
    linked = found.first()
    if linked is None:
        raise Http404(_("Không tìm thấy hồ sơ liên thông này."))
    return linked


def linked_parts_for(user: AnyUser) -> QuerySet[LinkedPart]:
    """Parts of filed linked services handed to other systems by the units `user` sees dossiers of."""
    units = units_with(user, Permission.SEE_DOSSIERS).values("pk")
    return LinkedPart.objects.filter(linked__unit__in=units, linked__filed_at__isnull=False).exclude(
        state=PartState.HERE
    )


def get_linked_part(user: AnyUser, part_id: int, *, lock: bool = False) -> LinkedPart:
    """A part handed to another system, for officers of the unit that received the filing; else Http404."""
    parts = linked_parts_for(user).filter(pk=part_id).select_related("linked")
    if lock:
        parts = parts.select_for_update(of=("self",), no_key=True)
    part = parts.first()
    if part is None:
        raise Http404(_("Không tìm thấy việc này."))
    return part


def can_move(user: AnyUser, transition: Transition, dossier: Dossier) -> bool:
    """Whether `user` may make this move on this dossier, state aside."""
    if transition.place is Place.CITIZEN:
        return user.is_authenticated and dossier.account_id == user.pk
    if transition.place is Place.ASKED:
        return False  # answered behind the door of the question, see get_consultation
    unit = getattr(dossier, transition.place.value)
    if transition.name == "refuse" and dossier.version.refusal_by_head:
        return can(user, Permission.REFUSE, unit)
    return transition.needs is not None and can(user, transition.needs, unit)


def check_move(user: AnyUser, transition: Transition, dossier: Dossier) -> None:
    """Raise PermissionDenied unless `user` may make this move."""
    if not can_move(user, transition, dossier):
        raise PermissionDenied(transition.name)


def moves_for(user: AnyUser, dossier: Dossier) -> list[Transition]:
    """What `user` can do with the dossier now: the buttons of the page."""
    moves = [
        move for move in BY_NAME.values() if dossier.state in move.sources and can_move(user, move, dossier)
    ]
    if not any(move.step for move in moves):
        return moves
    kinds = kinds_of(dossier)
    return [move for move in moves if applies(move, kinds)]


def consultations_for(user: AnyUser) -> QuerySet[Consultation]:
    """The questions asked of units where `user` processes dossiers."""
    units = units_with(user, Permission.PROCESS).values("pk")
    return Consultation.objects.filter(unit__in=units).select_related("dossier__procedure", "unit")


def get_consultation(user: AnyUser, key: int) -> Consultation:
    """A question asked of one's unit, Http404 for any other; the dossier behind it stays closed."""
    found = consultations_for(user).filter(pk=key).first()
    if found is None:
        raise Http404(_("Không tìm thấy đề nghị xác minh này."))
    return found


def get_document(user: AnyUser, code: str, document_id: int) -> Document:
    """An issued document of a dossier the reader may see, else Http404."""
    dossier = get_readable_dossier(user, code)
    document = dossier.documents.filter(pk=document_id).first()
    if document is None:
        raise Http404(_("Không tìm thấy văn bản này."))
    return document


def is_asked_about(user: AnyUser, file: Attachment) -> bool:
    """Whether an open question shows this file to `user`'s unit."""
    return consultations_for(user).filter(files=file, answered_at=None, closed_at=None).exists()


def get_by_slip(token: str) -> Dossier | None:
    """The dossier whose slip or refusal carries this secret token; None when there is none."""
    slips = Document.objects.filter(
        token=token, kind__in=[DocumentKind.ACKNOWLEDGEMENT, DocumentKind.REFUSAL]
    )
    related = ("procedure", "version", "receiving_unit", "competent_unit")
    slip = slips.select_related(*(f"dossier__{name}" for name in related)).first()
    return slip.dossier if slip else None


def get_attachment(user: AnyUser, attachment_id: int) -> Attachment:
    """An attachment of one's own draft, or of a dossier the reader may see, else Http404."""
    found = (
        Attachment.objects.filter(pk=attachment_id, removed_at=None)
        .select_related("draft", "dossier")
        .first()
    )
    if found is None:
        raise Http404(_("Không tìm thấy tệp này."))
    if found.dossier is not None:
        if not is_asked_about(user, found):
            get_readable_dossier(user, found.dossier.code)
    elif found.draft is None or found.draft.user_id != user.pk:
        raise Http404(_("Không tìm thấy tệp này."))
    return found
