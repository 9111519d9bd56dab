"""From the national file to a draft and from an order to a refused place, at real browsers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from portal.outbox.actions import drain_all
from procedures.models import CatalogueImport, LevelOrder, VersionDraft
from tests.cast import Cast
from tests.factories import dossiers as make
from tests.journeys.conftest import PHONE, Person
from tests.procedures import national

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


def upload(person: Person, tmp_path: Path) -> None:
    rows = [
        national.extract(),
        national.extract() | {"MATTHC": "2.000815", "TENTTHC": "Chứng thực bản sao từ bản chính (tên mới)"},
        national.extract() | {"MATTHC": 1.000894},
        national.same(make.BIRTH),
        {"MATTHC": "mã hỏng", "TENTTHC": "Thủ tục không đọc được"},
    ]
    path = tmp_path / "tthc-quoc-gia.json"
    path.write_text(json.dumps({"error_code": "0", "result": rows}, ensure_ascii=False), encoding="utf-8")
    person.go("/thu-tuc/nhap/")
    person.page.set_input_files("input[name=file]", path)
    person.picture("import-1-upload")
    person.page.locator("main").get_by_role("button", name="Đọc và so sánh").click()
    person.page.wait_for_url("**/thu-tuc/nhap/*/")


def test_from_the_national_file_to_a_draft(
    crew: Cast, somebody: Callable[..., Person], tmp_path: Path
) -> None:
    editor = somebody()
    editor.sign_in("danhmuc")
    upload(editor, tmp_path)
    assert editor.sees("Đang so sánh: 0/4")
    editor.picture("import-2-running")
    drain_all()  # the worker
    editor.page.wait_for_selector("text=so với bản đang công bố")  # the page asks by itself
    editor.page.wait_for_selector("text=Tờ khai cấp bản sao trích lục hộ tịch")
    editor.picture("import-3-differences")
    editor.follow("Các dòng có vấn đề")
    assert editor.sees("mã không đọc được")
    editor.picture("import-4-lines")
    source = CatalogueImport.objects.get()
    editor.go(f"/thu-tuc/nhap/{source.pk}/?kind=changed&q=trich+luc")
    for box in editor.page.locator("main input[name=part]:not([value=papers])").all():
        box.uncheck()
    editor.press("Lấy thành dự thảo")
    assert editor.sees("Đã lấy thành dự thảo; bản đang công bố không đổi.")
    draft = VersionDraft.objects.get()
    assert draft.procedure.code == make.EXTRACT
    editor.go(f"/thu-tuc/nhap/{source.pk}/")
    editor.follow("Lấy tất cả thành dự thảo")
    editor.picture("import-5-all")
    editor.press("Lấy tất cả")
    drain_all()
    assert VersionDraft.objects.count() == 3
    phone = somebody(PHONE)
    phone.sign_in("congbo")
    phone.go(f"/thu-tuc/nhap/{source.pk}/?kind=changed&q=2.000815")
    phone.picture("import-6-phone")
    phone.press("Xác nhận tên và thông tin chung")
    assert phone.sees("Đã ghi vào danh mục.")
    phone.go(f"/thu-tuc/nhap/{source.pk}/dong/")
    phone.picture("import-7-phone-lines")


def test_levels_from_the_order_to_the_citizen(crew: Cast, somebody: Callable[..., Person]) -> None:
    editor, second = somebody(), somebody(PHONE)
    editor.sign_in("danhmuc")
    editor.go("/thu-tuc/muc-do/dat/")
    editor.page.select_option("select[name=units]", f"unit:{crew.office.unit.code}")
    _type(editor, {"codes": make.BIRTH, "document": "Quyết định thử 12/QĐ-UBND", "valid_from": "01/01/2026"})
    editor.page.locator("input[name=level][value=counter]").check()
    editor.picture("levels-1-new")
    editor.press("Ghi đề xuất")
    assert editor.sees("Người khác phải xác nhận.") or editor.sees("Chờ người thứ hai xác nhận")
    editor.picture("levels-2-order")
    editor.go("/thu-tuc/muc-do/")
    editor.picture("levels-3-overview")
    order = LevelOrder.objects.get()
    second.sign_in("congbo")
    second.go(f"/thu-tuc/muc-do/{order.pk}/")
    second.picture("levels-4-phone-order")
    second.press("Xác nhận")
    visitor = somebody(PHONE)
    visitor.go(f"/thu-tuc/{make.BIRTH}/?don-vi={crew.office.unit.code}")
    assert visitor.sees("Chỉ tại quầy")
    visitor.picture("levels-5-phone-procedure")
    visitor.go(f"/don-vi/{crew.office.unit.code}/muc-do/")
    visitor.picture("levels-6-phone-unit")
    assert visitor.sees("Quyết định thử 12/QĐ-UBND")
    visitor.go(f"/don-vi/{crew.office.unit.code}/muc-do/{make.BIRTH}/")
    visitor.picture("levels-7-phone-history")
    editor.go(f"/don-vi/{crew.office.unit.code}/muc-do/")
    editor.picture("levels-8-unit")


def _type(person: Person, values: dict[str, Any]) -> None:
    for name, value in values.items():
        person.page.fill(f"[name={name}]", value)
