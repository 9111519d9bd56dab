"""Doors to what belongs to no single dossier: changes of the calendar, registers of a unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.utils.translation import gettext as _

from dossiers.models import CalendarOrder, UnitPaper, UnitPaperKind
from portal.accounts.access import units_with
from portal.accounts.permissions import Permission
from procedures.access import check_see_drafts

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from dossiers.access import AnyUser


def get_calendar_order(user: AnyUser, key: int, *, lock: bool = False) -> CalendarOrder:
    """A change of the working calendar, for the catalogue's staff; 403 to others, else Http404."""
    check_see_drafts(user)
    orders = CalendarOrder.objects.select_related("proposed_by", "decided_by")
    if lock:
        orders = orders.select_for_update(of=("self",), no_key=True)
    found = orders.filter(pk=key).first()
    if found is None:
        raise Http404(_("Không có đề nghị này."))
    return found


def registers_for(user: AnyUser) -> QuerySet[UnitPaper]:
    """The issued registers of the units where `user` receives, the newest first."""
    units = units_with(user, Permission.RECEIVE).values("pk")
    papers = UnitPaper.objects.filter(kind=UnitPaperKind.REGISTER, unit__in=units)
    return papers.select_related("unit", "issued_by").order_by("-issued_at", "-pk")


def get_register(user: AnyUser, key: int) -> UnitPaper:
    """One of these registers, else Http404."""
    found = registers_for(user).filter(pk=key).first()
    if found is None:
        raise Http404(_("Không tìm thấy sổ này."))
    return found
