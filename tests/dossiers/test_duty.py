"""Absences, acting for another, and the hand-over of a desk."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.utils import IntegrityError
from django.http import Http404
from django.test import Client
from django.urls import reverse

from dossiers.actions import duty, processing
from dossiers.load import loads
from dossiers.models import Absence, DeskHandover, Dossier
from dossiers.process import course_of
from dossiers.states import EventKind, State
from dossiers.workflow import ActionError
from portal.accounts.models import Membership, User
from portal.lib import clock
from tests.cast import Cast
from tests.dossiers.test_inbox import codes, make_specialist, page
from tests.factories import dossiers as make

pytestmark = pytest.mark.django_db


def absence(cast: Cast, by: User, officer: User, substitute: User, days: int = 0, **changes: Any) -> Absence:
    today = clock.today()
    values = {"first": today, "last": today + datetime.timedelta(days=days), "reason": "Đi học"} | changes
    return duty.order_absence(by=by, unit=cast.office.unit, officer=officer, substitute=substitute, **values)


def submit(dossier: Dossier, by: User) -> Dossier:
    kind = dossier.version.resultkinds.first()
    assert kind is not None
    return processing.submit(code=dossier.code, by=by, kind=kind, granted=True, content={})


def test_a_substitute_acts_in_the_name_of_the_absent(cast: Cast) -> None:
    dossier, second = make.processing_(cast), make_specialist(cast)
    with pytest.raises(PermissionDenied):
        submit(dossier, second)
    assert codes(page(second, tab="mine")) == []
    absence(cast, cast.office.head, cast.office.specialist, second)
    assert codes(page(second, tab="mine")) == [dossier.code]
    submit(dossier, second)
    event = dossier.events.get(kind=EventKind.SUBMITTED)
    assert event.actor == second
    assert event.data["for"] == cast.office.specialist.pk
    client = Client()
    client.force_login(cast.office.head)
    html = client.get(reverse("dossiers:desk", args=[dossier.code])).content.decode()
    assert "(thay Vũ Chuyên Viên)" in html


def test_one_s_own_work_names_nobody_else(cast: Cast) -> None:
    dossier, second = make.processing_(cast), make_specialist(cast)
    absence(cast, cast.office.head, cast.office.specialist, second)
    submit(dossier, cast.office.specialist)
    assert "for" not in dossier.events.get(kind=EventKind.SUBMITTED).data


def test_only_while_it_lasts(cast: Cast) -> None:
    dossier, second = make.processing_(cast), make_specialist(cast)
    made = absence(cast, cast.office.head, cast.office.specialist, second, days=1)
    with clock.at(clock.now() + datetime.timedelta(days=2)):
        assert codes(page(second, tab="mine")) == []
        with pytest.raises(PermissionDenied):
            submit(dossier, second)
    duty.decide_absence(by=cast.office.head, key=made.pk, confirm=False)
    with pytest.raises(PermissionDenied):
        submit(dossier, second)


def test_an_absence_needs_a_second_person(cast: Cast) -> None:
    dossier, second = make.processing_(cast), make_specialist(cast)
    made = absence(cast, cast.office.specialist, cast.office.specialist, second)
    assert made.confirmed_at is None
    with pytest.raises(PermissionDenied):
        submit(dossier, second)
    for nobody in (cast.office.specialist, second, cast.office.counter):
        with pytest.raises(PermissionDenied):
            duty.decide_absence(by=nobody, key=made.pk, confirm=True)
    with pytest.raises(Http404):
        duty.decide_absence(by=cast.other_office.head, key=made.pk, confirm=True)
    duty.decide_absence(by=cast.office.head, key=made.pk, confirm=True)
    assert submit(dossier, second).state in {State.SIGNING, State.CHECKING}
    with pytest.raises(IntegrityError), transaction.atomic():
        Absence.objects.filter(pk=made.pk).update(confirmed_by=cast.office.specialist)
    own = absence(cast, cast.office.head, cast.office.head, _second_head(cast))
    assert own.confirmed_at is None  # who leads the unit does not send himself away either


def _second_head(cast: Cast) -> User:
    user = User.objects.create_user("badinh.pho", "x", kind="staff", full_name="Phó Giám Đốc")
    Membership.objects.create(user=user, unit=cast.office.unit, role="head")
    return user


def test_a_substitute_gains_no_right(cast: Cast) -> None:
    """He must hold the same posts himself: nobody signs because somebody is away."""
    office = cast.office
    second = make_specialist(cast)
    for officer, substitute in (
        (office.leader, office.specialist), (office.specialist, office.counter), (office.specialist, office.specialist),
        (office.specialist, cast.other_office.specialist),
    ):  # fmt: skip
        with pytest.raises(ActionError):
            absence(cast, office.head, officer, substitute)
    with pytest.raises(PermissionDenied):
        absence(cast, second, office.specialist, second)
    with pytest.raises(PermissionDenied):
        absence(cast, cast.other_office.head, office.specialist, second)
    past = clock.today() - datetime.timedelta(days=3)
    with pytest.raises(ActionError):
        absence(cast, office.head, office.specialist, second, first=past, last=past)
    absence(cast, office.head, office.specialist, second)
    with pytest.raises(ActionError):
        absence(cast, office.head, office.specialist, second)


def test_the_absent_get_nothing_new(cast: Cast) -> None:
    second = make_specialist(cast)
    absence(cast, cast.office.head, second, cast.office.specialist)
    dossier = make.accepted(cast)
    from dossiers.actions.assigning import assign_by_load

    assign_by_load(code=dossier.code, by=cast.office.head)
    dossier.refresh_from_db()
    assert dossier.assignee == cast.office.specialist


def test_a_whole_desk_goes_to_others(cast: Cast) -> None:
    office, second, third = cast.office, make_specialist(cast), make_specialist(cast, "badinh.ba")
    held = [make.processing_(cast), make.signing(cast), make.asking_again(cast), make.checking(cast)]
    states = {each.pk: Dossier.objects.get(pk=each.pk).state for each in held}
    done = make.finished(cast)
    Membership.objects.filter(user=office.specialist).update(valid_to=clock.today())  # gone already
    key = uuid.uuid4()
    values = {"unit": office.unit, "officer": office.specialist, "to": [second, third], "reason": "Nghỉ hưu"}
    made = duty.hand_over_desk(by=office.head, key=key, **values)
    assert duty.hand_over_desk(by=office.head, key=key, **values) == made
    rows = list(made.rows.order_by("position"))
    assert {row.dossier_id for row in rows} == {each.pk for each in held}
    assert {row.to for row in rows} == {second, third}
    for row in rows:
        dossier = Dossier.objects.get(pk=row.dossier_id)
        assert dossier.assignee == row.to
        assert dossier.state == states[dossier.pk]
        event = dossier.events.filter(kind=EventKind.ASSIGNED).latest("seq")
        assert event.data["handover"] == made.pk
        assert event.data["from"] == office.specialist.pk
    assert Dossier.objects.get(pk=done.pk).assignee == office.specialist
    assert codes(page(office.head, tab="nobody")) == []
    assert sum(load.dossiers for load in loads(office.unit.pk)) == sum(
        state == State.PROCESSING for state in states.values()
    )
    client = Client()
    client.force_login(second)
    html = client.get(reverse("dossiers:desk-handover", args=[made.pk])).content.decode()
    assert all(row.dossier.code in html for row in rows)
    client.force_login(cast.other_office.head)
    assert client.get(reverse("dossiers:desk-handover", args=[made.pk])).status_code == 404


def test_who_checks_is_not_who_was_given_it(cast: Cast) -> None:
    """A dossier given to another specialist while the head checks it: the step of the check stays the head's."""
    dossier, second = make.checking(cast), make_specialist(cast)
    duty.hand_over_desk(
        by=cast.office.leader, key=uuid.uuid4(), unit=cast.office.unit, officer=cast.office.specialist, to=[second],
        reason="Chuyển công tác",
    )  # fmt: skip
    from procedures.calendar import calendar_for

    steps = course_of(dossier, calendar_for(cast.office.unit)).steps
    assert second.full_name not in {run.who for run in steps if run.planned.kind == "check"}


def test_bad_hand_overs_leave_everything(cast: Cast) -> None:
    office, second, dossier = cast.office, make_specialist(cast), make.processing_(cast)
    good = {"unit": office.unit, "officer": office.specialist, "to": [second], "reason": "Nghỉ"}
    for change in (
        {"reason": " "}, {"to": []}, {"to": [office.specialist]}, {"to": [office.counter]}, {"officer": office.clerk},
    ):  # fmt: skip
        with pytest.raises(ActionError):
            duty.hand_over_desk(by=office.head, key=uuid.uuid4(), **{**good, **change})
    for nobody in (second, office.counter, cast.other_office.head):
        with pytest.raises(PermissionDenied):
            duty.hand_over_desk(by=nobody, key=uuid.uuid4(), **good)
    assert not DeskHandover.objects.exists()
    assert Dossier.objects.get(pk=dossier.pk).assignee == office.specialist


def test_the_page_of_people(cast: Cast) -> None:
    second, client = make_specialist(cast), Client()
    make.processing_(cast)
    client.force_login(cast.office.head)
    today = f"{clock.today():%d/%m/%Y}"
    data = {
        "unit": cast.office.unit.pk, "officer": cast.office.specialist.pk, "substitute": second.pk,
        "first": today, "last": today, "reason": "Họp",
    }  # fmt: skip
    bad = client.post(reverse("dossiers:absence"), {**data, "last": "1/1/2020"})
    assert bad.status_code == 422
    assert "chưa qua" in bad.content.decode()
    assert client.post(reverse("dossiers:absence"), data).status_code == 302
    html = client.get(reverse("dossiers:people")).content.decode()
    assert "vắng mặt hôm nay" in html
    assert "Lê Chuyên Viên Hai làm thay" in html
    desk = {
        "key": uuid.uuid4(), "unit": cast.office.unit.pk, "officer": cast.office.specialist.pk, "to": [second.pk],
    }  # fmt: skip
    assert client.post(reverse("dossiers:hand-over-desk"), desk).status_code == 422
    answer = client.post(reverse("dossiers:hand-over-desk"), {**desk, "reason": "Nghỉ hưu"}, follow=True)
    assert "Biên bản bàn giao hồ sơ" in answer.content.decode()
    client.force_login(second)
    html = client.get(reverse("dossiers:people")).content.decode()
    assert "Bàn giao toàn bộ" not in html
