"""The queue: numbers without gap or double, who is called first, two officers at once, and nothing personal."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dossiers import queueing
from dossiers.actions import queue
from dossiers.models import CounterIntake, QueuePoint, QueueTicket, TicketState
from dossiers.workflow import ActionError
from portal.accounts.models import Membership, User
from portal.accounts.permissions import Role
from portal.lib import clock
from tests.cast import Cast, build_cast
from tests.factories import dossiers as make
from tests.two_at_once import at_once

MINUTE = datetime.timedelta(minutes=1)


def opened(cast: Cast, name: str = "Điểm số 1") -> QueuePoint:
    return queue.open_point(by=cast.office.head, unit=cast.office.unit, name=name)


def taken(point: QueuePoint, ground: str = "", matter: str = "file") -> QueueTicket:
    return queue.take_ticket(by=None, point=point, matter=matter, ground=ground, key=uuid.uuid4())


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def call(cast: Cast, point: QueuePoint, by: User | None = None, **more: Any) -> QueueTicket | None:
    return queue.call_next(by=by or cast.office.counter, point_id=point.pk, window="Quầy 1", **more)


@pytest.mark.django_db
def test_numbers_run_by_point_and_day(cast: Cast) -> None:
    first, second = opened(cast), opened(cast, "Điểm số 2")
    assert [taken(first).number, taken(first).number, taken(second).number] == [1, 2, 1]
    with clock.at(timezone.now() + datetime.timedelta(days=1)):
        assert taken(first).number == 1


@pytest.mark.django_db
def test_priority_people_first_then_by_the_time_waited(cast: Cast) -> None:
    point = opened(cast)
    plain, old, disabled = taken(point), taken(point, "elderly"), taken(point, "disabled")
    assert queueing.ahead_of(plain) == 2
    assert queueing.ahead_of(disabled) == 1
    order = []
    while (ticket := call(cast, point)) is not None:
        order.append(ticket.pk)
    assert order == [old.pk, disabled.pk, plain.pk]
    plain.refresh_from_db()
    assert plain.state == TicketState.DONE  # the call that found nobody ended it


@pytest.mark.django_db
def test_a_desk_of_one_matter_calls_only_that(cast: Cast) -> None:
    point = opened(cast)
    taken(point)
    result = taken(point, matter="collect")
    called = call(cast, point, matter="collect")
    assert called is not None
    assert called.pk == result.pk
    assert call(cast, point, matter="collect") is None


@pytest.mark.django_db
def test_recall_no_show_finish_and_move(cast: Cast) -> None:
    point, other = opened(cast), opened(cast, "Điểm số 2")
    by = cast.office.counter
    with pytest.raises(ActionError, match="chưa gọi"):
        queue.recall(by=by)
    first, second = taken(point), taken(point)
    call(cast, point)
    assert queue.recall(by=by).calls == 2
    assert queue.no_show(by=by).state == TicketState.NO_SHOW
    call(cast, point)
    with pytest.raises(ActionError):
        queue.move(by=by, point_id=point.pk)
    moved = queue.move(by=by, point_id=other.pk)
    assert (moved.number, moved.waits_since) == (1, second.waits_since)
    second.refresh_from_db()
    assert second.state == TicketState.MOVED
    assert queueing.get_ticket(second.pk) == moved
    assert queueing.get_ticket(first.pk).state == TicketState.NO_SHOW
    call(cast, other)
    assert queue.finish(by=by).ended_at is not None


@pytest.mark.django_db
def test_a_second_press_is_the_same_ticket_and_a_closed_point_gives_none(cast: Cast) -> None:
    point, key = opened(cast), uuid.uuid4()
    for _press in range(2):
        ticket = queue.take_ticket(by=None, point=point, matter="file", key=key)
    assert ticket.number == 1
    assert QueueTicket.objects.count() == 1
    queue.close_point(by=cast.office.head, point_id=point.pk)
    with pytest.raises(ActionError, match="ngừng cấp số"):
        taken(point)
    assert call(cast, point) is not None  # who waits is still called


@pytest.mark.django_db
def test_another_unit_neither_calls_nor_opens(cast: Cast) -> None:
    point = opened(cast)
    taken(point)
    with pytest.raises(PermissionDenied):
        call(cast, point, by=cast.other_office.counter)
    with pytest.raises(PermissionDenied):
        queue.open_point(by=cast.office.counter, unit=cast.office.unit, name="Điểm số 9")
    with pytest.raises(ActionError, match="đã có"):
        opened(cast)
    far = client_of(cast.other_office.counter)
    assert far.get(reverse("dossiers:queue-line", args=[point.pk])).status_code == 404
    assert far.post(reverse("dossiers:queue-call", args=[point.pk]), {"window": "1"}).status_code == 404
    assert client_of(cast.citizen).get(reverse("dossiers:queue")).status_code == 403


@pytest.mark.django_db
def test_the_database_holds_the_rules(cast: Cast) -> None:
    ticket = taken(opened(cast))
    for wrong in (
        {"state": "called"},
        {"state": "done", "ended_at": timezone.now()},
        {"calls": 1},
        {"ended_at": timezone.now()},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            QueueTicket.objects.filter(pk=ticket.pk).update(**wrong)


def test_the_estimate_says_nothing_before_it_knows() -> None:
    assert queueing.estimate(5, [MINUTE] * 2, 1) is None
    assert queueing.estimate(5, [MINUTE] * 3, 0) is None
    assert queueing.estimate(0, [MINUTE] * 3, 1) == MINUTE
    assert queueing.estimate(5, [2 * MINUTE] * 3, 2) == 6 * MINUTE


@pytest.mark.django_db
def test_from_kiosk_to_display_nothing_is_personal(cast: Cast) -> None:
    point = opened(cast)
    kiosk, officer = Client(), client_of(cast.office.counter)
    address = reverse("dossiers:kiosk", args=[point.token])
    assert "chưa có dữ liệu" in kiosk.get(address).content.decode()
    refused = kiosk.post(address, {"key": str(uuid.uuid4())})
    assert refused.status_code == 422
    page = kiosk.post(address, {"key": str(uuid.uuid4()), "matter": "file", "ground": "elderly"}, follow=True)
    back = f"30;url={address}"  # the machine returns by itself; the same ticket on a phone stays
    assert (refused["Refresh"], page["Refresh"]) == (back, back)
    assert "30 giây" in page.content.decode()
    assert "Refresh" not in kiosk.get(page.redirect_chain[-1][0].partition("?")[0])
    html = page.content.decode()
    assert "001" in html
    assert "Luật Người cao tuổi" in html
    assert "Bạn là người tiếp theo." in html
    assert officer.post(reverse("dossiers:queue-call", args=[point.pk]), {"window": ""}).status_code == 422
    officer.post(reverse("dossiers:queue-call", args=[point.pk]), {"window": "Quầy 3"})
    assert "001" in officer.get(reverse("dossiers:counter")).content.decode()
    screen = Client().get(reverse("dossiers:call-display", args=[point.token])).content.decode()
    assert "001" in screen
    assert "Quầy 3" in screen
    for personal in (cast.office.counter.full_name, "Người cao tuổi"):
        assert personal not in screen
    part = Client().get(reverse("dossiers:call-display", args=[point.token]), headers={"hx-request": "true"})
    assert part.content.decode().lstrip().startswith('<div id="calls"')
    ticket = QueueTicket.objects.get()
    assert "Mời bạn đến Quầy 3." in kiosk.get(reverse("dossiers:ticket", args=[ticket.pk])).content.decode()
    assert Client().get(reverse("dossiers:kiosk", args=["khong-co"])).status_code == 404
    assert Client().get(reverse("dossiers:ticket", args=[uuid.uuid4()])).status_code == 404


@pytest.mark.django_db
def test_the_intake_knows_its_ticket_and_the_head_what_was_measured(cast: Cast) -> None:
    point = opened(cast)
    start = timezone.now()
    taken(point)
    with clock.at(start + 5 * MINUTE):
        call(cast, point)
        make.at_counter(cast)
    with clock.at(start + 7 * MINUTE):
        queue.finish(by=cast.office.counter)
    assert CounterIntake.objects.get().ticket == QueueTicket.objects.get()
    (line,) = queueing.measured(cast.office.head)
    assert line.waited is not None
    assert line.served == 2 * MINUTE
    assert round(line.waited / MINUTE) == 5
    assert queueing.measured(cast.office.counter) == []
    html = client_of(cast.office.head).get(reverse("dossiers:queue")).content.decode()
    assert "2 phút 0 giây" in html


@pytest.mark.django_db(transaction=True)
def test_two_officers_calling_at_once_get_two_people() -> None:
    cast = build_cast()
    officers = [cast.office.counter]
    for number in range(3):
        each = User.objects.create_user(
            f"badinh.quay{number}", "x", kind="staff", full_name=f"Cán bộ {number}"
        )
        Membership.objects.create(user=each, unit=cast.office.unit, role=Role.COUNTER)
        officers.append(each)
    point = opened(cast)
    numbers = at_once(8, lambda _n: taken(point))
    assert sorted(ticket.number for ticket in numbers) == list(range(1, 9))
    called = at_once(4, lambda n: call(cast, point, by=officers[n]))
    assert len({ticket.pk for ticket in called}) == 4
    same = at_once(4, lambda _n: call(cast, point))  # one officer pressing four times at once
    good = [ticket for ticket in same if isinstance(ticket, QueueTicket)]
    assert good
    assert QueueTicket.objects.filter(officer=cast.office.counter, state="called").count() == 1


@pytest.mark.django_db
def test_queries_of_the_display_do_not_grow(cast: Cast, django_assert_max_num_queries: Any) -> None:
    point = opened(cast)
    taken(point)
    address = reverse("dossiers:call-display", args=[point.token])
    with django_assert_max_num_queries(6) as few:
        Client().get(address)
    for _ticket in range(10):
        taken(point)
    with django_assert_max_num_queries(len(few)):
        Client().get(address)
