"""Answering a supplement request."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from dossiers.actions import intake
from dossiers.models import Dossier, SupplementRequest
from dossiers.states import State
from tests.cast import Cast
from tests.factories.dossiers import accepted, filed, pdf


@pytest.fixture
def citizen(cast: Cast, client: Client) -> Client:
    client.force_login(cast.citizen)
    return client


@pytest.fixture
def asked(cast: Cast) -> SupplementRequest:
    """A filed dossier asked for one paper and one correction."""
    dossier = filed(cast)
    return ask(cast, dossier)


def ask(cast: Cast, dossier: Dossier) -> SupplementRequest:
    paper = dossier.version.requireddocuments.get(code="giay-chung-sinh")
    return intake.request_supplement(
        code=dossier.code,
        by=cast.office.counter,
        reason="Hồ sơ chưa rõ.",
        items=[
            intake.ItemSpec("Chụp lại cho rõ.", document=paper),
            intake.ItemSpec("Ghi đúng ngày sinh.", field="child_dob"),
        ],
    )


def url(asked: SupplementRequest) -> str:
    return reverse("dossiers:supplement", args=[asked.dossier.code])


def answer(asked: SupplementRequest, **changes: Any) -> dict[str, Any]:
    """A complete answer as the page posts it; `paper` and `born` replace its parts."""
    first, second = asked.items.all()
    return {
        f"files-{first.pk}": changes.get("paper", pdf("chung-sinh.pdf")),
        f"note-{first.pk}": "Đã chụp lại.",
        "child_dob": changes.get("born", "19/10/2026"),
        "_asked": "child_dob",
        f"note-{second.pk}": "",
    }


def test_the_page_shows_each_line_with_its_own_input(citizen: Client, asked: SupplementRequest) -> None:
    first, second = asked.items.all()
    text = citizen.get(url(asked)).content.decode()
    assert "Chụp lại cho rõ." in text
    assert f'name="files-{first.pk}"' in text
    assert f'id="item-{second.pk}"' in text
    assert 'name="child_dob" value="' in text
    assert 'name="child_name"' not in text


def test_a_whole_answer_sends_the_dossier_on(citizen: Client, asked: SupplementRequest) -> None:
    sent = citizen.post(url(asked), answer(asked))
    dossier = Dossier.objects.get(pk=asked.dossier_id)
    assert sent["Location"] == reverse("dossiers:detail", args=[dossier.code])
    assert dossier.state == State.FILED
    form = dossier.forms.first()
    assert form is not None
    assert form.revision == 2
    assert form.answers["child_dob"] == "2026-10-19"
    assert form.answers["child_name"]
    first = asked.items.all()[0]
    assert first.attachments.get().name == "chung-sinh.pdf"
    assert first.answer == "Đã chụp lại."


def test_answering_twice_is_answering_once(citizen: Client, asked: SupplementRequest) -> None:
    citizen.post(url(asked), answer(asked))
    again = citizen.post(url(asked), answer(asked))
    assert again["Location"] == reverse("dossiers:detail", args=[asked.dossier.code])
    assert asked.dossier.forms.count() == 2


@pytest.mark.parametrize("born", ["hôm qua", "", "01/01/2099"])
def test_a_wrong_correction_comes_back_as_typed(citizen: Client, asked: SupplementRequest, born: str) -> None:
    refused = citizen.post(url(asked), answer(asked, born=born))
    text = refused.content.decode()
    assert refused.status_code == 422
    assert 'id="id_child_dob-error"' in text
    assert "Đã chụp lại." in text
    if born:
        assert f'value="{born}"' in text
    assert "chọn lại các tệp" in text
    asked.refresh_from_db()
    assert asked.answered_at is None


def test_a_missing_or_bad_file_is_told_at_its_line(citizen: Client, asked: SupplementRequest) -> None:
    first = asked.items.all()[0]
    missing = {name: value for name, value in answer(asked).items() if not name.startswith("files")}
    for post, said in (
        (missing, "Cần tải lên giấy tờ được yêu cầu."),
        (answer(asked, paper=SimpleUploadedFile("la.pdf", b"nothing")), "la.pdf: Chỉ nhận tệp PDF"),
    ):
        refused = citizen.post(url(asked), post)
        text = refused.content.decode()
        assert refused.status_code == 422
        assert said in text
        assert f'id="files-{first.pk}-error"' in text
        assert f'href="#item-{first.pk}"' in text
        assert 'value="19/10/2026"' in text
    assert not first.attachments.exists()


def test_without_an_open_request_there_is_nothing_to_answer(citizen: Client, cast: Cast) -> None:
    dossier = accepted(cast)
    address = reverse("dossiers:supplement", args=[dossier.code])
    assert citizen.get(address)["Location"] == reverse("dossiers:detail", args=[dossier.code])


def test_the_request_of_somebody_else_does_not_exist(
    cast: Cast, client: Client, asked: SupplementRequest
) -> None:
    client.force_login(cast.other_citizen)
    assert client.get(url(asked)).status_code == 404
    assert client.post(url(asked), answer(asked)).status_code == 404
    client.logout()
    assert client.get(url(asked))["Location"].startswith(reverse("account_login"))


def test_the_page_costs_few_queries(
    citizen: Client, asked: SupplementRequest, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(10):
        citizen.get(url(asked))
