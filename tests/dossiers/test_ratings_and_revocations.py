"""After the result: rated once by its person or by the slip, received, revoked; a file found by itself."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.http import Http404
from django.test import Client
from django.urls import reverse

from dossiers.actions import intake
from dossiers.actions.ratings import rate
from dossiers.actions.results import confirm_receipt, revoke_result
from dossiers.documents.validity import fault_of
from dossiers.models import Dossier, Rating
from dossiers.ratings import computed, open_for_rating, rule_on
from dossiers.states import EventKind, State
from dossiers.workflow import ActionError
from portal.lib import files
from portal.outbox.actions import drain_all
from procedures.calendar import HANOI
from tests.cast import Cast
from tests.factories import dossiers as make


@pytest.fixture
def returned(cast: Cast) -> Dossier:
    """A birth registration whose result came back by itself."""
    dossier = make.finished(cast)
    drain_all()
    dossier.refresh_from_db()
    assert dossier.state == State.RETURNED
    return dossier


def slip_of(dossier: Dossier) -> str:
    return str(dossier.documents.get(kind="01").token)


def give(dossier: Dossier, **more: Any) -> Rating:
    given = {"by": None, "overall": "very", "scores": {}, "place": "slip", **more}
    return rate(dossier_id=dossier.pk, **given)


def test_a_dossier_is_rated_once_and_never_changed(returned: Dossier) -> None:
    first = give(
        returned, scores={"attitude": 2, "total_time": 0, "unknown": 2, "online": 7}, comment=" Tốt. "
    )
    assert give(returned, overall="no") == first
    assert first.comment == "Tốt."
    assert first.scores["attitude"] == 2
    assert first.scores["total_time"] > 0  # from the events, whatever was sent
    assert not {"unknown", "online"} & set(first.scores)
    returned = Dossier.objects.get(pk=returned.pk)
    assert not open_for_rating(returned)
    for change in (lambda: Rating.objects.update(overall="no"), first.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_an_open_dossier_is_not_rated_a_refused_one_is(cast: Cast) -> None:
    dossier = make.filed(cast)
    with pytest.raises(ActionError):
        give(dossier)
    refused = intake.refuse(code=dossier.code, by=cast.office.head, reason="Sai nơi.", legal_basis="Điều 1")
    assert give(refused).overall == "very"


def test_what_the_events_say_by_themselves(returned: Dossier) -> None:
    rule = rule_on(datetime.date(2026, 11, 1))
    assert len(rule.criteria) == 9
    assert rule_on(datetime.date(2000, 1, 1)) == rule
    assert computed(returned, rule)["contacts"] == 2
    assert returned.promised_at is not None
    returned.finished_at = returned.promised_at + datetime.timedelta(minutes=1)
    assert computed(returned, rule)["total_time"] == 0
    returned.finished_at = returned.promised_at - datetime.timedelta(days=1)
    assert computed(returned, rule)["total_time"] == 2


def test_days_of_the_points_are_those_of_hanoi(returned: Dossier) -> None:
    """At one in the morning of the promised day the day before is still today in Greenwich, not in Hanoi."""
    rule = rule_on(datetime.date(2026, 10, 1))
    returned.promised_at = datetime.datetime(2026, 10, 15, 17, 0, tzinfo=HANOI)
    returned.finished_at = datetime.datetime(2026, 10, 15, 1, 0, tzinfo=HANOI)
    assert computed(returned, rule)["total_time"] == 1
    returned.finished_at = datetime.datetime(2026, 10, 14, 23, 59, tzinfo=HANOI)
    assert computed(returned, rule)["total_time"] == 2


def test_the_person_rates_on_the_dossiers_page(client: Client, cast: Cast, returned: Dossier) -> None:
    client.force_login(cast.citizen)
    detail, address = (reverse(f"dossiers:{name}", args=[returned.code]) for name in ("detail", "rate"))
    assert address in client.get(detail).content.decode()
    assert "checked" not in client.get(address).content.decode()
    assert client.post(address, {"comment": "x"}).status_code == 422
    post = {"overall": "yes", "score_attitude": "1", "comment": ""}
    assert client.post(address, post)["Location"] == detail
    rating = Rating.objects.get()
    assert (rating.by, rating.place, rating.scores["attitude"]) == (cast.citizen, "account", 1)
    assert address not in client.get(detail).content.decode()
    assert client.get(address)["Location"] == detail


def test_whoever_holds_the_slip_rates_without_signing_in(
    client: Client, cast: Cast, returned: Dossier
) -> None:
    token = slip_of(returned)
    address = reverse("dossiers:rate-by-slip", args=[token])
    assert address in client.get(reverse("dossiers:verify", args=[token])).content.decode()
    page = client.get(address).content.decode()
    assert cast.citizen.full_name not in page
    assert returned.owner_name not in page
    assert client.post(address, {"overall": "no"}).status_code == 302
    assert "đã được đánh giá" in client.get(address).content.decode()
    assert client.get(reverse("dossiers:rate-by-slip", args=["x" * 16])).status_code == 404
    result = returned.result.document
    assert result is not None  # the token of another paper opens nothing
    assert client.get(reverse("dossiers:rate-by-slip", args=[result.token])).status_code == 404


# --- Receipt and revocation ---


def test_the_person_says_that_it_arrived_once(client: Client, cast: Cast, returned: Dossier) -> None:
    client.force_login(cast.citizen)
    address = reverse("dossiers:received", args=[returned.code])
    for _twice in range(2):
        client.post(address)
    assert returned.events.filter(kind=EventKind.RESULT_RECEIVED).count() == 1
    assert (
        "Bạn xác nhận đã nhận"
        in client.get(reverse("dossiers:detail", args=[returned.code])).content.decode()
    )
    with pytest.raises(ActionError):
        confirm_receipt(code=make.accepted(cast).code, by=cast.citizen)
    with pytest.raises(Http404):
        confirm_receipt(code=returned.code, by=cast.other_citizen)


def test_a_revoked_result_no_longer_holds_and_stays_as_it_was(
    client: Client, cast: Cast, returned: Dossier
) -> None:
    document = returned.result.document
    assert document is not None
    before = (document.sha256, document.number)
    assert fault_of(document) == ""
    made = revoke_result(code=returned.code, by=cast.office.leader, reason="Cấp sai.", legal_basis="Điều 9")
    assert revoke_result(code=returned.code, by=cast.office.leader, reason="B", legal_basis="B") == made
    document = type(document).objects.get(pk=document.pk)
    assert (document.sha256, document.number) == before
    page = client.get(reverse("dossiers:verify", args=[document.token])).content.decode()
    assert "đã thu hồi văn bản này" in page
    assert "Cấp sai." not in page  # the reason is for the person
    client.force_login(cast.citizen)
    assert "Cấp sai." in client.get(reverse("dossiers:detail", args=[returned.code])).content.decode()


def test_only_who_signs_revokes_and_with_words(client: Client, cast: Cast, returned: Dossier) -> None:
    words = {"reason": "Sai.", "legal_basis": "Điều 9"}
    for who in (cast.office.counter, cast.office.specialist, cast.office.clerk, cast.monitor):
        with pytest.raises(PermissionDenied):
            revoke_result(code=returned.code, by=who, **words)
    with pytest.raises(Http404):
        revoke_result(code=returned.code, by=cast.other_office.leader, **words)
    with pytest.raises(ActionError):
        revoke_result(code=returned.code, by=cast.office.leader, reason=" ", legal_basis="Điều 9")
    with pytest.raises(ActionError):
        revoke_result(code=make.accepted(cast).code, by=cast.office.leader, **words)
    client.force_login(cast.office.leader)
    desk = reverse("dossiers:desk", args=[returned.code])
    address = reverse("dossiers:revoke", args=[returned.code])
    assert address in client.get(desk).content.decode()
    assert client.post(address, {"reason": "", "legal_basis": ""}).status_code == 422
    assert client.post(address, words).status_code == 302
    assert "Kết quả đã bị thu hồi." in client.get(desk).content.decode()


# --- Found by the file ---


def test_a_document_is_found_by_its_file(client: Client, returned: Dossier) -> None:
    document = returned.result.document
    assert document is not None
    with files.open_file(document.sha256) as stored:
        data = stored.read()
    address = reverse("dossiers:find-document")
    answer = client.post(address, {"file": SimpleUploadedFile("a.pdf", data)})
    assert answer["Location"] == reverse("dossiers:verify", args=[document.token])
    changed = client.post(address, {"file": SimpleUploadedFile("a.pdf", data + b" ")})
    assert changed.status_code == 422
    assert "đã bị sửa" in changed.content.decode()
    assert client.post(address, {}).status_code == 422
