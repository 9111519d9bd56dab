"""Messages inside a dossier: on the record, unread until read, seen by both sides."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.http import Http404
from django.test import Client
from django.urls import reverse

from dossiers import tracking
from dossiers.actions.messages import mark_read, send_message
from dossiers.models import Dossier, DossierMessage, Side
from dossiers.workflow import ActionError
from portal.lib.uploads import BadUpload
from portal.outbox.actions import drain_all
from tests.cast import Cast
from tests.factories import dossiers as make


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    cast.citizen.email = "anh@example.org"
    cast.citizen.save(update_fields=["email"])
    made = make.processing_(cast)
    drain_all()
    mail.outbox.clear()
    return made


def write(dossier: Dossier, by: Any, text: str = "Xin hỏi.", **more: Any) -> DossierMessage:
    return send_message(code=dossier.code, by=by, text=text, client_key=more.pop("key", uuid.uuid4()), **more)


def test_each_side_sees_what_the_other_wrote_as_unread_until_it_says_so(cast: Cast, dossier: Dossier) -> None:
    write(dossier, cast.citizen)
    write(dossier, cast.citizen, "Thêm một câu.")
    assert dossier.thread.office_unread == 2
    mark_read(code=dossier.code, by=cast.office.specialist)
    dossier.thread.refresh_from_db()
    assert (dossier.thread.office_unread, dossier.thread.citizen_unread) == (0, 0)
    write(dossier, cast.office.specialist, "Xin trả lời.")
    dossier.thread.refresh_from_db()
    assert (dossier.thread.office_unread, dossier.thread.citizen_unread) == (0, 1)


def test_only_what_the_office_writes_sends_a_mail(cast: Cast, dossier: Dossier) -> None:
    write(dossier, cast.citizen)
    drain_all()
    assert mail.outbox == []
    write(dossier, cast.office.specialist)
    drain_all()
    assert [message.to for message in mail.outbox] == [["anh@example.org"]]


def test_sent_twice_is_once_and_stands_in_the_timeline(cast: Cast, dossier: Dossier) -> None:
    key = uuid.uuid4()
    assert write(dossier, cast.citizen, key=key) == write(dossier, cast.citizen, key=key)
    assert dossier.messages.count() == 1
    last = tracking.timeline(dossier)[-1]
    assert (last.title, last.detail) == ("Tin nhắn", "Người nộp hồ sơ")


def test_what_was_written_cannot_be_changed(cast: Cast, dossier: Dossier) -> None:
    message = write(dossier, cast.citizen)
    for change in (lambda: DossierMessage.objects.update(text="Khác"), message.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_nothing_written_a_bad_file_or_no_reader_writes_nothing(cast: Cast, dossier: Dossier) -> None:
    with pytest.raises(ActionError):
        write(dossier, cast.citizen, "  \x00 ")
    with pytest.raises(BadUpload):
        write(dossier, cast.citizen, uploads=[SimpleUploadedFile("x.pdf", b"khong phai")])
    with pytest.raises(ActionError):
        write(dossier, cast.citizen, uploads=[make.pdf() for _n in range(6)])
    assert not DossierMessage.objects.exists()
    walk_in = make.at_counter(cast)
    with pytest.raises(ActionError, match="không có tài khoản"):
        write(walk_in, cast.office.counter)


def test_strangers_do_not_write(cast: Cast, dossier: Dossier) -> None:
    for who in (cast.other_citizen, cast.other_office.specialist):
        with pytest.raises(Http404):
            write(dossier, who)
    for officer in (cast.office.cashier, cast.office.clerk, cast.monitor):
        with pytest.raises(PermissionDenied):
            write(dossier, officer)


def test_the_pages_of_both_sides(client: Client, cast: Cast, dossier: Dossier) -> None:
    own = reverse("dossiers:messages", args=[dossier.code])
    desk = reverse("dossiers:desk-messages", args=[dossier.code])
    client.force_login(cast.citizen)
    page = client.get(own)
    assert "Chưa có tin nhắn nào." in page.content.decode()
    post = {
        "text": "Bao giờ có?",
        "attachments": make.pdf("kem.pdf"),
        "client_key": page.context["form"].initial["client_key"],
    }
    assert client.post(own, post).status_code == 302
    assert client.post(own, {"text": "", "client_key": uuid.uuid4()}).status_code == 422
    client.force_login(cast.office.specialist)
    shown = client.get(reverse("dossiers:desk", args=[dossier.code])).content.decode()
    assert "1 chưa đọc" in shown
    text = client.get(desk).content.decode()
    assert "Bao giờ có?" in text
    assert "kem.pdf" in text
    assert dossier.thread.office_unread == 1  # looking changes nothing
    assert client.post(desk, {"read": "1"}, HTTP_HX_REQUEST="true").status_code == 204
    client.post(desk, {"text": "Ngày mai.", "client_key": uuid.uuid4()})
    client.force_login(cast.citizen)
    assert "1 chưa đọc" in client.get(reverse("dossiers:detail", args=[dossier.code])).content.decode()
    text = client.get(own).content.decode()
    assert "Ngày mai." in text
    assert cast.office.specialist.full_name not in text  # officers are not named to the person
    assert dossier.messages.filter(side=Side.OFFICE).count() == 1
    kept = client.get(reverse("dossiers:attachment", args=[dossier.attachments.get(name="kem.pdf").pk]))
    assert kept.status_code == 200
    list(kept.streaming_content)
