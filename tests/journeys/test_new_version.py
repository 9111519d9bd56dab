"""A new version of a procedure meets the citizen who is half through, and its blank papers reach him."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from dossiers.models import Draft
from tests.cast import Cast
from tests.factories import dossiers as make
from tests.factories import drafts as make_drafts
from tests.journeys.conftest import DESKTOP, PHONE, Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DEATH = "1.000656"


def _clean(person: Person, name: str) -> None:
    person.picture(name)
    assert Axe().run(person.page).response["violations"] == []


def test_half_through_a_filing_the_procedure_changes(somebody: Callable[..., Person], crew: Cast) -> None:
    draft: Draft = make.drafted(crew.citizen, DEATH, crew.office)
    staff = somebody(DESKTOP)
    staff.sign_in(crew.catalogue.username)
    staff.go(reverse("procedures:templates"))
    staff.press("Thêm mẫu")
    assert staff.page.locator(".error-summary").count() == 1
    _clean(staff, "templates-errors-1440")
    staff.page.fill("[name=name]", "Mẫu văn bản ủy quyền")
    blank = make.pdf("uy-quyen.pdf")
    staff.page.set_input_files(
        "[name=file]", {"name": "uy-quyen.pdf", "mimeType": "application/pdf", "buffer": blank.read()}
    )
    staff.press("Thêm mẫu")
    assert staff.sees("uy-quyen.pdf")
    _clean(staff, "templates-1440")
    staff.page.set_viewport_size(PHONE)
    _clean(staff, "templates-360")
    _publish(crew, staff.page.get_by_role("link", name="uy-quyen.pdf").get_attribute("href") or "")

    citizen = somebody(PHONE)
    citizen.sign_in(crew.citizen.username)
    citizen.go(reverse("dossiers:review", args=[draft.pk]))
    assert citizen.sees("Thủ tục đã thay đổi")
    assert citizen.sees("Câu hỏi mới của phiên bản này")
    _clean(citizen, "renewal-360")
    citizen.page.set_viewport_size(DESKTOP)
    _clean(citizen, "renewal-1440")
    citizen.page.set_viewport_size(PHONE)
    citizen.press("Soạn tiếp theo phiên bản mới")
    assert citizen.sees("Những gì bạn đã khai và tải lên được giữ")
    _clean(citizen, "renewed-360")
    citizen.go(reverse("dossiers:papers", args=[draft.pk]))
    address = citizen.page.get_by_role("link", name="Tải mẫu").first.get_attribute("href")
    answer = citizen.page.request.get(citizen.base + str(address))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    _clean(citizen, "papers-with-template-360")
    citizen.go(reverse("procedures:detail", args=[DEATH]))
    assert citizen.page.get_by_role("link", name="Tờ khai trắng để in và điền tay (PDF)").count() == 1
    _clean(citizen, "procedure-with-templates-360")


def _publish(crew: Cast, address: str) -> None:
    """A version with one more question, and the blank paper at every paper of the list."""
    begun = make_drafts.begun(crew, DEATH)
    form, papers = copy.deepcopy(begun.content["form"]), copy.deepcopy(begun.content["papers"])
    label = {"vi": "Câu hỏi mới của phiên bản này", "en": "A new question of this version"}
    form["sections"][-1]["fields"].append({"name": "new_question", "type": "text", "label": label})
    for paper in papers:
        paper["template"] = address.rstrip("/").rpartition("/")[2]
    make_drafts.published_from(begun, crew, form=form, papers=papers)
