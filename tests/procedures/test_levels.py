"""Levels of units: two persons, the newest order rules its days, and where the level is used."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from dossiers.actions import drafts, filing
from dossiers.workflow import ActionError
from portal.accounts.models import Membership, Unit, User
from portal.accounts.permissions import Role
from portal.lib import clock
from procedures import levels
from procedures.actions.levels import Setting, Wish, decide, propose
from procedures.importing import levels_file
from procedures.models import LevelOrder, OrderState, Procedure, ProcedureVersion, UnitLevel
from tests.cast import Cast
from tests.factories import dossiers as make
from tests.two_at_once import at_once

DAY = datetime.timedelta(days=1)
TODAY = clock.today()


@pytest.fixture
def second(cast: Cast) -> User:
    """Who publishes what others prepared."""
    return cast.publisher


def birth() -> Procedure:
    return Procedure.objects.get(code=make.BIRTH)


def wish(
    unit: Unit, level: str, first: datetime.date, last: datetime.date | None = None, **more: Any
) -> Wish:
    settings = [Setting(unit.pk, birth().pk, level)]
    return Wish(more.pop("document", f"QĐ thử {level}"), first, last, settings, **more)


@pytest.fixture
def set_level(cast: Cast, second: User) -> Callable[..., LevelOrder]:
    """Set a level by the two persons it takes."""

    def put(level: str, first: datetime.date = TODAY, last: datetime.date | None = None) -> LevelOrder:
        order = propose(by=cast.catalogue, wish=wish(cast.office.unit, level, first, last))
        return decide(by=second, order_id=order.pk, confirm=True)

    return put


def level_on(unit: Unit, day: datetime.date) -> str:
    version = ProcedureVersion.objects.in_force(TODAY).get(procedure=birth())
    return levels.offer_of(version, unit, day).level


def test_a_level_holds_once_a_second_person_confirms_it(cast: Cast, second: User) -> None:
    unit = cast.office.unit
    own = level_on(unit, TODAY)
    order = propose(by=cast.catalogue, wish=wish(unit, "counter", TODAY))
    assert propose(by=cast.catalogue, wish=wish(unit, "counter", TODAY)) == order
    assert level_on(unit, TODAY) == own != "counter"
    Membership.objects.create(user=cast.catalogue, unit=cast.city, role=Role.PUBLISHER)
    with pytest.raises(PermissionDenied, match="two persons"):
        decide(by=User.objects.get(pk=cast.catalogue.pk), order_id=order.pk, confirm=True)
    decide(by=second, order_id=order.pk, confirm=True)
    assert (level_on(unit, TODAY), level_on(unit, TODAY - DAY)) == ("counter", own)
    assert level_on(cast.other_office.unit, TODAY) == own
    assert decide(by=second, order_id=order.pk, confirm=False).state == OrderState.CONFIRMED


def test_a_rejected_one_never_holds(cast: Cast, second: User) -> None:
    order = propose(by=cast.catalogue, wish=wish(cast.office.unit, "none", TODAY))
    decide(by=second, order_id=order.pk, confirm=False)
    assert level_on(cast.office.unit, TODAY) != "none"
    assert not UnitLevel.objects.filter(holds=True).exists()


def test_a_passing_level_gives_way_to_what_held_before(cast: Cast, set_level: Callable[..., Any]) -> None:
    unit = cast.office.unit
    set_level("partial", TODAY)
    set_level("counter", TODAY + 10 * DAY, TODAY + 20 * DAY)
    days = (9, 10, 19, 20)
    assert [level_on(unit, TODAY + n * DAY) for n in days] == ["partial", "counter", "counter", "partial"]
    set_level("full", TODAY + 15 * DAY)
    assert [level_on(unit, TODAY + n * DAY) for n in (*days, 14, 15)] == [
        "partial", "counter", "full", "full", "counter", "full",
    ]  # fmt: skip
    rows = levels.history_of(unit, birth())
    assert {(row.level, row.holds) for row in rows} >= {("partial", False), ("partial", True), ("full", True)}


def test_the_database_refuses_two_on_one_day_and_one_person(
    cast: Cast, set_level: Callable[..., Any]
) -> None:
    order = set_level("partial", TODAY)
    row = order.lines.get()
    with pytest.raises(DatabaseError, match="unit_level_no_overlap"), transaction.atomic():
        UnitLevel.objects.create(
            order=order, unit=row.unit, procedure=row.procedure, level="full", valid_from=TODAY + DAY,
            holds=True, rest=True,
        )  # fmt: skip
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        UnitLevel.objects.filter(pk=row.pk).update(level="full")
    with pytest.raises(DatabaseError, match="level_order_two_persons"), transaction.atomic():
        LevelOrder.objects.filter(pk=order.pk).update(decided_by=order.proposed_by)


def test_who_may_not_set(cast: Cast) -> None:
    for person in (cast.office.head, cast.monitor, cast.citizen, cast.system):
        with pytest.raises(PermissionDenied):
            propose(by=person, wish=wish(cast.office.unit, "full", TODAY))


@pytest.mark.parametrize(
    "change",
    [{"document": " "}, {"last": TODAY}],
)
def test_a_bad_order_is_refused(cast: Cast, change: dict[str, Any]) -> None:
    with pytest.raises(ActionError):
        propose(by=cast.catalogue, wish=wish(cast.office.unit, "full", TODAY, **change))
    assert not LevelOrder.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_orders_confirmed_at_once_leave_one_level_a_day() -> None:
    from tests.cast import build_cast

    cast = build_cast()
    orders = [
        propose(by=cast.catalogue, wish=wish(cast.office.unit, level, TODAY)) for level in ("full", "counter")
    ]
    results = at_once(2, lambda n: decide(by=cast.publisher, order_id=orders[n].pk, confirm=True))
    assert {order.state for order in results} == {OrderState.CONFIRMED}
    assert UnitLevel.objects.on(TODAY).filter(unit=cast.office.unit).count() == 1


# --- Where it is used ---


def _draft(cast: Cast) -> Any:
    return make.drafted(cast.citizen, make.BIRTH, cast.office)


def test_filing_is_refused_kindly_and_elsewhere_the_level_is_written_down(
    cast: Cast, set_level: Callable[..., Any]
) -> None:
    draft = _draft(cast)
    set_level("counter")
    with pytest.raises(ActionError, match="chỉ nhận thủ tục này tại quầy"):
        filing.file_online(draft_id=draft.pk, by=cast.citizen)
    drafts.choose(draft_id=draft.pk, by=cast.citizen, unit=cast.other_office.unit, delivery="online")
    dossier = filing.file_online(draft_id=draft.pk, by=cast.citizen)
    assert dossier.online_level == dossier.version.online_level
    set_level("partial")
    again = _draft(cast)
    assert filing.file_online(draft_id=again.pk, by=cast.citizen).online_level == "partial"


def test_the_place_page_says_which_units_do_not_take_it(cast: Cast, set_level: Callable[..., Any]) -> None:
    draft = _draft(cast)
    set_level("counter")
    client = Client()
    client.force_login(cast.citizen)
    url = reverse("dossiers:place", args=[draft.pk])
    assert "– chỉ tại quầy" in client.get(url).content.decode()
    answer = client.post(url, {"unit": cast.office.unit.pk, "delivery": "online"})
    assert answer.status_code == 422
    assert "QĐ thử counter" in answer.content.decode()


def test_the_counter_refuses_what_the_unit_does_not_do(cast: Cast, set_level: Callable[..., Any]) -> None:
    set_level("none")
    with pytest.raises(ActionError, match="không thực hiện thủ tục này"):
        make.at_counter(cast, make.BIRTH)


def test_where_nobody_takes_it_online_the_start_page_says_so(
    cast: Cast, second: User, set_level: Callable[..., Any]
) -> None:
    communes = Unit.objects.communes()
    settings = [Setting(unit.pk, birth().pk, "counter") for unit in communes]
    order = propose(by=cast.catalogue, wish=Wish("QĐ cả thành phố", TODAY, None, settings))
    decide(by=second, order_id=order.pk, confirm=True)
    client = Client()
    client.force_login(cast.citizen)
    answer = client.get(reverse("dossiers:start", args=[make.BIRTH]))
    assert answer.status_code == 404
    assert "không đơn vị nào nhận thủ tục này trực tuyến" in answer.content.decode()


# --- Pages ---


def page(user: Any, name: str, *args: Any, data: Any = None, query: str = "") -> Any:
    client = Client()
    if user is not None:
        client.force_login(user)
    url = reverse(f"procedures:{name}", args=args) + query
    return client.get(url) if data is None else client.post(url, data)


def test_the_procedure_page_tells_the_level_at_the_chosen_commune(
    cast: Cast, set_level: Callable[..., Any]
) -> None:
    set_level("counter")
    there = page(None, "detail", make.BIRTH, query=f"?don-vi={cast.office.unit.code}").content.decode()
    assert "QĐ thử counter" in there
    other = page(None, "detail", make.BIRTH, query=f"?don-vi={cast.other_office.unit.code}").content.decode()
    assert "QĐ thử counter" not in other
    assert "Tại Phường" in other
    assert "Tại Phường" not in page(None, "detail", make.BIRTH).content.decode()
    assert page(None, "detail", make.BIRTH, query="?don-vi=khong-co").status_code == 200
    assert "QĐ thử counter" in page(cast.citizen, "detail", make.BIRTH).content.decode()


def test_unit_and_history_pages(
    cast: Cast, set_level: Callable[..., Any], django_assert_max_num_queries: Any
) -> None:
    set_level("partial")
    set_level("counter")
    unit = cast.office.unit
    with django_assert_max_num_queries(12):
        shown = page(None, "unit-levels", unit.code, query="?muc-do=counter&q=khai sinh").content.decode()
    assert "QĐ thử counter" in shown
    told = page(None, "level-history", unit.code, make.BIRTH).content.decode()
    assert "được thay bởi" in told
    assert "Lý Công Bố" not in told
    assert "Lý Công Bố" in page(cast.office.counter, "level-history", unit.code, make.BIRTH).content.decode()
    assert page(None, "unit-levels", "khong-co").status_code == 404
    assert page(None, "level-history", unit.code, "9.999999").status_code == 404


GROUP = {
    "units": "group:commune",
    "field": "",
    "codes": f"{make.BIRTH}, 1.00157",
    "level": "partial",
    "document": "QĐ nhóm",
    "valid_from": "01/12/2026",
    "valid_to": "",
}


def test_a_whole_kind_is_set_at_once(cast: Cast, second: User) -> None:
    answer = page(cast.catalogue, "level-new", data=GROUP)
    assert answer.status_code == 302, answer.content.decode()
    order = LevelOrder.objects.get()
    assert order.lines_count == order.lines.count() == 2 * 126
    shown = page(second, "level-order", order.pk, query="?q=ba dinh").content.decode()
    assert "Xác nhận" in shown
    page(second, "level-decision", order.pk, data={"decision": "confirm"})
    assert level_on(cast.office.unit, datetime.date(2026, 12, 1)) == "partial"
    assert "QĐ nhóm" in page(second, "levels").content.decode()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"codes": "9.999999"}, "Không có thủ tục mang mã: 9.999999"),
        ({"codes": ""}, "Cần ghi mã thủ tục hoặc chọn lĩnh vực"),
        ({"valid_to": "01/12/2026"}, "Ngày hết hiệu lực phải sau"),
        ({"units": "group:branch"}, "không nộp tại loại đơn vị đó"),
    ],
)
def test_what_was_typed_wrong_is_told(cast: Cast, change: dict[str, str], said: str) -> None:
    answer = page(cast.catalogue, "level-new", data=GROUP | change)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "QĐ nhóm" in answer.content.decode()
    assert not LevelOrder.objects.exists()


def test_others_get_no_form(cast: Cast) -> None:
    assert page(cast.office.head, "level-new").status_code == 403
    assert page(cast.office.head, "levels").status_code == 200
    assert page(cast.citizen, "levels").status_code == 403


def workbook(rows: list[list[Any]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return out.getvalue()


ROWS = [
    ["Mã đơn vị", "Mã thủ tục", "Mức độ"],
    ["00004", make.BIRTH, "Toàn trình"],
    [4, 2.000815, "Chỉ tại quầy"],  # both eaten by the spreadsheet; the same unit
    ["00070", "1.001193.000.00.00.H26", "một phần"],
    ["99999", make.BIRTH, "Toàn trình"],
    ["00004", "abc", "Toàn trình"],
    ["00004", make.MARRIAGE, "hơi hơi"],
    ["00004", make.BIRTH, "Một phần"],
]


def test_a_table_is_read_and_its_bad_lines_told(cast: Cast) -> None:
    parsed = levels_file.read(workbook(ROWS))
    assert [(one.unit_id, one.level) for one in parsed.settings] == [
        (cast.office.unit.pk, "full"),
        (cast.office.unit.pk, "counter"),
        (cast.other_office.unit.pk, "partial"),
    ]
    assert [(bad.line, bad.reason) for bad in parsed.bad] == [
        (5, "không có đơn vị này"),
        (6, "không có thủ tục mang mã này"),
        (7, "mức độ không phải: toàn trình, một phần, chỉ tại quầy, không thực hiện"),
        (8, "trùng đơn vị và thủ tục với dòng 2"),
    ]


def _table(content: bytes, name: str = "muc-do.xlsx", **more: str) -> dict[str, Any]:
    file = SimpleUploadedFile(name, content)
    return {"file": file, "document": "QĐ bảng", "valid_from": "01/12/2026", **more}


def test_a_table_with_bad_lines_waits_until_they_are_left_out(cast: Cast) -> None:
    refused = page(cast.catalogue, "level-upload", data=_table(workbook(ROWS)))
    assert refused.status_code == 422
    assert "hơi hơi" in refused.content.decode()
    assert not LevelOrder.objects.exists()
    assert page(cast.catalogue, "level-upload", data=_table(workbook(ROWS), skip_bad="on")).status_code == 302
    order = LevelOrder.objects.get()
    assert (order.lines_count, order.file_name, len(order.file_sha256)) == (3, "muc-do.xlsx", 64)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Tệp"),
        (b"a,b,c\n1,2,3\n", "Không tìm thấy dòng tiêu đề"),
        (b"PK\x03\x04 no archive", "Không mở được tệp"),
        (b"\xd0\xcf\x11\xe0 old", "dạng cũ"),
        (b"%PDF-1.7 \x00\x01", "Không mở được tệp"),
    ],
)
def test_a_file_that_is_no_table_is_refused(cast: Cast, content: bytes, said: str) -> None:
    answer = page(cast.catalogue, "level-upload", data=_table(content))
    assert answer.status_code == 422
    assert said in answer.content.decode()
