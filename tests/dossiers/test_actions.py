"""The actions: legal moves with their events, rights, documents, and what they refuse."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.http import Http404
from django.utils import timezone

from dossiers.actions import drafts, filing, intake, processing
from dossiers.actions.intake import ItemSpec
from dossiers.calendars import explain
from dossiers.models import DocumentKind, Dossier, DossierEvent
from dossiers.policies import askable_papers
from dossiers.states import EventKind, State
from dossiers.workflow import ActionError, WrongState, legal_path
from portal.lib import clock
from portal.outbox.actions import drain_all
from procedures.calendar import HANOI
from tests.cast import Cast
from tests.factories import dossiers as make

pytestmark = pytest.mark.django_db


def kinds(dossier: Dossier) -> list[str]:
    return list(dossier.events.order_by("seq").values_list("kind", flat=True))


def moves(dossier: Dossier) -> list[str]:
    facts = {EventKind.FEE_ASSESSED, EventKind.PAID, EventKind.DOCUMENT_ISSUED}
    return [kind for kind in kinds(dossier) if kind not in facts]


def test_the_whole_way(cast: Cast) -> None:
    dossier = make.finished(cast)
    expected = ["filed", "accepted", "assigned", "submitted", "signed", "issued", "returned"]
    assert moves(dossier) == expected
    assert dossier.state == State.RETURNED
    assert dossier.closed_at is not None
    assert dossier.result.number
    assert dossier.result.document is not None
    assert dossier.result.document.sha256
    steps = dossier.events.order_by("seq").values_list("kind", "from_state", "to_state")
    assert legal_path(list(steps)) is None


def test_filing_gives_a_code_and_the_time_to_accept(cast: Cast) -> None:
    sunday = datetime.datetime(2026, 11, 22, 9, 0, tzinfo=HANOI)
    with clock.at(sunday):
        dossier = make.filed(cast)
        second = make.filed(cast)
    assert dossier.code.startswith(f"{cast.office.unit.agency_code}-261122-0001")
    assert second.code.endswith("-0002")
    assert dossier.accept_by.astimezone(HANOI) == datetime.datetime(2026, 11, 23, 17, 0, tzinfo=HANOI)


def test_acceptance_promises_and_issues_the_slip(cast: Cast) -> None:
    with clock.at(datetime.datetime(2026, 11, 23, 15, 30, tzinfo=HANOI)):
        dossier = make.accepted(cast)
    assert dossier.promised_at == dossier.due_at == explain(dossier).at
    assert dossier.due_at is not None
    assert dossier.due_at.astimezone(HANOI).time() == datetime.time(17, 0)
    assert dossier.due_at.astimezone(HANOI).date() > datetime.date(2026, 11, 23)
    assert dossier.documents.get().kind == DocumentKind.ACKNOWLEDGEMENT


def test_filing_twice_is_filing_once(cast: Cast) -> None:
    draft = make.drafted(cast.citizen, office=cast.office)
    first = filing.file_online(draft_id=draft.pk, by=cast.citizen)
    assert filing.file_online(draft_id=draft.pk, by=cast.citizen) == first
    assert Dossier.objects.count() == 1


def test_an_incomplete_dossier_says_everything_and_writes_nothing(cast: Cast) -> None:
    draft = drafts.start_draft(by=cast.citizen, version=make.version(make.BIRTH))
    drafts.choose(draft_id=draft.pk, by=cast.citizen, unit=cast.office.unit, delivery="online")
    with pytest.raises(filing.IncompleteDossier) as refused:
        filing.file_online(draft_id=draft.pk, by=cast.citizen)
    assert refused.value.errors
    assert not Dossier.objects.exists()


def test_a_stale_draft_is_not_overwritten(cast: Cast) -> None:
    draft = drafts.start_draft(by=cast.citizen, version=make.version(make.BIRTH))
    drafts.save_answers(draft_id=draft.pk, by=cast.citizen, answers={"child_name": "A"}, revision=0)
    with pytest.raises(drafts.StaleDraft):
        drafts.save_answers(draft_id=draft.pk, by=cast.citizen, answers={"child_name": "B"}, revision=0)
    draft.refresh_from_db()
    assert draft.answers["child_name"] == "A"


def test_somebody_elses_draft_does_not_exist(cast: Cast) -> None:
    draft = drafts.start_draft(by=cast.citizen, version=make.version(make.BIRTH))
    with pytest.raises(Http404):
        drafts.save_answers(draft_id=draft.pk, by=cast.other_citizen, answers={})


def test_another_units_officer_does_not_find_the_dossier(cast: Cast) -> None:
    dossier = make.filed(cast)
    with pytest.raises(Http404):
        intake.accept(code=dossier.code, by=cast.other_office.counter)


@pytest.mark.parametrize("who", ["specialist", "leader", "clerk", "cashier"])
def test_only_the_counter_accepts(cast: Cast, who: str) -> None:
    dossier = make.filed(cast)
    with pytest.raises(PermissionDenied):
        intake.accept(code=dossier.code, by=getattr(cast.office, who))


def test_a_citizen_cannot_accept_his_own_dossier(cast: Cast) -> None:
    dossier = make.filed(cast)
    with pytest.raises(Http404):
        intake.accept(code=dossier.code, by=cast.citizen)


def test_accepting_twice_is_told(cast: Cast) -> None:
    dossier = make.accepted(cast)
    with pytest.raises(WrongState):
        intake.accept(code=dossier.code, by=cast.office.counter)
    assert moves(dossier) == ["filed", "accepted"]


def test_the_drafter_does_not_sign(cast: Cast) -> None:
    from portal.accounts.models import Membership
    from portal.accounts.permissions import Role

    dossier = make.signing(cast)
    Membership.objects.create(user=cast.office.specialist, unit=cast.office.unit, role=Role.LEADER)
    cast.office.specialist.__dict__.pop("_posts", None)
    with pytest.raises(ActionError):
        processing.sign(code=dossier.code, by=cast.office.specialist)


def test_the_signer_does_not_number(cast: Cast) -> None:
    from portal.accounts.models import Membership
    from portal.accounts.permissions import Role

    dossier = make.signed(cast)
    Membership.objects.create(user=cast.office.leader, unit=cast.office.unit, role=Role.CLERK)
    cast.office.leader.__dict__.pop("_posts", None)
    with pytest.raises(ActionError):
        processing.issue(code=dossier.code, by=cast.office.leader)


def test_the_leader_sends_a_draft_back(cast: Cast) -> None:
    dossier = make.signing(cast)
    with pytest.raises(ActionError):
        processing.send_back(code=dossier.code, by=cast.office.leader, reason=" ")
    dossier = processing.send_back(code=dossier.code, by=cast.office.leader, reason="Ghi thiếu số")
    assert dossier.state == State.PROCESSING


def test_a_supplement_pauses_the_clock_and_its_answer_moves_the_date(cast: Cast) -> None:
    with clock.at(datetime.datetime(2026, 11, 9, 9, 0, tzinfo=HANOI)):
        dossier = make.processing_(cast, make.HOUSEHOLD)
    promised = dossier.due_at
    document = askable_papers(dossier)[0]
    with clock.at(datetime.datetime(2026, 11, 10, 9, 0, tzinfo=HANOI)):
        asked = intake.request_supplement(
            code=dossier.code,
            by=cast.office.specialist,
            reason="Bản chụp mờ",
            items=[ItemSpec("Chụp lại rõ nét", document=document)],
        )
    dossier.refresh_from_db()
    assert dossier.state == State.SUPPLEMENT
    assert dossier.documents.filter(kind=DocumentKind.SUPPLEMENT).count() == 1
    item = asked.items.get()
    with clock.at(datetime.datetime(2026, 11, 11, 11, 0, tzinfo=HANOI)):
        with pytest.raises(ActionError) as refused:
            intake.answer_supplement(
                code=dossier.code, by=cast.citizen, answers={}, revised={}, uploads_by_item={}
            )
        assert refused.value.field == f"item-{item.pk}"
        dossier = intake.answer_supplement(
            code=dossier.code,
            by=cast.citizen,
            answers={item.pk: "Đã chụp lại"},
            revised={},
            uploads_by_item={item.pk: [make.pdf()]},
        )
    assert dossier.state == State.PROCESSING
    assert dossier.promised_at == promised
    assert dossier.due_at is not None
    assert promised is not None
    assert dossier.due_at > promised
    assert dossier.due_at == explain(dossier).at


def test_only_papers_of_the_list_can_be_asked(cast: Cast) -> None:
    dossier = make.filed(cast)
    foreign = make.version(make.HOUSEHOLD).requireddocuments.first()
    for item in (
        ItemSpec("Bản sao chứng thực", document=foreign),
        ItemSpec("Sổ hộ khẩu", field="so_ho_khau"),
    ):
        with pytest.raises(ActionError):
            intake.request_supplement(code=dossier.code, by=cast.office.counter, reason="x", items=[item])
    dossier.refresh_from_db()
    assert dossier.state == State.FILED


def test_the_database_refuses_a_second_open_request(cast: Cast) -> None:
    from dossiers.models import SupplementRequest

    dossier = make.filed(cast)
    fields = {"dossier": dossier, "reason": "x", "asked_by": cast.office.counter, "asked_at": timezone.now()}
    SupplementRequest.objects.create(number=1, answer_by=timezone.now(), **fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        SupplementRequest.objects.create(number=2, answer_by=timezone.now(), **fields)


def test_refusal_needs_words_and_a_provision(cast: Cast) -> None:
    dossier = make.filed(cast, make.HOUSEHOLD)
    with pytest.raises(ActionError):
        intake.refuse(code=dossier.code, by=cast.office.counter, reason="Trùng", legal_basis="")
    dossier = intake.refuse(
        code=dossier.code, by=cast.office.counter, reason="Trùng hồ sơ", legal_basis="Điều 5"
    )
    assert dossier.state == State.REFUSED
    assert dossier.documents.get().kind == DocumentKind.REFUSAL


def test_withdrawal_closes_an_open_request(cast: Cast) -> None:
    dossier = make.filed(cast)
    document = askable_papers(dossier)[0]
    intake.request_supplement(
        code=dossier.code, by=cast.office.counter, reason="x", items=[ItemSpec("Bổ sung", document=document)]
    )
    dossier = intake.withdraw(code=dossier.code, by=cast.citizen, reason="Không cần nữa")
    assert dossier.state == State.WITHDRAWN
    assert dossier.supplements.get().closed_at is not None


def test_one_extension_with_a_letter_and_the_promise_stays(cast: Cast) -> None:
    with clock.at(datetime.datetime(2026, 11, 9, 9, 0, tzinfo=HANOI)):
        dossier = make.processing_(cast, make.HOUSEHOLD)
        promised = dossier.promised_at
        until = datetime.datetime(2026, 11, 20, 17, 0, tzinfo=HANOI)
        dossier = processing.extend(
            code=dossier.code, by=cast.office.leader, reason="Chờ xác minh", until=until
        )
        with pytest.raises(ActionError):
            processing.extend(
                code=dossier.code,
                by=cast.office.leader,
                reason="Nữa",
                until=until + datetime.timedelta(days=3),
            )
    assert dossier.due_at == until
    assert dossier.promised_at == promised
    assert dossier.documents.filter(kind=DocumentKind.APOLOGY).count() == 1


def test_at_the_counter_filed_and_accepted_at_once(cast: Cast) -> None:
    dossier = make.at_counter(cast)
    assert moves(dossier) == ["filed", "accepted"]
    assert dossier.channel == "counter"
    assert dossier.parties.get(role="filer").name == "Lý Thị Khách"


def test_events_and_dates_cannot_be_rewritten(cast: Cast) -> None:
    dossier = make.accepted(cast)
    for change in (
        lambda: DossierEvent.objects.filter(dossier=dossier).update(at=timezone.now()),
        lambda: DossierEvent.objects.filter(dossier=dossier).delete(),
        lambda: Dossier.objects.filter(pk=dossier.pk).update(promised_at=timezone.now()),
        lambda: Dossier.objects.filter(pk=dossier.pk).update(accepted_at=None, promised_at=None, due_at=None),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_every_event_carries_the_databases_own_time(cast: Cast) -> None:
    with clock.at(datetime.datetime(2027, 3, 1, 9, 0, tzinfo=HANOI)):
        dossier = make.filed(cast)
    event = dossier.events.get()
    assert abs(event.recorded_at - event.at) > datetime.timedelta(days=30)


def test_nothing_is_half_written_when_the_slip_fails(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from dossiers.actions import documents

    dossier = make.filed(cast)

    def broken(**_: object) -> None:
        raise RuntimeError("no paper")

    monkeypatch.setattr(documents, "issue_acknowledgement", broken)
    with pytest.raises(RuntimeError):
        intake.accept(code=dossier.code, by=cast.office.counter)
    dossier.refresh_from_db()
    assert dossier.state == State.FILED
    assert kinds(dossier) == ["filed"]


def test_a_failing_effect_waits_and_the_others_go_on(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal.outbox import actions as outbox
    from portal.outbox.models import OutboxMessage

    def broken(payload: dict[str, object]) -> None:
        raise RuntimeError("poison")

    monkeypatch.setitem(outbox._handlers, "poison", broken)
    with transaction.atomic():
        outbox.put("poison", key="poison:1", payload={})
        outbox.put("poison", key="poison:1", payload={})
    make.accepted(cast)
    drain_all()
    poisoned = OutboxMessage.objects.get(topic="poison")
    assert poisoned.tries == 1
    assert poisoned.done_at is None
    assert not OutboxMessage.objects.exclude(topic="poison").filter(done_at=None).exists()


def test_the_outbox_refuses_an_effect_without_its_cause() -> None:
    from portal.outbox import actions as outbox

    if connection.in_atomic_block:
        connection.needs_rollback = False
    connection.in_atomic_block, kept = False, connection.in_atomic_block
    try:
        with pytest.raises(RuntimeError):
            outbox.put("notify", key="x", payload={})
    finally:
        connection.in_atomic_block = kept
