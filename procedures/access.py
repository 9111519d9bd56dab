"""Doors of the catalogue: procedures are public, drafts belong to the city's catalogue staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _

from portal.accounts.access import can, can_somewhere
from portal.accounts.models import Unit, UnitKind
from portal.accounts.permissions import Permission
from portal.lib import clock
from procedures.models import CatalogueImport, LevelOrder, Procedure, ProcedureVersion, VersionDraft
from procedures.quality import PROCEDURE_CODE

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from portal.accounts.models import User

    AnyUser = User | AnonymousUser


def get_procedure(code: str) -> Procedure:
    """A procedure with its field and department by its exact code; Http404 for any other."""
    found = find_procedure(code)
    if found is None:
        raise Http404(_("Không có thủ tục mang mã này."))
    return found


def find_procedure(code: str) -> Procedure | None:
    """A procedure by its exact code, also one that is withdrawn or has left the catalogue; None for any other."""
    if not PROCEDURE_CODE.fullmatch(code):
        return None
    return Procedure.objects.select_related("field", "department", "successor").filter(code=code).first()


def can_edit(user: AnyUser) -> bool:
    """Whether `user` writes drafts of versions: the catalogue is the city's, so it is asked about the city."""
    return _may(user, Permission.EDIT_CATALOGUE)


def can_publish(user: AnyUser) -> bool:
    """Whether `user` publishes, recalls and withdraws what others wrote."""
    return _may(user, Permission.PUBLISH_CATALOGUE)


def _may(user: AnyUser, permission: Permission) -> bool:
    if not can_somewhere(user, permission):  # costs no query, and is the answer for nearly everybody
        return False
    return can(user, permission, Unit.objects.filter(kind=UnitKind.CITY).order_by("pk").first())


def check_edit(user: AnyUser) -> None:
    """PermissionDenied unless `user` writes drafts."""
    if not can_edit(user):
        raise PermissionDenied("edit_catalogue denied")


def check_publish(user: AnyUser) -> None:
    """PermissionDenied unless `user` publishes."""
    if not can_publish(user):
        raise PermissionDenied("publish_catalogue denied")


def check_see_drafts(user: AnyUser) -> None:
    """PermissionDenied unless `user` is of the catalogue staff."""
    if not (can_edit(user) or can_publish(user)):
        raise PermissionDenied("drafts of the catalogue denied")


def get_draft(user: AnyUser, pk: int, *, lock: bool = False) -> VersionDraft:
    """A draft with its procedure, for catalogue staff. PermissionDenied for others, Http404 where there is none."""
    check_see_drafts(user)
    rows = VersionDraft.objects.select_related(
        "procedure", "author", "changed_by", "checked_by", "published_by"
    )
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404(_("Không có dự thảo này."))
    return found


def get_version(pk: int) -> ProcedureVersion:
    """A version with its procedure and people; Http404 where there is none. Versions are public."""
    found = (
        ProcedureVersion.objects.select_related("procedure", "author", "published_by").filter(pk=pk).first()
    )
    if found is None:
        raise Http404(_("Không có phiên bản này."))
    return found


def get_order(user: AnyUser, pk: int) -> LevelOrder:
    """An order that sets levels, for whoever prepares or publishes the catalogue; 403 to others, Http404 for none."""
    check_see_drafts(user)
    found = LevelOrder.objects.select_related("proposed_by", "decided_by").filter(pk=pk).first()
    if found is None:
        raise Http404(_("Không có đề xuất này."))
    return found


def get_unit(code: str) -> Unit:
    """A unit of today by its code; Http404 for any other."""
    found = Unit.objects.valid_on(clock.today()).filter(code=code).first()
    if found is None:
        raise Http404(_("Không có đơn vị mang mã này."))
    return found


def imports_for(user: AnyUser) -> QuerySet[CatalogueImport]:
    """The files of the national catalogue taken in, newest first, for catalogue staff; PermissionDenied for others."""
    check_see_drafts(user)
    return CatalogueImport.objects.select_related("by", "take_by")


def get_import(user: AnyUser, pk: int) -> CatalogueImport:
    """One of them; Http404 for none."""
    found = imports_for(user).filter(pk=pk).first()
    if found is None:
        raise Http404(_("Không có lần nhập này."))
    return found
