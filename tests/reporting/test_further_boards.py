"""What the boards say beyond the value: earlier period, projection, why; fields, procedures, one's own, the wall."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dossiers.models import Dossier
from portal.accounts.models import Unit
from portal.lib import clock
from procedures.models import Channel, ProcedureVersion
from reporting import fill, pulls, walls
from reporting.actions.walls import close, renew
from reporting.boards import Links
from reporting.measures import MEASURE_BY_CODE
from reporting.models import Wall
from reporting.periods import Period
from tests.cast import Cast
from tests.reporting.conftest import MONDAY
from tests.reporting.rows import DAY, Rows, at
from tests.reporting.test_boards import MARCH, signed_in, text
from tests.two_at_once import at_once

ONLINE = MEASURE_BY_CODE["online"]
PERIOD = Period(datetime.date(2026, 3, 1), datetime.date(2026, 3, 31))


def lengths(client: Client, html: str, page: str = "danh-sach") -> dict[str, tuple[int, int]]:
    """Every whole number that links to a list: what it says, and how long the list is."""
    found = {}
    for address, words in re.findall(
        rf'<a href="(/so-lieu/[^"]*{page}/[^"]+)"[^>]*>(?:<strong>)?([\d.]+)<', html
    ):
        url = address.replace("&amp;", "&")
        answer = client.get(url)
        assert answer.status_code == 200, url
        found[url] = (int(words.replace(".", "")), answer.context["count"])
    return found


# --- The last comparable period, the projection ------------------------------------------------------------------


def test_a_tile_tells_the_last_comparable_period(cast: Cast, rows: Rows, ward: Unit, filled: None) -> None:
    for number in range(4):
        rows.dossier(ward, MONDAY, accepted=MONDAY, channel=Channel.ONLINE if number else Channel.COUNTER)
        channel = Channel.ONLINE if number > 1 else Channel.COUNTER
        rows.dossier(ward, MONDAY - 28 * DAY, accepted=MONDAY - 28 * DAY, channel=channel)
    client = signed_in(cast.office.head)
    page = text(client.get(reverse("reporting:unit", args=["00004"]), MARCH))
    assert "Kỳ trước để so sánh: 01/02/2026 – 28/02/2026" in page
    assert "Kỳ trước 50,0% ▲ +25,0 điểm" in page


def test_a_running_month_is_projected(cast: Cast, rows: Rows, ward: Unit, filled: None) -> None:
    """Sixteen days into a month: 12 of 30 online, the pace says the same, and 60 % asks for more."""
    with clock.at(at(datetime.date(2026, 3, 16), 10)):
        client, address = signed_in(cast.office.head), reverse("reporting:unit", args=["00004"])
        assert "Chưa đủ số liệu" in text(client.get(address))
        for number in range(30):
            day = datetime.date(2026, 3, 2 + number % 5) + 7 * DAY * (number % 2)
            channel = Channel.ONLINE if number < 12 else Channel.COUNTER
            rows.dossier(ward, day, accepted=day, channel=channel)
        page = text(client.get(address))
    assert "Dự báo đến hết ngày 31/03/2026" in page
    assert re.search(r"Cần thêm \d+ hồ sơ đạt mỗi ngày làm việc \(còn 12 ngày\)", page)


def test_a_period_that_is_over_is_not_projected(cast: Cast, filled: None) -> None:
    assert "Dự báo đến hết" not in text(signed_in(cast.monitor).get(reverse("reporting:city"), MARCH))


# --- Why --------------------------------------------------------------------------------------------------------


def test_who_pulls_the_figure(rows: Rows, ward: Unit, cast: Cast) -> None:
    """Four online at nine, one of them helped; two at the counter of another procedure at fifteen: 4 of 6."""
    for number in range(4):
        rows.dossier(ward, MONDAY, accepted=MONDAY, assisted=number == 0)
    second = ProcedureVersion.objects.exclude(procedure=rows.version.procedure_id).order_by("pk").first()  # type: ignore[union-attr]
    rows.version = second
    for _ in range(2):
        rows.dossier(ward, at(MONDAY, 15), accepted=at(MONDAY, 16), channel=Channel.COUNTER)
    explained = pulls.why(ONLINE, PERIOD, [ward.pk], 6, Links(PERIOD), ward.code)
    procedures, channels, hours, helped = explained.dimensions
    assert [(one.missing, one.below) for one in procedures.pulls] == [("2", "2")]
    assert procedures.pulls[0].pull == pytest.approx(4 / 6 - 1)
    assert procedures.pulls[0].pull_text == "−33,3 điểm"
    assert [(one.name, one.missing, one.below) for one in channels.pulls] == [
        ("Trực tiếp", "2", "2"),
        ("Trực tuyến", "0", "4"),
    ]
    assert [(one.name, one.below) for one in hours.pulls] == [
        ("từ 8 giờ đến trước 12 giờ", "4"),
        ("từ 14 giờ đến trước 18 giờ", "2"),
    ]
    assert [one.below for one in helped.pulls] == ["5", "1"]
    client = signed_in(cast.monitor)
    for dimension in explained.dimensions:
        for one in dimension.pulls:
            assert client.get(one.missing_url).context["count"] == int(one.missing), one.missing_url
            assert client.get(one.below_url).context["count"] == int(one.below), one.below_url


def test_too_many_rows_are_not_counted_on_the_spot(ward: Unit) -> None:
    with CaptureQueriesContext(connection) as caught:
        assert pulls.why(ONLINE, PERIOD, None, pulls.BUDGET + 1, Links(PERIOD), "").is_too_much
    assert len(caught) == 0


@pytest.mark.parametrize("query", ["hours=8", "hours=24-25", "channel=radio", "assisted=2", "hours=8-x"])
def test_a_bad_narrowing_is_a_404(query: str, cast: Cast) -> None:
    assert (
        signed_in(cast.monitor).get(f"{reverse('reporting:list')}?measure=online&{query}").status_code == 404
    )


# --- Fields and procedures ---------------------------------------------------------------------------------------


@pytest.fixture
def busy(rows: Rows, ward: Unit, other_ward: Unit, filled: None) -> ProcedureVersion:
    """Three in Ba Đình (two online), one at the counter in Hoàn Kiếm, all of one procedure."""
    for number in range(3):
        channel = Channel.COUNTER if number == 2 else Channel.ONLINE
        rows.dossier(ward, MONDAY, accepted=MONDAY, finished=MONDAY + DAY, channel=channel)
    rows.dossier(other_ward, MONDAY, accepted=MONDAY, channel=Channel.COUNTER)
    assert rows.version is not None
    return rows.version


@pytest.mark.parametrize("filling", [False, True], ids=["live", "stored"])
def test_a_procedure_for_the_city_and_for_one_unit(filling: bool, cast: Cast, busy: ProcedureVersion) -> None:
    if filling:
        fill.fill_all()
    address = reverse("reporting:procedure", args=[busy.procedure.code])
    for user, share, received in ((cast.monitor, "50,0%", 4), (cast.office.head, "66,7%", 3)):
        client = signed_in(user)
        answer = client.get(address, MARCH)
        assert share in text(answer)
        assert sum(row.counts["received"] for row in answer.context["units"]) == received
        numbers = lengths(client, answer.content.decode())
        assert len(numbers) > 5
        assert all(said == held for said, held in numbers.values()), numbers


def test_fields_lead_to_procedures(cast: Cast, busy: ProcedureVersion) -> None:
    client = signed_in(cast.monitor)
    fields = client.get(reverse("reporting:fields"), MARCH)
    (row,) = fields.context["rows"]
    assert row.counts["received"] == 4
    field = client.get(row.url)
    (line,) = field.context["rows"]
    assert client.get(line.url).context["procedure"] == busy.procedure
    for page in (fields, field):
        assert all(said == held for said, held in lengths(client, page.content.decode()).values())


def test_pages_of_fields_cost_few_queries(cast: Cast, busy: ProcedureVersion, rows: Rows, ward: Unit) -> None:
    client = signed_in(cast.monitor)
    for version in ProcedureVersion.objects.order_by("pk")[:30]:
        rows.version = version
        rows.dossier(ward, MONDAY, accepted=MONDAY)
    fill.fill_all()
    for name, args, most in (
        ("fields", [], 13),
        ("field", [busy.procedure.field.code], 16),
        ("procedure", [busy.procedure.code], 15),
    ):
        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse(f"reporting:{name}", args=args), MARCH).status_code == 200
        assert len(caught) <= most, name


def test_what_does_not_exist_is_a_404(cast: Cast, filled: None) -> None:
    client = signed_in(cast.monitor)
    for name in ("field", "procedure"):
        assert client.get(reverse(f"reporting:{name}", args=["khong-co"])).status_code == 404
    assert client.get(reverse("reporting:fields"), {"from": "x", "to": "y"}).status_code == 422


# --- One's own --------------------------------------------------------------------------------------------------


def test_an_officer_sees_only_the_own_work(cast: Cast, rows: Rows, ward: Unit, filled: None) -> None:
    mine, other = cast.office.specialist, cast.other_office.specialist
    for number in range(3):
        rows.dossier(
            ward,
            MONDAY,
            accepted=MONDAY,
            due=MONDAY + 2 * DAY,
            finished=MONDAY + number * 1.5 * DAY,
            assignee=mine,
        )
    rows.dossier(ward, MONDAY, accepted=MONDAY, finished=MONDAY + DAY, assignee=other)
    rows.dossier(ward, MONDAY, accepted=MONDAY, assignee=mine)
    client = signed_in(mine)
    page = client.get(reverse("reporting:own"), MARCH)
    assert "66,7%" in text(page)
    numbers = lengths(client, page.content.decode(), "cua-toi/danh-sach")
    assert len(numbers) >= 6
    assert all(said == held for said, held in numbers.values()), numbers
    assert numbers[next(url for url in numbers if "overdue-now" in url and "denominator" in url)] == (1, 1)
    assert signed_in(cast.office.cashier).get(reverse("reporting:own")).status_code == 403


def test_the_counter_sees_what_it_accepted(cast: Cast, rows: Rows, ward: Unit, filled: None) -> None:
    for number in range(3):
        channel = Channel.COUNTER if number else Channel.ONLINE
        who = cast.office.counter if number < 2 else cast.office.head
        rows.dossier(ward, MONDAY, accepted=MONDAY, channel=channel, accepted_by=who)
    page = signed_in(cast.office.counter).get(reverse("reporting:own"), MARCH)
    tiles = {tile.measure.code: tile for tile in page.context["parts"][0].tiles}
    assert (tiles["online"].numerator.number, tiles["online"].denominator.number) == ("1", "2")
    client = signed_in(cast.office.counter)
    assert client.get(tiles["online"].denominator.url).context["count"] == 2


def test_nobody_opens_a_list_of_work_one_does_not_do(cast: Cast) -> None:
    client = signed_in(cast.office.specialist)
    for query in (
        "of=accepted&measure=online",
        "of=&measure=online",
        "of=handled&fact=received",
        "of=handled",
    ):
        assert client.get(f"{reverse('reporting:own-list')}?{query}").status_code == 404, query


# --- The wall ---------------------------------------------------------------------------------------------------


def test_the_wall_opens_by_its_address_only(cast: Cast, rows: Rows, ward: Unit, filled: None) -> None:
    rows.dossier(ward, clock.today(), accepted=clock.today())
    wall = renew(by=cast.office.head, unit=ward, seen=0)
    address, visitor = reverse("reporting:wall", args=[ward.code, walls.key_of(wall)]), Client()
    answer = visitor.get(address)
    assert answer.status_code == 200
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Cache-Control"] == "no-store"
    assert f'content="20;url={address}?trang=today"' in answer.content.decode()
    names = "".join(text(visitor.get(address, {"trang": name})) for name in ("month", "today", "trend"))
    assert "Nguyễn Thị Ngọc Ánh" not in names
    assert Dossier.objects.first().code not in names  # type: ignore[union-attr]
    assert re.search("Đã tiếp nhận hôm nay ?1", names)
    assert visitor.get(reverse("reporting:wall", args=["00070", walls.key_of(wall)])).status_code == 404
    assert visitor.get(address[:-2] + "x/").status_code == 404


def test_a_renewed_or_closed_address_is_dead(cast: Cast, ward: Unit, filled: None) -> None:
    first = renew(by=cast.office.head, unit=ward, seen=0)
    old = reverse("reporting:wall", args=[ward.code, walls.key_of(first)])
    second = renew(by=cast.office.leader, unit=ward, seen=1)
    new = reverse("reporting:wall", args=[ward.code, walls.key_of(second)])
    assert (Client().get(old).status_code, Client().get(new).status_code) == (404, 200)
    assert renew(by=cast.office.leader, unit=ward, seen=1).number == 2  # sent twice
    close(by=cast.office.head, unit=ward)
    assert Client().get(new).status_code == 404
    assert Wall.objects.get().number == 2


def test_renewing_by_the_page(cast: Cast, ward: Unit, filled: None) -> None:
    client, page = signed_in(cast.office.head), reverse("reporting:wall-manage", args=[ward.code])
    assert "Đơn vị chưa có màn hình nào" in text(client.get(page))
    client.post(page, {"decision": "renew", "seen": "0"})
    shown = client.get(page)
    assert Client().get(shown.context["address"].removeprefix("http://localhost:8000")).status_code == 200
    client.post(page, {"decision": "close"})
    assert client.get(page).context["address"] == ""


def test_slides_cost_little(cast: Cast, rows: Rows, ward: Unit, filled: None) -> None:
    rows.dossier(ward, clock.today(), accepted=clock.today())
    fill.fill_all()
    for unit in (ward, cast.city):
        wall = renew(by=cast.monitor, unit=unit, seen=0)
        address = reverse("reporting:wall", args=[unit.code, walls.key_of(wall)])
        for name in ("month", "today", "map", "trend"):
            with CaptureQueriesContext(connection) as caught:
                answer: Any = Client().get(address, {"trang": name})
            assert len(caught) <= 8, (unit, name)
            assert len(answer.content) < 90_000 if name == "map" else 30_000


@pytest.mark.django_db(transaction=True)
def test_two_renewals_at_once_are_one() -> None:
    from tests.cast import build_cast

    cast = build_cast()
    unit = cast.office.unit
    outcomes = at_once(2, lambda _number: renew(by=cast.office.head, unit=unit, seen=0).number)
    assert outcomes == [1, 1]
    assert Wall.objects.count() == 1
