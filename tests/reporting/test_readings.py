"""The same month by several readings: the bridges add up, every number opens its list, report 06 checks out."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from dossiers.states import EventKind, State
from portal.accounts.models import Unit
from procedures.models import Channel, OnlineLevel, ProcedureVersion
from reporting import bridges, index766, readings, report06
from reporting.boards import Links
from reporting.facts import FACT_BY_CODE
from reporting.periods import Period
from reporting.registry import LISTED
from tests.cast import Cast
from tests.reporting.conftest import MONDAY
from tests.reporting.rows import DAY, Rows, at

MARCH = Period(datetime.date(2026, 3, 1), datetime.date(2026, 3, 31))
FEBRUARY = datetime.date(2026, 2, 10)
QUERY = {"from": "2026-03-01", "to": "2026-03-31"}


@pytest.fixture
def month(rows: Rows, ward: Unit, other_ward: Unit, cast: Cast) -> None:
    """Ba Đình in March, hand-counted.

    Accepted here in March: 10 = 5 online, 3 counter (2 of counter procedures, 1 unconfirmed), 2 post.
    Of the online ones: 2 with a signed result, 1 with an unsigned one, 1 withdrawn, 1 open and handed to Hoàn Kiếm.
    From Hoàn Kiếm for decision here: 1, open and overdue. Carried over from February: 2, one late, one paused.
    """
    online = {"accepted": MONDAY, "level": OnlineLevel.FULL}
    for number in range(3):
        dossier = rows.dossier(
            ward, MONDAY, finished=MONDAY + (number + 1) * DAY, due=at(MONDAY + 3 * DAY, 17), **online
        )
        rows.result(dossier, *(["Văn thư"] if number < 2 else []))
    rows.dossier(ward, MONDAY, closed=MONDAY + DAY, state=State.WITHDRAWN, **online)
    rows.dossier(ward, MONDAY, competent=other_ward, due=MONDAY + 90 * DAY, **online)
    for level in (OnlineLevel.COUNTER, OnlineLevel.COUNTER, OnlineLevel.UNCONFIRMED):
        rows.dossier(
            ward, MONDAY, accepted=MONDAY, channel=Channel.COUNTER, level=level, due=MONDAY + 90 * DAY
        )
    for _ in range(2):
        rows.dossier(ward, MONDAY, accepted=MONDAY, channel=Channel.POST, due=MONDAY + 90 * DAY)
    rows.dossier(other_ward, MONDAY, accepted=MONDAY, competent=ward, due=MONDAY + 3 * DAY)
    rows.dossier(ward, FEBRUARY, accepted=FEBRUARY, due=FEBRUARY + 3 * DAY, finished=MONDAY + 5 * DAY)
    paused = rows.dossier(ward, FEBRUARY, accepted=FEBRUARY, state=State.SUPPLEMENT)
    rows.paused(paused, cast.office.head, FEBRUARY + DAY, None)


def _counts(units: list[int]) -> dict[str, int]:
    return bridges.counts(MARCH, units)


def test_the_readings_of_a_month_are_as_counted_by_hand(month: None, ward: Unit) -> None:
    counts = _counts([ward.pk])
    expected = {
        "received": 10,
        "received_online": 5,
        "received_online_result": 2,
        "received_practice": 5,
        "twenty-counter": 3,
        "twenty-post": 2,
        "result-closed": 1,
        "result-open": 1,
        "result-unsigned": 1,
        "practice-post": 2,
        "practice-counter-only": 2,
        "practice-unconfirmed": 1,
        "report06-elsewhere": 1,
        "report06-handed": 1,
        "r06_carried": 2,
        "r06_total": 12,
    }
    assert {code: counts.get(code, 0) for code in expected} == expected


@pytest.mark.parametrize("scope", ["ward", "city"])
@pytest.mark.parametrize("bridge", bridges.BRIDGES, ids=lambda bridge: bridge.code)
def test_every_bridge_adds_up_and_leaves_nothing_unexplained(
    month: None, ward: Unit, scope: str, bridge: bridges.Bridge
) -> None:
    keys = [ward.pk] if scope == "ward" else list(Unit.objects.order_by("pk").values_list("pk", flat=True))
    counts = _counts(keys)
    moved = sum(step.sign * counts.get(step.fact.code, 0) for step in bridge.steps)
    assert counts.get(bridge.start.code, 0) + moved == counts.get(bridge.end.code, 0)
    assert not sum(counts.get(step.fact.code, 0) for step in bridge.steps if step.is_rest)


def test_every_set_of_a_reading_is_the_list_it_counts(month: None, ward: Unit) -> None:
    counts = _counts([ward.pk])
    for code, fact in LISTED.items():
        if code in counts:
            assert fact.rows(MARCH.first, MARCH.last, [ward.pk]).count() == counts[code], code
    assert set(counts) == {code for code in LISTED if code in bridges.all_facts()}


def test_a_level_changed_since_shows_as_a_step(month: None, rows: Rows, ward: Unit) -> None:
    """Filed as fully online, only at the counter today: -1; the other way round: +1."""
    assert rows.version is not None
    ProcedureVersion.objects.filter(pk=rows.version.pk).update(
        valid_from=FEBRUARY, online_level=OnlineLevel.PARTIAL
    )
    before = _counts([ward.pk])
    ProcedureVersion.objects.filter(pk=rows.version.pk).update(online_level=OnlineLevel.COUNTER)
    after = _counts([ward.pk])
    assert after["level-lowered"] == before["received_practice"]
    assert after["level_now"] == 0
    ProcedureVersion.objects.filter(pk=rows.version.pk).update(online_level=OnlineLevel.FULL)
    raised = _counts([ward.pk])
    assert raised["level-raised"] == 3  # those filed as counter-only or unconfirmed
    assert raised["level-lowered"] == 0
    assert raised["received_practice"] == before["received_practice"]  # the level at filing stands


def test_what_nobody_explains_is_shown(month: None, ward: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bridge without its reasons says so instead of hiding the rest."""
    start, end = FACT_BY_CODE["received"], FACT_BY_CODE["received_online"]
    broken = bridges._bridge("broken", "Thử", start, end, ())
    monkeypatch.setattr(bridges, "BRIDGES", (broken,))
    (view,) = readings.bridge_views(_counts([ward.pk]), Links(MARCH), ward.code)
    assert not view.holds
    assert [step.number for step in view.steps] == ["−5"]


def test_report_06_is_as_counted_by_hand(month: None, ward: Unit) -> None:
    facts = [report06.column(code) for code in report06.COLUMNS]
    counts = report06.by(facts, MARCH, [ward.pk])[()]
    assert counts == {
        "r06_total": 12,
        "r06_carried": 2,
        "r06_online": 5,
        "r06_direct": 3,
        "r06_post": 2,
        "finished": 4,
        "finished_early": 2,
        "r06_exact": 1,
        "r06_late": 1,
        "r06_open": 7,
        "r06_within": 5,
        "r06_overdue": 1,
        "r06_paused": 1,
        "r06_left": 1,
    }
    assert all(one.holds for one in report06.check_sums(counts))
    for fact in facts:
        assert fact.rows(MARCH.first, MARCH.last, [ward.pk]).count() == counts[fact.code]


def test_report_06_by_field_and_unit_adds_up_to_the_total(month: None, ward: Unit, other_ward: Unit) -> None:
    facts = [report06.column(code) for code in report06.COLUMNS]
    units = [ward.pk, other_ward.pk]
    total = report06.by(facts, MARCH, units)[()]
    for key in ("field", "unit"):
        groups = report06.by(facts, MARCH, units, key)
        for code in report06.COLUMNS:
            assert sum(counts.get(code, 0) for counts in groups.values()) == total[code], (key, code)
        assert all(one.holds for counts in groups.values() for one in report06.check_sums(counts))


def test_a_pause_ended_after_the_period_was_a_pause_at_its_end(rows: Rows, ward: Unit, cast: Cast) -> None:
    dossier = rows.dossier(ward, MONDAY, accepted=MONDAY, due=MONDAY + 90 * DAY)
    rows.paused(dossier, cast.office.head, MONDAY + DAY, datetime.date(2026, 4, 2))
    paused = report06.column("r06_paused")
    assert paused.rows(MARCH.first, MARCH.last, [ward.pk]).count() == 1
    assert paused.rows(datetime.date(2026, 4, 1), datetime.date(2026, 4, 30), [ward.pk]).count() == 0
    assert EventKind.SUPPLEMENT_ANSWERED in set(dossier.events.values_list("kind", flat=True))


# --- The index of 766 ---


def test_points_follow_the_formula() -> None:
    item = index766.ITEMS["4.2"]  # 4 points, full from 80 %
    assert index766.Scored(item, 4, 10).points == Decimal("2.00")
    assert index766.Scored(item, 8, 10).points == Decimal("4.00")
    assert index766.Scored(item, 10, 10).points == Decimal("4.00")
    assert index766.Scored(index766.ITEMS["2.1"], 1, 3).points == Decimal("6.67")
    assert index766.Scored(item, 0, 0).points is None
    assert index766.Scored(item, None, None).value is None


def test_the_groups_have_a_hundred_points() -> None:
    assert sum(group.points for group in index766.GROUPS) == 100
    for group in index766.GROUPS:
        assert sum(item.points for item in group.items) == group.points, group.code
    for item in index766.ITEMS.values():
        assert bool(item.missing) == (item.measure is None and item.below is None), item.code


def test_procedures_of_the_index_are_counted_once(month: None, rows: Rows, ward: Unit) -> None:
    assert (
        index766.question(MARCH, [ward.pk], ward).with_rows("received_online").count() == 1
    )  # of five dossiers
    later = Period(datetime.date(2026, 9, 1), datetime.date(2026, 9, 30))
    question = index766.question(later, [ward.pk], ward)
    assert 0 < question.offered().count() < question.procedures().count()
    assert not question.procedures().filter(at_commune=False).exists()


# --- The pages ---


def _client(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _links(page: str) -> list[tuple[str, str]]:
    found = re.findall(r'<a href="([^"]*(?:danh-sach|766/thu-tuc)[^"]*)"[^>]*>([^<]+)</a>', page)
    return [(url.replace("&amp;", "&"), number) for url, number in found]


def _number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


@pytest.mark.parametrize(
    ("name", "more"), [("compare", {}), ("report06", {}), ("report06", {"by": "unit"}), ("index766", {})]
)
def test_every_number_of_a_page_opens_a_list_of_that_length(
    month: None, ward: Unit, cast: Cast, name: str, more: dict[str, str]
) -> None:
    client = _client(cast.monitor)
    response = client.get(reverse(f"reporting:{name}"), {**QUERY, "unit": ward.code, **more})
    assert response.status_code == 200
    links = _links(response.content.decode())
    assert len(links) > 10
    for url, number in dict.fromkeys(links):
        page = strip_tags(client.get(url).content.decode())
        count = re.search(r"([\d.]+)\s+(?:hồ sơ|thủ tục)", page)
        assert count, url
        assert _number(count[1]) == _number(number), url


def test_the_comparison_shows_the_bridge(month: None, cast: Cast, ward: Unit) -> None:
    page = (
        _client(cast.monitor).get(reverse("reporting:compare"), {**QUERY, "unit": ward.code}).content.decode()
    )
    text = re.sub(r"\s+", " ", strip_tags(page))
    assert "Thành phố 5 10 50,0%" in text
    assert "Công thức 766 2 10 20,0%" in text
    assert "Nộp trực tiếp−3" in text
    assert text.count("Khớp đến từng hồ sơ") == len(bridges.BRIDGES)
    assert "Còn chênh lệch" not in text


def test_empty_and_future_ranges_say_no_data(cast: Cast, ward: Unit) -> None:
    client = _client(cast.monitor)
    empty = client.get(reverse("reporting:compare"), {"from": "2025-08-01", "to": "2025-08-02"})
    assert "Chưa có dữ liệu" in strip_tags(empty.content.decode())
    future = client.get(reverse("reporting:report06"), {"from": "2999-01-01", "to": "2999-01-31"})
    text = strip_tags(future.content.decode())
    assert "Khoảng thời gian này chưa đến nên chưa có dữ liệu." in text
    assert "Chưa có dữ liệu trong kỳ này." in text
    index = client.get(reverse("reporting:index766"), {"from": "2999-01-01", "to": "2999-01-31"})
    assert "100,0%" not in strip_tags(index.content.decode())


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"from": "2026-03-31", "to": "2026-03-01"}, "Ngày cuối phải từ ngày đầu trở đi."),
        ({"from": "2026-03-01"}, "Hãy ghi cả hai ngày."),
    ],
)
def test_wrong_days_are_said_beside_the_field(cast: Cast, query: dict[str, str], message: str) -> None:
    response = _client(cast.monitor).get(reverse("reporting:report06"), query)
    assert response.status_code == 422
    assert message in response.content.decode()


def test_a_unit_outside_the_readers_scope_does_not_exist(cast: Cast, other_ward: Unit) -> None:
    client = _client(cast.office.head)
    for name in ("compare", "report06", "index766"):
        assert client.get(reverse(f"reporting:{name}"), {"unit": other_ward.code}).status_code == 404
    assert client.get(reverse("reporting:procedures"), {"item": "9.9"}).status_code == 404
    assert client.get(reverse("reporting:list"), {"fact": "received", "measure": "online"}).status_code == 404
    assert client.get(reverse("reporting:list"), {"fact": "nothing"}).status_code == 404
