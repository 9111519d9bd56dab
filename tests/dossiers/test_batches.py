"""One move on many dossiers: an answer for each, never twice, and never more than the officer may."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import Any

import pytest
from django.db.utils import IntegrityError
from django.test import Client
from django.urls import reverse

from dossiers.actions import batches
from dossiers.actions.batches import order_batch, run_row
from dossiers.models import Batch, BatchRow, Dossier
from dossiers.states import EventKind, State
from dossiers.workflow import ActionError
from portal.accounts.models import User
from portal.outbox.actions import drain_all
from tests.cast import Cast
from tests.dossiers.test_inbox import make_specialist
from tests.factories import dossiers as make
from tests.two_at_once import at_once

pytestmark = pytest.mark.django_db


def ordered(by: User, move: str, *dossiers: Dossier, to: User | None = None) -> dict[str, tuple[str, str]]:
    batch = order_batch(by=by, key=uuid.uuid4(), move=move, dossiers=list(dossiers), to=to)
    return {row.dossier.code: (row.outcome, row.text) for row in batch.rows.select_related("dossier")}


def test_each_dossier_has_its_own_answer(cast: Cast) -> None:
    good, moved, far = make.filed(cast), make.accepted(cast), make.filed(cast, office=cast.other_office)
    found = ordered(cast.office.counter, "accept", good, moved, far)
    assert found[good.code] == ("done", "")
    assert found[moved.code] == ("refused", "Hồ sơ đang ở trạng thái “Đã tiếp nhận”.")
    assert found[far.code] == ("refused", "Hồ sơ không còn thuộc phạm vi của bạn.")
    good.refresh_from_db()
    far.refresh_from_db()
    assert (good.state, far.state) == (State.ACCEPTED, State.FILED)
    no_right = ordered(cast.office.clerk, "accept", make.filed(cast))
    assert list(no_right.values()) == [("refused", "Bạn không có quyền làm việc này với hồ sơ.")]


def test_the_road_in_batches(cast: Cast) -> None:
    """Shared out, submitted, signed, issued: by the separate people, two dossiers at a time."""
    office = cast.office
    two = [make.at_counter(cast), make.at_counter(cast)]
    steps: list[tuple[User, str]] = [
        (office.head, "share"), (office.specialist, "submit"), (office.leader, "sign"), (office.clerk, "issue"),
    ]  # fmt: skip
    for who, move in steps:
        found = ordered(who, move, *two)
        assert {outcome for outcome, _text in found.values()} == {"done"}, (move, found)
    assert {each.state for each in Dossier.objects.all()} == {State.FINISHED}
    drafted = make.processing_(cast)
    assert ordered(office.specialist, "submit", drafted)[drafted.code] == (
        "refused",
        "Kết quả của hồ sơ này cần soạn riêng.",
    )
    refused = ordered(office.leader, "sign", *two)
    assert {outcome for outcome, _text in refused.values()} == {"refused"}


def test_the_same_order_again_is_the_same(cast: Cast) -> None:
    dossier, key = make.filed(cast), uuid.uuid4()
    first = order_batch(by=cast.office.counter, key=key, move="accept", dossiers=[dossier])
    again = order_batch(by=cast.office.counter, key=key, move="accept", dossiers=[dossier])
    assert first == again
    assert dossier.events.filter(kind=EventKind.ACCEPTED).count() == 1
    row = first.rows.get()
    assert run_row(row_id=row.pk).at == row.at
    with pytest.raises(IntegrityError):
        order_batch(by=cast.office.head, key=key, move="accept", dossiers=[dossier])


def test_a_long_batch_is_done_by_the_worker(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "AT_ONCE", 1)
    two, client = [make.filed(cast), make.filed(cast)], Client()
    client.force_login(cast.office.counter)
    data = {"do": "accept", "key": str(uuid.uuid4()), "d": [each.code for each in two]}
    page = client.post(reverse("dossiers:order-batch"), data, follow=True)
    assert "Đã làm 0 / 2 hồ sơ" in page.content.decode()
    assert "every 2s" in page.content.decode()
    drain_all()
    address = reverse("dossiers:batch", args=[Batch.objects.get().key])
    html = client.get(address, headers={"hx-request": "true"}).content.decode()
    assert html.lstrip().startswith('<div id="rows">')
    assert "Đã làm 2 / 2 hồ sơ, 0 không làm được." in html
    client.force_login(cast.office.head)
    assert client.get(address).status_code == 404


def test_what_is_chosen_is_looked_over_first(cast: Cast) -> None:
    dossier, client = make.accepted(cast), Client()
    client.force_login(cast.office.head)
    html = client.get(reverse("dossiers:order-batch"), {"do": "assign", "d": [dossier.code, "\x00", "x"]})
    assert dossier.code in html.content.decode()
    assert "1 hồ sơ được chọn" in html.content.decode()
    assert cast.office.specialist.full_name in html.content.decode()
    assert f'value="{cast.other_office.specialist.pk}"' not in html.content.decode()
    assert client.get(reverse("dossiers:order-batch"), {"do": "delete"}).status_code == 404
    nobody = client.post(
        reverse("dossiers:order-batch"), {"do": "assign", "d": dossier.code, "key": uuid.uuid4()}
    )
    assert nobody.status_code == 422
    empty = client.post(reverse("dossiers:order-batch"), {"do": "accept", "key": uuid.uuid4()})
    assert empty.status_code == 422
    assert "Xin chọn ít nhất một hồ sơ." in empty.content.decode()
    assert not Batch.objects.exists()


def test_bad_orders_leave_nothing(cast: Cast) -> None:
    dossier = make.accepted(cast)
    orders: list[dict[str, Any]] = [
        {"move": "accept", "dossiers": []},
        {"move": "accept", "dossiers": [dossier] * 201},
        {"move": "assign", "dossiers": [dossier]},
        {"move": "accept", "dossiers": [dossier], "to": cast.office.specialist},
    ]
    for order in orders:
        with pytest.raises(ActionError):
            order_batch(by=cast.office.head, key=uuid.uuid4(), **order)
    assert not BatchRow.objects.exists()
    wrong = ordered(cast.office.head, "assign", dossier, to=cast.other_office.specialist)
    assert wrong[dossier.code] == ("refused", "Người được chọn không phải chuyên viên của đơn vị.")


def test_a_person_is_reminded_once(cast: Cast) -> None:
    from dossiers.actions import intake

    dossier = make.processing_(cast)
    items = [intake.ItemSpec("Ghi đúng nơi sinh.", field="birth_place")]
    assert ordered(cast.office.counter, "remind", dossier)[dossier.code][0] == "refused"
    intake.request_supplement(code=dossier.code, by=cast.office.specialist, reason="Chưa rõ.", items=items)
    assert ordered(cast.office.counter, "remind", dossier)[dossier.code] == ("done", "")
    outcome, text = ordered(cast.office.specialist, "remind", dossier)[dossier.code]
    assert outcome == "refused"
    assert text.startswith("Đã nhắc người nộp lúc")
    assert ordered(cast.office.clerk, "remind", dossier)[dossier.code][0] == "refused"
    assert dossier.events.filter(kind=EventKind.SUPPLEMENT_REMINDED).count() == 1


def test_a_share_goes_to_who_has_least_and_says_why(cast: Cast) -> None:
    office, second = cast.office, make_specialist(cast)
    for _number in range(2):
        make.processing_(cast)  # the first specialist's
    three = [make.accepted(cast) for _number in range(3)]
    found = ordered(office.head, "share", *three)
    assert [Dossier.objects.get(pk=each.pk).assignee for each in three] == [second, second, office.specialist]
    text = found[three[0].code][1]
    assert text.startswith("Lê Chuyên Viên Hai có ít việc nhất: 0 phút, 0 hồ sơ")
    assert "sau đó là Vũ Chuyên Viên" in text
    event = three[0].events.get(kind=EventKind.ASSIGNED)
    assert event.data["why"] == text
    client = Client()
    client.force_login(office.head)
    assert text in client.get(reverse("dossiers:desk", args=[three[0].code])).content.decode()


def test_shared_again_stays_where_it_is(cast: Cast) -> None:
    """What is about to be given is not counted against who has it, in whatever order the same ones come again."""
    make_specialist(cast)
    six = [make.accepted(cast) for _number in range(6)]
    ordered(cast.office.head, "share", *six)
    before = {each.pk: Dossier.objects.get(pk=each.pk).assignee_id for each in six}
    assert sorted(Counter(before.values()).values()) == [3, 3]
    found = ordered(cast.office.head, "share", *reversed(six))
    assert {outcome for outcome, _text in found.values()} == {"done"}
    assert {each.pk: Dossier.objects.get(pk=each.pk).assignee_id for each in six} == before


@pytest.mark.django_db(transaction=True)
def test_two_heads_order_the_same_dossiers() -> None:
    """Each dossier is given once; the other order says so, row by row; shared ones spread evenly all the same."""
    from tests.cast import build_cast

    cast = build_cast()
    office, second = cast.office, make_specialist(cast)
    six = [make.accepted(cast) for _number in range(6)]

    def work(index: int) -> Batch:
        by = (office.head, office.counter)[index]
        return order_batch(by=by, key=uuid.uuid4(), move="share", dossiers=six)

    answers = at_once(2, work)
    assert all(isinstance(each, Batch) for each in answers), answers
    given = [Dossier.objects.get(pk=each.pk).assignee for each in six]
    assert sorted(user.username for user in given if user) == sorted(
        [office.specialist.username] * 3 + [second.username] * 3
    )
    # The head may give an assigned dossier to another, the counter may not: what is certain is one answer each.
    assert BatchRow.objects.filter(outcome="waiting").count() == 0
    assert BatchRow.objects.count() == 12
    for each in six:
        assert each.events.filter(kind=EventKind.ASSIGNED).count() in {1, 2}
