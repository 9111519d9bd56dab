"""A changed calendar: seen beforehand, approved by another person, then every open dossier anew, the promise kept."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.http import Http404
from django.test import Client
from django.urls import reverse

from dossiers.actions import calendar_orders as actions
from dossiers.actions.calendar_orders import Wish, decide, preview_again, propose, withdraw
from dossiers.calendars import KnownCalendars, explain
from dossiers.models import CalendarEffect, CalendarOrder, CalendarState, Dossier
from dossiers.states import EventKind
from dossiers.workflow import ActionError
from portal.accounts.models import Membership, User
from portal.accounts.permissions import Role
from portal.lib import clock
from portal.outbox.actions import drain_all
from procedures.calendar import HANOI, city_calendar
from procedures.importing import small
from procedures.importing.small import load_calendar
from procedures.models import CalendarDay
from reporting.checks import histories
from tests.cast import Cast
from tests.factories import dossiers as make
from tests.two_at_once import at_once

pytestmark = pytest.mark.django_db
# A Wednesday without a holiday near; work is 8-12 and 13-17.
NOW = datetime.datetime(2026, 11, 11, 9, 0, tzinfo=HANOI)
THURSDAY, SATURDAY = datetime.date(2026, 11, 12), datetime.date(2026, 11, 14)


@pytest.fixture(autouse=True)
def _wednesday() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def wish(**days: str) -> Wish:
    """`d12="off"`: 12 November."""
    named = {datetime.date(2026, 11, int(day[1:])): kind for day, kind in days.items()}
    return Wish("Thông báo 12/TB-UBND", "Nghỉ phòng chống bão", "", named)


def order(cast: Cast, **days: str) -> CalendarOrder:
    found = propose(by=cast.catalogue, key=uuid.uuid4(), wish=wish(**days))
    drain_all()
    return found


def approved(cast: Cast, **days: str) -> CalendarOrder:
    found = decide(by=cast.publisher, order_id=order(cast, **days).pk, approve=True)
    drain_all()
    return found


def local(at: datetime.datetime | None) -> str:
    assert at is not None
    return f"{at.astimezone(HANOI):%d/%m %H:%M}"


def test_the_preview_changes_nothing_and_the_approval_moves_what_it_showed(cast: Cast) -> None:
    taken = make.accepted(cast, make.HOUSEHOLD)  # three working days
    waiting = make.filed(cast, make.HOUSEHOLD)
    before = taken.due_at
    assert local(before) == "16/11 09:00"
    assert local(waiting.accept_by) == "12/11 09:00"
    found = order(cast, d12="off")
    shown = {row.dossier.code: (local(row.before), local(row.after)) for row in found.effects.all()}
    assert shown == {taken.code: ("16/11 09:00", "17/11 09:00")}
    assert not CalendarDay.objects.filter(day=THURSDAY).exists()
    taken.refresh_from_db()
    assert taken.due_at == before
    decide(by=cast.publisher, order_id=found.pk, approve=True)
    drain_all()
    taken.refresh_from_db()
    waiting.refresh_from_db()
    assert local(taken.due_at) == "17/11 09:00"
    assert taken.promised_at == before
    assert local(waiting.accept_by) == "12/11 09:00"  # told when it was filed, written once
    event = taken.events.get(kind=EventKind.CALENDAR_CHANGED)
    assert (event.data["name"], event.data["order"], event.actor) == (found.name, found.pk, cast.publisher)
    assert explain(taken).at == taken.due_at
    assert "không tính: Nghỉ phòng chống bão" in [line.text for line in explain(taken).lines]
    assert not found.effects.filter(moved_at=None).exists()


def test_what_is_done_or_ends_before_does_not_move(cast: Cast) -> None:
    make.finished(cast)
    today = make.at_counter(cast)  # the same day
    assert local(today.due_at) == "11/11 17:00"
    assert not order(cast, d12="off").effects.exists()


def test_a_make_up_saturday_brings_the_limit_forward(cast: Cast) -> None:
    taken = make.accepted(cast, make.HOUSEHOLD)
    approved(cast, d14="work")
    taken.refresh_from_db()
    assert local(taken.due_at) == "14/11 09:00"


def test_a_paused_clock_measures_the_pause_by_the_calendar_that_holds(cast: Cast) -> None:
    from dossiers.actions import intake

    taken = make.processing_(cast, make.HOUSEHOLD)
    items = [intake.ItemSpec("Ghi rõ địa chỉ.", field="business_name")]
    intake.request_supplement(code=taken.code, by=cast.office.specialist, reason="Chưa rõ.", items=items)
    approved(cast, d12="off")
    taken.refresh_from_db()
    assert taken.clock_paused
    assert local(taken.due_at) == "17/11 09:00"


def test_moved_once_however_often_the_part_runs(cast: Cast) -> None:
    taken = make.accepted(cast, make.HOUSEHOLD)
    found = approved(cast, d12="off")
    actions.move_one(order=found, dossier_id=taken.pk)
    for part in found.parts.all():
        part.done_at = None
        part.save(update_fields=["done_at"])
        actions.work_part(part_id=part.pk)
    actions.work_late(order_id=found.pk)
    assert taken.events.filter(kind=EventKind.CALENDAR_CHANGED).count() == 1


def test_a_dossier_accepted_by_the_calendar_of_before_is_found_later(cast: Cast) -> None:
    """As when an officer accepts in the very moment of the approval."""
    found = approved(cast, d12="off")
    CalendarDay.objects.get(day=THURSDAY).delete()
    taken = make.accepted(cast, make.HOUSEHOLD)
    assert local(taken.due_at) == "16/11 09:00"
    CalendarDay.objects.create(day=THURSDAY, kind="off", name=found.name, source="x", ordered=True)
    actions.work_late(order_id=found.pk)
    taken.refresh_from_db()
    assert local(taken.due_at) == "17/11 09:00"
    assert found.effects.get().dossier == taken


def test_the_reference_data_leaves_ordered_days_alone(cast: Cast) -> None:
    holiday = CalendarDay.objects.filter(day__gt=clock.today(), kind="off").exclude(day__week_day__in=[1, 7])[
        0
    ]
    days = {holiday.day: "usual"}
    found = propose(by=cast.catalogue, key=uuid.uuid4(), wish=Wish("QĐ", "Đi làm", "", days))
    drain_all()
    assert not city_calendar().is_working(holiday.day)
    decide(by=cast.publisher, order_id=found.pk, approve=True)
    assert city_calendar().is_working(holiday.day)
    load_calendar()
    assert city_calendar().is_working(holiday.day)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({"d10": "off"}, "Chỉ đổi được từ ngày mai"),
        ({"d11": "off"}, "Chỉ đổi được từ ngày mai"),  # the limits of today have begun to pass
        ({"d14": "off"}, "Không có ngày nào"),
        ({"d12": "usual"}, "Không có ngày nào"),
    ],
)
def test_what_cannot_be_proposed(cast: Cast, days: dict[str, str], said: str) -> None:
    with pytest.raises(ActionError, match=said):
        order(cast, **days)
    assert not CalendarOrder.objects.exists()


def test_days_that_change_nothing_are_left_out(cast: Cast) -> None:
    found = order(cast, d12="off", d14="off", d15="off")
    assert [one.day for one in found.days.all()] == [THURSDAY]


def test_two_persons(cast: Cast) -> None:
    found = order(cast, d12="off")
    Membership.objects.create(user=cast.catalogue, unit=cast.city, role=Role.PUBLISHER)
    with pytest.raises(PermissionDenied, match="two persons"):
        decide(by=User.objects.get(pk=cast.catalogue.pk), order_id=found.pk, approve=True)
    with pytest.raises(PermissionDenied):
        decide(by=cast.office.head, order_id=found.pk, approve=True)
    with pytest.raises(PermissionDenied):
        propose(by=cast.publisher, key=uuid.uuid4(), wish=wish(d13="off"))
    with pytest.raises(PermissionDenied):
        withdraw(by=cast.publisher, order_id=found.pk)
    with pytest.raises(Http404):
        decide(by=cast.publisher, order_id=0, approve=True)
    with pytest.raises(DatabaseError, match="calendar_order_two_persons"), transaction.atomic():
        CalendarOrder.objects.filter(pk=found.pk).update(
            state="approved", decided_by=cast.catalogue, decided_at=clock.now()
        )


def test_rejected_with_a_reason_and_withdrawn(cast: Cast) -> None:
    found = order(cast, d12="off")
    with pytest.raises(ActionError, match="lý do"):
        decide(by=cast.publisher, order_id=found.pk, approve=False)
    found = decide(by=cast.publisher, order_id=found.pk, approve=False, reason="Bão đổi hướng.")
    assert (found.state, found.reason) == (CalendarState.REJECTED, "Bão đổi hướng.")
    assert decide(by=cast.publisher, order_id=found.pk, approve=True).state == CalendarState.REJECTED
    assert withdraw(by=cast.catalogue, order_id=found.pk).state == CalendarState.REJECTED
    other = order(cast, d12="off")
    assert withdraw(by=cast.catalogue, order_id=other.pk).state == CalendarState.WITHDRAWN
    assert not CalendarDay.objects.filter(ordered=True).exists()


def test_no_decision_before_the_preview_is_whole_nor_after_the_day(cast: Cast) -> None:
    make.accepted(cast, make.HOUSEHOLD)
    found = propose(by=cast.catalogue, key=uuid.uuid4(), wish=wish(d12="off"))
    with pytest.raises(ActionError, match="Chưa xem trước xong"):
        decide(by=cast.publisher, order_id=found.pk, approve=True)
    drain_all()
    with time_machine.travel(NOW + datetime.timedelta(days=2)), pytest.raises(ActionError, match="ngày mai"):
        decide(by=cast.publisher, order_id=found.pk, approve=True)


def test_looked_at_again(cast: Cast) -> None:
    found = order(cast, d12="off")
    assert not found.effects.exists()
    taken = make.accepted(cast, make.HOUSEHOLD)
    preview_again(by=cast.publisher, order_id=found.pk)
    drain_all()
    assert found.effects.get().dossier == taken
    decide(by=cast.publisher, order_id=found.pk, approve=True)
    assert preview_again(by=cast.publisher, order_id=found.pk).effects.count() == 1


def test_an_old_preview_or_one_of_another_calendar_is_not_approved(cast: Cast) -> None:
    found, other = order(cast, d12="off"), order(cast, d13="off")
    decide(by=cast.publisher, order_id=other.pk, approve=True)
    with pytest.raises(ActionError, match="Lịch đã đổi sau"):
        decide(by=cast.publisher, order_id=found.pk, approve=True)
    with time_machine.travel(NOW + datetime.timedelta(minutes=61)):
        third = order(cast, d17="off")
    with time_machine.travel(NOW + datetime.timedelta(minutes=122, seconds=1)):
        with pytest.raises(ActionError, match="đã cũ"):
            decide(by=cast.publisher, order_id=third.pk, approve=True)
        preview_again(by=cast.publisher, order_id=third.pk)
        drain_all()
        assert decide(by=cast.publisher, order_id=third.pk, approve=True).state == CalendarState.APPROVED


def test_a_late_dossier_stays_late(cast: Cast) -> None:
    taken = make.accepted(cast, make.HOUSEHOLD)  # until 16/11 09:00
    with time_machine.travel(datetime.datetime(2026, 11, 16, 10, 0, tzinfo=HANOI)):
        approved(cast, d17="off")
        taken.refresh_from_db()
        assert local(taken.due_at) == "16/11 09:00"
        with pytest.raises(ActionError, match="ngày mai"):
            order(cast, d16="off")


def test_what_was_done_before_is_explained_and_checked_by_the_calendar_of_then(cast: Cast) -> None:
    done, moved = make.finished(cast, make.HOUSEHOLD), make.accepted(cast, make.HOUSEHOLD)
    told = explain(done)
    approved(cast, d12="off")
    with time_machine.travel(NOW + datetime.timedelta(minutes=10)):
        approved(cast, d13="off")
    with time_machine.travel(NOW + datetime.timedelta(minutes=20)):
        approved(cast, d12="usual")
        later = make.accepted(cast, make.HOUSEHOLD)
    for dossier in (done, moved, later):
        dossier.refresh_from_db()
    assert (local(moved.due_at), local(later.due_at)) == ("17/11 09:00", "17/11 09:20")
    again = explain(done)
    assert (again.at, again.promised, again.lines) == (done.due_at, done.promised_at, told.lines)
    known = KnownCalendars()
    assert known.at(NOW - datetime.timedelta(days=1)).is_working(THURSDAY)
    assert [reading.at for reading in [explain(moved), explain(later)]] == [moved.due_at, later.due_at]
    _paths, clocks = histories.check()
    assert not clocks.findings
    Dossier.objects.filter(pk=moved.pk).update(due_at=moved.due_at + datetime.timedelta(hours=1))
    _paths, clocks = histories.check()
    assert len(clocks.findings) == 1


def test_the_next_release_does_not_change_the_calendar_behind_their_backs(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = small.read_json(small.CALENDAR)
    last = max(row["day"] for row in file["days"])
    like = {**file["days"][0], "confirmed": True, "name": "Nghỉ bù"}
    days = [*file["days"], {**like, "day": "2026-11-12"}, {**like, "day": "2099-01-05"}]
    monkeypatch.setattr(small, "read_json", lambda _path: {"days": days})
    assert last < "2099"
    assert load_calendar() == 1
    assert CalendarDay.objects.filter(day="2099-01-05").exists()
    assert city_calendar().is_working(THURSDAY)
    page = client_of(cast.catalogue).get(reverse("dossiers:calendar")).content.decode()
    assert "Bản phát hành ghi khác" in page
    assert "12/11/2026" in page
    approved(cast, d12="off")
    assert (
        "Bản phát hành ghi khác"
        not in client_of(cast.catalogue).get(reverse("dossiers:calendar")).content.decode()
    )


def test_who_comes_second_is_told_who_was_first(cast: Cast) -> None:
    found = order(cast, d12="off")
    decide(by=cast.publisher, order_id=found.pk, approve=False, reason="Bão đổi hướng.")
    second = User.objects.create_user("danhmuc.hai", "x", full_name="Hai", kind=cast.publisher.kind)
    Membership.objects.create(user=second, unit=cast.city, role=Role.PUBLISHER)
    url = reverse("dossiers:calendar-decision", args=[found.pk])
    page = client_of(second).post(url, {"decision": "approve"}, follow=True).content.decode()
    assert "đã quyết định trước: Không duyệt" in page


def test_the_same_key_is_the_same_order(cast: Cast) -> None:
    key = uuid.uuid4()
    first = propose(by=cast.catalogue, key=key, wish=wish(d12="off"))
    assert propose(by=cast.catalogue, key=key, wish=wish(d12="off")) == first


@pytest.mark.django_db(transaction=True)
def test_two_approve_and_two_order_the_same_day_at_once() -> None:
    from tests.cast import build_cast

    cast = build_cast()
    second = User.objects.create_user("danhmuc.hai", "x", full_name="Hai", kind=cast.publisher.kind)
    Membership.objects.create(user=second, unit=cast.city, role=Role.PUBLISHER)
    second = User.objects.get(pk=second.pk)
    taken = make.accepted(cast, make.HOUSEHOLD)
    one, other = order(cast, d12="off"), order(cast, d12="off")
    wanted = [(cast.publisher, one), (second, one), (cast.publisher, other), (second, other)]

    def approve(number: int) -> str:
        by, found = wanted[number]
        try:
            return decide(by=by, order_id=found.pk, approve=True).state
        except ActionError as refused:
            return str(refused)

    answers = at_once(4, approve)
    # One order holds for both who approved it; the other changes nothing any more and says so to both.
    assert sorted(answers) == [*["Không có ngày nào thay đổi: lịch đã như vậy."] * 2, *["approved"] * 2]
    drain_all()
    assert CalendarDay.objects.get(day=THURSDAY).ordered
    assert taken.events.filter(kind=EventKind.CALENDAR_CHANGED).count() == 1
    assert CalendarEffect.objects.exclude(moved_at=None).get().dossier == taken


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def typed(**more: str) -> dict[str, str]:
    rows = {f"days-{n}-{name}": "" for n in range(6) for name in ("first", "last", "kind")}
    return {
        "key": str(uuid.uuid4()), "document": "Thông báo 12", "name": "Nghỉ bão", "name_en": "",
        "days-TOTAL_FORMS": "6", "days-INITIAL_FORMS": "0", **rows, **more,
    }  # fmt: skip


def test_typed_seen_and_approved_on_the_pages(cast: Cast) -> None:
    taken = make.accepted(cast, make.HOUSEHOLD)
    maker, checker = client_of(cast.catalogue), client_of(cast.publisher)
    days = {
        "days-0-first": "12/11/2026",
        "days-0-kind": "off",
        "days-2-first": "14/11/2026",
        "days-2-kind": "work",
    }
    answer = maker.post(reverse("dossiers:calendar-new"), typed(**days))
    page = answer["Location"]
    drain_all()
    assert "Người khác phải duyệt" in maker.get(page).content.decode()
    text = checker.get(page).content.decode()
    assert taken.code not in text  # a day off and a make-up day even out: nobody moves
    assert "0 hồ sơ sẽ đổi hạn" in text
    assert checker.post(page + "quyet-dinh/", {"decision": "reject"}).status_code == 422
    assert checker.post(page + "quyet-dinh/", {"decision": "approve"})["Location"] == page
    drain_all()
    listing = checker.get(reverse("dossiers:calendar")).content.decode()
    assert "Nghỉ bão" in listing
    assert "Làm bù" in listing
    assert Dossier.objects.get(pk=taken.pk).due_at == taken.due_at


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({}, "Ghi ít nhất một ngày"),
        ({"days-0-first": "12/11/2026"}, "Chọn ngày này trở thành gì"),
        ({"days-0-kind": "off"}, "Ghi ngày"),
        ({"days-0-first": "12/13/2026", "days-0-kind": "off"}, "Ghi ngày theo dạng"),
        (
            {"days-0-first": "12/11/2026", "days-0-last": "10/11/2026", "days-0-kind": "off"},
            "không được trước",
        ),
        ({"days-0-first": "12/11/2026", "days-0-last": "31/12/2026", "days-0-kind": "off"}, "tối đa 31 ngày"),
        (
            {
                "days-0-first": "12/11/2026",
                "days-0-kind": "off",
                "days-1-first": "12/11/2026",
                "days-1-kind": "work",
            },
            "đã có ở dòng trên",
        ),
        ({"days-0-first": "10/11/2026", "days-0-kind": "off"}, "Chỉ đổi được từ ngày mai"),
    ],
)
def test_what_is_typed_wrong_is_said_there(cast: Cast, days: dict[str, str], said: str) -> None:
    answer = client_of(cast.catalogue).post(reverse("dossiers:calendar-new"), typed(**days))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert said in text
    assert 'value="Thông báo 12"' in text
    assert not CalendarOrder.objects.exists()
