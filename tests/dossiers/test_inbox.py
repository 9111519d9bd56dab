"""The inbox: what lies in it for whom, filters, paging that holds still, search in one's own units only."""

from __future__ import annotations

import datetime
import gzip
import re
from typing import Any

import pytest
from django.db.utils import IntegrityError
from django.test import Client
from django.urls import reverse

from dossiers import inbox
from dossiers.actions import processing, saved_filters, searching
from dossiers.finding import Where, asked, find, words
from dossiers.lines import left_text
from dossiers.models import Dossier, DossierWords, SavedFilter
from dossiers.states import State
from dossiers.workflow import ActionError
from portal.accounts.models import Membership, User
from portal.accounts.models.units import office_hours
from portal.accounts.permissions import Role
from portal.lib import clock
from portal.lib.keyset import Cursor, Order, cut, read_where
from procedures.calendar import HANOI, city_calendar
from tests.cast import Cast
from tests.factories import dossiers as make

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, status: int = 200, **query: str) -> str:
    answer = client_of(user).get(reverse("dossiers:inbox"), query)
    assert answer.status_code == status, answer.content.decode()[:300]
    return answer.content.decode()


def newest_first(found: list[str]) -> bool:
    return found == sorted(found, reverse=True)


def codes(html: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', html)


def copies(dossier: Dossier, count: int, **changes: Any) -> list[Dossier]:
    """Rows like `dossier`, written as they are: lists need many, and only their columns."""
    import uuid

    fields = {f.attname: getattr(dossier, f.attname) for f in Dossier._meta.concrete_fields if f.name != "id"}
    made = [
        Dossier(**{**fields, "code": f"{dossier.code}{n:04}", "client_key": uuid.uuid4(), **changes})
        for n in range(1, count + 1)
    ]
    for number, each in enumerate(made):
        each.accept_by += datetime.timedelta(minutes=number // 3)  # some alike, so that the key decides
    made = Dossier.objects.bulk_create(made)
    for each in made:
        searching.index(each)
    return made


# --- What lies where ---


def test_the_city_sees_a_dossier_nobody_can_handle(cast: Cast) -> None:
    dossier = make.processing_(cast)
    assert page(cast.office.head, tab="nobody").count(dossier.code) == 0
    Membership.objects.filter(user=cast.office.specialist).update(valid_to=clock.today())
    for who in (cast.office.head, cast.monitor):
        html = page(who, tab="nobody")
        assert dossier.code in html
        assert "1 hồ sơ không có ai phụ trách." in html
    assert dossier.code in page(cast.office.head, tab="assign")
    other = make_specialist(cast)
    processing.assign(code=dossier.code, by=cast.office.head, to=other)
    assert dossier.code not in page(cast.office.head, tab="nobody")
    assert "không có ai phụ trách" not in page(cast.office.head)


def make_specialist(cast: Cast, login: str = "badinh.hai") -> User:
    user = User.objects.create_user(login, "x", kind="staff", full_name="Lê Chuyên Viên Hai")
    Membership.objects.create(user=user, unit=cast.office.unit, role=Role.SPECIALIST)
    return user


@pytest.mark.parametrize(
    ("state", "role", "who"),
    [("filed", "counter", "head"), ("signing", "leader", "monitor"), ("signed", "clerk", "monitor")],
)
def test_a_step_without_anybody_is_an_alarm(cast: Cast, state: str, role: str, who: str) -> None:
    dossier = getattr(make, state)(cast)
    watcher = cast.monitor if who == "monitor" else cast.office.head
    assert dossier.code not in page(cast.monitor, tab="nobody")
    Membership.objects.filter(unit=cast.office.unit).exclude(user=watcher).update(valid_to=clock.today())
    if who == "head":  # a head may receive himself: nothing is lost
        assert dossier.code not in page(watcher, tab="nobody")
    else:
        assert dossier.code in page(watcher, tab="nobody")
    assert role


def test_an_account_closed_is_nobody(cast: Cast) -> None:
    dossier = make.processing_(cast)
    User.objects.filter(pk=cast.office.specialist.pk).update(is_active=False)
    assert dossier.code in page(cast.office.head, tab="nobody")


def test_soon_and_late_by_the_hours_of_the_unit(cast: Cast) -> None:
    monday = datetime.datetime(2026, 11, 23, 9, 0, tzinfo=HANOI)
    with clock.at(monday):
        dossier = make.processing_(cast)
    due = Dossier.objects.get(pk=dossier.pk).due_at
    assert due is not None
    for moment, tab in (
        (due - datetime.timedelta(minutes=30), "soon"),
        (due + datetime.timedelta(minutes=1), "late"),
    ):
        with clock.at(moment):
            assert codes(page(cast.office.head, tab=tab)) == [dossier.code], tab
            assert codes(page(cast.office.specialist, tab=tab)) == [dossier.code], tab
            assert dossier.code not in page(cast.office.clerk, tab=tab)  # not the clerk's work yet
            assert dossier.code not in page(cast.other_office.head, tab=tab)
    with clock.at(due - datetime.timedelta(minutes=30)):
        assert "còn 30 phút" in page(cast.office.head, tab="soon")
    with clock.at(due + datetime.timedelta(days=1)):
        assert re.search(r'class="row-late".*quá ', page(cast.office.head, tab="late"), re.DOTALL)


def test_waiting_says_for_whom(cast: Cast) -> None:
    from dossiers.actions import verifying

    dossier = make.processing_(cast)
    question = verifying.Question(unit=cast.other_office.unit, text="Có đăng ký không?")
    verifying.ask(code=dossier.code, by=cast.office.specialist, question=question)
    assert f"Chờ ý kiến {cast.other_office.unit.name}" in page(cast.office.head, tab="waiting")


def test_finished_today_is_newest_first(cast: Cast) -> None:
    first, second = make.finished(cast), make.finished(cast, make.EXTRACT)
    assert codes(page(cast.office.head, tab="done")) == [second.code, first.code]
    with clock.at(clock.now() + datetime.timedelta(days=1)):
        assert "Hôm nay chưa có kết quả" in page(cast.office.head, tab="done")


def test_who_does_several_kinds_of_work_has_one_list_of_all(cast: Cast) -> None:
    filed, accepted = make.filed(cast), make.accepted(cast)
    assert set(codes(page(cast.office.counter, tab="now"))) == {filed.code, accepted.code}
    assert "now" not in {tab.code for tab in inbox.tabs_for(cast.office.clerk)}


# --- Words ---


def test_time_left_in_working_time() -> None:
    calendar = city_calendar().of(office_hours())
    now = datetime.datetime(2026, 11, 26, 16, 0, tzinfo=HANOI)  # a Thursday
    for later, text in (
        (datetime.datetime(2026, 11, 26, 16, 40, tzinfo=HANOI), "còn 40 phút"),
        (datetime.datetime(2026, 11, 27, 9, 30, tzinfo=HANOI), "còn 2 giờ 30 phút"),
        (datetime.datetime(2026, 11, 30, 17, 0, tzinfo=HANOI), "còn 2 ngày 1 giờ"),
        (datetime.datetime(2026, 11, 26, 11, 0, tzinfo=HANOI), "quá 4 giờ 0 phút"),
        (datetime.datetime(2026, 11, 25, 16, 0, tzinfo=HANOI), "quá 1 ngày"),
    ):
        assert left_text(calendar, now, later) == text


def test_a_row_is_small(cast: Cast) -> None:
    """Four hundred bytes a row with its share of nothing else (performance facts 8.1, number 6)."""
    many = copies(make.filed(cast), 20)
    html = page(cast.office.counter, tab="intake")
    rows = re.findall(r"<tr.*?</tr>", html[html.index("<tbody") :], re.DOTALL)
    assert len(rows) == len(many) + 1
    assert max(len(row.encode()) for row in rows) <= 400
    assert len(gzip.compress("".join(rows).encode())) / len(rows) < 120


# --- Paging ---


def test_pages_hold_still_while_rows_come_and_go(cast: Cast) -> None:
    made = copies(make.filed(cast), 25)
    rows, order = Dossier.objects.filter(state=State.FILED), Order("accept_by")
    first = cut(rows, order, read_where("", "", order), 10)
    second = cut(rows, order, read_where(first.next, "", order), 10)
    assert not first.previous
    seen = [row.pk for row in first.rows] + [row.pk for row in second.rows]
    assert len(set(seen)) == 20
    copies(made[0], 3, accept_by=first.rows[0].accept_by)  # three new ones on the first page
    Dossier.objects.filter(pk=first.rows[5].pk).update(state=State.SIGNING)  # and one gone from it
    again = cut(rows, order, read_where(first.next, "", order), 10)
    assert [row.pk for row in again.rows] == [row.pk for row in second.rows]
    back = cut(rows, order, read_where("", again.previous, order), 10)
    assert back.rows[-1].pk == first.rows[-1].pk
    third = cut(rows, order, read_where(again.next, "", order), 10)
    assert not third.next
    assert not {row.pk for row in third.rows} & set(seen)


@pytest.mark.parametrize("text", ["", "x", "1", "1.x", "999999999999999999.1", "-1.2", "1.2.3", "１.２"])
def test_a_cursor_that_says_nothing_is_the_first_page(text: str) -> None:
    assert read_where(text, text, Order("due_at")) == Where(None, None)


def test_a_cursor_is_read_as_it_was_written() -> None:
    assert read_where("7", "", Order()).after == Cursor(None, 7)
    at = datetime.datetime(2026, 11, 26, 1, 2, 3, 456789, tzinfo=datetime.UTC)
    micros = (at - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)) // datetime.timedelta(microseconds=1)
    assert read_where(f"{micros}.7", "", Order("due_at")).after == Cursor(at, 7)


def test_next_and_back_by_the_page(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dossiers.views.inbox.PER_PAGE", 4)
    copies(make.filed(cast), 9)
    assert newest_first(codes(page(cast.office.counter, tab="all")))
    for tab in ("intake", "all"):
        first = page(cast.office.counter, tab=tab)
        after = re.search(r"after=([\d.]+)", first)
        assert after, tab
        second = page(cast.office.counter, tab=tab, after=after[1])
        before = re.search(r"before=([\d.]+)", second)
        assert before, tab
        assert codes(page(cast.office.counter, tab=tab, before=before[1])) == codes(first)
        assert not set(codes(first)) & set(codes(second))


def test_six_queries_however_many(cast: Cast, django_assert_max_num_queries: Any) -> None:
    """Session, officer, posts, calendar, counts, rows."""
    client = client_of(cast.office.head)
    address = reverse("dossiers:inbox")
    copies(make.processing_(cast), 60)
    client.get(address)
    for query in ({}, {"tab": "late"}, {"tab": "nobody"}, {"tab": "waiting"}, {"tab": "done"}):
        with django_assert_max_num_queries(6):
            assert client.get(address, query).status_code == 200
    for query in ({"tab": "all"}, {"q": "nguyen"}):
        with django_assert_max_num_queries(7):  # and the words that lead to the page
            assert client.get(address, query).status_code == 200


# --- Filters ---


def test_filters_stand_in_the_address(cast: Cast) -> None:
    birth, extract = make.filed(cast), make.accepted(cast, make.EXTRACT)
    head = cast.office.head
    today = f"{clock.today():%d/%m/%Y}"
    tomorrow = f"{clock.today() + datetime.timedelta(days=1):%d/%m/%Y}"
    for query, expected in (
        ({"procedure": make.BIRTH}, [birth]),
        ({"procedure": "trích lục"}, [extract]),
        ({"state": "filed"}, [birth]),
        ({"channel": "online"}, [birth, extract]),
        ({"channel": "post"}, []),
        ({"field": birth.procedure.field.code, "state": "accepted"}, [extract]),
        ({"filed_from": today, "filed_to": today}, [birth, extract]),
        ({"filed_from": tomorrow}, []),
        ({"person": str(cast.office.specialist.pk)}, []),
        ({"q": "anh", "state": "filed"}, [birth]),
    ):
        html = page(head, tab="all", **query)
        assert set(codes(html)) == {each.code for each in expected}, query


def test_a_filter_that_cannot_be_read_says_so_and_stays(cast: Cast) -> None:
    dossier = make.filed(cast)
    html = page(cast.office.head, 422, tab="all", filed_from="32/13/2026", state="filed")
    assert 'value="32/13/2026"' in html
    assert "Ghi ngày theo dạng" in html
    assert dossier.code in html
    assert "Ngày cuối phải từ ngày đầu" in page(
        cast.office.head, 422, due_from="02/12/2026", due_to="01/12/2026"
    )
    far = page(cast.office.head, 422, tab="all", person=str(cast.other_office.specialist.pk))
    assert "field-error" in far or "error" in far


def test_an_officer_keeps_filters(cast: Cast) -> None:
    head, client = cast.office.head, client_of(cast.office.head)
    data = {"name": "  Của   Vũ ", "query": "tab=late&state=processing&q=bí+mật&after=1.1&x=1"}
    client.post(reverse("dossiers:save-filter"), data)
    kept = SavedFilter.objects.get()
    assert (kept.owner, kept.name, kept.query) == (head, "Của Vũ", "tab=late&state=processing")
    client.post(reverse("dossiers:save-filter"), {**data, "query": "state=filed"})
    assert SavedFilter.objects.get().query == "state=filed"
    assert "Của Vũ" in page(head, filter="1")
    assert "Của Vũ" not in page(cast.other_office.head, filter="1")
    client_of(cast.other_office.head).post(reverse("dossiers:drop-filter", args=[kept.pk]))
    assert SavedFilter.objects.exists()
    client.post(reverse("dossiers:drop-filter", args=[kept.pk]))
    assert not SavedFilter.objects.exists()


def test_a_filter_needs_a_name_and_a_condition(cast: Cast) -> None:
    for name, query in (("", "state=filed"), ("a", ""), ("a", "x" * 501)):
        with pytest.raises(ActionError):
            saved_filters.keep(by=cast.office.head, name=name, query=query)
    for number in range(saved_filters.MOST):
        saved_filters.keep(by=cast.office.head, name=str(number), query="state=filed")
    with pytest.raises(ActionError):
        saved_filters.keep(by=cast.office.head, name="một nữa", query="state=filed")
    with pytest.raises(IntegrityError):
        SavedFilter.objects.create(owner=cast.office.head, name="", query="", created_at=clock.now())


# --- Search ---


def test_the_words_of_a_dossier() -> None:
    found = words(
        "H26.X.0004-261126-0012", ["Nguyễn Thị Ngọc Ánh", ""], ["001190012345", "+84 912 345 678", ""]
    )
    assert found == {
        "h26x00042611260012", "2611260012", "0012", "nguyen", "thi", "ngoc", "anh", "001190012345", "0912345678",
    }  # fmt: skip
    assert asked("  NGỌC   Ánh ") == ["ngoc", "anh"]
    assert asked("0912 345 678") == asked("+84912345678") == ["0912345678"]
    assert asked("H26.X.0004-261126-0012") == ["h26x00042611260012"]
    assert asked("'; drop | & ! <-> :*") == ["drop"]
    assert asked("\x00") == asked("...") == []


def test_found_by_any_of_them(cast: Cast) -> None:
    dossier = make.filed(cast)
    for text in (
        dossier.code, dossier.code[-11:], dossier.code[-4:], dossier.code[:9], "nguyen thi ngoc anh", "NGỌC ÁNH",
        "anh ngoc", "nguy", "001190012345", "0987 654 321", "+84987654321", "0987",
    ):  # fmt: skip
        assert codes(page(cast.office.counter, q=text)) == [dossier.code], text
    for text in ("nguyen van", "190012345", "' | '", "&", ":*", "\\"):
        assert codes(page(cast.office.counter, q=text)) in ([], [dossier.code])
    assert codes(page(cast.office.counter, q="nguyen zzz")) == []


def test_no_search_reaches_another_unit(cast: Cast) -> None:
    dossier = make.filed(cast)
    for text in (dossier.code, "ngoc anh", "001190012345", "0987654321"):
        assert codes(page(cast.other_office.head, q=text)) == []
        assert find(cast.other_office.head, text, Where(), 50).keys == []


def test_a_monitor_finds_by_code_only(cast: Cast) -> None:
    """Else a search would tell who has a dossier, to somebody who may see no names."""
    dossier = make.filed(cast)
    assert codes(page(cast.monitor, q=dossier.code[:12].lower())) == [dossier.code]
    for text in ("ngoc anh", "001190012345", "0987654321"):
        assert codes(page(cast.monitor, q=text)) == []


def test_a_look_by_number_is_logged_without_the_number(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    dossier = make.filed(cast)
    with caplog.at_level("INFO", logger="access"):
        page(cast.office.counter, q="001190012345")
        page(cast.office.counter, q="001190099999")
        page(cast.office.counter, q="ngoc anh")
    said = [record.getMessage() for record in caplog.records if record.name == "access"]
    user = cast.office.counter.pk
    assert said == [
        f"search by number dossiers={dossier.pk} user={user}",
        f"search by number dossiers=none user={user}",
    ]


def test_a_common_word_is_walked_newest_first(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    made = copies(make.filed(cast), 12)
    monkeypatch.setattr("dossiers.finding.MANY", 5)
    first = find(cast.office.counter, "nguyen", Where(), 4)
    assert first.many
    assert first.keys == [each.pk for each in reversed(made)][:5]
    later = find(cast.office.counter, "nguyen", Where(after=Cursor(None, made[4].pk)), 4)
    assert later.keys[:4] == [each.pk for each in reversed(made[:4])]
    before = find(cast.office.counter, "nguyen", Where(before=Cursor(None, made[4].pk)), 4)
    assert before.keys == [each.pk for each in made[5:10]][::-1]


def test_a_filter_beside_a_common_word_reaches_the_oldest(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = copies(make.filed(cast), 12)
    monkeypatch.setattr("dossiers.finding.MANY", 5)
    Dossier.objects.filter(pk=made[0].pk).update(state=State.SIGNING)
    Dossier.objects.filter(pk=made[11].pk).update(state=State.SIGNING)
    for who in (cast.office.counter, cast.office.head):
        assert codes(page(who, q="nguyen", state="signing")) == [made[11].code, made[0].code]
        assert codes(page(who, q="nguyen vu", state="signing")) == []
    assert codes(page(cast.other_office.head, q="nguyen", state="signing")) == []
    # The monitor may not see people's data: his words are beginnings of codes, many of them too.
    code = made[0].code[:-4]
    assert codes(page(cast.monitor, q=code, state="signing")) == [made[11].code, made[0].code]
    assert codes(page(cast.monitor, q="nguyen", state="signing")) == []


def test_a_dossier_of_another_competent_unit_is_found_in_both(cast: Cast) -> None:
    dossier = make.filed(cast)
    dossier.competent_unit = cast.other_office.unit
    dossier.save(update_fields=["competent_unit"])
    searching.index(dossier)
    assert codes(page(cast.other_office.head, q="ngoc anh")) == [dossier.code]
    assert codes(page(cast.office.head, q="ngoc anh")) == [dossier.code]
    dossier.competent_unit = cast.office.unit
    dossier.save(update_fields=["competent_unit"])
    searching.index(dossier)
    searching.index(dossier)
    assert DossierWords.objects.filter(dossier=dossier).count() == 1
    assert codes(page(cast.other_office.head, q="ngoc anh")) == []
