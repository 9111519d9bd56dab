"""Every move of the table from every state it starts from, made by the real actions; docs/workflow.md names each test.

The table of the docs and these tests come from the same two names, so neither can have a line the other has not.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from dossiers.actions import duty, intake, processing, verifying
from dossiers.actions.verifying import Question
from dossiers.models import DocumentKind, Dossier
from dossiers.states import State
from dossiers.workflow import BY_NAME, TRANSITIONS
from portal.accounts.models import Membership, User, UserKind
from portal.accounts.permissions import Role
from portal.lib import clock
from portal.outbox.actions import drain_all
from tests.architecture.tree import ROOT
from tests.cast import Cast
from tests.factories import dossiers as make

pytestmark = pytest.mark.django_db
Walk = Callable[[Cast, Dossier], Any]

WHY = {"reason": "Lý do thử nghiệm.", "legal_basis": "Điều 5"}
FIELD = "birth_place"


def _ask(cast: Cast, dossier: Dossier) -> None:
    by = cast.office.specialist if dossier.accepted_at else cast.office.counter
    items = [intake.ItemSpec("Ghi đúng nơi sinh.", field=FIELD)]
    intake.request_supplement(code=dossier.code, by=by, reason="Chưa rõ.", items=items)


def _answer(cast: Cast, dossier: Dossier, *, at_counter: bool) -> None:
    by = cast.office.counter if at_counter else cast.citizen
    revised = {FIELD: make.example(make.BIRTH)[FIELD]}
    values = {"answers": {}, "revised": revised, "uploads_by_item": {}, "at_counter": at_counter}
    intake.answer_supplement(code=dossier.code, by=by, **values)


def _question(cast: Cast, dossier: Dossier) -> Any:
    question = Question(cast.other_office.unit, "Xin xác nhận nơi cư trú.")
    return verifying.ask(code=dossier.code, by=cast.office.specialist, question=question)


def _reply(cast: Cast, dossier: Dossier) -> None:
    asked = dossier.consultations.get()
    verifying.answer(consultation=asked.pk, by=cast.other_office.specialist, opinion="Đúng.")


def _submit(cast: Cast, dossier: Dossier) -> None:
    kind = dossier.version.resultkinds.first()
    assert kind is not None
    processing.submit(code=dossier.code, by=cast.office.specialist, kind=kind, granted=True, content={})


def _whole_desk(cast: Cast, dossier: Dossier) -> None:
    """Given to a colleague with everything else on the specialist's desk."""
    office = cast.office
    colleague = User.objects.create_user("dongnghiep", "x", kind=UserKind.STAFF, full_name="Mai Đồng Nghiệp")
    Membership.objects.create(user=colleague, unit=office.unit, role=Role.SPECIALIST)
    values = {"unit": office.unit, "officer": dossier.assignee, "to": [colleague], "reason": "Nghỉ dài ngày."}
    duty.hand_over_desk(by=office.head, key=uuid.uuid4(), **values)


def _supplement(cast: Cast) -> Dossier:
    dossier = make.processing_(cast)
    _ask(cast, dossier)
    return dossier


def _obligation(cast: Cast) -> Dossier:
    dossier = make.processing_(cast)
    processing.set_obligation(code=dossier.code, by=cast.office.specialist, reason="Nộp thuế trước.")
    return dossier


def _issued(cast: Cast) -> Dossier:
    return processing.issue(code=make.signed(cast).code, by=cast.office.clerk)


def _with_question(state: State, cast: Cast) -> Dossier:
    """A dossier of this state with a question out to the other ward."""
    dossier = make.accepted(cast) if state is State.ACCEPTED else make.processing_(cast)
    _question(cast, dossier)
    if state is State.SUPPLEMENT:
        _ask(cast, dossier)
    if state is State.OBLIGATION:
        processing.set_obligation(code=dossier.code, by=cast.office.specialist, reason="Nộp thuế trước.")
    return dossier


MADE: dict[State, Callable[[Cast], Dossier]] = {
    State.FILED: make.filed,
    State.ACCEPTED: make.accepted,
    State.PROCESSING: make.processing_,
    State.CHECKING: make.checking,
    State.SIGNING: make.signing,
    State.SIGNED: make.signed,
    State.SUPPLEMENT: _supplement,
    State.OBLIGATION: _obligation,
    State.FINISHED: _issued,
}
WALKS: dict[str, Walk] = {
    "accept": lambda cast, of: intake.accept(code=of.code, by=cast.office.counter),
    "refuse": lambda cast, of: intake.refuse(code=of.code, by=cast.office.head, **WHY),
    "request_supplement_at_intake": _ask,
    "request_supplement": _ask,
    "answer_supplement": lambda cast, of: _answer(cast, of, at_counter=False),
    "receive_supplement": lambda cast, of: _answer(cast, of, at_counter=True),
    "assign": lambda cast, of: processing.assign(
        code=of.code, by=cast.office.leader, to=cast.office.specialist
    ),
    "reassign": _whole_desk,
    "hand_over": lambda cast, of: processing.assign(
        code=of.code, by=cast.office.counter, to=cast.office.specialist
    ),
    "take": lambda cast, of: processing.take(code=of.code, by=cast.office.specialist),
    "ask_verification": _question,
    "answer_verification": _reply,
    "submit": _submit,
    "submit_for_check": _submit,
    "pass_check": lambda cast, of: processing.pass_check(code=of.code, by=cast.office.head),
    "send_back": lambda cast, of: processing.send_back(
        code=of.code, by=cast.office.leader, reason="Sửa lại."
    ),
    "send_back_from_check": lambda cast, of: processing.send_back(
        code=of.code, by=cast.office.head, reason="Sửa lại."
    ),
    "sign": lambda cast, of: processing.sign(code=of.code, by=cast.office.leader),
    "issue": lambda cast, of: processing.issue(code=of.code, by=cast.office.clerk),
    "return_result": lambda _cast, _of: drain_all(),  # wanted online: it returns once its bytes are there
    "set_obligation": lambda cast, of: processing.set_obligation(
        code=of.code, by=cast.office.specialist, reason="Nộp thuế trước."
    ),
    "meet_obligation": lambda cast, of: processing.meet_obligation(code=of.code, by=cast.office.specialist),
    "withdraw": lambda cast, of: intake.withdraw(code=of.code, by=cast.citizen, reason="Không cần nữa."),
    "withdraw_at_counter": lambda cast, of: intake.withdraw(
        code=of.code, by=cast.office.counter, reason="Không cần nữa.", at_counter=True
    ),
    "stop": lambda cast, of: intake.stop(code=of.code, by=cast.office.leader, **WHY),
    "extend": lambda cast, of: processing.extend(
        code=of.code,
        by=cast.office.leader,
        reason="Cần thêm thời gian.",
        until=max(of.due_at or clock.now(), clock.now()) + datetime.timedelta(days=7),
    ),
}
PAIRS = [(source, move.name) for move in TRANSITIONS for source in move.sources]


def _begin(source: State, name: str, cast: Cast) -> Dossier:
    if name == "answer_verification":
        return _with_question(source, cast)
    if name == "submit_for_check":
        return make.processing_(cast, make.HOUSEHOLD)
    if (source, name) == (State.SUPPLEMENT, "refuse"):
        dossier = make.filed(cast)
        _ask(cast, dossier)
        return dossier
    return MADE[source](cast)


@pytest.mark.parametrize(("source", "name"), PAIRS, ids=[f"{source.value}-{name}" for source, name in PAIRS])
def test_walk(cast: Cast, source: State, name: str) -> None:
    move, dossier = BY_NAME[name], _begin(source, name, cast)
    dossier.refresh_from_db()
    assert dossier.state == source
    resumed = dossier.resume_state
    WALKS[name](cast, dossier)
    dossier.refresh_from_db()
    after = move.target or (source if move.stays else resumed)
    assert dossier.state == after
    event = dossier.events.filter(kind=move.event).latest("seq")
    assert (event.from_state, event.to_state) == (source, after)
    if move.form:
        kind = DocumentKind.RESULT if move.form == "result" else DocumentKind(move.form)
        assert dossier.documents.filter(kind=kind).exists()


def test_the_docs_name_each_walk_and_its_form() -> None:
    page = (ROOT / "docs" / "workflow.md").read_text(encoding="utf-8")
    for source, name in PAIRS:
        assert f"| `test_walk[{source.value}-{name}]` |" in page, (source, name)
