"""Early warning: each rule by hand, opened once, healed, answered, settled, lifted; screens, digest, two at once."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dossiers.models import Dossier, DossierParty, SupplementRequest
from dossiers.states import State
from dossiers.workflow import ActionError
from payments.models import Receipt
from portal.accounts.models import Membership, Unit, User
from portal.lib import clock
from portal.outbox.actions import drain_all
from portal.outbox.models import OutboxMessage
from procedures.models import Channel, RequiredDocument
from reporting import alarms, digest
from reporting.actions.warnings import answer, choose_digest, look_at_everything, settle
from reporting.models import EarlyWarning, Level, WarningEvent, WarningKind, WarningRule, WarningState
from reporting.watch.looking import Look
from reporting.watch.rules import load
from reporting.watch.words import ACTIONS, when
from tests.cast import Cast, build_cast
from tests.reporting.rows import DAY, HOUR, Rows, at
from tests.reporting.test_boards import signed_in, text
from tests.two_at_once import at_once

MONDAY = datetime.date(2026, 3, 16)
TEN = at(MONDAY, 10)


@pytest.fixture
def now(db: None) -> Any:
    """Ten o'clock on a Monday in the middle of March."""
    with clock.at(TEN):
        yield TEN


def numbers(code: str) -> dict[str, int]:
    """Open warnings of a rule: unit code and number."""
    look_at_everything()
    rows = EarlyWarning.objects.filter(code=code, settled_at=None)
    return dict(rows.order_by("unit__code").values_list("unit__code", "number"))


def _listed(code: str, user: User) -> int:
    row = EarlyWarning.objects.get(code=code, settled_at=None, unit__code="00004")
    return int(signed_in(user).get(reverse("reporting:warning-list", args=[row.pk])).context["count"])


# --- Each rule, counted by hand ----------------------------------------------------------------------------------

Setting = Callable[[Rows, Unit, Cast], None]


def _below(rows: Rows, ward: Unit, cast: Cast) -> None:
    """Twenty-one accepted this month, nine of them not online: 57 % of 60 %."""
    for number in range(21):
        rows.dossier(
            ward,
            MONDAY - DAY,
            accepted=MONDAY - DAY,
            channel=Channel.COUNTER if number < 9 else Channel.ONLINE,
        )


def _falling(rows: Rows, ward: Unit, cast: Cast) -> None:
    """All of twenty online last month, seventeen of twenty now: fifteen points down, still above target."""
    for number in range(20):
        rows.dossier(ward, MONDAY - 30 * DAY, accepted=MONDAY - 30 * DAY)
        rows.dossier(
            ward,
            MONDAY - DAY,
            accepted=MONDAY - DAY,
            channel=Channel.COUNTER if number < 3 else Channel.ONLINE,
        )


def _late_soon(rows: Rows, ward: Unit, cast: Cast) -> None:
    """Seven due this week; ten finished in ten working days is five in five, and 1.2 times that is six."""
    for number in range(7):
        rows.dossier(ward, MONDAY - DAY, accepted=MONDAY - DAY, due=at(MONDAY + DAY, 9 + number))
    rows.dossier(ward, MONDAY - DAY, accepted=MONDAY - DAY, due=MONDAY + 30 * DAY)
    for _ in range(10):
        rows.dossier(ward, MONDAY - 9 * DAY, accepted=MONDAY - 9 * DAY, finished=MONDAY - 4 * DAY)


def _overdue(rows: Rows, ward: Unit, cast: Cast) -> None:
    """Two past their day, one of them waits for the citizen."""
    for state in (State.PROCESSING, State.SUPPLEMENT):
        rows.dossier(ward, MONDAY - 9 * DAY, accepted=MONDAY - 9 * DAY, due=MONDAY - DAY, state=state)


def _waiting(rows: Rows, ward: Unit, cast: Cast) -> None:
    """Two filed, one over its eight hours."""
    rows.dossier(ward, MONDAY - 4 * DAY, accept_by=MONDAY - 3 * DAY)
    rows.dossier(ward, MONDAY, accept_by=datetime.datetime(2099, 1, 1, tzinfo=datetime.UTC))


def _no_work(rows: Rows, ward: Unit, cast: Cast) -> None:
    """Two in work: one with the ward's specialist, one with somebody who left."""
    for who in (cast.office.specialist, cast.other_office.specialist):
        rows.dossier(ward, MONDAY, accepted=MONDAY, state=State.PROCESSING, assignee=who)


def _no_intake(rows: Rows, ward: Unit, cast: Cast) -> None:
    """One waits where nobody may receive."""
    Membership.objects.filter(unit=ward, role__in=["counter", "head"]).update(valid_to=MONDAY)
    rows.dossier(ward, MONDAY)


def _second(rows: Rows, ward: Unit, cast: Cast) -> None:
    """Two asked twice: one sent, one only proposed; a third asked once."""
    for number in range(3):
        dossier = rows.dossier(ward, MONDAY - 5 * DAY, accepted=MONDAY - 5 * DAY)
        rows.paused(dossier, cast.office.head, MONDAY - 4 * DAY, MONDAY - 3 * DAY)
        if number < 2:
            rows.paused(dossier, cast.office.head, MONDAY - 2 * DAY, None, number=2)
    last = SupplementRequest.objects.filter(number=2).order_by("-pk").first()
    assert last is not None
    SupplementRequest.objects.filter(pk=last.pk).update(approval="proposed")


def _receipts(rows: Rows, ward: Unit, cast: Cast) -> None:
    """Three paid without a receipt: two days ago, an hour ago, and a surplus."""
    dossier = rows.dossier(ward, MONDAY - 3 * DAY, accepted=MONDAY - 3 * DAY)
    rows.paid(dossier, TEN - 2 * DAY)
    rows.paid(dossier, TEN - HOUR)
    rows.paid(dossier, TEN - 2 * DAY, surplus=True)
    assert not Receipt.objects.exists()


def _many(rows: Rows, ward: Unit, cast: Cast) -> None:
    """One account files for eleven; a telephone for three, an account eleven times for one, an officer for many."""
    for number in range(11):
        rows.dossier(ward, MONDAY - DAY, submitted_by=cast.citizen, owner=f"Người {number}")
        rows.dossier(ward, MONDAY - DAY, submitted_by=cast.other_citizen)
        rows.dossier(ward, MONDAY - DAY, submitted_by=cast.office.counter, owner=f"Người {number}")
    for number in range(10):
        dossier = rows.dossier(ward, MONDAY - DAY, submitted_by=cast.organisation, owner=f"Chủ {number % 3}")
        Dossier.objects.filter(pk=dossier.pk).update(submitted_by=None)
        DossierParty.objects.create(dossier=dossier, role="filer", name="Người nộp", phone="0900000001")


def _beyond(rows: Rows, ward: Unit, cast: Cast) -> None:
    """Three asked: for a paper through a line of the form, for a correction, for a paper of another version."""
    foreign = RequiredDocument.objects.exclude(version=rows.version).order_by("pk").first()
    for words in ("Nộp thêm giấy xác nhận của tổ dân phố", "Sửa ngày sinh", ""):
        dossier = rows.dossier(ward, MONDAY - 5 * DAY, accepted=MONDAY - 5 * DAY)
        rows.paused(dossier, cast.office.head, MONDAY - 4 * DAY, None)
        rows.asked_for(dossier, words or "Nộp lại", None if words else foreign)


def _certified(rows: Rows, ward: Unit, cast: Cast) -> None:
    """Three asked for a certified copy: without a basis, with one in the list, and in other words."""
    papers = RequiredDocument.objects.filter(version=rows.version).order_by("pk")
    listed = papers.first() or RequiredDocument.objects.order_by("pk").first()
    assert listed is not None
    RequiredDocument.objects.filter(pk=listed.pk).update(certified_basis="Luật thử, điều 1")
    for words, paper in (
        ("Bản sao chứng thực căn cước", None),
        ("Bản chứng thực", listed),
        ("Bản chụp", None),
    ):
        dossier = rows.dossier(ward, MONDAY - 5 * DAY, accepted=MONDAY - 5 * DAY)
        rows.paused(dossier, cast.office.head, MONDAY - 4 * DAY, None)
        rows.asked_for(dossier, words, paper)


CASES: list[tuple[str, WarningKind, Setting, int]] = [
    ("below-online", WarningKind.BELOW_TARGET, _below, 9),
    ("falling-online", WarningKind.FALLING, _falling, 3),
    ("late-soon", WarningKind.LATE_SOON, _late_soon, 7),
    ("overdue", WarningKind.OVERDUE, _overdue, 1),
    ("waiting", WarningKind.WAITING, _waiting, 1),
    ("no-inbox-work", WarningKind.NO_INBOX_WORK, _no_work, 1),
    ("no-inbox-intake", WarningKind.NO_INBOX_INTAKE, _no_intake, 1),
    ("second-supplement", WarningKind.SECOND_SUPPLEMENT, _second, 1),
    ("no-receipt", WarningKind.NO_RECEIPT, _receipts, 1),
    ("many-people", WarningKind.MANY_PEOPLE, _many, 11),
    ("beyond-list", WarningKind.BEYOND_LIST, _beyond, 2),
    ("certified-copies", WarningKind.CERTIFIED, _certified, 1),
]


def test_every_kind_has_a_case_an_action_and_a_rule(now: Any) -> None:
    assert {case[1] for case in CASES} == set(WarningKind) == set(ACTIONS)
    assert set(WarningRule.objects.on(MONDAY).values_list("kind", flat=True)) == set(WarningKind)
    assert all(when(rule) and rule.source for rule in WarningRule.objects.order_by("pk"))
    assert load() == 0  # loading again adds nothing


@pytest.mark.parametrize(("code", "kind", "setting", "number"), CASES, ids=[case[0] for case in CASES])
def test_hand_count_and_the_list_behind(
    code: str, kind: WarningKind, setting: Setting, number: int, now: Any, rows: Rows, ward: Unit, cast: Cast
) -> None:
    setting(rows, ward, cast)
    assert numbers(code) == {"00004": number}
    assert _listed(code, cast.monitor) == number


@pytest.mark.parametrize("short", [20, 19], ids=["enough", "too few"])
def test_a_rule_is_silent_about_few_dossiers(short: int, now: Any, rows: Rows, ward: Unit) -> None:
    for _ in range(short):
        rows.dossier(ward, MONDAY - DAY, accepted=MONDAY - DAY, channel=Channel.COUNTER)
    assert bool(numbers("below-online")) is (short == 20)


# --- Its life ---------------------------------------------------------------------------------------------------


@pytest.fixture
def late(now: Any, rows: Rows, ward: Unit, cast: Cast) -> EarlyWarning:
    """An open warning about one overdue dossier of Ba Đình."""
    rows.dossier(ward, MONDAY - 9 * DAY, accepted=MONDAY - 9 * DAY, due=MONDAY - DAY)
    look_at_everything()
    return EarlyWarning.objects.get(code="overdue")


def kinds(row: EarlyWarning) -> list[str]:
    return list(row.events.order_by("pk").values_list("kind", flat=True))


def test_it_opens_once_and_follows_the_number(late: EarlyWarning, rows: Rows, ward: Unit) -> None:
    assert (late.level, late.state, late.number) == (Level.HEAD, WarningState.OPEN, 1)
    assert look_at_everything() == 0
    rows.dossier(ward, MONDAY - 9 * DAY, accepted=MONDAY - 9 * DAY, due=MONDAY - DAY)
    look_at_everything()
    late.refresh_from_db()
    assert late.number == 2
    assert kinds(late) == ["opened"]


def test_it_heals_by_the_figure_and_may_open_again(late: EarlyWarning) -> None:
    Dossier.objects.update(due_at=datetime.datetime(2099, 1, 1, tzinfo=datetime.UTC))
    look_at_everything()
    late.refresh_from_db()
    assert (late.state, late.settled_by) == (WarningState.SETTLED, None)
    assert kinds(late) == ["opened", "healed"]
    Dossier.objects.update(due_at=at(MONDAY - DAY))
    look_at_everything()
    assert EarlyWarning.objects.filter(code="overdue").count() == 2


def test_a_person_settles_with_a_reason_and_it_stays_quiet_until_it_grows(
    late: EarlyWarning, cast: Cast, rows: Rows, ward: Unit
) -> None:
    with pytest.raises(ActionError):
        settle(by=cast.office.head, warning_id=late.pk, reason="  ")
    settle(by=cast.office.head, warning_id=late.pk, reason="Đang chờ tòa án")
    assert settle(by=cast.office.leader, warning_id=late.pk, reason="Lần nữa").reason == "Đang chờ tòa án"
    look_at_everything()
    assert EarlyWarning.objects.filter(settled_at=None, code="overdue").count() == 0
    rows.dossier(ward, MONDAY - 9 * DAY, accepted=MONDAY - 9 * DAY, due=MONDAY - DAY)
    look_at_everything()
    assert EarlyWarning.objects.get(settled_at=None, code="overdue").number == 2
    assert not EarlyWarning.objects.get(pk=late.pk).quiet


def test_unanswered_it_rises_to_the_leader_and_the_city(late: EarlyWarning) -> None:
    """Eight working hours each: Monday ten o'clock, Tuesday ten, Wednesday ten (an officer's day has eight)."""
    seen = []
    for hours in (23, 25, 49, 97):
        with clock.at(TEN + hours * HOUR):
            look_at_everything()
        seen.append(EarlyWarning.objects.get(pk=late.pk).level)
    assert seen == [Level.HEAD, Level.LEADER, Level.CITY, Level.CITY]
    assert kinds(late) == ["opened", "escalated", "escalated"]


def test_an_answer_starts_longer_hours(late: EarlyWarning, cast: Cast) -> None:
    answer(by=cast.office.head, warning_id=late.pk, text="Giao thêm người")
    answer(by=cast.office.head, warning_id=late.pk, text="Giao thêm người")
    assert kinds(late) == ["opened", "answered"]
    with clock.at(TEN + 25 * HOUR):
        look_at_everything()
    assert EarlyWarning.objects.get(pk=late.pk).level == Level.HEAD
    with clock.at(TEN + 4 * DAY):
        look_at_everything()
    assert EarlyWarning.objects.get(pk=late.pk).level == Level.LEADER


def test_who_may_answer_and_settle(late: EarlyWarning, cast: Cast) -> None:
    for user in (cast.office.counter, cast.other_office.head, cast.monitor):
        with pytest.raises(PermissionDenied):
            answer(by=user, warning_id=late.pk, text="x")
        with pytest.raises(PermissionDenied):
            settle(by=user, warning_id=late.pk, reason="x")
    EarlyWarning.objects.filter(pk=late.pk).update(level=Level.CITY)
    assert settle(by=cast.monitor, warning_id=late.pk, reason="Đã có văn bản").settled_by == cast.monitor


def test_the_database_refuses_what_must_not_be(late: EarlyWarning) -> None:
    refused: list[Callable[[], Any]] = [
        lambda: WarningEvent.objects.update(note="x"),
        lambda: WarningEvent.objects.all().delete(),
        lambda: EarlyWarning.objects.create(
            rule=late.rule,
            code=late.code,
            unit=late.unit,
            level=Level.HEAD,
            number=1,
            opened_at=TEN,
            level_since=TEN,
        ),
        lambda: EarlyWarning.objects.update(state=WarningState.SETTLED),
        lambda: WarningRule.objects.create(
            code=late.code, version=2, kind="overdue", threshold=1, source="x", valid_from=MONDAY
        ),
    ]
    for change in refused:
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_new_version_of_a_rule_takes_over(late: EarlyWarning) -> None:
    WarningRule.objects.filter(pk=late.rule_id).update(valid_to=MONDAY)
    WarningRule.objects.create(
        code="overdue", version=2, kind="overdue", threshold=5, source="Thử", valid_from=MONDAY
    )
    look_at_everything()
    late.refresh_from_db()
    assert late.state == WarningState.SETTLED  # one is fewer than five


@pytest.mark.django_db(transaction=True)
def test_two_looks_at_once_open_one_warning() -> None:
    build_cast()
    rows, ward = Rows(), Unit.objects.get(code="00004")
    rows.dossier(ward, MONDAY, accepted=MONDAY, due=MONDAY + DAY)
    at_once(2, lambda _number: look_at_everything())
    look_at_everything()
    assert EarlyWarning.objects.filter(code="overdue").count() == 1
    assert WarningEvent.objects.filter(warning__code="overdue").count() == 1


# --- Screens ----------------------------------------------------------------------------------------------------


def test_the_screens_of_unit_and_city(late: EarlyWarning, cast: Cast) -> None:
    page = text(signed_in(cast.monitor).get(reverse("reporting:warnings")))
    assert "Đang quá hạn" in page
    assert "Phường Ba Đình" in page
    head = signed_in(cast.office.head)
    own = head.get(reverse("reporting:warnings"))
    assert "Cảnh báo sớm (1)" in text(own)
    assert re.search(r"/ho-so/\">1</a>", own.content.decode())
    far = signed_in(cast.other_office.head)
    for name in ("warning", "warning-list"):
        assert far.get(reverse(f"reporting:{name}", args=[late.pk])).status_code == 404
    assert far.get(reverse("reporting:warnings"), {"unit": "00004"}).status_code == 404
    assert signed_in(cast.office.counter).get(reverse("reporting:warnings")).status_code == 403
    english = signed_in(cast.monitor)
    english.cookies["language"] = "en"
    assert "Overdue now" in text(english.get(reverse("reporting:warnings")))


def test_answering_and_settling_on_the_page(late: EarlyWarning, cast: Cast) -> None:
    client, page = signed_in(cast.office.head), reverse("reporting:warning", args=[late.pk])
    bad = client.post(page, {"decision": "answer", "text": " "})
    assert bad.status_code == 422
    assert "Hãy ghi nội dung" in text(bad)
    assert client.post(page, {"decision": "answer", "text": "Giao thêm người"}).status_code == 302
    assert "Giao thêm người" in text(client.get(page))
    assert client.post(page, {"decision": "settle", "text": "Tòa án đang thụ lý"}).status_code == 302
    shown = text(client.get(page))
    assert "Khép có lý do" in shown
    assert "Tòa án đang thụ lý" in shown
    gone = client.post(page, {"decision": "answer", "text": "Muộn"})
    assert gone.status_code == 422
    assert "Cảnh báo đã khép" in text(gone)
    assert signed_in(cast.monitor).post(page, {"decision": "settle", "text": "x"}).status_code in {302, 403}


def test_many_warnings_cost_as_many_queries_as_few(now: Any, rows: Rows, cast: Cast, ward: Unit) -> None:
    client, page = signed_in(cast.monitor), reverse("reporting:warnings")

    def cost() -> int:
        look_at_everything()
        client.get(page)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(page).status_code == 200
        return len(caught)

    communes = Unit.objects.filter(kind="commune").exclude(pk=ward.pk).order_by("pk")
    for unit in (ward, communes[0]):  # nobody works in the second: one rule more speaks
        rows.dossier(unit, MONDAY - 9 * DAY, accepted=MONDAY - 9 * DAY, due=MONDAY - DAY)
    few = cost()
    for unit in communes[1:30]:
        rows.dossier(unit, MONDAY - 9 * DAY, accepted=MONDAY - 9 * DAY, due=MONDAY - DAY)
    assert cost() == few <= 14
    answer = client.get(page)
    everything = EarlyWarning.objects.filter(settled_at=None).count()
    assert answer.context["page"].paginator.count == everything > 50
    assert len(answer.context["waiting"]) == 50
    assert len(client.get(page, {"page": "2"}).context["waiting"]) == everything - 50


def test_looking_costs_the_same_for_one_unit_and_many(now: Any, rows: Rows, ward: Unit) -> None:
    look_at_everything()

    def cost() -> int:
        with CaptureQueriesContext(connection) as caught:
            look = Look(clock.now())
            for rule in WarningRule.objects.on(MONDAY):
                look.findings(rule)
        return len(caught)

    few = cost()
    for unit in Unit.objects.filter(kind="commune").order_by("pk")[:30]:
        rows.dossier(unit, MONDAY - 9 * DAY, accepted=MONDAY - 9 * DAY, due=MONDAY - DAY)
    assert cost() - few <= 3 < few <= 30  # the days marked meanwhile are counted on the spot


# --- The daily e-mail -------------------------------------------------------------------------------------------


def _addressed(*people: User) -> None:
    for number, user in enumerate(people):
        User.objects.filter(pk=user.pk).update(
            email=f"p{number}@example.invalid", language="en" if number else "vi"
        )


def test_one_mail_a_day_a_person_in_his_language(late: EarlyWarning, cast: Cast) -> None:
    _addressed(cast.office.head, cast.office.leader, cast.monitor)
    assert digest.put_all() == 1
    assert digest.put_all() == 1
    assert OutboxMessage.objects.filter(topic=digest.TOPIC).count() == 1
    drain_all()
    (sent,) = mail.outbox
    assert sent.to == ["p0@example.invalid"]
    assert sent.subject == "1 cảnh báo chưa khép ngày 16/03/2026"
    assert "Phường Ba Đình: Đang quá hạn – 1" in sent.body
    assert "Nguyễn Thị Ngọc Ánh" not in sent.body
    assert Dossier.objects.first().code not in sent.body  # type: ignore[union-attr]


def test_what_rose_reaches_leader_and_monitor(late: EarlyWarning, cast: Cast) -> None:
    _addressed(cast.office.head, cast.office.leader, cast.monitor)
    EarlyWarning.objects.update(level=Level.CITY)
    assert digest.put_all() == 3
    drain_all()
    assert len(mail.outbox) == 3
    assert any("Overdue now" in sent.body for sent in mail.outbox)


def test_no_digest_but_what_the_law_times(late: EarlyWarning, cast: Cast) -> None:
    _addressed(cast.office.head)
    choose_digest(by=cast.office.head, wanted=False)
    assert digest.put_all() == 1  # overdue: compulsory
    WarningRule.objects.filter(code="overdue").update(is_compulsory=False)
    assert digest.put_all() == 0
    client = signed_in(cast.office.head)
    client.post(reverse("reporting:warning-digest"), {"wanted": "1"})
    assert alarms.wants_digest(cast.office.head)


def test_no_mail_on_a_day_off_nor_about_nothing(late: EarlyWarning, cast: Cast) -> None:
    _addressed(cast.office.head)
    with clock.at(TEN - DAY):
        assert digest.put_all() == 0
    digest.put_all()
    EarlyWarning.objects.update(state=WarningState.SETTLED, settled_at=TEN)
    drain_all()
    assert mail.outbox == []
