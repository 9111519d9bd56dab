"""Who gets a dossier: the specialist with the least open work; and a result submitted as its form has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from dossiers.access import get_dossier
from dossiers.actions import processing
from dossiers.duty import absent_in
from dossiers.load import loads, why
from dossiers.workflow import ActionError
from portal.accounts.models import Unit

if TYPE_CHECKING:
    from dossiers.models import Dossier
    from portal.accounts.models import User


@transaction.atomic
def assign_by_load(*, code: str, by: User) -> str:
    """Give the dossier to whoever has the least open work in its unit; returns the sentence that says why.

    Orders for one unit go one after the other, so that each sees what the one before gave away.
    """
    dossier = get_dossier(by, code)
    Unit.objects.select_for_update(no_key=True).get(pk=dossier.competent_unit_id)
    unit_id = dossier.competent_unit_id
    found = loads(unit_id, absent_in(unit_id), without=dossier.pk)
    if not found:
        raise ActionError(_("Đơn vị không có chuyên viên nào để giao."))
    reason = why(found[0], found)
    processing.assign(code=code, by=by, to=found[0].user, why=reason)
    return reason


@transaction.atomic
def submit_as_drafted(*, code: str, by: User) -> Dossier:
    """Submit the only result a case can have, granted, where its paper asks the drafter for no words."""
    dossier = get_dossier(by, code)
    kinds = list(dossier.version.resultkinds.filter(Q(case=None) | Q(case=dossier.case_id)))
    if len(kinds) != 1 or any(row.get("drafted") for row in kinds[0].layout.get("rows", [])):
        raise ActionError(_("Kết quả của hồ sơ này cần soạn riêng."))
    return processing.submit(code=code, by=by, kind=kinds[0], granted=True, content={})
