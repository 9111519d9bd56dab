"""Which list behind a number somebody asks for, within his rights; for the page, its file and the tray."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.utils.translation import gettext as _

from portal.lib import clock
from reporting import behind, boards
from reporting.access import Scope, get_unit, scope_of
from reporting.forms import ListForm

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from portal.accounts.models import User


def asked_list(user: User | AnonymousUser, data: Mapping[str, Any]) -> tuple[Scope, ListForm, behind.Request]:
    """The list an address names. Http404 for one that does not exist, PermissionDenied for who sees no figures."""
    scope = scope_of(user)
    form = ListForm(data, today=clock.today())
    if not form.is_valid():
        raise Http404(_("Không có danh sách nào như vậy. Hãy mở danh sách từ một con số trên bảng số liệu."))
    asked = form.cleaned_data
    kinds = boards.GROUPS.get(asked["kind"], ())
    if asked["kind"] and not kinds:
        raise Http404(_("Không có loại đơn vị này."))
    period = form.chosen()
    units = scope.select(asked["unit"], kinds, period)
    if asked["alone"] and asked["unit"]:
        units = units & {get_unit(scope, asked["unit"]).pk}
    measure, part, fact = form.chosen_measure(), form.chosen_part(), form.chosen_fact()
    return scope, form, behind.Request(measure, part, period, units, asked["field"], fact, form.narrowed())
