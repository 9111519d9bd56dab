"""A petition from a phone to its published answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe

from dossiers.models import Petition
from tests.cast import Cast
from tests.journeys.conftest import DESKTOP, PHONE, Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def _clean(person: Person, name: str) -> None:
    person.picture(name)
    assert Axe().run(person.page).response["violations"] == []


def test_from_a_visitor_to_everybody(somebody: Callable[..., Person], crew: Cast) -> None:
    visitor = somebody(PHONE)
    visitor.go("/phan-anh/")
    _clean(visitor, "petitions-empty-360")
    visitor.follow("Gửi phản ánh, kiến nghị")
    visitor.press("Gửi")
    assert visitor.sees("Cần chọn việc phản ánh.")
    _clean(visitor, "petition-errors-360")
    page = visitor.page
    page.get_by_label("Bị đòi giấy tờ ngoài danh mục").check()
    page.locator("select[name=unit]").select_option(str(crew.office.unit.pk))
    page.fill("[name=text]", "Cán bộ đòi thêm sổ hộ khẩu khi làm khai sinh.")
    page.fill("[name=name]", "Lê Thị Mơ")
    page.fill("[name=phone]", "0911222333")
    page.fill("[name=address]", "Ngõ 5 phố Mới")
    visitor.press("Gửi")
    petition = Petition.objects.get()
    assert visitor.sees(petition.code)
    followed = page.url
    _clean(visitor, "petition-follow-360")

    head = somebody(DESKTOP)
    head.sign_in(crew.office.head.username)
    head.go("/xu-ly/phan-anh/")
    _clean(head, "petitions-desk-1440")
    head.follow(petition.code)
    head.follow("Trả lời")
    head.page.fill("[name=text]", "Không cần sổ hộ khẩu. Đã nhắc cán bộ và xin lỗi bà.")
    head.press("Trả lời")
    head.follow("Công khai")
    head.page.fill("[name=question]", "Lê Thị Mơ hỏi về sổ hộ khẩu.")
    head.press("Công khai")
    assert head.sees("Xin bỏ đi.")
    _clean(head, "petition-publish-refused-1440")
    head.page.fill("[name=question]", "Bị đòi thêm sổ hộ khẩu khi làm khai sinh.")
    head.page.fill("[name=answer]", "Không cần sổ hộ khẩu.")
    head.press("Công khai")
    _clean(head, "petition-desk-1440")

    page.goto(followed)
    assert visitor.sees("Đã nhắc cán bộ")
    visitor.press("Có, tôi hài lòng")
    _clean(visitor, "petition-answered-360")
    visitor.go("/phan-anh/")
    assert visitor.sees("Bị đòi thêm sổ hộ khẩu khi làm khai sinh.")
    assert not visitor.sees("Mơ")
    _clean(visitor, "petitions-published-360")
