"""Two at once: one wins, the other is told; nothing is doubled. Real transactions, real threads."""

from __future__ import annotations

import datetime
import uuid

import pytest

from dossiers.actions import drafts, filing, intake, processing, transfers
from dossiers.actions import linked as linked_actions
from dossiers.actions.messages import send_message
from dossiers.actions.ratings import rate
from dossiers.actions.results import confirm_receipt, revoke_result
from dossiers.actions.supplements import decide_supplement, remind_and_note
from dossiers.models import Attachment, Dossier, DossierMessage, LinkedPart, SupplementRequest, Transfer
from dossiers.transfers import WrongStep
from dossiers.workflow import ActionError, WrongState
from tests.cast import Cast, build_cast
from tests.factories import dossiers as make
from tests.factories import linked as make_linked
from tests.factories import transfers as make_transfer
from tests.two_at_once import at_once

NAMES = ("An", "Bình", "Chi", "Dung", "Giang", "Hà", "Khôi", "Lan")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def crew(transactional_db: None) -> Cast:
    return build_cast()


def test_one_of_eight_acceptances_wins(crew: Cast) -> None:
    dossier = make.filed(crew)
    outcomes = at_once(8, lambda _n: intake.accept(code=dossier.code, by=crew.office.counter))
    assert sum(isinstance(each, Dossier) for each in outcomes) == 1
    assert sum(isinstance(each, WrongState) for each in outcomes) == 7
    assert dossier.events.filter(kind="accepted").count() == 1
    assert dossier.documents.count() == 1


def test_filing_one_draft_eight_times_gives_one_dossier(crew: Cast) -> None:
    draft = make.drafted(crew.citizen, office=crew.office)
    outcomes = at_once(8, lambda _n: filing.file_online(draft_id=draft.pk, by=crew.citizen))
    assert {each.code for each in outcomes} == {Dossier.objects.get().code}


def test_photos_merged_at_once_are_merged_once(crew: Cast) -> None:
    draft = make.drafted(crew.citizen, birth_evidence="witness", witness_name="Phạm Làm Chứng")
    (paper,) = make.needed(draft.version, draft.answers)
    for shade in (10, 100, 200):
        drafts.attach(
            draft_id=draft.pk, by=crew.citizen, document=paper, upload=make.photo(f"{shade}.jpg", shade)
        )
    outcomes = at_once(4, lambda _n: drafts.merge_photos(draft_id=draft.pk, by=crew.citizen, document=paper))
    assert sum(isinstance(each, Attachment) for each in outcomes) == 1
    assert sum(isinstance(each, ActionError) for each in outcomes) == 3
    assert draft.attachments.filter(removed_at=None).count() == 2  # the PDF of the factory, and the photos


def test_a_message_sent_twice_at_once_is_one(crew: Cast) -> None:
    dossier, key = make.filed(crew), uuid.uuid4()

    def write(index: int) -> DossierMessage:
        own = key if index < 4 else uuid.uuid4()
        return send_message(code=dossier.code, by=crew.citizen, text=f"Tin {own}", client_key=own)

    outcomes = at_once(8, write)
    assert all(isinstance(each, DossierMessage) for each in outcomes), outcomes
    assert dossier.messages.count() == 5
    assert dossier.thread.office_unread == 5


def test_head_and_leader_deciding_at_once_send_one_request(crew: Cast) -> None:
    dossier = make.asking_again(crew)

    def decide(index: int) -> SupplementRequest:
        by = crew.office.leader if index % 2 else crew.office.head
        return decide_supplement(code=dossier.code, by=by, approve=not index % 2, note="Đủ rồi.")

    outcomes = at_once(4, decide)
    assert len({each.approval for each in outcomes}) == 1, outcomes
    sent = dossier.events.filter(kind="supplement_requested").count()
    declined = dossier.events.filter(kind="supplement_declined").count()
    assert (sent, declined) in {(2, 0), (1, 1)}


def test_reminders_at_once_remind_once(crew: Cast) -> None:
    dossier = make.filed(crew)
    items = [intake.ItemSpec("Ghi đúng nơi sinh.", field="birth_place")]
    asked = intake.request_supplement(code=dossier.code, by=crew.office.counter, reason="A.", items=items)
    late = asked.answer_by + datetime.timedelta(hours=1)
    outcomes = at_once(4, lambda _n: remind_and_note(now=late))
    assert sum(outcomes) == 1
    assert dossier.events.filter(kind="supplement_overdue").count() == 1


def test_a_linked_filing_filed_eight_times_is_filed_once(crew: Cast) -> None:
    linked = make_linked.complete(make_linked.started(crew), crew)
    outcomes = at_once(8, lambda _n: linked_actions.file_linked(linked_id=linked.pk, by=crew.citizen))
    assert {each.pk for each in outcomes} == {linked.pk}, outcomes
    assert Dossier.objects.count() == 2


def test_a_part_handed_over_twice_at_once_keeps_one_number(crew: Cast) -> None:
    linked = make_linked.complete(make_linked.started(crew), crew)
    linked_actions.file_linked(linked_id=linked.pk, by=crew.citizen)
    part = make_linked.part(linked, "residence")

    def hand_over(index: int) -> LinkedPart:
        return linked_actions.hand_over(part_id=part.pk, by=crew.office.counter, reference=f"CA-{index}")

    outcomes = at_once(4, hand_over)
    assert len({each.reference for each in outcomes}) == 1, outcomes


def test_rated_at_once_is_rated_once_and_revoked_once(crew: Cast) -> None:
    dossier = make.finished(crew)
    outcomes = at_once(
        4,
        lambda n: rate(
            dossier_id=dossier.pk, by=None, overall=("very", "no")[n % 2], scores={}, place="slip"
        ),
    )
    assert len({each.pk for each in outcomes}) == 1, outcomes
    outcomes = at_once(
        4,
        lambda n: revoke_result(
            code=dossier.code, by=crew.office.leader, reason=f"Sai {n}.", legal_basis="Điều 9"
        ),
    )
    assert len({each.reason for each in outcomes}) == 1, outcomes
    assert dossier.events.filter(kind="result_revoked").count() == 1
    outcomes = at_once(4, lambda _n: confirm_receipt(code=dossier.code, by=crew.citizen))
    assert dossier.events.filter(kind="result_received").count() == 1, outcomes


def test_codes_of_a_day_have_no_gap_and_no_double(crew: Cast) -> None:
    drafts = [
        make.drafted(crew.citizen, office=crew.office, child_name=f"Nguyễn Minh {name}") for name in NAMES
    ]
    at_once(8, lambda n: filing.file_online(draft_id=drafts[n].pk, by=crew.citizen))
    numbers = sorted(int(code.rsplit("-", 1)[1]) for code in Dossier.objects.values_list("code", flat=True))
    assert numbers == list(range(1, 9))


def test_sign_and_send_back_at_the_same_moment(crew: Cast) -> None:
    dossier = make.signing(crew)

    def decide(index: int) -> Dossier:
        if index:
            return processing.send_back(code=dossier.code, by=crew.office.leader, reason="Sửa")
        return processing.sign(code=dossier.code, by=crew.office.leader)

    outcomes = at_once(2, decide)
    assert sum(isinstance(each, WrongState) for each in outcomes) == 1
    dossier.refresh_from_db()
    last = dossier.events.order_by("-seq").first()
    assert last is not None
    assert last.to_state == dossier.state


def test_a_unit_takes_a_dossier_over_or_refuses_it(crew: Cast) -> None:
    sent, there = make_transfer.sent(crew), crew.other_office

    def answer(number: int) -> Transfer:
        if number % 2:
            return transfers.accept(transfer_id=sent.pk, by=there.counter)
        return transfers.refuse(transfer_id=sent.pk, by=there.head, reason="Không thuộc thẩm quyền.")

    outcomes = at_once(4, answer)
    assert sum(isinstance(each, Transfer) for each in outcomes) == 1
    assert sum(isinstance(each, WrongStep) for each in outcomes) == 3
    kinds = sent.dossier.events.filter(kind__in=["transfer_accepted", "transfer_refused"])
    assert kinds.count() == 1
