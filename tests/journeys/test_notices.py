"""Being told: the person's list and choice of ways, what a dossier says was sent, the operator's page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from dossiers.models import Notice
from portal.outbox.actions import drain_all
from tests.cast import Cast
from tests.factories import dossiers as make
from tests.journeys.conftest import DESKTOP, PHONE, Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def _clean(person: Person, name: str) -> None:
    person.picture(name)
    assert Axe().run(person.page).response["violations"] == []


def test_a_person_is_told_and_chooses_how(somebody: Callable[..., Person], crew: Cast, settings: Any) -> None:
    settings.NOTICES_ON_SCREEN = True
    crew.citizen.email = "anh@example.org"
    crew.citizen.save(update_fields=["email"])
    citizen = somebody(PHONE)
    citizen.sign_in(crew.citizen.username)
    citizen.go("/ho-so/thong-bao/")
    assert citizen.sees("Chưa có thông báo nào.")
    _clean(citizen, "notices-empty-360")

    citizen.follow("Cách nhận thông báo")
    citizen.page.get_by_label("Tin nhắn SMS").check()
    _clean(citizen, "notice-ways-360")
    citizen.press("Lưu")
    dossier = make.accepted(crew)
    drain_all()
    citizen.go("/ho-so/thong-bao/")
    assert citizen.sees(f"Hồ sơ {dossier.code}: Tiếp nhận")
    _clean(citizen, "notices-360")
    citizen.follow(f"Hồ sơ {dossier.code}: Tiếp nhận")
    citizen.page.get_by_text("Thông báo đã gửi").click()
    assert citizen.sees("Tin nhắn SMS 0987****21")
    citizen.picture("notices-of-dossier-360")
    citizen.go("/ho-so/thong-bao/")
    citizen.press("Đánh dấu tất cả đã đọc")
    assert not citizen.sees("chưa đọc")
    ways = Notice.objects.filter(dossier=dossier, event__kind="accepted").values_list("way", flat=True)
    assert sorted(ways) == ["email", "portal", "sms"]

    for size, name in ((DESKTOP, "outgoing-1440"), (PHONE, "outgoing-360")):
        operator = somebody(size)
        operator.sign_in("hethong")
        operator.go("/xu-ly/thong-bao/")
        operator.page.locator("main summary").first.click()
        assert operator.sees("Chế độ thử nghiệm")
        _clean(operator, name)
