"""Early warnings: opened, lifted and settled by the look at the figures; answered and settled by people."""

from __future__ import annotations

import datetime

from django.db import connection, transaction
from django.http import Http404
from django.utils.translation import gettext as _

from dossiers.workflow import ActionError
from portal.accounts.access import check
from portal.accounts.models import Unit, User
from portal.accounts.permissions import Permission
from portal.lib import clock
from procedures.calendar import CityCalendar, WorkCalendar
from reporting.access import check_settle_warning
from reporting.models import (
    DigestChoice,
    EarlyWarning,
    Level,
    WarningEvent,
    WarningEventKind,
    WarningRule,
    WarningState,
)
from reporting.watch.looking import Look

LOCK = 20_250_723  # the first half of the advisory locks of the rules
NEXT = {Level.HEAD: Level.LEADER, Level.LEADER: Level.CITY}


def look_at_everything() -> int:
    """Look at every rule in force; returns how many warnings were opened, lifted or settled."""
    look = Look(clock.now())
    changed = 0
    for rule in WarningRule.objects.on(look.today):
        changed += look_at(rule=rule, look=look)
    return changed


@transaction.atomic
def look_at(*, rule: WarningRule, look: Look) -> int:
    """Bring the warnings of one rule up to date; a second look at once finds it locked and leaves it alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [LOCK, rule.code])
        if not cursor.fetchone()[0]:
            return 0
    found = look.findings(rule)
    rows = EarlyWarning.objects.select_for_update(of=("self",), no_key=True).filter(code=rule.code)
    waiting = {row.unit_id: row for row in rows.filter(settled_at=None).select_related("unit").order_by("pk")}
    quiet = {row.unit_id: row for row in rows.filter(quiet=True).order_by("pk")}
    changed = 0
    for unit, number in sorted(found.items()):
        if unit in waiting:
            changed += _follow(waiting[unit], rule, number, look)
        elif not _stays_quiet(quiet.get(unit), number):
            _open(rule, unit, number, look.now)
            changed += 1
    for unit, row in waiting.items():
        if unit not in found:
            _settle(row, look.now, None, "")
            changed += 1
    for unit, row in quiet.items():
        if unit not in found:
            row.quiet = False
            row.save(update_fields=["quiet"])
    return changed


def _open(rule: WarningRule, unit: int, number: int, now: datetime.datetime) -> None:
    warning = EarlyWarning.objects.create(
        rule=rule,
        code=rule.code,
        unit_id=unit,
        level=rule.first,
        number=number,
        opened_at=now,
        level_since=now,
    )
    _event(warning, WarningEventKind.OPENED, now)


def _stays_quiet(row: EarlyWarning | None, number: int) -> bool:
    """Whether somebody settled it and it grew no worse since; a worse one ends the quiet."""
    if row is None:
        return False
    if number <= row.number:
        return True
    row.quiet = False
    row.save(update_fields=["quiet"])
    return False


def _follow(row: EarlyWarning, rule: WarningRule, number: int, look: Look) -> int:
    """Keep the number of a warning that goes on, and lift it when its hours are over; 1 when it was lifted."""
    if row.number != number or row.rule_id != rule.pk:
        row.number, row.rule = number, rule
        row.save(update_fields=["number", "rule"])
    following = NEXT.get(Level(row.level))
    if following is None:
        return 0
    hours = rule.answer_hours if row.state == WarningState.OPEN else rule.settle_hours
    calendar = _calendar(look, row.unit)
    if calendar.work_between(row.level_since, look.now) < datetime.timedelta(hours=hours):
        return 0
    row.level, row.level_since = following, look.now
    row.save(update_fields=["level", "level_since"])
    _event(row, WarningEventKind.ESCALATED, look.now)
    return 1


def _calendar(look: Look, unit: Unit) -> WorkCalendar:
    """The city's days with the unit's own hours."""
    return CityCalendar(look.calendar.off, look.calendar.work).of(unit.office_hours)


def _settle(row: EarlyWarning, now: datetime.datetime, by: User | None, reason: str) -> None:
    row.state, row.settled_at, row.settled_by, row.reason = WarningState.SETTLED, now, by, reason
    row.quiet = by is not None
    row.save(update_fields=["state", "settled_at", "settled_by", "reason", "quiet"])
    kind = WarningEventKind.SETTLED_BY_FIGURE if by is None else WarningEventKind.SETTLED_BY_PERSON
    _event(row, kind, now, by, reason)


def _event(
    row: EarlyWarning,
    kind: WarningEventKind,
    now: datetime.datetime,
    by: User | None = None,
    note: str = "",
) -> None:
    WarningEvent.objects.create(
        warning=row, kind=kind, level=row.level, number=row.number, by=by, at=now, note=note
    )


def _locked(warning_id: int) -> EarlyWarning:
    rows = EarlyWarning.objects.select_for_update(of=("self",), no_key=True).select_related("unit", "rule")
    row = rows.filter(pk=warning_id).first()
    if row is None:
        raise Http404
    return row


@transaction.atomic
def answer(*, by: User, warning_id: int, text: str) -> EarlyWarning:
    """Say what will be done; the hours to the next level start again. The same answer again changes nothing."""
    row = _locked(warning_id)
    check(by, Permission.ASSIGN, row.unit)
    text = _said(text)
    if row.state == WarningState.SETTLED:
        raise ActionError(_("Cảnh báo đã khép."))
    if row.answer == text and row.answered_by_id == by.pk:
        return row
    now = clock.now()
    row.state, row.answer, row.answered_by, row.answered_at = WarningState.ACKNOWLEDGED, text, by, now
    row.level_since = now
    row.save(update_fields=["state", "answer", "answered_by", "answered_at", "level_since"])
    _event(row, WarningEventKind.ANSWERED, now, by, text)
    return row


@transaction.atomic
def settle(*, by: User, warning_id: int, reason: str) -> EarlyWarning:
    """Settle by a person with a reason; settling again returns it as it was settled."""
    row = _locked(warning_id)
    check_settle_warning(by, row)
    reason = _said(reason)
    if row.state != WarningState.SETTLED:
        _settle(row, clock.now(), by, reason)
    return row


def _said(text: str) -> str:
    text = text.replace("\x00", "").strip()
    if not text:
        raise ActionError(_("Hãy ghi nội dung."), field="text")
    return text[:500]


@transaction.atomic
def choose_digest(*, by: User, wanted: bool) -> DigestChoice:
    """Whether `by` wants the daily e-mail; warnings whose time the law sets are told all the same."""
    choice, _made = DigestChoice.objects.update_or_create(
        user=by, defaults={"wanted": wanted, "changed_at": clock.now()}
    )
    return choice
