"""A financial obligation to be met elsewhere pauses a dossier; both sides read what it is."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from dossiers.actions import processing
from dossiers.models import Dossier
from dossiers.states import EventKind, State
from dossiers.workflow import ActionError, WrongState
from portal.accounts.models import User
from tests.cast import Cast
from tests.factories import dossiers as make

pytestmark = pytest.mark.django_db

WORDS = "Nộp lệ phí trước bạ 1.250.000 đồng tại cơ quan thuế, mang theo chứng từ."


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def tell(dossier: Dossier, cast: Cast) -> Dossier:
    return processing.set_obligation(code=dossier.code, by=cast.office.specialist, reason=WORDS)


def test_it_goes_back_to_where_it_stood(cast: Cast) -> None:
    dossier = tell(make.processing_(cast, make.HOUSEHOLD), cast)
    assert (dossier.state, dossier.resume_state) == (State.OBLIGATION, State.PROCESSING)
    dossier = processing.meet_obligation(code=dossier.code, by=cast.office.specialist)
    assert (dossier.state, dossier.resume_state) == (State.PROCESSING, "")
    kinds = list(dossier.events.order_by("seq").values_list("kind", flat=True))[-2:]
    assert kinds == [EventKind.OBLIGATION_SET, EventKind.OBLIGATION_MET]


def test_the_wait_is_not_counted(cast: Cast) -> None:
    start = datetime.datetime(2026, 10, 5, 2, 0, tzinfo=datetime.UTC)
    with time_machine.travel(start, tick=False) as now:
        dossier = make.processing_(cast, make.HOUSEHOLD)
        promised = dossier.due_at
        now.shift(datetime.timedelta(hours=1))
        tell(dossier, cast)
        now.shift(datetime.timedelta(days=7))
        dossier = processing.meet_obligation(code=dossier.code, by=cast.office.specialist)
    assert promised is not None
    assert dossier.due_at == promised + datetime.timedelta(days=7)
    assert dossier.promised_at == promised


def test_it_needs_words_the_right_and_the_state(cast: Cast) -> None:
    dossier = make.processing_(cast, make.HOUSEHOLD)
    with pytest.raises(ActionError):
        processing.set_obligation(code=dossier.code, by=cast.office.specialist, reason=" ")
    with pytest.raises(PermissionDenied):
        processing.set_obligation(code=dossier.code, by=cast.office.clerk, reason=WORDS)
    with pytest.raises(WrongState):
        processing.meet_obligation(code=dossier.code, by=cast.office.specialist)


def test_on_the_desk_and_before_the_citizen(cast: Cast) -> None:
    dossier = make.processing_(cast, make.HOUSEHOLD)
    desk = client_of(cast.office.specialist)
    page = reverse("dossiers:decide", args=[dossier.code, "obligation"])
    assert page in desk.get(reverse("dossiers:desk", args=[dossier.code])).content.decode()
    assert desk.post(page, {"reason": ""}).status_code == 422
    assert desk.post(page, {"reason": WORDS}).status_code == 302
    citizen = client_of(cast.citizen).get(reverse("dossiers:detail", args=[dossier.code])).content.decode()
    assert WORDS in citizen
    met = reverse("dossiers:act", args=[dossier.code, "meet_obligation"])
    assert met in desk.get(reverse("dossiers:desk", args=[dossier.code])).content.decode()
    assert desk.post(met).status_code == 302
    dossier.refresh_from_db()
    assert dossier.state == State.PROCESSING
