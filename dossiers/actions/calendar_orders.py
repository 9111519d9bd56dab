"""Changing the working calendar: proposed with a preview, approved by another person, then every open dossier anew."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from dossiers.access_units import get_calendar_order
from dossiers.actions.base import note, set_times
from dossiers.deadlines import CLOCK_EVENTS
from dossiers.models import (
    CalendarEffect,
    CalendarOrder,
    CalendarOrderDay,
    CalendarPart,
    CalendarState,
    Dossier,
    DossierEvent,
    PartWork,
)
from dossiers.moving import limit_by, may_move, moves
from dossiers.states import EventKind
from dossiers.workflow import ActionError
from portal.accounts.models import Unit, UnitKind
from portal.lib import clock
from portal.outbox.actions import put
from procedures.access import check_edit, check_publish, check_see_drafts
from procedures.calendar import city_calendar, hours_from
from procedures.models import CalendarDay, DayKind

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from portal.accounts.models import HoursPeriod, User

PART = 200
MOST_DAYS = 60
# What was being accepted while an order was approved may have read the calendar of before.
LATE = datetime.timedelta(minutes=5)
# Older previews are looked through again before anybody approves.
FRESH = datetime.timedelta(hours=1)


@dataclass(frozen=True)
class HoursWish:
    """Other office hours of some units from a day on; `hours` in the stored form of `HoursPeriod`."""

    first: datetime.date
    hours: list[list[str]]
    units: Iterable[Unit]


@dataclass(frozen=True)
class Wish:
    """An order to be: the document that says so, what it is called, and what changes.

    That is what each day becomes (`DayKind`), or the office hours of some units.
    """

    document: str
    name: str
    name_en: str
    days: Mapping[datetime.date, str] = field(default_factory=dict)
    hours: HoursWish | None = None


def propose(*, by: User, key: uuid.UUID, wish: Wish) -> CalendarOrder:
    """Write an order and begin its preview; the same `key` again returns the same order.

    Days that already are what they should become are left out, and so are units that have these hours already. Raises
    ActionError for today and days gone by, when nothing changes, or for too many days; PermissionDenied without the
    right to prepare the catalogue.
    """
    check_edit(by)
    days = _that_change(wish.days) if wish.hours is None else {}
    units = _whose_hours_change(wish.hours) if wish.hours else []
    try:
        with transaction.atomic():
            order = CalendarOrder.objects.create(
                key=key,
                document=wish.document.strip(),
                name=wish.name.strip(),
                name_en=wish.name_en.strip(),
                hours=wish.hours.hours if wish.hours else None,
                hours_first=wish.hours.first if wish.hours else None,
                proposed_by=by,
                proposed_at=clock.now(),
                previewed_at=clock.now(),
            )
            CalendarOrderDay.objects.bulk_create(
                CalendarOrderDay(order=order, day=day, kind=kind) for day, kind in sorted(days.items())
            )
            order.units.set(units)
            _divide(order, PartWork.PREVIEW)
    except IntegrityError:
        same = CalendarOrder.objects.filter(key=key, proposed_by=by).first()
        if same is None:
            raise
        return same
    return order


def _that_change(days: Mapping[datetime.date, str]) -> dict[datetime.date, str]:
    _check_to_come(days)
    if len(days) > MOST_DAYS:
        raise ActionError(_("Mỗi lần đổi tối đa %(most)s ngày.") % {"most": MOST_DAYS})
    now = city_calendar()
    found = {day: kind for day, kind in days.items() if now.is_working(day) != _worked(day, kind)}
    if not found:
        raise ActionError(_("Không có ngày nào thay đổi: lịch đã như vậy."))
    return found


def _check_to_come(days: Iterable[datetime.date]) -> None:
    if any(day <= clock.today() for day in days):
        raise ActionError(_("Chỉ đổi được từ ngày mai: hạn của hôm nay và ngày đã qua không quay lại."))


def _whose_hours_change(wish: HoursWish) -> list[Unit]:
    """The units that have other hours on that day."""
    _check_to_come([wish.first])
    city, wanted = city_calendar(), hours_from(wish.hours)
    units = [unit for unit in wish.units if city.of(unit.office_hours).hours_on(wish.first) != wanted]
    if not units:
        raise ActionError(_("Không có đơn vị nào thay đổi: giờ làm việc đã như vậy."))
    return units


def _worked(day: datetime.date, kind: str) -> bool:
    return kind == DayKind.WORK or (kind == DayKind.USUAL and day.weekday() < 5)


@transaction.atomic
def preview_again(*, by: User, order_id: int) -> CalendarOrder:
    """Look through the open dossiers once more; nothing when the order is decided or a preview still runs."""
    check_see_drafts(by)
    order = get_calendar_order(by, order_id, lock=True)
    if order.state != CalendarState.PROPOSED or order.parts.filter(done_at=None).exists():
        return order
    order.effects.all().delete()
    order.parts.all().delete()
    order.previewed_at = clock.now()
    order.save(update_fields=["previewed_at"])
    _divide(order, PartWork.PREVIEW)
    return order


def _divide(order: CalendarOrder, work: PartWork) -> None:
    """Parts over the dossiers that may move, one message each."""
    keys = list(_may_move(order).order_by("pk").values_list("pk", flat=True))
    slices = [keys[at : at + PART] for at in range(0, len(keys), PART)]
    parts = CalendarPart.objects.bulk_create(
        CalendarPart(order=order, work=work, first=some[0], last=some[-1], dossiers=len(some))
        for some in slices
    )
    for part in parts:
        put("calendar_part", key=f"calendar:{part.pk}", payload={"part": part.pk})


def _may_move(order: CalendarOrder) -> QuerySet[Dossier]:
    """The open dossiers an order may move: of its units, or of all when days change."""
    dossiers = may_move(_first(order))
    if order.hours_first is None:
        return dossiers
    return dossiers.filter(competent_unit__in=order.units.values("pk"))


def _hours_of(order: CalendarOrder) -> HoursWish | None:
    """The new hours of an order; None when it changes days."""
    if order.hours is None or order.hours_first is None:
        return None
    return HoursWish(order.hours_first, order.hours, order.units.all())


def _period(wish: HoursWish, known: str | None) -> HoursPeriod:
    return {"first": wish.first.isoformat(), "known": known, "hours": wish.hours}


def _first(order: CalendarOrder) -> datetime.date:
    if order.hours_first is not None:
        return order.hours_first
    first = order.days.order_by("day").values_list("day", flat=True).first()
    assert first is not None  # noqa: S101 - an order has a day (propose)
    return first


@transaction.atomic
def withdraw(*, by: User, order_id: int) -> CalendarOrder:
    """Take back one's own order before it is decided; a decided one is returned as it is."""
    order = get_calendar_order(by, order_id, lock=True)
    if order.state != CalendarState.PROPOSED:
        return order
    if order.proposed_by_id != by.pk:
        raise PermissionDenied("somebody else's order")
    return _decided(order, by, CalendarState.WITHDRAWN)


@transaction.atomic
def decide(*, by: User, order_id: int, approve: bool, reason: str = "") -> CalendarOrder:
    """Approve or reject what another person proposed; deciding again returns it as it was decided.

    Approved, the days hold from this moment and the worker computes every open dossier anew. Raises ActionError
    while the preview runs, when it is old or of another calendar than today's, for today and days gone by, and for a
    rejection without reason; PermissionDenied to whoever proposed it.
    """
    check_publish(by)
    # Orders decided at the same moment wait for each other here, so that the second sees the days of the first.
    list(Unit.objects.select_for_update(no_key=True).filter(kind=UnitKind.CITY).values_list("pk"))
    order = get_calendar_order(by, order_id, lock=True)
    if order.state != CalendarState.PROPOSED:
        return order
    if order.proposed_by_id == by.pk:
        raise PermissionDenied("two persons")
    if not approve:
        if not reason.strip():
            raise ActionError(_("Xin ghi lý do không duyệt."), field="reason")
        order.reason = reason.strip()[:300]
        return _decided(order, by, CalendarState.REJECTED)
    _check_seen(order)
    _hold(order)
    _decided(order, by, CalendarState.APPROVED)
    _divide(order, PartWork.APPLY)
    put(
        "calendar_late",
        key=f"calendar-late:{order.pk}",
        payload={"order": order.pk},
        not_before=clock.now() + LATE,
    )
    return order


def _check_seen(order: CalendarOrder) -> None:
    """What is approved is what was seen a moment ago, and it still changes something."""
    if order.parts.filter(done_at=None).exists():
        raise ActionError(_("Chưa xem trước xong các hồ sơ bị ảnh hưởng."))
    if _first(order) <= clock.today():
        raise ActionError(
            _("Có ngày không còn là ngày mai trở đi: hãy lập đề nghị mới cho những ngày còn lại.")
        )
    hours = _hours_of(order)
    if hours:
        _whose_hours_change(hours)
    else:
        _that_change(dict(order.days.values_list("day", "kind")))
    newer = CalendarOrder.objects.filter(state=CalendarState.APPROVED, decided_at__gte=order.previewed_at)
    if newer.exists():
        raise ActionError(_("Lịch đã đổi sau lần xem trước này: bấm Xem trước lại rồi duyệt."))
    if clock.now() - order.previewed_at > FRESH:
        raise ActionError(_("Lần xem trước đã cũ: bấm Xem trước lại rồi duyệt."))


def _decided(order: CalendarOrder, by: User, state: CalendarState) -> CalendarOrder:
    order.state, order.decided_by, order.decided_at = state, by, clock.now()
    order.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    return order


def _hold(order: CalendarOrder) -> None:
    """Write the days, and in the order what they were; or the hours into their units, as known from now on."""
    if hours := _hours_of(order):
        for unit in order.units.select_for_update(no_key=True).order_by("pk"):
            unit.office_hours.append(_period(hours, clock.now().isoformat()))
            unit.save(update_fields=["office_hours"])
    rows = {row.day: row for row in CalendarDay.objects.filter(day__in=order.days.values("day"))}
    said = {"name": order.name, "name_en": order.name_en, "source": order.document}
    for one in order.days.all():
        values = {**said, "kind": one.kind, "confirmed": True, "ordered": True}
        row = rows.get(one.day)
        one.kind_before, one.name_before = (row.kind, row.name) if row else (DayKind.USUAL, "")
        one.save(update_fields=["kind_before", "name_before"])
        if row is None:
            CalendarDay.objects.create(day=one.day, **values)
            continue
        for name, value in values.items():
            setattr(row, name, value)
        row.save(update_fields=list(values))


def work_part(*, part_id: int) -> None:
    """Do a part unless it is done: compare under both calendars, or compute anew under the one that holds.

    Each dossier is moved in a transaction of its own, so that no officer waits for the others; broken off and begun
    again, what has moved is not moved twice.
    """
    part = CalendarPart.objects.select_related("order").filter(pk=part_id, done_at=None).first()
    if part is None:  # done, or a newer preview took its place
        return
    some = _may_move(part.order).filter(pk__gte=part.first, pk__lte=part.last).order_by("pk")
    if part.work == PartWork.PREVIEW:
        _preview(part, list(some))
        return
    for key in list(some.values_list("pk", flat=True)):
        move_one(order=part.order, dossier_id=key)
    part.done_at = clock.now()
    part.save(update_fields=["done_at"])


@transaction.atomic
def _preview(part: CalendarPart, dossiers: list[Dossier]) -> None:
    CalendarEffect.objects.bulk_create(_effects(part.order, dossiers), ignore_conflicts=True)
    part.done_at = clock.now()
    part.save(update_fields=["done_at"])


def _effects(order: CalendarOrder, dossiers: list[Dossier]) -> list[CalendarEffect]:
    now = city_calendar()
    then = now.changed(dict(order.days.values_list("day", "kind")), order.name)
    hours = _hours_of(order)
    new = [_period(hours, None)] if hours else []
    moved = moves(
        dossiers, lambda unit: now.of(unit.office_hours), lambda unit: then.of([*unit.office_hours, *new])
    )
    return [
        CalendarEffect(order=order, dossier=dossier, unit=dossier.competent_unit, before=before, after=after)
        for dossier, before, after in moved
    ]


def work_late(*, order_id: int) -> None:
    """Look again at what was accepted, or went on after a pause, around the moment of approval."""
    order = CalendarOrder.objects.get(pk=order_id)
    assert order.decided_at is not None  # noqa: S101 - put when it was decided
    since = order.decided_at - LATE
    moved = DossierEvent.objects.filter(dossier=OuterRef("pk"), kind__in=CLOCK_EVENTS, at__gte=since)
    some = _may_move(order).filter(Exists(moved))
    for key in list(some.values_list("pk", flat=True)):
        move_one(order=order, dossier_id=key)


@transaction.atomic
def move_one(*, order: CalendarOrder, dossier_id: int) -> bool:
    """Compute the limit of a locked dossier under the calendar that holds; one event when it moves.

    The first promised date stays as it was given, and so do limits told to others: of the acceptance, a supplement,
    a verification, a transfer.
    """
    dossier = (
        Dossier.objects.select_for_update(of=("self",), no_key=True)
        .select_related("version", "competent_unit")
        .get(pk=dossier_id)
    )
    if dossier.closed_at is not None or dossier.finished_at is not None:
        return False
    before, after = dossier.due_at, limit_by(dossier, city_calendar())
    if before is None or after is None or before == after:
        _steps(dossier)
        return False
    data = {
        "order": order.pk,
        "name": order.name,
        "old_due": before.isoformat(),
        "new_due": after.isoformat(),
    }
    note(dossier, EventKind.CALENDAR_CHANGED, by=order.decided_by, data=data)
    moved = {"before": before, "after": after, "moved_at": clock.now()}
    CalendarEffect.objects.update_or_create(
        order=order,
        dossier=dossier,
        defaults=moved,
        create_defaults={**moved, "unit": dossier.competent_unit},
    )
    return True


def _steps(dossier: Dossier) -> None:
    """The limit of the present step may move though that of the whole does not."""
    before = dossier.step_due_at
    set_times(dossier, set())
    if dossier.step_due_at != before:
        dossier.save(update_fields=["step_due_at"])
