"""Downloads are authorised on every read; the verification page tells the truth and no personal data."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from dossiers.actions import drafts, filing
from dossiers.documents import validity
from dossiers.models import Attachment, Document, DocumentKind, Dossier
from portal.accounts.models import User
from portal.lib import files
from portal.outbox.actions import drain_all
from tests.cast import Cast
from tests.factories import dossiers as make

pytestmark = pytest.mark.django_db


def as_user(user: User | None) -> Client:
    client = Client()
    if user:
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def slip(cast: Cast) -> Document:
    """The rendered acknowledgement of the citizen's dossier, which has one attachment."""
    draft = make.drafted(cast.citizen, office=cast.office)
    drafts.attach(draft_id=draft.pk, by=cast.citizen, document=None, upload=make.pdf("giấy tờ.pdf"))
    dossier = filing.file_online(draft_id=draft.pk, by=cast.citizen)
    make.intake.accept(code=dossier.code, by=cast.office.counter)
    drain_all()
    return Document.objects.select_related("dossier").get(kind=DocumentKind.ACKNOWLEDGEMENT)


def address_of(document: Document) -> str:
    return reverse("dossiers:document", args=[document.dossier.code, document.pk])


WHO = [
    ("citizen", 200),
    ("other_citizen", 404),
    ("organisation", 404),
    ("office.counter", 200),
    ("office.specialist", 200),
    ("office.leader", 200),
    ("office.cashier", 200),
    ("other_office.counter", 404),
    ("other_office.leader", 404),
    ("monitor", 403),
    ("catalogue", 404),
    ("system", 404),
    ("", 302),
]


def someone(cast: Cast, path: str) -> User | None:
    found: Any = cast
    for part in path.split(".") if path else []:
        found = getattr(found, part)
    return found if path else None


@pytest.mark.parametrize(("who", "status"), WHO)
def test_who_may_download_a_document(cast: Cast, slip: Document, who: str, status: int) -> None:
    response = as_user(someone(cast, who)).get(address_of(slip))

    assert response.status_code == status
    if status == 302:
        assert response["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize(("who", "status"), WHO)
def test_who_may_download_an_attachment(cast: Cast, slip: Document, who: str, status: int) -> None:
    attachment = slip.dossier.attachments.get()

    response = as_user(someone(cast, who)).get(reverse("dossiers:attachment", args=[attachment.pk]))

    assert response.status_code == status


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_downloads_answer_get_only(cast: Cast, slip: Document, method: str) -> None:
    assert getattr(as_user(cast.citizen), method)(address_of(slip)).status_code == 405


def test_a_document_is_a_download_with_its_name(cast: Cast, slip: Document) -> None:
    response = as_user(cast.citizen).get(address_of(slip))

    assert b"".join(response.streaming_content).startswith(b"%PDF")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment; ")
    assert slip.number.replace("/", "-") in response["Content-Disposition"]
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]


def test_an_attachment_comes_back_as_stored(cast: Cast, slip: Document) -> None:
    attachment = slip.dossier.attachments.get()
    response = as_user(cast.citizen).get(reverse("dossiers:attachment", args=[attachment.pk]))

    assert b"".join(response.streaming_content) == files.path_of(attachment.sha256).read_bytes()
    assert "gi%E1%BA%A5y" in response["Content-Disposition"]


def test_reads_are_logged_by_ids_only(cast: Cast, slip: Document, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="access"):
        as_user(cast.office.counter).get(address_of(slip))

    (line,) = [record.getMessage() for record in caplog.records if record.name == "access"]
    assert line == f"read document={slip.pk} dossier={slip.dossier_id} user={cast.office.counter.pk}"


def test_a_download_costs_few_queries(cast: Cast, slip: Document, django_assert_max_num_queries: Any) -> None:
    client = as_user(cast.office.counter)
    with django_assert_max_num_queries(8):
        client.get(address_of(slip))


def test_a_document_of_another_dossier_is_not_found_under_this_code(cast: Cast, slip: Document) -> None:
    other = make.accepted(cast)
    address = reverse("dossiers:document", args=[other.code, slip.pk])

    assert as_user(cast.citizen).get(address).status_code == 404


def test_a_document_being_made_says_so(cast: Cast) -> None:
    dossier = make.accepted(cast)
    document = dossier.documents.get()

    response = as_user(cast.citizen).get(address_of(document))

    assert response.status_code == 202
    assert response["Retry-After"] == "5"
    assert "đang được tạo" in response.content.decode()
    drain_all()
    assert as_user(cast.citizen).get(address_of(document)).status_code == 200


def test_a_lost_file_is_a_clear_404(cast: Cast, slip: Document) -> None:
    files.path_of(slip.sha256).unlink()

    response = as_user(cast.citizen).get(address_of(slip))

    assert response.status_code == 404
    assert "không đọc được" in response.content.decode()


def test_a_file_of_a_draft_belongs_to_its_writer(cast: Cast) -> None:
    draft = make.drafted(cast.citizen, office=cast.office)
    found = drafts.attach(draft_id=draft.pk, by=cast.citizen, document=None, upload=make.pdf())
    address = reverse("dossiers:attachment", args=[found.pk])

    assert as_user(cast.citizen).get(address).status_code == 200
    assert as_user(cast.other_citizen).get(address).status_code == 404
    assert as_user(cast.office.counter).get(address).status_code == 404
    drafts.detach(draft_id=draft.pk, by=cast.citizen, attachment_id=found.pk)
    assert as_user(cast.citizen).get(address).status_code == 404
    assert Attachment.objects.filter(pk=found.pk).exists()


def verify_address(document: Document) -> str:
    return reverse("dossiers:verify", args=[document.token])


def test_anybody_can_verify_a_document_without_personal_data(cast: Cast, slip: Document) -> None:
    response = Client().get(verify_address(slip))
    text = response.content.decode()

    assert response.status_code == 200
    for part in (slip.number, slip.dossier.code, cast.office.unit.full_name, "THỬ NGHIỆM", slip.sha256[:32]):
        assert part in text
    assert "Văn bản có thật" in text
    for secret in (cast.citizen.full_name, cast.citizen.id_number, cast.citizen.phone, "Phạm Một Cửa"):
        assert secret not in text
    assert response["X-Robots-Tag"] == "noindex"


def test_verify_in_english(slip: Document, settings: Any) -> None:
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"

    text = client.get(verify_address(slip)).content.decode()

    assert "The document is genuine" in text
    assert "Văn bản có thật" not in text


def test_the_issued_file_is_recognised(slip: Document) -> None:
    data = files.path_of(slip.sha256).read_bytes()

    response = Client().post(verify_address(slip), {"file": SimpleUploadedFile("a.pdf", data)})

    text = response.content.decode()
    assert response.status_code == 200
    assert "trùng khớp" in text
    assert "chữ ký số còn nguyên vẹn" in text
    assert "không hợp lệ" not in text


def test_a_changed_file_is_not(slip: Document) -> None:
    data = bytearray(files.path_of(slip.sha256).read_bytes())
    data[len(data) // 2] ^= 1

    response = Client().post(verify_address(slip), {"file": SimpleUploadedFile("a.pdf", bytes(data))})

    assert "Tệp không phải bản đã phát hành" in response.content.decode()


def test_comparing_asks_for_a_reasonable_file(slip: Document, settings: Any) -> None:
    assert Client().post(verify_address(slip)).status_code == 422
    settings.UPLOAD_MAX_BYTES = 10
    response = Client().post(verify_address(slip), {"file": SimpleUploadedFile("a.pdf", b"x" * 11)})
    assert response.status_code == 422
    assert "quá lớn" in response.content.decode()


def test_an_unknown_token_is_a_warning(db: None) -> None:
    response = Client().get(reverse("dossiers:verify", args=["khong-co-that"]))

    assert response.status_code == 404
    assert "có thể không phải thật" in response.content.decode()


def test_a_document_can_lose_its_validity(slip: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validity, "_judges", {})
    validity.judges(DocumentKind.ACKNOWLEDGEMENT)(lambda document: f"Đã thay bằng số khác {document.pk}.")

    text = Client().get(verify_address(slip)).content.decode()

    assert f"Đã thay bằng số khác {slip.pk}." in text
    assert "Văn bản có thật, do Cổng" not in text


def test_demo_documents_say_so_on_the_page(slip: Document) -> None:
    Dossier.objects.filter(pk=slip.dossier_id).update(is_demo=True)

    assert "không có giá trị pháp lý" in Client().get(verify_address(slip)).content.decode()
