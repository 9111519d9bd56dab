"""Office hours of one unit: pure counting over a change, and the change by two persons, seen beforehand."""

from __future__ import annotations

import datetime
import importlib
import uuid
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from dossiers.actions.calendar_orders import HoursWish, Wish, decide, preview_again, propose
from dossiers.calendars import KnownCalendars, explain
from dossiers.deadlines import Fact, Rule, due, run
from dossiers.models import CalendarOrder, CalendarState, Dossier
from dossiers.states import EventKind
from dossiers.workflow import ActionError
from portal.accounts.models import Membership, Unit, User
from portal.accounts.permissions import Role
from portal.outbox.actions import drain_all
from procedures.calendar import HANOI, CityCalendar, WorkCalendar, hours_from
from procedures.models import ClockStart, TimeUnit
from procedures.querysets import forget
from reporting.checks import histories
from tests.cast import Cast, build_cast
from tests.factories import dossiers as make
from tests.two_at_once import at_once

D = datetime.date
USUAL = [["08:00", "12:00"], ["13:00", "17:00"]]
SHORT = [["07:30", "11:30"], ["13:30", "16:30"]]  # seven hours
# Seven hours a day from Thursday 12 November 2026.
CHANGED = WorkCalendar(hours_from(USUAL), later=((D(2026, 11, 12), hours_from(SHORT)),))
PLAIN = WorkCalendar(hours_from(USUAL))
NOW = datetime.datetime(2026, 11, 11, 9, 0, tzinfo=HANOI)  # a Wednesday without a holiday near
THURSDAY = D(2026, 11, 12)


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=HANOI)


def days(value: int | Decimal, start: str = ClockStart.MOMENT) -> Rule:
    return Rule(value, TimeUnit.WORK_DAY, start)


@pytest.mark.parametrize(
    ("rule", "start", "expected"),
    [
        # Three quarters of Wednesday are left at 10:00; the quarter is a quarter of Thursday's seven hours.
        (days(1), "11 10:00", "12 09:15"),
        (days(3), "11 08:00", "13 16:30"),
        (days(3), "11 10:00", "16 09:15"),
        (days(Decimal("0.5")), "12 07:30", "12 11:00"),
        (days(2, ClockStart.NEXT_DAY), "11 10:00", "13 16:30"),
        (Rule(8, TimeUnit.WORK_HOUR), "11 16:00", "12 16:30"),  # an hour is an hour
        (Rule(0, TimeUnit.SAME_DAY), "12 14:00", "12 16:30"),
        (Rule(3, TimeUnit.DAY), "10 10:00", "13 16:30"),
    ],
)
def test_a_working_day_is_a_day_by_its_own_hours(rule: Rule, start: str, expected: str) -> None:
    assert run(at(start), rule, CHANGED) == at(expected)


def test_the_day_of_other_hours_is_explained() -> None:
    lines = due([Fact(EventKind.ACCEPTED, at("11 10:00"))], days(3), CHANGED).lines
    told = {line.day.day: line.text for line in lines}
    assert told[12] == "ngày thứ 1 · giờ làm việc mới 07:30–11:30, 13:30–16:30"
    assert told[13] == "ngày thứ 2"


MOMENTS = st.datetimes(datetime.datetime(2026, 11, 2), datetime.datetime(2026, 11, 27)).map(
    lambda moment: moment.replace(tzinfo=HANOI)
)
HALVES = st.integers(1, 30).map(lambda halves: Decimal(halves) / 2)


@given(MOMENTS, HALVES)
def test_under_hours_that_never_change_days_are_minutes(start: datetime.datetime, value: Decimal) -> None:
    assert PLAIN.add_days(start, value) == PLAIN.add_minutes(start, int(value * 480))


@given(MOMENTS, MOMENTS, HALVES)
def test_monotone_over_a_change(one: datetime.datetime, two: datetime.datetime, value: Decimal) -> None:
    early, late = sorted([one, two])
    assert CHANGED.add_days(early, value) <= CHANGED.add_days(late, value)


@given(MOMENTS, st.integers(1, 10), st.integers(1, 10))
def test_days_one_after_the_other_are_days_at_once(start: datetime.datetime, one: int, two: int) -> None:
    """To the microsecond a day is cut into."""
    split = CHANGED.add_days(CHANGED.add_days(start, one), two)
    assert abs(split - CHANGED.add_days(start, one + two)) <= datetime.timedelta(microseconds=2)


@given(MOMENTS, MOMENTS, MOMENTS)
def test_a_pause_adds_exactly_its_working_time(
    one: datetime.datetime, two: datetime.datetime, three: datetime.datetime
) -> None:
    start, begin, end = sorted([one, two, three])
    pause = [Fact(EventKind.SUPPLEMENT_REQUESTED, begin), Fact(EventKind.SUPPLEMENT_ANSWERED, end)]
    plain = due([Fact(EventKind.ACCEPTED, start)], days(5), CHANGED).at
    paused = due([Fact(EventKind.ACCEPTED, start), *pause], days(5), CHANGED).at
    assert plain is not None
    assert paused is not None
    assert CHANGED.work_between(plain, paused) == CHANGED.work_between(begin, end)


def test_a_calendar_of_then_knows_only_what_was_decided_then() -> None:
    periods: Any = [
        {"first": None, "known": None, "hours": USUAL},
        {"first": "2026-11-12", "known": at("11 09:00").isoformat(), "hours": SHORT},
        {"first": "2026-11-12", "known": at("11 10:00").isoformat(), "hours": USUAL},
    ]
    city = CityCalendar({}, {})
    assert city.of(periods).hours_on(THURSDAY) == hours_from(USUAL)  # what was decided last holds
    known = CityCalendar({}, {}, at("11 09:30"))
    assert known.of(periods).hours_on(THURSDAY) == hours_from(SHORT)
    assert known.of(periods).hours_on(D(2026, 11, 11)) == hours_from(USUAL)
    assert not CityCalendar({}, {}, at("10 09:30")).of(periods).later


# --- the change ---


@pytest.fixture
def _wednesday() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


changing = pytest.mark.usefixtures("_wednesday", "db")


def wish(*units: Unit, first: datetime.date = THURSDAY, hours: list[list[str]] = SHORT) -> Wish:
    return Wish("Quyết định 5/QĐ-UBND", "Giờ mùa đông", "", hours=HoursWish(first, hours, units))


def order(cast: Cast, wanted: Wish | None = None) -> CalendarOrder:
    found = propose(by=cast.catalogue, key=uuid.uuid4(), wish=wanted or wish(cast.office.unit))
    drain_all()
    return found


def approved(cast: Cast, wanted: Wish | None = None) -> CalendarOrder:
    found = decide(by=cast.publisher, order_id=order(cast, wanted).pk, approve=True)
    drain_all()
    return found


def local(moment: datetime.datetime | None) -> str:
    assert moment is not None
    return f"{moment.astimezone(HANOI):%d/%m %H:%M}"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def there(cast: Cast) -> Dossier:
    """An accepted dossier of the other ward."""
    found = make.accepted(cast, make.HOUSEHOLD)
    Dossier.objects.filter(pk=found.pk).update(competent_unit=cast.other_office.unit)
    return Dossier.objects.get(pk=found.pk)


@changing
def test_the_preview_changes_nothing_and_the_approval_moves_what_it_showed(cast: Cast) -> None:
    taken, elsewhere = make.accepted(cast, make.HOUSEHOLD), there(cast)
    before = taken.due_at
    assert local(before) == "16/11 09:00"
    found = order(cast)
    assert [unit.code for unit in found.units.all()] == [cast.office.unit.code]
    shown = {row.dossier.code: (local(row.before), local(row.after)) for row in found.effects.all()}
    # 7/8 of Wednesday are left at nine; the eighth is an eighth of Monday's seven hours.
    assert shown == {taken.code: ("16/11 09:00", "16/11 08:22")}
    assert len(Unit.objects.get(pk=cast.office.unit.pk).office_hours) == 1
    decide(by=cast.publisher, order_id=found.pk, approve=True)
    drain_all()
    taken.refresh_from_db()
    assert local(taken.due_at) == "16/11 08:22"
    assert taken.promised_at == before
    event = taken.events.get(kind=EventKind.CALENDAR_CHANGED)
    assert (event.data["name"], event.actor) == ("Giờ mùa đông", cast.publisher)
    assert not elsewhere.events.filter(kind=EventKind.CALENDAR_CHANGED).exists()
    fresh = Dossier.objects.get(pk=taken.pk)
    assert explain(fresh).at == taken.due_at
    assert any("giờ làm việc mới 07:30–11:30" in line.text for line in explain(fresh).lines)


@changing
def test_what_was_done_before_is_explained_and_checked_by_the_hours_of_then(cast: Cast) -> None:
    done, moved = make.finished(cast, make.HOUSEHOLD), make.accepted(cast, make.HOUSEHOLD)
    told = explain(done)
    approved(cast)
    with time_machine.travel(NOW + datetime.timedelta(minutes=20)):
        later = make.accepted(cast, make.HOUSEHOLD)
    done, moved, later = (Dossier.objects.get(pk=one.pk) for one in (done, moved, later))
    again = explain(done)
    assert (again.at, again.promised, again.lines) == (done.due_at, done.promised_at, told.lines)
    assert [explain(one).at for one in (moved, later)] == [moved.due_at, later.due_at]
    known = KnownCalendars()
    assert len(known.around(NOW, done.competent_unit.office_hours)) == 2  # before or after the approval
    _paths, clocks = histories.check()
    assert not clocks.findings
    Dossier.objects.filter(pk=moved.pk).update(due_at=NOW)
    _paths, clocks = histories.check()
    assert len(clocks.findings) == 1


@changing
def test_for_every_ward_at_once_those_that_have_them_already_left_out(cast: Cast) -> None:
    approved(cast)
    assert order(cast, wish(*Unit.objects.communes())).units.count() == Unit.objects.communes().count() - 1


@changing
def test_what_cannot_be_proposed_or_approved(cast: Cast) -> None:
    with pytest.raises(ActionError, match="Chỉ đổi được từ ngày mai"):
        order(cast, wish(cast.office.unit, first=NOW.date()))
    with pytest.raises(ActionError, match="giờ làm việc đã như vậy"):
        order(cast, wish(cast.office.unit, hours=USUAL))
    assert not CalendarOrder.objects.exists()
    found, twin = order(cast), order(cast)
    approved(cast, wish(cast.other_office.unit))
    with pytest.raises(ActionError, match="Lịch đã đổi sau"):
        decide(by=cast.publisher, order_id=found.pk, approve=True)
    with time_machine.travel(NOW + datetime.timedelta(minutes=1), tick=False):
        preview_again(by=cast.publisher, order_id=found.pk)
        drain_all()
        assert decide(by=cast.publisher, order_id=found.pk, approve=True).state == CalendarState.APPROVED
    with pytest.raises(ActionError, match="giờ làm việc đã như vậy"):
        decide(by=cast.publisher, order_id=twin.pk, approve=True)
    with time_machine.travel(NOW + datetime.timedelta(days=1)), pytest.raises(ActionError, match="ngày mai"):
        decide(by=cast.publisher, order_id=twin.pk, approve=True)


@changing
def test_two_persons_and_whole_hours(cast: Cast) -> None:
    found = order(cast)
    Membership.objects.create(user=cast.catalogue, unit=cast.city, role=Role.PUBLISHER)
    with pytest.raises(PermissionDenied, match="two persons"):
        decide(by=User.objects.get(pk=cast.catalogue.pk), order_id=found.pk, approve=True)
    with pytest.raises(PermissionDenied):
        propose(by=cast.office.head, key=uuid.uuid4(), wish=wish(cast.office.unit))
    with pytest.raises(DatabaseError, match="calendar_order_hours_pair"), transaction.atomic():
        CalendarOrder.objects.filter(pk=found.pk).update(hours_first=None)


@pytest.mark.django_db(transaction=True)
def test_two_approve_two_orders_for_one_unit_at_once() -> None:
    cast = build_cast()
    with time_machine.travel(NOW, tick=False):
        taken = make.accepted(cast, make.HOUSEHOLD)
        found = [order(cast), order(cast)]

        def approve(number: int) -> str:
            try:
                return decide(by=cast.publisher, order_id=found[number % 2].pk, approve=True).state
            except ActionError as refused:
                return str(refused)

        answers = at_once(4, approve)
        refused = "Không có đơn vị nào thay đổi: giờ làm việc đã như vậy."
        assert sorted(answers) == sorted(["approved"] * 2 + [refused] * 2)
        drain_all()
        assert len(Unit.objects.get(pk=cast.office.unit.pk).office_hours) == 2
        assert taken.events.filter(kind=EventKind.CALENDAR_CHANGED).count() == 1


# --- on the pages ---


def typed(**more: str) -> dict[str, str]:
    return {
        "key": str(uuid.uuid4()), "document": "Quyết định 5", "name": "Giờ mùa đông", "name_en": "",
        "units": "unit:00004", "first": "12/11/2026", "opens": "7h30", "closes": "11:30", "opens_again": "13.30",
        "closes_again": "16h30", **more,
    }  # fmt: skip


@changing
def test_typed_seen_approved_and_shown_to_everybody(cast: Cast) -> None:
    maker, checker, url = client_of(cast.catalogue), client_of(cast.publisher), reverse("dossiers:calendar")
    assert "Không đơn vị nào có giờ riêng" in maker.get(url).content.decode()
    taken = make.accepted(cast, make.HOUSEHOLD)
    page = maker.post(reverse("dossiers:calendar-hours-new"), typed())["Location"]
    drain_all()
    text = checker.get(page).content.decode()
    assert taken.code in text
    assert "07:30–11:30, 13:30–16:30" in text
    assert cast.office.unit.full_name in text
    checker.post(
        reverse("dossiers:calendar-decision", args=[CalendarOrder.objects.get().pk]), {"decision": "approve"}
    )
    drain_all()
    listing = checker.get(url).content.decode()
    assert "Từ 12/11/2026: 07:30–11:30, 13:30–16:30" in listing
    public = reverse("procedures:unit", args=[cast.office.unit.code])
    shown = Client().get(public).content.decode()
    assert "08:00–12:00, 13:00–17:00" in shown
    assert "Từ 12/11/2026: 07:30–11:30, 13:30–16:30" in shown
    with time_machine.travel(NOW + datetime.timedelta(days=1)):
        forget()  # the catalogue asks every two seconds
        shown = Client().get(public).content.decode()
        assert "07:30–11:30, 13:30–16:30" in shown
        assert "08:00" not in shown


@changing
def test_a_kind_of_units_and_no_break_at_noon(cast: Cast) -> None:
    wanted = typed(units="kind:branch", closes="15:30", opens_again="", closes_again="")
    answer = client_of(cast.catalogue).post(reverse("dossiers:calendar-hours-new"), wanted)
    assert answer.status_code == 302
    found = CalendarOrder.objects.get()
    assert found.hours == [["07:30", "15:30"]]
    assert {unit.kind for unit in found.units.all()} == {"branch"}


@changing
@pytest.mark.parametrize(
    ("faulty", "said"),
    [
        ({"opens": "bảy giờ"}, "Ghi giờ theo dạng"),
        ({"closes": "07:00"}, "Giờ này phải sau giờ ở ô trước"),
        ({"opens_again": "11:30"}, "Giờ này phải sau giờ ở ô trước"),
        ({"closes_again": ""}, "Buổi chiều cần cả giờ mở cửa"),
        ({"opens_again": ""}, "Buổi chiều cần cả giờ mở cửa"),
        ({"first": "11/11/2026"}, "Chỉ đổi được từ ngày mai"),
        ({"units": "unit:99999"}, "99999"),
        ({"units": ""}, "units"),
    ],
)
def test_what_is_typed_wrong_is_said_there(cast: Cast, faulty: dict[str, str], said: str) -> None:
    answer = client_of(cast.catalogue).post(reverse("dossiers:calendar-hours-new"), typed(**faulty))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert said in text
    assert 'value="Quyết định 5"' in text
    assert not CalendarOrder.objects.exists()


@changing
def test_hours_of_before_this_release_become_the_first_period(cast: Cast) -> None:
    unit = cast.office.unit
    Unit.objects.filter(pk=unit.pk).update(office_hours=SHORT)
    steps = importlib.import_module("portal.accounts.migrations.0003_office_hours_from_a_day_on")
    steps.to_periods(apps, None)
    steps.to_periods(apps, None)
    unit.refresh_from_db()
    assert unit.office_hours == [{"first": None, "known": None, "hours": SHORT}]
