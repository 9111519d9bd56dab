"""Ask once: a second request needs the head; a silent person is reminded; a missed time is noted."""

from __future__ import annotations

import datetime

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from dossiers import tracking
from dossiers.actions import intake
from dossiers.actions.supplements import decide_supplement, remind_and_note
from dossiers.models import Approval, Dossier, SupplementRequest
from dossiers.states import EventKind, Money, State
from dossiers.workflow import ActionError, WrongState
from portal.lib import clock
from portal.outbox.actions import drain_all
from tests.cast import Cast
from tests.factories import dossiers as make


@pytest.fixture
def again(cast: Cast) -> Dossier:
    """A dossier the specialist wants to send back a second time."""
    return make.asking_again(cast)


def proposal(dossier: Dossier) -> SupplementRequest:
    return dossier.supplements.get(number=2)


def test_a_second_request_moves_nothing_until_the_head_approves(cast: Cast, again: Dossier) -> None:
    before = again.due_at
    assert again.state == State.PROCESSING
    assert proposal(again).approval == Approval.PROPOSED
    assert tracking.open_request(again) is None
    assert again.documents.filter(kind="02").count() == 1
    shown = {moment.title for moment in tracking.timeline(again)}
    assert str(EventKind.SUPPLEMENT_PROPOSED.label) not in shown
    asked = decide_supplement(code=again.code, by=cast.office.head, approve=True)
    again.refresh_from_db()
    assert again.state == State.SUPPLEMENT
    assert (asked.approval, asked.decided_by) == (Approval.APPROVED, cast.office.head)
    assert tracking.open_request(again) == asked
    assert again.documents.filter(kind="02").count() == 2
    assert again.due_at == before  # paused, not yet moved
    assert decide_supplement(code=again.code, by=cast.office.leader, approve=False, note="x") == asked


def test_a_declined_one_leaves_the_dossier_where_it_was(cast: Cast, again: Dossier) -> None:
    with pytest.raises(ActionError):
        decide_supplement(code=again.code, by=cast.office.leader, approve=False, note=" ")
    asked = decide_supplement(code=again.code, by=cast.office.leader, approve=False, note="Đủ rõ rồi.")
    again.refresh_from_db()
    assert again.state == State.PROCESSING
    assert asked.closed_at is not None
    assert again.events.filter(kind=EventKind.SUPPLEMENT_DECLINED).get().data["reason"] == "Đủ rõ rồi."


@pytest.mark.parametrize("who", ["counter", "specialist", "clerk", "cashier"])
def test_nobody_else_decides(cast: Cast, again: Dossier, who: str) -> None:
    with pytest.raises(PermissionDenied):
        decide_supplement(code=again.code, by=getattr(cast.office, who), approve=True)


def test_an_approval_after_the_dossier_moved_on_is_told(cast: Cast, again: Dossier) -> None:
    intake.withdraw(code=again.code, by=cast.citizen, reason="Thôi.")
    assert decide_supplement(code=again.code, by=cast.office.head, approve=True).closed_at is not None
    again.refresh_from_db()
    assert again.state == State.WITHDRAWN


def test_an_approval_while_the_result_is_being_signed_is_told(cast: Cast, again: Dossier) -> None:
    from dossiers.actions import processing

    kind = again.version.resultkinds.earliest("pk")
    processing.submit(code=again.code, by=cast.office.specialist, kind=kind, granted=True, content={})
    with pytest.raises(WrongState):
        decide_supplement(code=again.code, by=cast.office.head, approve=True)
    assert proposal(again).approval == Approval.PROPOSED


def test_the_head_at_the_counter_sends_a_second_one_himself_on_record(cast: Cast) -> None:
    dossier = make.filed(cast)
    items = [intake.ItemSpec("Ghi đúng nơi sinh.", field="birth_place")]
    intake.request_supplement(code=dossier.code, by=cast.office.counter, reason="Chưa rõ.", items=items)
    intake.answer_supplement(
        code=dossier.code,
        by=cast.citizen,
        answers={},
        revised={"birth_place": make.example(make.BIRTH)["birth_place"]},
        uploads_by_item={},
    )
    asked = intake.request_supplement(code=dossier.code, by=cast.office.head, reason="Vẫn vậy.", items=items)
    assert (asked.approval, asked.decided_by, asked.number) == (Approval.APPROVED, cast.office.head, 2)
    dossier.refresh_from_db()
    assert dossier.state == State.SUPPLEMENT


def test_the_head_decides_on_a_page(client: Client, cast: Cast, again: Dossier) -> None:
    address = reverse("dossiers:decide-supplement", args=[again.code])
    client.force_login(cast.office.head)
    assert address in client.get(reverse("dossiers:desk", args=[again.code])).content.decode()
    page = client.get(address).content.decode()
    assert "Vẫn chưa rõ." in page
    assert client.post(address, {"approve": "no"}).status_code == 422
    assert client.post(address, {}).status_code == 422
    assert client.post(address, {"approve": "yes"}).status_code == 302
    assert client.get(address).status_code == 302  # nothing waits any more
    client.force_login(cast.office.specialist)
    assert client.get(address).status_code == 403


def test_the_form_warns_of_the_second_time(client: Client, cast: Cast) -> None:
    dossier = make.processing_(cast)
    client.force_login(cast.office.specialist)
    address = reverse("dossiers:decide", args=[dossier.code, "supplement"])
    assert "được tính cho đơn vị" not in client.get(address).content.decode()
    items = [intake.ItemSpec("Ghi đúng nơi sinh.", field="birth_place")]
    intake.request_supplement(code=dossier.code, by=cast.office.specialist, reason="A.", items=items)
    intake.answer_supplement(
        code=dossier.code,
        by=cast.citizen,
        answers={},
        revised={"birth_place": make.example(make.BIRTH)["birth_place"]},
        uploads_by_item={},
    )
    assert "được tính cho đơn vị" in client.get(address).content.decode()


# --- Reminder and missed time ---


@pytest.fixture
def waiting(cast: Cast) -> SupplementRequest:
    """Asked on a Monday morning, ten working days to answer."""
    cast.citizen.email = "anh@example.org"
    cast.citizen.save(update_fields=["email"])
    with clock.at(datetime.datetime(2026, 11, 2, 3, tzinfo=datetime.UTC)):
        dossier = make.processing_(cast)
        items = [intake.ItemSpec("Ghi đúng nơi sinh.", field="birth_place")]
        asked = intake.request_supplement(
            code=dossier.code, by=cast.office.specialist, reason="Chưa rõ.", items=items
        )
    drain_all()
    mail.outbox.clear()
    return asked


def _run(moment: datetime.datetime) -> int:
    with clock.at(moment):
        touched = remind_and_note(now=moment)
    drain_all()
    return touched


def test_one_reminder_two_working_days_ahead_and_one_note_afterwards(waiting: SupplementRequest) -> None:
    assert _run(waiting.answer_by - datetime.timedelta(days=6)) == 0
    near = waiting.answer_by - datetime.timedelta(days=1)
    assert _run(near) == 1
    assert _run(near) == 0
    assert len(mail.outbox) == 1
    late = waiting.answer_by + datetime.timedelta(minutes=1)
    assert _run(late) == 1
    assert _run(late) == 0
    assert len(mail.outbox) == 2
    waiting.refresh_from_db()
    assert waiting.overdue_at == late
    kinds = list(waiting.dossier.events.order_by("seq").values_list("kind", flat=True))[-2:]
    assert kinds == [EventKind.SUPPLEMENT_REMINDED, EventKind.SUPPLEMENT_OVERDUE]


def test_after_the_missed_time_the_leader_finds_a_stop_notice_proposed(
    client: Client, cast: Cast, waiting: SupplementRequest
) -> None:
    _run(waiting.answer_by + datetime.timedelta(hours=1))
    client.force_login(cast.office.leader)
    desk = client.get(reverse("dossiers:desk", args=[waiting.dossier.code])).content.decode()
    assert "Đề nghị lãnh đạo ra thông báo dừng" in desk
    page = client.get(reverse("dossiers:decide", args=[waiting.dossier.code, "stop"])).content.decode()
    assert "không bổ sung hồ sơ trong thời hạn" in page


def test_an_answered_request_is_left_alone(cast: Cast, waiting: SupplementRequest) -> None:
    intake.answer_supplement(
        code=waiting.dossier.code,
        by=cast.citizen,
        answers={},
        revised={"birth_place": make.example(make.BIRTH)["birth_place"]},
        uploads_by_item={},
    )
    assert _run(waiting.answer_by + datetime.timedelta(days=1)) == 0


# --- What ending does to the money ---


@pytest.mark.parametrize(
    ("money", "said"), [(Money.DUE, "không còn phải nộp"), (Money.PAID, "xem xét hoàn trả")]
)
def test_ending_says_what_becomes_of_the_money(client: Client, cast: Cast, money: str, said: str) -> None:
    dossier = make.accepted(cast)
    dossier.money = money
    dossier.save(update_fields=["money"])
    client.force_login(cast.citizen)
    assert said in client.get(reverse("dossiers:withdraw", args=[dossier.code])).content.decode()
    client.force_login(cast.office.counter)
    assert said in client.get(reverse("dossiers:decide", args=[dossier.code, "withdraw"])).content.decode()
