"""A version made by people, in real browsers: drafted, refused, mended, published by another, in force on its day."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from portal.lib import clock
from procedures import querysets
from procedures.models import VersionDraft
from tests.cast import PASSWORD, Cast
from tests.factories import dossiers as file
from tests.factories.drafts import DAY
from tests.journeys.conftest import PHONE, Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

BIRTH = file.BIRTH
PAPER = "Giấy chứng sinh do bệnh viện cấp"


@pytest.fixture(autouse=True)
def _asked_anew() -> None:
    querysets.forget()


def see(person: Person) -> str:
    """The citizen's page of the procedure, as the next request builds it."""
    querysets.forget()
    person.go(f"/thu-tuc/{BIRTH}/")
    return str(person.page.locator("main").inner_text())


def change_a_question_and_a_paper(editor: Person, draft: VersionDraft) -> None:
    base = f"/danh-muc/du-thao/{draft.pk}/muc"
    editor.go(f"{base}/form/")
    editor.picture("editor-form")
    editor.go(f"{base}/form.sections.0.fields.0/")
    editor.page.fill("#editor [name=label__vi]", "Họ tên người đi khai sinh")
    editor.page.locator("#preview", has_text="Họ tên người đi khai sinh").wait_for()  # live, nothing saved
    editor.picture("editor-question")
    editor.press("Ghi")
    editor.go(f"{base}/papers/")
    editor.picture("editor-papers")
    editor.go(f"{base}/papers.0/")
    editor.page.fill("#editor [name=name]", PAPER)
    editor.page.fill("#editor [name=originals]", "0")
    editor.picture("editor-paper")
    editor.press("Ghi")


def fail_and_mend(editor: Person, draft: VersionDraft) -> None:
    """The paper has no count, and nobody announced the version: both are named, and mended where they are."""
    editor.go(f"/danh-muc/du-thao/{draft.pk}/")
    editor.press("Kiểm tra để công bố")
    assert editor.sees("Cần số bản chính, số bản sao, hoặc chỉ xuất trình.")
    editor.picture("editor-refused")
    base = f"/danh-muc/du-thao/{draft.pk}/muc"
    editor.go(f"{base}/papers.0/")
    editor.page.fill("#editor [name=originals]", "1")
    editor.press("Ghi")
    editor.go(f"{base}/rules/")
    editor.page.fill("#editor [name=decision]", "2468/QĐ-UBND")
    editor.page.fill("#editor [name=decision_date]", "02/11/2026")
    editor.picture("editor-rules")
    editor.press("Ghi")
    editor.go(f"{base}/examples/")
    editor.picture("editor-examples")
    editor.go(f"/danh-muc/du-thao/{draft.pk}/")
    editor.press("Kiểm tra để công bố")
    assert editor.sees("Dự thảo đã qua mọi kiểm tra")
    editor.picture("editor-checked")


def test_a_version_from_draft_to_its_day(crew: Cast, somebody: Callable[..., Person]) -> None:
    before = file.filed(crew)
    editor = somebody()
    editor.sign_in("danhmuc")
    editor.go(f"/danh-muc/{BIRTH}/soan/")
    editor.press("Bắt đầu dự thảo")
    draft = VersionDraft.objects.get()
    change_a_question_and_a_paper(editor, draft)
    editor.go(f"/danh-muc/du-thao/{draft.pk}/xem-thu/")
    editor.press("Kiểm tra câu trả lời")
    assert editor.sees("Câu báo lỗi:")
    editor.picture("editor-trial")
    fail_and_mend(editor, draft)

    second = somebody()
    second.sign_in("congbo")
    second.go("/danh-muc/du-thao/")
    second.picture("publisher-list")
    second.go(f"/danh-muc/du-thao/{draft.pk}/cong-bo/")
    assert second.sees("Họ tên người đi khai sinh")
    second.picture("publisher-publish")
    second.press("Công bố")  # tomorrow, as the page proposes
    assert second.sees("chờ đến ngày")
    second.picture("publisher-history")

    visitor = somebody(PHONE)
    today = see(visitor)
    assert PAPER not in today
    assert "áp dụng phiên bản mới của thủ tục này" in today
    visitor.picture("visitor-today")
    with clock.at(clock.now() + DAY):
        version = file.filed(crew).version
    assert (version.number, version.requireddocuments.get(code="giay-chung-sinh").name) == (2, PAPER)
    before.refresh_from_db()
    assert before.version.number == 1
    assert before.version.requireddocuments.get(code="giay-chung-sinh").name != PAPER


def test_the_editor_at_a_phone(crew: Cast, somebody: Callable[..., Person]) -> None:
    """No page is wider than the window, and it all works without JavaScript."""
    editor = somebody(PHONE, java_script_enabled=False)
    editor.go("/tai-khoan/dang-nhap/")
    editor.page.fill("input[name=login]", "danhmuc")
    editor.page.fill("input[name=password]", PASSWORD)
    editor.page.locator("main").get_by_role("button", name="Đăng nhập", exact=True).click()
    editor.go(f"/danh-muc/{BIRTH}/soan/")
    editor.page.locator("main").get_by_role("button", name="Bắt đầu dự thảo").click()
    draft = VersionDraft.objects.get()
    base = f"/danh-muc/du-thao/{draft.pk}"
    pages = {
        "draft": f"{base}/",
        "papers": f"{base}/muc/papers/",
        "paper": f"{base}/muc/papers.0/",
        "form": f"{base}/muc/form/",
        "question": f"{base}/muc/form.sections.0.fields.0/",
        "trial": f"{base}/xem-thu/",
        "compare": f"/danh-muc/{BIRTH}/so-sanh/",
        "history": f"/danh-muc/{BIRTH}/",
        "list": "/danh-muc/du-thao/",
    }
    for name, path in pages.items():
        editor.go(path)
        editor.picture(f"phone-{name}")
