"""Feedback and petitions: limits of the law, who may do what, nothing of the sender published."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from django.http import Http404
from django.test import Client
from django.urls import reverse

from dossiers.actions import petitions as act
from dossiers.models import Petition, PetitionEvent, PetitionEventKind, PetitionState
from dossiers.petitions import MOVES, WrongPetitionStateError, limits, moves_from, names_sender
from dossiers.workflow import ActionError
from portal.lib import clock
from portal.outbox.actions import drain_all
from procedures.calendar import HANOI, calendar_for
from tests.cast import Cast, build_cast
from tests.factories.dossiers import accepted, pdf
from tests.factories.petitions import ANH, sent
from tests.two_at_once import at_once

MONDAY = datetime.datetime(2026, 9, 14, 9, tzinfo=HANOI)
DAY = datetime.timedelta(days=1)


def kinds(petition: Petition) -> list[str]:
    return list(petition.events.values_list("kind", flat=True))


def of(petition: Petition) -> Petition:
    return Petition.objects.get(pk=petition.pk)


def test_the_whole_way(cast: Cast) -> None:
    petition, head = sent(cast), cast.office.head
    act.take(code=petition.code, by=head)
    act.answer(code=petition.code, by=head, text="Không cần sổ hộ khẩu; đã nhắc cán bộ.")
    act.publish(
        code=petition.code, by=head, question="Bị đòi thêm sổ hộ khẩu.", answer="Không cần sổ hộ khẩu."
    )
    act.rate_answer(token=petition.token, by=cast.citizen, satisfied=True)
    act.rate_answer(token=petition.token, by=cast.citizen, satisfied=False)
    done = of(petition)
    assert (done.state, done.satisfied) == (PetitionState.PUBLISHED, True)
    assert kinds(petition) == ["submitted", "taken", "answered", "published", "rated"]
    drain_all()
    assert [letter.to for letter in mail.outbox] == [["anh@example.org"]] * 4
    assert all("Ánh" not in letter.body and petition.token in letter.body for letter in mail.outbox)


def test_codes_have_no_gap_and_sending_twice_is_once(cast: Cast) -> None:
    key = uuid.uuid4()
    first, again, next_one = sent(cast, client_key=key), sent(cast, client_key=key), sent(cast)
    assert first.pk == again.pk
    assert (first.code[-4:], next_one.code[-4:]) == ("0001", "0002")
    assert first.files.count() == 1


def test_limits_are_working_days_and_begin_anew_with_what_was_supplied(cast: Cast) -> None:
    calendar = calendar_for(cast.office.unit)
    head = cast.office.head
    with clock.at(MONDAY):
        petition = sent(cast)
    assert petition.answer_by == MONDAY + 21 * DAY  # fifteen working days are three weeks
    with clock.at(MONDAY + 8 * DAY):  # the sixth working day: one later than asking is allowed
        act.ask(code=petition.code, by=head, text="Ngày nào?")
    with clock.at(MONDAY + 14 * DAY):
        act.supply(token=petition.token, by=None, text="Thứ Hai tuần trước.")
    with clock.at(MONDAY + 15 * DAY):
        act.answer(code=petition.code, by=head, text="Đã nhắc.")
    found = limits(petition.events.all(), calendar)
    now = MONDAY + 16 * DAY
    assert [(each.kind, each.late(now)) for each in found] == [
        (PetitionEventKind.ASKED, True),
        (PetitionEventKind.ANSWERED, False),
        (PetitionEventKind.PUBLISHED, False),
    ]
    assert found[0].until == MONDAY + 7 * DAY
    assert found[2].until == MONDAY + 17 * DAY
    assert found[2].late(MONDAY + 18 * DAY)


def test_handed_on_the_time_runs_at_the_other_unit(cast: Cast) -> None:
    with clock.at(MONDAY):
        petition = sent(cast)
    with clock.at(MONDAY + DAY):
        act.forward(
            code=petition.code, by=cast.office.head, unit=cast.other_office.unit, text="Việc ở nơi khác."
        )
    assert of(petition).answer_by == MONDAY + 22 * DAY
    with pytest.raises(Http404):
        act.take(code=petition.code, by=cast.office.head)
    act.take(code=petition.code, by=cast.other_office.leader)
    with pytest.raises(ActionError):
        act.forward(code=petition.code, by=cast.other_office.head, unit=cast.other_office.unit, text="x")
    assert of(petition).state == PetitionState.HANDLING


@pytest.mark.parametrize(
    "text",
    [
        "Tôi là nguyễn thị ngọc ánh.",
        "Gọi 0987 654 321.",
        "Số 001190012345",
        "Ở số 1 phố thử nghiệm",
        "Gửi anh@example.org",
    ],
)
def test_nothing_that_tells_the_sender_is_published(cast: Cast, text: str) -> None:
    petition = sent(cast)
    act.answer(code=petition.code, by=cast.office.head, text="Đã nhắc.")
    assert names_sender(petition, text)
    with pytest.raises(ActionError) as refused:
        act.publish(code=petition.code, by=cast.office.head, question="Hỏi.", answer=text)
    assert refused.value.field == "answer"
    assert of(petition).state == PetitionState.ANSWERED


def test_numbers_of_rules_may_be_published(cast: Cast) -> None:
    assert not names_sender(sent(cast), "Theo Nghị định 61/2018/NĐ-CP, trong 15 ngày, thu 200.000 đồng.")


def test_every_move_is_made_by_its_action_from_its_states_only(cast: Cast) -> None:
    more: dict[str, dict[str, Any]] = {
        "take": {},
        "publish": {"question": "Hỏi.", "answer": "Đáp."},
        "forward": {"unit": cast.other_office.unit, "text": "x"},
    }
    for name, move in MOVES.items():
        for state in PetitionState:
            petition = _in(cast, state)
            made = getattr(act, name)
            values = {"code": petition.code, "by": cast.office.head, **more.get(name, {"text": "x"})}
            if state in move.sources:
                assert move in moves_from(state)
                assert made(**values).state == move.target
            else:
                with pytest.raises(WrongPetitionStateError):
                    made(**values)
                assert of(petition).state == state


def _in(cast: Cast, state: PetitionState) -> Petition:
    petition, head = sent(cast, given=[]), cast.office.head
    if state == PetitionState.HANDLING:
        act.take(code=petition.code, by=head)
    if state == PetitionState.ASKED:
        act.ask(code=petition.code, by=head, text="x")
    if state == PetitionState.REFUSED:
        act.refuse(code=petition.code, by=head, text="x")
    if state in {PetitionState.ANSWERED, PetitionState.PUBLISHED}:
        act.answer(code=petition.code, by=head, text="x")
    if state == PetitionState.PUBLISHED:
        act.publish(code=petition.code, by=head, question="x", answer="x")
    return of(petition)


def test_only_who_answers_for_the_unit_touches_it(cast: Cast) -> None:
    petition = sent(cast)
    for stranger in (cast.citizen, cast.office.counter, cast.office.specialist, cast.monitor):
        with pytest.raises(PermissionDenied):
            act.take(code=petition.code, by=stranger)
    with pytest.raises(Http404):
        act.take(code=petition.code, by=cast.other_office.head)


def test_the_database_refuses_what_would_be_false(cast: Cast) -> None:
    petition = sent(cast)
    event = petition.events.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        PetitionEvent.objects.filter(pk=event.pk).update(text="anders")
    for changes in ({"state": "answered"}, {"satisfied": True}, {"state": "nowhere"}):
        broken = of(petition)
        for name, value in changes.items():
            setattr(broken, name, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            broken.save()


def test_bad_files_and_empty_texts_keep_nothing(cast: Cast) -> None:
    for values in ({"text": " \x00"}, {"given": [pdf() for _ in range(4)]}):
        with pytest.raises(ActionError):
            sent(cast, **values)
    assert not Petition.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_answer_at_once() -> None:
    cast = build_cast()
    petition = sent(cast)
    outcomes = at_once(
        2, lambda index: act.answer(code=petition.code, by=cast.office.head, text=f"Lời {index}.")
    )
    assert sorted(type(each).__name__ for each in outcomes) == ["Petition", "WrongPetitionStateError"]
    assert kinds(petition).count("answered") == 1


# --- Pages ---


def post(client: Client, name: str, data: dict[str, Any], *args: Any) -> Any:
    return client.post(reverse(f"dossiers:{name}", args=args), data)


def filled(cast: Cast, **changes: Any) -> dict[str, Any]:
    first = {
        "category": "late",
        "unit": cast.office.unit.pk,
        "text": "Hẹn ba lần.",
        "client_key": uuid.uuid4(),
    }
    return {**first, "name": ANH.name, "phone": ANH.phone, "address": ANH.address, **changes}


def test_a_visitor_sends_and_follows_without_an_account(client: Client, cast: Cast) -> None:
    bad = post(client, "petition-send", filled(cast, name="", category=""))
    page = bad.content.decode()
    assert bad.status_code == 422
    assert "Cần ghi họ và tên." in page
    assert "Cần chọn việc phản ánh." in page
    assert "Hẹn ba lần." in page
    answer = post(client, "petition-send", filled(cast, dossier_code="H26-1"))
    petition = Petition.objects.get()
    assert answer.url == reverse("dossiers:petition-follow", args=[petition.token])
    assert petition.account is None
    assert "Mã hồ sơ: H26-1" in petition.text
    act.ask(code=petition.code, by=cast.office.head, text="Ngày nào?")
    assert "Ngày nào?" in client.get(answer.url).content.decode()
    assert client.post(answer.url, {"text": " "}).status_code == 422
    assert client.post(answer.url, {"text": "Hôm qua."}).status_code == 302
    act.answer(code=petition.code, by=cast.office.head, text="Đã xin lỗi.")
    page = client.get(answer.url).content.decode()
    assert "Đã xin lỗi." in page
    assert "Hoàng" not in page  # no officer's name
    assert client.post(answer.url, {"satisfied": "no"}).status_code == 302
    assert of(petition).satisfied is False


def test_an_hour_has_room_for_ten(client: Client, cast: Cast) -> None:
    for _ in range(10):
        assert post(client, "petition-send", filled(cast)).status_code == 302
    refused = post(client, "petition-send", filled(cast))
    assert refused.status_code == 422
    assert "Xin chờ một giờ" in refused.content.decode()
    assert Petition.objects.count() == 10


def test_a_citizen_sends_from_the_page_of_a_dossier(client: Client, cast: Cast) -> None:
    dossier = accepted(cast)
    client.force_login(cast.citizen)
    address = f"{reverse('dossiers:petition-send')}?ho-so={dossier.code}"
    page = client.get(address).content.decode()
    assert dossier.code in page
    assert "0987654321" in page
    assert client.post(address, filled(cast, dossier_code=dossier.code)).status_code == 302
    petition = Petition.objects.get()
    assert (petition.dossier, petition.account) == (dossier, cast.citizen)
    assert petition.code in client.get(reverse("dossiers:petitions-published")).content.decode()


def test_at_the_desk(client: Client, cast: Cast, django_assert_max_num_queries: Any) -> None:
    petition = sent(cast)
    client.force_login(cast.office.head)
    with django_assert_max_num_queries(8):
        assert petition.code in client.get(reverse("dossiers:petitions")).content.decode()
    assert "0987654321" in client.get(reverse("dossiers:petition", args=[petition.code])).content.decode()
    assert post(client, "petition-move", {"text": ""}, petition.code, "answer").status_code == 422
    assert post(client, "petition-move", {"text": "Đã nhắc."}, petition.code, "answer").status_code == 302
    bad = post(client, "petition-move", {"question": ANH.name, "answer": "x"}, petition.code, "publish")
    assert bad.status_code == 422
    assert "Xin bỏ đi" in bad.content.decode()
    good = {"question": "Bị đòi sổ hộ khẩu.", "answer": "Không cần."}
    assert post(client, "petition-move", good, petition.code, "publish").status_code == 302
    late = client.get(reverse("dossiers:petition-move", args=[petition.code, "refuse"]), follow=True)
    assert "đã sang bước khác" in late.content.decode()
    client.logout()
    page = client.get(f"{reverse('dossiers:petitions-published')}?viec=extra_paper").content.decode()
    assert "Bị đòi sổ hộ khẩu." in page
    assert "Ánh" not in page
    other = client.get(f"{reverse('dossiers:petitions-published')}?viec=late").content.decode()
    assert "Bị đòi sổ hộ khẩu." not in other


def test_an_officer_writes_down_a_call(client: Client, cast: Cast) -> None:
    client.force_login(cast.office.counter)
    data = filled(cast, channel="phone")
    assert post(client, "petition-record", data).status_code == 302
    petition = Petition.objects.get()
    assert (petition.channel, petition.account, petition.recorded_by) == ("phone", None, cast.office.counter)
    assert post(client, "petition-record", filled(cast, channel="portal")).status_code == 422


def test_a_file_opens_with_the_secret_only(client: Client, cast: Cast) -> None:
    petition = sent(cast)
    address = reverse("dossiers:petition-file", args=[petition.files.get().pk])
    assert client.get(address).status_code == 404
    assert client.get(f"{address}?ma={petition.token}").status_code == 200
    assert client.get(f"{address}?ma={sent(cast).token}").status_code == 404
    client.force_login(cast.other_office.head)
    assert client.get(address).status_code == 404
