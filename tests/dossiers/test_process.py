"""The internal process: steps of the version drive the handling; planned beside used time; asking other units."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from dossiers import guards
from dossiers.access import get_attachment, get_consultation, get_dossier, moves_for
from dossiers.actions import drafts, filing, intake, processing, verifying
from dossiers.actions.verifying import Question
from dossiers.models import Consultation, Dossier
from dossiers.process import STEP_OF, Happened, Planned, course, named_events
from dossiers.process_shown import shown
from dossiers.states import EventKind, State
from dossiers.workflow import GUARDS, TRANSITIONS, ActionError, WrongState
from portal.lib import clock
from procedures.calendar import HANOI, WorkCalendar, city_calendar
from procedures.models import ProcessStep
from tests.cast import Cast
from tests.factories import dossiers as make
from tests.two_at_once import at_once

HOURS = ((datetime.time(8), datetime.time(12)), (datetime.time(13), datetime.time(17)))
CALENDAR = WorkCalendar(HOURS)
STEPS = [
    Planned(1, "receive", "Tiếp nhận", "counter", 60, "receiving"),
    Planned(2, "appraise", "Thẩm định", "specialist", 240),
    Planned(3, "sign", "Ký", "leader", 120),
    Planned(4, "issue", "Phát hành", "clerk", 60),
    Planned(5, "return", "Trả", "counter", 60, "receiving"),
]


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=HANOI)


def step(kind: str, when: str, state: str, **data: Any) -> Happened:
    return Happened(kind, at(when), state, "Vũ", "Phường", data)


ROAD = [
    step("filed", "2025-07-07 08:00", "filed"),
    step("accepted", "2025-07-07 08:30", "accepted"),
    step("assigned", "2025-07-07 09:00", "processing", name="Vũ Chuyên Viên"),
    step("supplement_requested", "2025-07-07 10:00", "supplement"),
    step("supplement_answered", "2025-07-08 10:00", "processing"),
    step("submitted", "2025-07-08 15:00", "signing"),
    step("sent_back", "2025-07-08 16:00", "processing"),
]


def test_every_state_lies_in_a_step_or_waits() -> None:
    assert set(STEP_OF) == set(State)


def test_time_of_a_step_is_working_time_without_the_wait_for_the_citizen() -> None:
    made = course(ROAD, STEPS, CALENDAR, at("2025-07-08 17:00"))
    receive, appraise, sign, issue, _back = made.steps
    assert receive.minutes_used == 30
    # 8:30-10:00 (no step of assigning: the wait for a specialist is appraisal), then 10-12, 13-15, and 16-17
    assert appraise.minutes_used == 90 + 240 + 60
    assert appraise.minutes_over == 150
    assert sign.minutes_used == 60
    assert issue.since is None
    assert made.current is appraise
    assert appraise.who == "Vũ"
    assert appraise.due == at("2025-07-08 13:30")  # where the 240 minutes were used up


def test_the_limit_of_a_step_does_not_depend_on_when_one_looks() -> None:
    dues = {
        course(ROAD[:3], STEPS, CALENDAR, at(now)).current.due  # type: ignore[union-attr]
        for now in ("2025-07-07 09:00", "2025-07-07 12:30", "2025-07-09 08:00", "2025-08-01 03:00")
    }
    assert dues == {at("2025-07-07 13:30")}


def test_a_step_that_stands_still_has_no_limit() -> None:
    made = course(ROAD[:4], STEPS, CALENDAR, at("2025-07-07 16:00"))
    assert made.current is not None
    assert (made.current.state, made.current.due, made.current.minutes_used) == ("paused", None, 90)
    held = [*ROAD[:3], step("held", "2025-07-07 10:00", "processing")]
    assert course(held, STEPS, CALENDAR, at("2025-07-09 10:00")).current.state == "paused"  # type: ignore[union-attr]


def test_waiting_for_the_person_to_come_is_nobodys_lateness() -> None:
    road = [*ROAD[:3], step("submitted", "2025-07-07 10:00", "signing")]
    road += [step("signed", "2025-07-07 11:00", "signed"), step("issued", "2025-07-07 11:30", "finished")]
    made = course(road, STEPS, CALENDAR, at("2025-07-20 10:00"))
    assert made.current is not None
    assert (made.current.planned.kind, made.current.due, made.current.minutes_over) == ("return", None, 0)


def test_a_closed_dossier_lies_in_no_step() -> None:
    road = [*ROAD[:3], step("stopped", "2025-07-07 10:00", "stopped")]
    made = course(road, STEPS, CALENDAR, at("2025-07-20 10:00"))
    assert made.current is None
    assert made.steps[1].state == "done"
    assert made.steps[1].minutes_used == 90


@given(st.lists(st.integers(0, 60 * 24 * 4), min_size=7, max_size=7))
def test_steps_together_use_exactly_the_time_not_waited(gaps: list[int]) -> None:
    moment, road = at("2025-07-07 08:00"), []
    for event, gap in zip(ROAD, gaps, strict=True):
        moment += datetime.timedelta(minutes=gap)
        road.append(Happened(event.kind, moment, event.state, event.who, event.unit, event.data))
    now = moment + datetime.timedelta(days=3)
    made = course(road, STEPS, CALENDAR, now)
    waited = CALENDAR.work_between(road[3].at, road[4].at)
    assert sum((run.used for run in made.steps), datetime.timedelta()) == (
        CALENDAR.work_between(road[0].at, now) - waited
    )


def test_every_guard_of_the_table_is_a_condition_and_is_used() -> None:
    used = {name for move in TRANSITIONS for name in move.guards}
    assert used == set(GUARDS) == set(guards.HOLDS)


# --- The handling follows the data ---


@pytest.mark.django_db
def test_a_process_with_a_check_goes_by_the_head_and_one_without_does_not(cast: Cast) -> None:
    dossier = make.checking(cast)
    assert dossier.state == State.CHECKING
    with pytest.raises(PermissionDenied):
        processing.pass_check(code=dossier.code, by=cast.office.specialist)
    names = {move.name for move in moves_for(cast.office.head, dossier)}
    assert {"pass_check", "send_back_from_check"} <= names
    dossier = processing.send_back(code=dossier.code, by=cast.office.head, reason="Thiếu mã ngành")
    assert dossier.state == State.PROCESSING
    assert make.signing(cast).events.filter(kind=EventKind.CHECKED).exists() is False  # birth has no check
    done = make.signing(cast, make.HOUSEHOLD)
    assert done.events.filter(kind=EventKind.CHECKED).exists()


@pytest.mark.django_db
def test_only_the_submission_of_ones_own_process_is_offered(cast: Cast) -> None:
    birth, household = make.processing_(cast), make.processing_(cast, make.HOUSEHOLD)
    offered = [{move.name for move in moves_for(cast.office.specialist, each)} for each in (birth, household)]
    assert "submit" in offered[0] - offered[1]
    assert "submit_for_check" in offered[1] - offered[0]


@pytest.mark.django_db
def test_nobody_checks_his_own_draft(cast: Cast) -> None:
    dossier = make.checking(cast)
    result = dossier.result
    result.drafted_by = cast.office.head
    result.save(update_fields=["drafted_by"])
    with pytest.raises(ActionError, match="không được tự kiểm tra"):
        processing.pass_check(code=dossier.code, by=cast.office.head)


@pytest.mark.django_db
def test_the_limit_of_the_present_step_is_kept_for_lists(cast: Cast) -> None:
    with clock.at(at("2026-11-09 08:00")):
        dossier = make.filed(cast)
    assert dossier.step_due_at == at("2026-11-09 09:00")  # one hour to receive
    with clock.at(at("2026-11-09 08:20")):
        dossier = intake.accept(code=dossier.code, by=cast.office.counter)
        dossier = processing.assign(code=dossier.code, by=cast.office.counter, to=cast.office.specialist)
    assert dossier.step_due_at == at("2026-11-09 11:20")
    late = Dossier.objects.visible_to(cast.office.specialist).step_overdue(at("2026-11-09 11:21"))
    assert list(late) == [dossier]
    assert not Dossier.objects.visible_to(cast.other_office.specialist).step_overdue(at("2026-11-10 11:21"))


@pytest.mark.django_db
def test_the_page_and_the_sheet_show_planned_beside_used(client: Client, cast: Cast) -> None:
    dossier = make.processing_(cast)
    client.force_login(cast.office.specialist)
    page = client.get(reverse("dossiers:desk", args=[dossier.code])).content.decode()
    assert "Thời gian định mức" in page
    assert 'aria-current="step"' in page
    assert '<svg class="process"' in page
    sheet = processing.control_sheet(code=dossier.code, by=cast.office.counter)
    assert [row["plan"] for row in sheet.context["steps"]][:2] == ["1 giờ", "3 giờ"]
    process = shown(dossier, named_events(dossier), city_calendar(), names=False)
    assert process is not None
    assert process.current is not None
    assert cast.office.specialist.full_name not in process.current.who


# --- Asking another unit ---


def _ask(cast: Cast, dossier: Dossier, **more: Any) -> Consultation:
    question = Question(unit=cast.other_office.unit, text="Có đăng ký kết hôn không?", **more)
    return verifying.ask(code=dossier.code, by=cast.office.specialist, question=question)


@pytest.fixture
def by_law(cast: Cast) -> Dossier:
    """A dossier of a process that verifies, and whose provision stops the clock meanwhile."""
    dossier = make.processing_(cast)
    ProcessStep.objects.create(
        version=dossier.version, order=90, kind="verify", name="Xác minh", role="specialist", minutes=960,
        place="other", parallel=True, pause_basis="khoản 4 Điều 22 (mẫu thử)",
    )  # fmt: skip
    return dossier


def test_the_unit_asked_sees_the_question_and_its_files_only(cast: Cast) -> None:
    draft = make.drafted(cast.citizen, office=cast.office)
    for _number in range(2):
        paper = draft.version.requireddocuments.first()
        drafts.attach(draft_id=draft.pk, by=cast.citizen, document=paper, upload=make.pdf())
    dossier = filing.file_online(draft_id=draft.pk, by=cast.citizen)
    intake.accept(code=dossier.code, by=cast.office.counter)
    processing.assign(code=dossier.code, by=cast.office.counter, to=cast.office.specialist)
    one, other = dossier.attachments.order_by("pk")[:2]
    asked = _ask(cast, dossier, files=(one.pk,))
    far = cast.other_office.specialist
    assert get_consultation(far, asked.pk) == asked
    assert get_attachment(far, one.pk) == one
    for hidden in (lambda: get_attachment(far, other.pk), lambda: get_dossier(far, dossier.code)):
        with pytest.raises(Http404):
            hidden()
    for person in (cast.office.specialist, cast.other_office.counter, cast.citizen):
        with pytest.raises(Http404):
            get_consultation(person, asked.pk)
    verifying.answer(consultation=asked.pk, by=far, opinion="Chưa từng đăng ký.")
    with pytest.raises(Http404):
        get_attachment(far, one.pk)


def test_asking_runs_beside_and_the_submission_waits_for_it(cast: Cast) -> None:
    with clock.at(at("2026-11-09 09:00")):
        dossier = make.processing_(cast)
        due = dossier.due_at
        asked = _ask(cast, dossier, days=1)
        dossier.refresh_from_db()
        assert (dossier.state, dossier.due_at, dossier.clock_paused) == (State.PROCESSING, due, False)
        assert asked.answer_by == at("2026-11-10 09:00")
        kind = dossier.version.resultkinds.first()
        assert kind
        submit = {
            "code": dossier.code,
            "by": cast.office.specialist,
            "kind": kind,
            "granted": True,
            "content": {},
        }
        with pytest.raises(ActionError, match="xác minh"):
            processing.submit(**submit)
    with clock.at(at("2026-11-10 09:01")):  # silence beyond the limit stops nobody
        assert verifying.expire(now=clock.now()) == 1
        assert verifying.expire(now=clock.now()) == 0
        assert processing.submit(**submit).state == State.SIGNING


@pytest.mark.django_db
def test_by_law_the_clock_stands_still_until_the_answer(cast: Cast, by_law: Dossier) -> None:
    with clock.at(at("2026-11-09 09:00")):
        dossier = make.processing_(cast)
        assert dossier.due_at == at("2026-11-09 17:00")
    with clock.at(at("2026-11-09 10:00")):
        asked = _ask(cast, dossier, step=90)
        dossier.refresh_from_db()
        assert dossier.clock_paused
        assert dossier.step_due_at is None
    assert not Dossier.objects.visible_to(cast.office.head).overdue(at("2026-11-22 10:00"))
    with clock.at(at("2026-11-10 10:00")):
        verifying.answer(consultation=asked.pk, by=cast.other_office.specialist, opinion="Không.")
    dossier.refresh_from_db()
    assert not dossier.clock_paused
    assert dossier.due_at == at("2026-11-10 17:00")
    assert dossier.promised_at == at("2026-11-09 17:00")
    kinds = [event.kind for event in dossier.events.order_by("seq")][-4:]
    assert kinds == ["verify_asked", "held", "verify_answered", "released"]


@pytest.mark.django_db
def test_the_standstill_ends_at_the_limit_however_late_it_is_noticed(cast: Cast, by_law: Dossier) -> None:
    with clock.at(at("2026-11-09 09:00")):
        dossier = make.processing_(cast)
        _ask(cast, dossier, step=90)  # 960 minutes: until Wednesday 9:00
    with clock.at(at("2026-11-13 16:00")):
        verifying.expire(now=clock.now())
    dossier.refresh_from_db()
    assert dossier.due_at == at("2026-11-11 17:00")


@pytest.mark.django_db
def test_a_supplement_takes_the_standstill_over(cast: Cast, by_law: Dossier) -> None:
    with clock.at(at("2026-11-09 09:00")):
        dossier = make.processing_(cast)
        asked = _ask(cast, dossier, step=90)
    items = [intake.ItemSpec("Xin chụp lại", document=dossier.version.requireddocuments.first())]
    with clock.at(at("2026-11-09 10:00")):
        intake.request_supplement(code=dossier.code, by=cast.office.specialist, reason="Mờ", items=items)
        dossier.refresh_from_db()
        assert dossier.clock_paused
    with clock.at(at("2026-11-09 11:00")):
        verifying.answer(consultation=asked.pk, by=cast.other_office.specialist, opinion="Không.")
    dossier.refresh_from_db()
    assert dossier.clock_paused  # still the citizen's turn
    assert list(dossier.events.filter(kind="released").values_list("seq", flat=True)) != []
    assert dossier.events.filter(kind="released").count() == 1


@pytest.mark.django_db
def test_a_pause_needs_its_provision_and_other_questions_cannot_pause(cast: Cast, by_law: Dossier) -> None:
    dossier = make.processing_(cast)
    assert not _ask(cast, dossier).pauses
    with pytest.raises(ActionError, match="không có bước"):
        _ask(cast, dossier, step=3)
    with pytest.raises(ActionError, match="1 đến 10"):
        _ask(cast, dossier, days=11)
    own = Question(unit=cast.office.unit, text="Hỏi")
    with pytest.raises(ActionError, match="đơn vị khác"):
        verifying.ask(code=dossier.code, by=cast.office.specialist, question=own)


@pytest.mark.django_db
def test_closing_ends_the_question(cast: Cast) -> None:
    dossier = make.processing_(cast)
    asked = _ask(cast, dossier)
    intake.withdraw(code=dossier.code, by=cast.citizen, reason="Đổi ý")
    with pytest.raises(WrongState):
        verifying.answer(consultation=asked.pk, by=cast.other_office.specialist, opinion="Muộn.")
    asked.refresh_from_db()
    assert asked.closed_at is not None


@pytest.mark.django_db
def test_asking_and_answering_on_the_pages(client: Client, cast: Cast) -> None:
    dossier = make.processing_(cast)
    client.force_login(cast.office.specialist)
    address = reverse("dossiers:ask", args=[dossier.code])
    bad = client.post(address, {"unit": "", "question": "Giữ lại chữ đã gõ"})
    assert bad.status_code == 422
    assert "Giữ lại chữ đã gõ" in bad.content.decode()
    good = client.post(address, {"unit": cast.other_office.unit.pk, "question": "Có không?", "days": 2})
    assert good.status_code == 302
    client.force_login(cast.other_office.specialist)
    assert dossier.code in client.get(reverse("dossiers:asked")).content.decode()
    asked = dossier.consultations.get()
    page = reverse("dossiers:answer", args=[asked.pk])
    assert cast.citizen.full_name not in client.get(page).content.decode()
    assert client.post(page, {"opinion": " "}).status_code == 422
    assert client.post(page, {"opinion": "Không có."}).status_code == 302
    again = client.post(page, {"opinion": "Lần hai."})
    assert again.status_code == 422
    asked.refresh_from_db()
    assert asked.opinion == "Không có."


@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_once_one_counts(transactional_db: None) -> None:
    from tests.cast import build_cast

    crew = build_cast()
    dossier = make.processing_(crew)
    asked = _ask(crew, dossier)
    outcomes = at_once(
        4,
        lambda n: verifying.answer(
            consultation=asked.pk, by=crew.other_office.specialist, opinion=f"Trả lời {n}"
        ),
    )
    assert sum(isinstance(each, Consultation) for each in outcomes) == 1
    assert dossier.events.filter(kind=EventKind.VERIFY_ANSWERED).count() == 1
