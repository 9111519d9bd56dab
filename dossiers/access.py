"""The doors: one per object. Outside one's scope an object does not exist (404); inside it a missing right is 403."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from dossiers.guards import applies, kinds_of
from dossiers.models import (
    Absence,
    Attachment,
    Batch,
    Consultation,
    DeskHandover,
    DispatchList,
    Document,
    DocumentKind,
    Dossier,
    Draft,
    HandoverRow,
    LinkedFiling,
    LinkedPart,
    PartState,
    Petition,
    PetitionFile,
    Transfer,
)
from dossiers.querysets import DossierQuerySet
from dossiers.transfers import AT_COLLECTION, AWAY, Step, TransferState, unit_of
from dossiers.workflow import BY_NAME, Place, Transition
from portal.accounts.access import can, can_somewhere, unit_ids_with, units_with
from portal.accounts.models import User
from portal.accounts.permissions import Permission

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    AnyUser = User | AnonymousUser

FIXED = ("procedure", "version", "case", "receiving_unit")
RELATED = (*FIXED, "competent_unit", "assignee", "account")
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
    if draft is None and lock:
        # Taken over to another version while we waited: the row no longer fits the version joined to it before.
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
    if transition.name == "return_result" and _collected_at_competent(dossier):
        unit = dossier.competent_unit_id
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
    if any("taken_over" in move.guards for move in moves) and awaits_taking_over(dossier):
        moves = [move for move in moves if "taken_over" not in move.guards]
    if not any(move.step for move in moves):
        return moves
    kinds = kinds_of(dossier)
    return [move for move in moves if applies(move, kinds)]


def transfers_for(user: AnyUser) -> QuerySet[Transfer]:
    """Transfers between units, for officers who see dossiers of either."""
    units = units_with(user, Permission.SEE_DOSSIERS)
    if units.query.is_empty():
        return Transfer.objects.none()
    keys = units.values("pk")
    found = Transfer.objects.filter(Q(sender__in=keys) | Q(receiver__in=keys))
    return found.select_related("dossier__procedure", "sender", "receiver")


def get_transfer(user: AnyUser, transfer_id: int) -> Transfer:
    """A transfer from or to one's unit, Http404 for any other."""
    found = transfers_for(user).filter(pk=transfer_id).first()
    if found is None:
        raise Http404(_("Không tìm thấy việc chuyển hồ sơ này."))
    return found


def dispatches_for(user: AnyUser) -> QuerySet[DispatchList]:
    """Lists of paper between units, for officers who see dossiers of either."""
    units = units_with(user, Permission.SEE_DOSSIERS)
    if units.query.is_empty():
        return DispatchList.objects.none()
    keys = units.values("pk")
    found = DispatchList.objects.filter(Q(sender__in=keys) | Q(receiver__in=keys))
    return found.select_related("sender", "receiver", "paper")


def get_dispatch(user: AnyUser, dispatch_id: int, *, lock: bool = False) -> DispatchList:
    """A list from or to one's unit, Http404 for any other."""
    lists = dispatches_for(user).filter(pk=dispatch_id)
    if lock:
        lists = lists.select_for_update(of=("self",), no_key=True)
    found = lists.first()
    if found is None:
        raise Http404(_("Không tìm thấy danh sách giao nhận này."))
    return found


def may_step(user: AnyUser, step: Step, transfer: Transfer) -> bool:
    """Whether `user` may take this step, state aside."""
    return any(can(user, permission, unit_of(transfer, step.side)) for permission in step.needs)


def awaits_taking_over(dossier: Dossier) -> bool:
    """Whether the dossier was sent to its competent unit, which has not answered yet."""
    elsewhere = dossier.receiving_unit_id != dossier.competent_unit_id
    return elsewhere and dossier.transfers.filter(state=TransferState.SENT).exists()


def _collected_at_competent(dossier: Dossier) -> bool:
    """Whether the person collects the result where it was decided."""
    elsewhere = dossier.receiving_unit_id != dossier.competent_unit_id
    return elsewhere and dossier.transfers.filter(ended_at=None, collect_at_receiver=True).exists()


def sees_whole(user: AnyUser, dossier: Dossier) -> bool:
    """Whether a reader in scope may read all of it.

    The unit that received a dossier and sent it on keeps what it needs to answer the person and hand the result out:
    who he is, how far it is, the forms he got. Declaration, files and internal process are the competent unit's.
    """
    if dossier.receiving_unit_id == dossier.competent_unit_id:
        return True
    if can(user, Permission.SEE_DOSSIERS, dossier.competent_unit_id):
        return True
    return not dossier.transfers.filter(state__in=AWAY).exists()


# Papers the person was given: the receiving unit prints them again for him. A result once it is there to be handed out.
_HIS_PAPERS = frozenset(set(DocumentKind) - {DocumentKind.RESULT, DocumentKind.CONTROL})


def documents_shown(user: AnyUser, dossier: Dossier, *, whole: bool | None = None) -> list[Document]:
    """The documents of a dossier in scope this reader may open; `whole` when already asked."""
    found = list(dossier.documents.all())
    whole = sees_whole(user, dossier) if whole is None else whole
    if whole or dossier.account_id == user.pk:
        return found
    there = dossier.transfers.filter(state__in=AT_COLLECTION).exists()
    return [document for document in found if document.kind in _HIS_PAPERS or there]


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


def get_batch(user: User, key: uuid.UUID) -> Batch:
    """A batch `user` ordered, Http404 for any other."""
    found = Batch.objects.filter(key=key, by=user).select_related("to").first()
    if found is None:
        raise Http404(_("Không tìm thấy việc này."))
    return found


def absences_for(user: User) -> QuerySet[Absence]:
    """The absences in the units where `user` assigns work, and those he is part of."""
    led = unit_ids_with(user, Permission.ASSIGN) or ()
    mine = Q(unit__in=led) | Q(officer=user) | Q(substitute=user)
    return Absence.objects.filter(mine).select_related("unit", "officer", "substitute", "confirmed_by")


def handovers_for(user: User) -> QuerySet[DeskHandover]:
    """The hand-overs in the units where `user` assigns work, and those he gave or got dossiers in."""
    led = unit_ids_with(user, Permission.ASSIGN) or ()
    got = HandoverRow.objects.filter(to=user).values("handover")
    mine = Q(unit__in=led) | Q(officer=user) | Q(pk__in=got)
    return DeskHandover.objects.filter(mine).select_related("unit", "officer", "ordered_by").order_by("-pk")


def get_handover(user: User, key: int) -> DeskHandover:
    """A hand-over one may see, else Http404."""
    found = handovers_for(user).filter(pk=key).first()
    if found is None:
        raise Http404(_("Không tìm thấy việc này."))
    return found


def get_document(user: AnyUser, code: str, document_id: int) -> Document:
    """An issued document of a dossier the reader may see, else Http404."""
    dossier = get_readable_dossier(user, code)
    shown = documents_shown(user, dossier)
    document = next((each for each in shown if each.pk == document_id), None)
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


def check_operator(user: AnyUser) -> None:
    """Raises PermissionDenied for everybody who does not run the system."""
    if not can_somewhere(user, Permission.RUN_SYSTEM):
        raise PermissionDenied(Permission.RUN_SYSTEM.value)


def get_petition(user: AnyUser, code: str, *, lock: bool = False) -> Petition:
    """A petition of a unit whose petitions the officer answers, Http404 for any other.

    Raises PermissionDenied for whoever answers none.
    """
    if not can_somewhere(user, Permission.ANSWER_PETITIONS) or not isinstance(user, User):
        raise PermissionDenied(Permission.ANSWER_PETITIONS.value)
    found = Petition.objects.visible_to(user).filter(code=code).select_related("unit", "dossier")
    if lock:
        found = found.select_for_update(of=("self",), no_key=True)
    petition = found.first()
    if petition is None:
        raise Http404(_("Không tìm thấy phản ánh này."))
    return petition


def get_petition_by_token(token: str) -> Petition:
    """The petition of whoever holds its secret, Http404 when there is none."""
    petition = Petition.objects.filter(token=token).select_related("unit", "dossier").first()
    if petition is None:
        raise Http404(_("Không có phản ánh nào ứng với mã này."))
    return petition


def get_petition_file(user: AnyUser, file_id: int, token: str = "") -> PetitionFile:
    """A file of a petition for its sender (by the secret) or for who answers it, Http404 for anybody else."""
    found = PetitionFile.objects.filter(pk=file_id).select_related("petition").first()
    if found is not None and token and found.petition.token == token:
        return found
    if found is not None and isinstance(user, User):
        get_petition(user, found.petition.code)
        return found
    raise Http404(_("Không tìm thấy tệp này."))


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
            _check_whole(user, get_readable_dossier(user, found.dossier.code))
    elif found.draft is None or found.draft.user_id != user.pk:
        raise Http404(_("Không tìm thấy tệp này."))
    return found


def _check_whole(user: AnyUser, dossier: Dossier) -> None:
    if dossier.account_id != user.pk and not sees_whole(user, dossier):
        raise Http404(_("Không tìm thấy tệp này."))
