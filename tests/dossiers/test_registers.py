"""The register of a unit: its lines, its numbers through the year, its paper, and who may have it."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client
from django.urls import reverse

from dossiers.access_units import get_register
from dossiers.actions import registers as actions
from dossiers.actions.registers import issue_register
from dossiers.models import UnitPaper, UnitPaperKind
from dossiers.registers import entries
from dossiers.workflow import ActionError
from portal.accounts.models import User
from portal.lib import clock, files
from portal.outbox.actions import drain_all
from procedures.calendar import HANOI
from tests.cast import Cast
from tests.factories import dossiers as make
from tests.two_at_once import at_once

pytestmark = pytest.mark.django_db
NEW_YEAR = datetime.date(2027, 1, 1)


def moment(day: datetime.date, hour: int = 9) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(hour), tzinfo=HANOI)


def test_lines_are_numbered_through_the_year_and_unit(cast: Cast) -> None:
    days = [datetime.date(2026, 12, 30), datetime.date(2026, 12, 31), datetime.date(2027, 1, 4)]
    codes = []
    for day in days:
        with clock.at(moment(day)):
            codes.append(make.accepted(cast).code)
            make.filed(cast)  # not accepted, so in no register
    with clock.at(moment(days[1], 10)):
        elsewhere = make.filed(cast, office=cast.other_office)
        from dossiers.actions import intake

        intake.accept(code=elsewhere.code, by=cast.other_office.counter)
    unit = cast.office.unit.pk
    found = list(entries([unit], days[1], days[2]))
    assert [(one.number, one.code) for one in found] == [(2, codes[1]), (1, codes[2])]
    both = list(entries([unit, cast.other_office.unit.pk], days[0], days[2]))
    assert sorted((one.unit == cast.office.unit.full_name, one.number) for one in both) == [
        (False, 1), (True, 1), (True, 1), (True, 2),
    ]  # fmt: skip


def test_the_edge_of_a_day_is_hanois(cast: Cast) -> None:
    late = datetime.datetime(2026, 11, 10, 23, 59, 59, tzinfo=HANOI)
    with clock.at(late):
        make.accepted(cast)
    with clock.at(late + datetime.timedelta(seconds=1)):
        make.accepted(cast)
    for day in (10, 11):
        one = datetime.date(2026, 11, day)
        assert [each.accepted for each in entries([cast.office.unit.pk], one, one)] == [one]


def test_a_line_says_how_the_dossier_stands(cast: Cast) -> None:
    done, open_one = make.finished(cast), make.accepted(cast, make.HOUSEHOLD)
    today = clock.today()
    lines = {one.code: one for one in entries([cast.office.unit.pk], today, today)}
    assert lines[done.code].returned == today
    assert lines[open_one.code].returned is None
    assert lines[open_one.code].state == "Đã tiếp nhận"
    assert lines[open_one.code].owner == open_one.owner_name
    assert lines[open_one.code].phone
    assert lines[open_one.code].promised == open_one.promised_at


def test_the_paper_is_numbered_signed_and_kept(cast: Cast) -> None:
    dossier = make.accepted(cast)
    today, office = clock.today(), cast.office
    paper = issue_register(by=office.counter, unit=office.unit, first=today, last=today)
    drain_all()
    paper.refresh_from_db()
    with files.open_file(paper.sha256) as file:
        assert file.read(5) == b"%PDF-"
    assert [row["code"] for row in paper.context["rows"]] == [dossier.code]
    assert paper.context["form"].startswith("Mẫu số 07")
    assert paper.signed_by
    assert issue_register(by=office.head, unit=office.unit, first=today, last=today) == paper  # nothing new
    make.accepted(cast)
    assert issue_register(by=office.counter, unit=office.unit, first=today, last=today) != paper


def test_what_cannot_be_issued(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    today, unit, by = clock.today(), cast.office.unit, cast.office.counter
    day = datetime.timedelta(days=1)
    with pytest.raises(ActionError, match="Không có hồ sơ"):
        issue_register(by=by, unit=unit, first=today, last=today)
    with pytest.raises(ActionError, match="chưa đến"):
        issue_register(by=by, unit=unit, first=today, last=today + day)
    with pytest.raises(ActionError, match="không được trước"):
        issue_register(by=by, unit=unit, first=today, last=today - day)
    for _number in range(2):
        make.accepted(cast)
    monkeypatch.setattr(actions, "MOST_LINES", 1)
    with pytest.raises(ActionError, match="bản in tối đa 1 dòng"):
        issue_register(by=by, unit=unit, first=today, last=today)
    for other in (cast.office.specialist, cast.other_office.counter, cast.monitor):
        with pytest.raises(PermissionDenied):
            issue_register(by=other, unit=unit, first=today, last=today)


def test_another_unit_does_not_see_it(cast: Cast) -> None:
    make.accepted(cast)
    today = clock.today()
    paper = issue_register(by=cast.office.counter, unit=cast.office.unit, first=today, last=today)
    assert get_register(cast.office.head, paper.pk) == paper
    with pytest.raises(Http404):
        get_register(cast.other_office.counter, paper.pk)


@pytest.mark.django_db(transaction=True)
def test_two_presses_one_paper() -> None:
    from tests.cast import build_cast

    cast = build_cast()
    make.accepted(cast)
    today, office = clock.today(), cast.office
    people = [office.counter, office.counter, office.head, office.head]
    made = at_once(4, lambda n: issue_register(by=people[n], unit=office.unit, first=today, last=today).pk)
    assert all(isinstance(one, int) for one in made), made
    assert len(set(made)) == UnitPaper.objects.filter(kind=UnitPaperKind.REGISTER).count() == 1


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_on_its_page(cast: Cast) -> None:
    make.accepted(cast)
    client, page = client_of(cast.office.counter), reverse("dossiers:registers")
    today = f"{clock.today():%d/%m/%Y}"
    asked = {"unit": cast.office.unit.pk, "first": today, "last": today}
    assert "Chưa lập sổ nào" in client.get(page).content.decode()
    wrong = client.post(page, {**asked, "last": "32/01/2026"})
    assert wrong.status_code == 422
    assert 'value="32/01/2026"' in wrong.content.decode()
    assert client.post(page, asked)["Location"] == page
    paper = UnitPaper.objects.get()
    assert "đang tạo" in client.get(page).content.decode()
    assert client.get(reverse("dossiers:register-paper", args=[paper.pk])).status_code == 302
    drain_all()
    answer = client.get(reverse("dossiers:register-paper", args=[paper.pk]))
    assert answer["Content-Type"] == "application/pdf"
    far = client.post(page, {**asked, "unit": cast.other_office.unit.pk})
    assert far.status_code == 422
