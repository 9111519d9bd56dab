"""Linked services: start, file all or none, hand over to other systems."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from dossiers.access import get_linked, get_linked_part
from dossiers.actions.carrying import carry_all
from dossiers.actions.filing import IncompleteDossier, OutdatedDraft, file_online
from dossiers.models import Draft, LinkedFiling, LinkedPart, PartState
from dossiers.workflow import ActionError
from portal.accounts.access import can
from portal.accounts.permissions import Permission
from portal.lib import clock
from procedures.bundles import Bundle, Part, bundles
from procedures.calendar import calendar_for
from procedures.form_engine import prefill
from procedures.form_schema import load
from procedures.models import ProcedureVersion

if TYPE_CHECKING:
    from portal.accounts.models import User


class IncompletePart(ActionError):
    """Filing refused: the part `key` is not complete; nothing of the whole was filed."""

    def __init__(self, key: str, reason: ActionError) -> None:
        self.key, self.reason = key, reason
        super().__init__(reason.message)


@transaction.atomic
def start_linked(*, by: User, bundle: Bundle, keys: Iterable[str]) -> LinkedFiling:
    """A linked filing with a draft for each part handled here, and a line for each handed over.

    Raises ActionError when a part cannot be filed online today.
    """
    linked = LinkedFiling.objects.create(user=by, bundle=bundle.code, created_at=clock.now())
    for order, part in enumerate(bundle.chosen(set(keys))):
        draft = _draft(part, by) if part.procedure else None
        state = PartState.HERE if part.procedure else PartState.WAITING
        LinkedPart.objects.create(linked=linked, key=part.key, order=order, state=state, draft=draft)
    return linked


def _draft(part: Part, by: User) -> Draft:
    versions = ProcedureVersion.objects.in_force(clock.today()).filter(procedure__code=part.procedure)
    version = versions.select_related("procedure").first()
    schema = load(version) if version else None
    if version is None or schema is None:
        raise ActionError(_("Thủ tục này chưa có tờ khai điện tử."))
    return Draft.objects.create(user=by, version=version, unit=by.commune, answers=prefill(schema, by))


@transaction.atomic
def file_linked(*, linked_id: uuid.UUID | str, by: User) -> LinkedFiling:
    """File every part at once: all of them or none. A second call returns it as it was filed.

    Shared answers are carried from the first part once more, and each part goes to the unit and by the way of
    the first. Raises IncompletePart naming the first part that is not complete; nothing is written then.
    """
    linked = get_linked(by, linked_id, lock=True)
    if linked.filed_at is not None:
        return linked
    bundle = bundles()[linked.bundle]
    parts = list(linked.parts.select_related("draft__version__procedure", "draft__unit"))
    main = parts[0].draft
    if main is None or main.unit is None:
        raise IncompletePart(parts[0].key, ActionError(_("Xin chọn nơi nộp hồ sơ."), field="unit"))
    carry_all(bundle, parts)
    linked.filed_at, linked.unit = clock.now(), main.unit
    linked.save(update_fields=["filed_at", "unit"])
    for part in parts:
        _file_part(bundle.part(part.key), part, linked, by)
    return linked


def _file_part(spec: Part, part: LinkedPart, linked: LinkedFiling, by: User) -> None:
    if part.draft is not None:
        try:
            part.dossier = file_online(draft_id=part.draft.pk, by=by, linked=True)
        except (IncompleteDossier, OutdatedDraft) as lacking:
            raise IncompletePart(part.key, lacking) from lacking
        part.save(update_fields=["dossier"])
    elif linked.unit is not None:
        calendar = calendar_for(linked.unit)
        part.due_at = calendar.add_days(clock.now(), spec.days)
        part.save(update_fields=["due_at"])


@transaction.atomic
def hand_over(*, part_id: int, by: User, reference: str, note: str = "") -> LinkedPart:
    """Record that a part was handed to the other system under `reference`; twice is once."""
    part = _locked_part(part_id, by)
    if part.state != PartState.WAITING:
        return part
    if not reference.strip():
        raise ActionError(_("Xin ghi mã hồ sơ bên hệ thống nhận."), field="reference")
    part.state, part.reference, part.note = PartState.SENT, reference.strip()[:120], note.strip()[:500]
    part.sent_at, part.sent_by = clock.now(), by
    part.save(update_fields=["state", "reference", "note", "sent_at", "sent_by"])
    return part


@transaction.atomic
def record_answer(*, part_id: int, by: User, done: bool, note: str) -> LinkedPart:
    """Record what the other system answered, with words when it refused; the first answer stays."""
    part = _locked_part(part_id, by)
    if part.state in {PartState.DONE, PartState.REFUSED}:
        return part
    if part.state != PartState.SENT:
        raise ActionError(_("Việc này chưa được chuyển sang hệ thống khác."))
    if not done and not note.strip():
        raise ActionError(_("Xin ghi lý do bên kia không giải quyết."), field="note")
    part.state = PartState.DONE if done else PartState.REFUSED
    part.note, part.answered_at, part.answered_by = note.strip()[:500], clock.now(), by
    part.save(update_fields=["state", "note", "answered_at", "answered_by"])
    return part


def _locked_part(part_id: int, by: User) -> LinkedPart:
    part = get_linked_part(by, part_id, lock=True)
    if not can(by, Permission.RECEIVE, part.linked.unit_id):
        raise PermissionDenied(Permission.RECEIVE.value)
    return part
