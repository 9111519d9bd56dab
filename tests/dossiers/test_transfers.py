"""Non-territorial filing: received in one unit, decided in another; each leg has an owner and a limit."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404
from django.test import Client
from django.urls import reverse

from dossiers.access import awaits_taking_over, get_document, get_transfer, moves_for, sees_whole
from dossiers.actions import dispatching, drafts, filing, intake, processing, transfers
from dossiers.actions.dispatching import Load
from dossiers.actions.transfers import Destination
from dossiers.models import Cargo, DispatchLine, DocumentKind, Dossier, LineState, Transfer, UnitPaper
from dossiers.places import suggested
from dossiers.states import Delivery, EventKind, State
from dossiers.transfers import LEGS, STEPS, TransferState, WrongStep
from dossiers.workflow import ActionError, WrongState
from portal.accounts.models import Unit
from portal.lib import clock
from portal.outbox.actions import drain_all
from procedures.calendar import HANOI, calendar_for
from procedures.form_engine import required_documents
from tests.cast import Cast
from tests.factories import dossiers as make
from tests.factories import transfers as make_transfer

pytestmark = pytest.mark.django_db


def kinds(dossier: Dossier) -> list[str]:
    return list(dossier.events.order_by("seq").values_list("kind", flat=True))


def fresh(transfer: Transfer) -> Transfer:
    return Transfer.objects.select_related("dossier", "sender", "receiver").get(pk=transfer.pk)


def of(client: Client, user: Any) -> Client:
    client.force_login(user)
    return client


def test_every_state_has_a_leg_and_is_reached_and_left() -> None:
    assert set(LEGS) == set(TransferState)
    targets = {step.target for step in STEPS} | {TransferState.SENT, TransferState.HANDED}
    assert targets == set(TransferState)
    left = {source for step in STEPS for source in step.sources} | {TransferState.BACK}
    assert left == set(TransferState) - {TransferState.HANDED, TransferState.ENDED}
    assert {state for state, leg in LEGS.items() if leg.owner is None} == {
        TransferState.HANDED,
        TransferState.ENDED,
    }


# --- The way there and back ---


def test_taken_in_for_another_ward_it_is_accepted_here_and_sent_there(cast: Cast) -> None:
    transfer = make_transfer.sent(cast)
    dossier = transfer.dossier
    assert (dossier.receiving_unit, dossier.competent_unit) == (cast.office.unit, cast.other_office.unit)
    assert dossier.state == State.ACCEPTED
    assert kinds(dossier)[-1] == EventKind.TRANSFER_SENT
    assert transfer.state == TransferState.SENT
    found_in = {cast.office.unit.pk, cast.other_office.unit.pk}
    assert set(dossier.words.values_list("unit", flat=True)) == found_in
    expected = calendar_for(cast.other_office.unit).add_minutes(transfer.sent_at, 240)
    assert transfer.due_at == expected
    slip = dossier.documents.get(kind=DocumentKind.ACKNOWLEDGEMENT)
    assert slip.unit == cast.office.unit


def test_nothing_is_done_there_before_it_is_taken_over(cast: Cast) -> None:
    dossier = make_transfer.sent(cast).dossier
    there = cast.other_office
    assert awaits_taking_over(dossier)
    assert not {"take", "assign", "hand_over"} & {move.name for move in moves_for(there.head, dossier)}
    with pytest.raises(ActionError, match="chưa nhận"):
        processing.take(code=dossier.code, by=there.specialist)


def test_electronic_result_comes_back_and_is_handed_over_where_it_was_filed(cast: Cast) -> None:
    transfer = make_transfer.decided(cast)
    dossier = transfer.dossier
    assert transfer.state == TransferState.ACCEPTED
    assert transfer.due_at is not None
    with pytest.raises(ActionError, match="chưa về nơi trả"):
        processing.return_result(code=dossier.code, by=cast.office.counter)
    transfers.return_file(transfer_id=transfer.pk, by=cast.other_office.counter)
    assert fresh(transfer).state == TransferState.BACK
    assert fresh(transfer).due_at is None
    _pay(cast, dossier)
    processing.return_result(code=dossier.code, by=cast.office.counter)
    ended = fresh(transfer)
    assert (ended.state, ended.dossier.state) == (TransferState.HANDED, State.RETURNED)
    assert ended.ended_at == ended.dossier.closed_at


def _pay(cast: Cast, dossier: Dossier) -> None:
    """The fee was paid at the receiving unit's cash desk."""
    dossier.refresh_from_db()
    if dossier.money == "due":
        dossier.money = "paid"
        dossier.save(update_fields=["money"])


def test_the_person_may_collect_where_it_was_decided(cast: Cast) -> None:
    transfer = make_transfer.decided(cast)
    there = cast.other_office
    transfers.move_collection(transfer_id=transfer.pk, by=there.counter, there=True)
    with pytest.raises(ActionError):
        _send_result(cast, transfer)
    transfers.return_file(transfer_id=transfer.pk, by=there.counter)
    _pay(cast, transfer.dossier)
    with pytest.raises(PermissionDenied):
        processing.return_result(code=transfer.dossier.code, by=cast.office.counter)
    processing.return_result(code=transfer.dossier.code, by=there.counter)
    assert fresh(transfer).state == TransferState.HANDED


def test_a_result_on_paper_travels_by_list(cast: Cast) -> None:
    transfer = make_transfer.decided(cast)
    made = _send_result(cast, transfer)
    assert fresh(transfer).state == TransferState.RETURNING
    assert kinds(transfer.dossier)[-1] == EventKind.RESULT_SENT_BACK
    dispatching.receive_line(dispatch_id=made.pk, order=1, by=cast.office.counter)
    assert fresh(transfer).state == TransferState.BACK
    made.refresh_from_db()
    assert made.closed_at is not None


def _send_result(cast: Cast, transfer: Transfer) -> Any:
    return dispatching.send_list(
        by=cast.other_office.counter,
        sender=cast.other_office.unit,
        receiver=cast.office.unit,
        loads=[Load(transfer.pk, Cargo.RESULT, 1)],
    )


def test_an_online_result_returns_by_itself_and_ends_the_transfer(cast: Cast) -> None:
    dossier = make.accepted(cast)
    assert dossier.delivery == Delivery.ONLINE
    sent = transfers.send(code=dossier.code, by=cast.office.counter, to=Destination(cast.other_office.unit))
    there = cast.other_office
    transfers.accept(transfer_id=sent.pk, by=there.counter)
    processing.assign(code=dossier.code, by=there.counter, to=there.specialist)
    kind = dossier.version.resultkinds.first()
    assert kind is not None
    processing.submit(code=dossier.code, by=there.specialist, kind=kind, granted=True, content={})
    dossier.refresh_from_db()
    if dossier.state == State.CHECKING:
        processing.pass_check(code=dossier.code, by=there.head)
    processing.sign(code=dossier.code, by=there.leader)
    processing.issue(code=dossier.code, by=there.clerk)
    drain_all()
    ended = fresh(sent)
    assert (ended.dossier.state, ended.state) == (State.RETURNED, TransferState.HANDED)


def test_a_refusal_brings_it_back_and_it_goes_to_another(cast: Cast) -> None:
    transfer, there = make_transfer.sent(cast), cast.other_office
    with pytest.raises(ActionError, match="lý do"):
        transfers.refuse(transfer_id=transfer.pk, by=there.counter, reason="  ")
    transfers.refuse(transfer_id=transfer.pk, by=there.counter, reason="Người dân cư trú ở phường khác.")
    back = fresh(transfer)
    assert back.state == TransferState.REFUSED
    assert back.dossier.competent_unit == cast.office.unit
    assert set(back.dossier.words.values_list("unit", flat=True)) == {cast.office.unit.pk}
    assert back.due_at is not None
    third = _third(cast)
    with pytest.raises(ActionError, match="vừa trả lại"):
        transfers.send_again(transfer_id=transfer.pk, by=cast.office.counter, to=Destination(there.unit))
    assert fresh(transfer).state == TransferState.REFUSED
    again = transfers.send_again(transfer_id=transfer.pk, by=cast.office.counter, to=Destination(third))
    assert (again.number, again.receiver) == (2, third)
    assert fresh(transfer).ended_at is not None
    assert fresh(again).dossier.competent_unit == third
    with pytest.raises(Http404):
        get_document(there.counter, back.dossier.code, back.dossier.documents.earliest("pk").pk)


def _third(cast: Cast) -> Unit:
    taken = [cast.office.unit.pk, cast.other_office.unit.pk]
    return Unit.objects.communes().exclude(pk__in=taken).earliest("pk")


def test_after_a_refusal_the_receiving_unit_may_decide_itself(cast: Cast) -> None:
    transfer = make_transfer.sent(cast)
    transfers.refuse(transfer_id=transfer.pk, by=cast.other_office.head, reason="Không thuộc thẩm quyền.")
    transfers.keep(transfer_id=transfer.pk, by=cast.office.counter)
    assert fresh(transfer).state == TransferState.ENDED
    dossier = processing.take(code=transfer.dossier.code, by=cast.office.specialist)
    assert dossier.competent_unit == cast.office.unit


def test_ending_the_dossier_ends_the_transfer(cast: Cast) -> None:
    transfer = make_transfer.taken(cast)
    code, by = transfer.dossier.code, cast.office.counter
    intake.withdraw(code=code, by=by, reason="Người dân đề nghị.", at_counter=True)
    assert fresh(transfer).state == TransferState.ENDED


def test_other_hours_move_the_due_instant_and_say_so_and_never_the_promise(cast: Cast) -> None:
    other = cast.other_office.unit
    other.office_hours[0]["hours"] = [["07:00", "11:30"], ["13:30", "17:00"]]
    other.save(update_fields=["office_hours"])
    dossier = make.accepted(cast)
    promised = dossier.promised_at
    sent = transfers.send(code=dossier.code, by=cast.office.counter, to=Destination(other))
    dossier.refresh_from_db()
    event = dossier.events.get(kind=EventKind.TRANSFER_SENT)
    assert dossier.promised_at == promised
    if dossier.due_at != promised:
        assert datetime.datetime.fromisoformat(event.data["new_due"]) == dossier.due_at
    assert sent.dossier_id == dossier.pk


# --- Who may, when ---


def test_only_an_accepted_dossier_nobody_handles_is_sent(cast: Cast) -> None:
    to = Destination(cast.other_office.unit)
    filed, handled = make.filed(cast), make.processing_(cast)
    for dossier in (filed, handled):
        with pytest.raises(WrongState):
            transfers.send(code=dossier.code, by=cast.office.counter, to=to)
    accepted = make.accepted(cast)
    with pytest.raises(PermissionDenied):
        transfers.send(code=accepted.code, by=cast.office.specialist, to=to)
    with pytest.raises(Http404):
        transfers.send(code=accepted.code, by=cast.other_office.counter, to=to)
    with pytest.raises(ActionError, match="không giải quyết"):
        transfers.send(code=accepted.code, by=cast.office.counter, to=Destination(cast.office.unit))
    department = Unit.objects.filter(kind="department").earliest("pk")
    with pytest.raises(ActionError, match="không giải quyết"):
        transfers.send(code=accepted.code, by=cast.office.counter, to=Destination(department))


def test_steps_belong_to_their_side(cast: Cast) -> None:
    transfer = make_transfer.sent(cast)
    for user in (cast.office.counter, cast.other_office.specialist, cast.monitor):
        with pytest.raises(PermissionDenied):
            transfers.accept(transfer_id=transfer.pk, by=user)
    with pytest.raises(Http404):
        get_transfer(cast.citizen, transfer.pk)
    with pytest.raises(WrongStep):
        transfers.return_file(transfer_id=transfer.pk, by=cast.other_office.counter)
    taken = transfers.accept(transfer_id=transfer.pk, by=cast.other_office.counter)
    with pytest.raises(ActionError, match="chưa có kết quả"):
        transfers.return_file(transfer_id=taken.pk, by=cast.other_office.counter)


def test_the_sender_keeps_only_what_it_needs(cast: Cast, client: Client) -> None:
    """Progress, contacts and the person's papers; not the declaration, the files, the internal steps."""
    draft = make.drafted(cast.citizen, office=cast.office)
    paper = required_documents(draft.version, None, draft.answers)[0]
    drafts.attach(draft_id=draft.pk, by=cast.citizen, document=paper, upload=make.pdf())
    dossier = filing.file_online(draft_id=draft.pk, by=cast.citizen)
    intake.accept(code=dossier.code, by=cast.office.counter)
    file = dossier.attachments.filter(removed_at=None).earliest("pk")
    address = reverse("dossiers:attachment", args=[file.pk])
    page = reverse("dossiers:desk", args=[dossier.code])
    of(client, cast.office.counter)
    assert client.get(address).status_code == 200
    transfers.send(code=dossier.code, by=cast.office.counter, to=Destination(cast.other_office.unit))
    drain_all()
    dossier.refresh_from_db()
    assert not sees_whole(cast.office.counter, dossier)
    assert client.get(address).status_code == 404
    shown = client.get(page).content.decode()
    assert 'id="answers"' not in shown
    assert reverse("dossiers:desk-messages", args=[dossier.code]) not in shown
    assert 'id="people"' in shown
    slip = dossier.documents.get(kind=DocumentKind.ACKNOWLEDGEMENT)
    assert client.get(reverse("dossiers:document", args=[dossier.code, slip.pk])).status_code == 200
    of(client, cast.other_office.counter)
    assert client.get(address).status_code == 200
    assert 'id="answers"' in client.get(page).content.decode()


def test_the_result_is_the_senders_only_once_it_is_there(cast: Cast, client: Client) -> None:
    transfer = make_transfer.decided(cast)
    document = transfer.dossier.documents.get(kind=DocumentKind.RESULT)
    address = reverse("dossiers:document", args=[transfer.dossier.code, document.pk])
    assert of(client, cast.office.counter).get(address).status_code == 404
    transfers.return_file(transfer_id=transfer.pk, by=cast.other_office.clerk)
    assert client.get(address).status_code == 200


# --- Paper ---


def test_a_missing_paper_is_an_alarm_until_it_is_found(cast: Cast, client: Client) -> None:
    made = make_transfer.listed(cast)
    there = cast.other_office.counter
    with pytest.raises(PermissionDenied):
        dispatching.receive_line(dispatch_id=made.pk, order=1, by=cast.office.counter)
    with pytest.raises(ActionError):
        dispatching.report_missing(dispatch_id=made.pk, order=1, by=there, note=" ")
    dispatching.report_missing(dispatch_id=made.pk, order=1, by=there, note="Thiếu bản chính sổ hộ khẩu")
    for user in (there, cast.office.counter):
        assert "Thiếu bản chính" in of(client, user).get(reverse("dossiers:transfers")).content.decode()
    dossier = DispatchLine.objects.get(dispatch=made).transfer.dossier
    assert kinds(dossier)[-1] == EventKind.PAPER_MISSING
    dispatching.receive_line(dispatch_id=made.pk, order=1, by=there)
    dispatching.receive_line(dispatch_id=made.pk, order=1, by=there)
    assert kinds(dossier)[-1] == EventKind.PAPER_FOUND
    assert "Thiếu bản chính" not in client.get(reverse("dossiers:transfers")).content.decode()


def test_a_list_has_its_number_and_its_paper(cast: Cast, client: Client) -> None:
    made = make_transfer.listed(cast)
    assert made.number.endswith("/DSGN")
    paper = UnitPaper.objects.get(dispatch=made)
    assert paper.sha256
    answer = of(client, cast.other_office.counter).get(reverse("dossiers:dispatch-paper", args=[made.pk]))
    assert b"".join(answer).startswith(b"%PDF")  # type: ignore[call-overload]
    client.logout()
    public = client.get(reverse("dossiers:verify", args=[paper.token])).content.decode()
    assert made.number in public
    assert made.lines.get().transfer.dossier.code not in public


def test_papers_leave_once_and_only_between_their_units(cast: Cast) -> None:
    transfer = make_transfer.sent(cast, on_paper=True)
    make_transfer.listed(cast, transfer=transfer)
    with pytest.raises(ActionError, match="danh sách khác"):
        make_transfer.listed(cast, transfer=transfer)
    with pytest.raises(PermissionDenied):
        dispatching.send_list(
            by=cast.other_office.counter, sender=cast.office.unit, receiver=cast.other_office.unit, loads=[]
        )
    with pytest.raises(ActionError, match="ít nhất"):
        dispatching.send_list(
            by=cast.office.counter, sender=cast.office.unit, receiver=cast.other_office.unit, loads=[]
        )


def test_refused_papers_come_back_by_list(cast: Cast) -> None:
    transfer = make_transfer.sent(cast, on_paper=True)
    make_transfer.listed(cast, transfer=transfer)
    transfers.refuse(transfer_id=transfer.pk, by=cast.other_office.counter, reason="Không thuộc thẩm quyền.")
    assert dispatching.cargoes(fresh(transfer)) == [Cargo.RETURNED]
    back = dispatching.send_list(
        by=cast.other_office.counter,
        sender=cast.other_office.unit,
        receiver=cast.office.unit,
        loads=[Load(transfer.pk, Cargo.RETURNED, 12)],
    )
    dispatching.receive_line(dispatch_id=back.pk, order=1, by=cast.office.counter)
    assert back.lines.get().state == LineState.RECEIVED


@pytest.mark.parametrize(
    "values",
    [
        {"state": "refused", "reason": ""},
        {"state": "handed"},
        {"ended_at": datetime.datetime(2026, 1, 1, tzinfo=HANOI)},
        {"answered_at": datetime.datetime(2026, 1, 1, tzinfo=HANOI)},
        {"state": "lost"},
    ],
)
def test_the_database_refuses_what_cannot_be(cast: Cast, values: dict[str, Any]) -> None:
    transfer = make_transfer.sent(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Transfer.objects.filter(pk=transfer.pk).update(**values)


# --- Pages ---


def test_the_whole_way_by_the_pages(cast: Cast, client: Client) -> None:
    dossier = make.accepted(cast)
    of(client, cast.office.counter)
    page = reverse("dossiers:send", args=[dossier.code])
    assert client.post(page, {"unit": ""}).status_code == 422
    answer = client.post(page, {"unit": cast.other_office.unit.pk, "note": "Nơi cư trú", "on_paper": "on"})
    transfer = Transfer.objects.get(dossier=dossier)
    assert answer.url == reverse("dossiers:transfer", args=[transfer.pk])
    assert client.post(page, {"unit": cast.other_office.unit.pk}).status_code == 422
    packing = reverse("dossiers:pack", args=[cast.office.unit.code, cast.other_office.unit.code])
    assert client.get(packing).status_code == 200
    prefix = f"{transfer.pk}-papers"
    bad = client.post(packing, {f"{prefix}-packed": "on", f"{prefix}-sheets": "0"})
    assert bad.status_code == 422
    assert client.post(packing, {f"{prefix}-packed": "on", f"{prefix}-sheets": "3"}).status_code == 302
    assert client.get(packing).status_code == 404

    of(client, cast.other_office.counter)
    assert transfer.dossier.code in client.get(reverse("dossiers:transfers")).content.decode()
    there = reverse("dossiers:transfer", args=[transfer.pk])
    assert client.post(there, {"step": "refuse", "reason": ""}).status_code == 422
    assert client.post(there, {"step": "accept"}).status_code == 302
    assert client.post(there, {"step": "accept"}).status_code == 409
    assert client.post(there, {"step": "nonsense"}).status_code == 404
    made = transfer.lines.get().dispatch
    line = reverse("dossiers:dispatch", args=[made.pk])
    assert client.post(line, {"do": "missing", "order": "1", "note": ""}).status_code == 422
    assert client.post(line, {"do": "received", "order": "9" * 9}).status_code == 422
    assert client.post(line, {"do": "received", "order": "1"}).status_code == 302


def test_the_citizen_sees_where_it_is(cast: Cast, client: Client) -> None:
    dossier = make.accepted(cast)
    transfers.send(code=dossier.code, by=cast.office.counter, to=Destination(cast.other_office.unit))
    page = of(client, cast.citizen).get(reverse("dossiers:detail", args=[dossier.code])).content.decode()
    assert f"đã chuyển tới {cast.other_office.unit.full_name}" in page
    assert "Chờ nơi giải quyết nhận" in page


def test_the_counter_screen_sends_it_on(cast: Cast, client: Client) -> None:
    of(client, cast.office.counter)
    page = client.get(reverse("dossiers:take-in", args=[make.CERTIFIED])).content.decode()
    assert 'name="competent"' in page


def test_the_address_on_the_card_speaks_for_a_unit(cast: Cast) -> None:
    transfer = make_transfer.sent(cast)
    party = transfer.dossier.parties.get(role="owner")
    party.address = f"Số 1, {cast.other_office.unit.full_name}, Hà Nội"
    party.save()
    found = suggested(transfer.dossier)
    assert found is None or found.code == cast.other_office.unit.code


def test_lists_cost_the_same_however_long(
    cast: Cast, client: Client, django_assert_max_num_queries: Any
) -> None:
    make_transfer.sent(cast)
    of(client, cast.other_office.counter)
    with django_assert_max_num_queries(16) as few:
        client.get(reverse("dossiers:transfers"), {"phan": "den"})
    for _number in range(3):
        make_transfer.sent(cast)
    with django_assert_max_num_queries(len(few)):
        client.get(reverse("dossiers:transfers"), {"phan": "den"})


def test_a_late_leg_is_said_to_both(cast: Cast, client: Client) -> None:
    transfer = make_transfer.sent(cast)
    Transfer.objects.filter(pk=transfer.pk).update(due_at=clock.now() - datetime.timedelta(days=3))
    for user in (cast.office.counter, cast.other_office.counter):
        page = of(client, user).get(reverse("dossiers:transfers"), {"phan": "tre"}).content.decode()
        assert transfer.dossier.code in page
        assert "quá " in page
