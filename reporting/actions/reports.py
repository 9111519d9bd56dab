"""Reports: asked for by a person or made by a schedule, counted and printed once by the worker, told about."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dossiers.workflow import ActionError
from portal.accounts.models import Membership, Unit, User
from portal.lib import clock, files
from portal.outbox.actions import put
from reporting.access import existed, scope_of, sees_alone
from reporting.models import FileFormat, Report, ReportFile, ReportSchedule
from reporting.periods import Period
from reporting.schedules import due
from reporting.sheets import Asked, build
from reporting.sheets.printing import DEMO, frame, pdf_bytes, xlsx_bytes


@dataclass(frozen=True)
class ReportWish:
    """A report to make: its form, its unit and its days. `key` is the form's: a second click is the same report."""

    kind: str
    unit: Unit
    period: Period
    key: uuid.UUID


@transaction.atomic
def ask_report(*, by: User, wish: ReportWish) -> Report:
    """Write down the report; the worker counts it. The same key returns the report there is."""
    scope = scope_of(by)
    if wish.unit.pk not in scope.keys:
        raise ActionError(_("Không tìm thấy đơn vị này."), field="unit")
    if wish.period.first > clock.today():
        raise ActionError(_("Khoảng thời gian này chưa đến nên chưa có dữ liệu."), field="from")
    if not existed(wish.unit, wish.period):
        raise ActionError(_("Đơn vị này không tồn tại trong khoảng thời gian đã chọn."), field="unit")
    report, is_new = Report.objects.get_or_create(
        client_key=wish.key,
        defaults={
            "kind": wish.kind,
            "unit": wish.unit,
            "alone": sees_alone(scope, wish.unit),
            "first": wish.period.first,
            "last": wish.period.last,
            "asked_by": by,
            "asked_at": clock.now(),
        },
    )
    if report.asked_by_id != by.pk:
        raise ActionError(_("Biểu mẫu này đã được dùng. Hãy mở lại trang."))
    if is_new:
        _queue(report)
    return report


def _queue(report: Report) -> None:
    put("count_report", key=f"count-report:{report.pk}", payload={"report": report.pk})


def _locked(report_id: int) -> Report:
    rows = Report.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("unit__parent", "schedule").get(pk=report_id)


@transaction.atomic
def count_report(*, report_id: int) -> None:
    """Count what the report holds and freeze it; a second call does nothing."""
    report = _locked(report_id)
    if report.content is not None:
        return
    period = Period(report.first, report.last)
    units = covered(report.unit, alone=report.alone)
    asked = Asked(period, report.unit, frozenset(unit.pk for unit in units), units)
    content = frame(report.unit, alone=report.alone, period=period, units=asked.keys)
    sheet = build(report.kind, asked).as_json()
    if content["is_demo"]:
        sheet["remarks"] = [*sheet["remarks"], DEMO]
    report.content, report.made_at = {**content, "sheet": sheet}, clock.now()
    report.save(update_fields=["content", "made_at"])
    put("print_report", key=f"print-report:{report.pk}", payload={"report": report.pk})
    if report.schedule is not None:
        _tell(report, report.schedule)


def covered(unit: Unit, *, alone: bool) -> tuple[Unit, ...]:
    """The units a report counts: `unit` alone, or with everything under it, in the order of the letterheads."""
    if alone:
        return (unit,)
    units = list(Unit.objects.order_by("sort_key", "pk"))
    found, grew = {unit.pk}, True
    while grew:
        more = {one.pk for one in units if one.parent_id in found} - found
        found, grew = found | more, bool(more)
    return tuple(one for one in units if one.pk in found)


def _tell(report: Report, schedule: ReportSchedule) -> None:
    posts = Membership.objects.on(clock.today()).filter(unit=report.unit, role__in=schedule.roles)
    for user_id in sorted(set(posts.order_by().values_list("user", flat=True))):
        put(
            "report_notice",
            key=f"report-notice:{report.pk}:{user_id}",
            payload={"report": report.pk, "user": user_id},
        )


@transaction.atomic
def print_report(*, report_id: int) -> None:
    """Print, sign and store both files of a counted report; a second call does nothing."""
    report = _locked(report_id)
    if report.files.exists():
        return
    data, names = pdf_bytes(report)
    for form, content in ((FileFormat.PDF, data), (FileFormat.XLSX, xlsx_bytes(report))):
        stored = files.put(content)
        ReportFile.objects.create(
            report=report, format=form, sha256=stored.sha256, size=stored.size, made_at=clock.now()
        )
    report.signed_by = names
    report.save(update_fields=["signed_by"])


@dataclass(frozen=True)
class ScheduleWish:
    """A schedule to set up."""

    kind: str
    unit: Unit
    rhythm: str
    issue_day: int
    roles: tuple[str, ...]


@transaction.atomic
def add_schedule(*, by: User, wish: ScheduleWish) -> ReportSchedule:
    """Set up a schedule; refused when the same report of the unit has one already."""
    scope = scope_of(by)
    if wish.unit.pk not in scope.keys:
        raise ActionError(_("Không tìm thấy đơn vị này."), field="unit")
    try:
        with transaction.atomic():
            return ReportSchedule.objects.create(
                kind=wish.kind,
                unit=wish.unit,
                alone=sees_alone(scope, wish.unit),
                rhythm=wish.rhythm,
                issue_day=wish.issue_day,
                roles=list(wish.roles),
                created_by=by,
                created_at=clock.now(),
            )
    except IntegrityError as error:
        raise ActionError(_("Báo cáo này của đơn vị đã có lịch như vậy."), field="rhythm") from error


@transaction.atomic
def end_schedule(*, by: User, schedule_id: int) -> ReportSchedule:
    """End a schedule; its reports stay. Ended already: nothing happens."""
    schedule = ReportSchedule.objects.select_for_update(of=("self",), no_key=True).get(pk=schedule_id)
    if schedule.ended_at is None:
        schedule.ended_by, schedule.ended_at = by, clock.now()
        schedule.save(update_fields=["ended_by", "ended_at"])
    return schedule


def issue_due() -> int:
    """Write down every scheduled report whose day has come; safe twice at once. How many were new."""
    keys = ReportSchedule.objects.filter(ended_at=None).order_by("pk").values_list("pk", flat=True)
    return sum(issue(schedule_id=key) for key in list(keys))


@transaction.atomic
def issue(*, schedule_id: int) -> int:
    """The missing reports of one schedule, under its lock: one a period, however many workers ask."""
    rows = ReportSchedule.objects.select_for_update(of=("self",), no_key=True)
    schedule = rows.select_related("unit").get(pk=schedule_id)
    if schedule.ended_at is not None:
        return 0
    since = timezone.localdate(schedule.created_at)
    there = set(schedule.reports.order_by().values_list("first", flat=True))
    missing = [
        period
        for period in due(schedule.rhythm, schedule.issue_day, since, clock.today())
        if period.first not in there and existed(schedule.unit, period)
    ]
    for period in reversed(missing):
        report = Report.objects.create(
            kind=schedule.kind,
            unit=schedule.unit,
            alone=schedule.alone,
            first=period.first,
            last=period.last,
            schedule=schedule,
            asked_at=clock.now(),
        )
        _queue(report)
    return len(missing)
