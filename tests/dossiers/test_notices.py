"""Notices: told once a way, kept until a carrier takes or refuses them, seen by the person and the operator."""

from __future__ import annotations

import datetime
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core import mail
from django.core.checks import run_checks
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dossiers.actions.notices import choose_ways, deliver, mark_notices_read, spread
from dossiers.models import Dossier, Notice, NoticeState, Way
from dossiers.notices import SMS_LENGTH, not_at_night, told
from dossiers.states import EventKind
from dossiers.ways import Letter, carrier, offered
from dossiers.ways.base import RefusedError, UnreachableError
from dossiers.ways.http import HttpCarrier
from portal.lib import clock
from portal.outbox.actions import drain_all
from portal.outbox.models import OutboxMessage
from procedures.calendar import HANOI
from tests.cast import Cast
from tests.factories import dossiers as make
from tests.two_at_once import at_once

NOON = datetime.datetime(2026, 11, 25, 12, tzinfo=HANOI)


class Provider:
    """A provider of telephone messages over a real socket: answers as told, remembers what it took by key."""

    def __init__(self) -> None:
        self.status, self.body, self.taken = 202, {"reference": "SMS-1"}, {}
        self.tokens: set[str | None] = set()
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                data = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                provider.tokens.add(self.headers["Authorization"])
                if provider.status < 300:
                    provider.taken[self.path.rpartition("/")[2]] = data
                self.send_response(provider.status)
                self.end_headers()
                self.wfile.write(json.dumps(provider.body).encode())

            def log_message(self, *_arguments: Any) -> None:
                """Quiet."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/tin"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    provider = Provider()
    settings.SMS_URL, settings.SMS_TOKEN = provider.url, "khoa"
    yield provider
    provider.server.shutdown()
    provider.server.server_close()


@pytest.fixture
def by_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Noon in Hanoi, wherever the sun stands: telephones are not left alone."""
    monkeypatch.setattr("dossiers.actions.notices.not_at_night", lambda _way, now: now)


def with_mail(cast: Cast) -> None:
    cast.citizen.email = "anh@example.org"
    cast.citizen.save(update_fields=["email"])


def ways(dossier: Dossier, kind: EventKind = EventKind.ACCEPTED) -> dict[str, Notice]:
    return {notice.way: notice for notice in Notice.objects.filter(dossier=dossier, event__kind=kind)}


def test_an_event_is_told_on_the_portal_and_by_mail_once(cast: Cast) -> None:
    with_mail(cast)
    dossier = make.accepted(cast)
    drain_all()
    event = dossier.events.get(kind=EventKind.ACCEPTED)
    for _ in range(2):
        spread(event_id=event.pk)
        drain_all()
    told_by = ways(dossier)
    assert set(told_by) == {Way.PORTAL, Way.EMAIL}
    sent = told_by["email"]
    assert (sent.state, sent.carrier, sent.to) == (NoticeState.SENT, "mail", "anh@example.org")
    [letter] = [each for each in mail.outbox if event.get_kind_display() in each.subject]
    assert dossier.code in letter.subject
    assert reverse("dossiers:detail", args=[dossier.code]) in letter.body
    assert "Việc tiếp theo" in letter.body
    assert "Ánh" not in letter.body  # no name, no number: a mailbox may be read by others
    assert letter.extra_headers["Message-ID"].startswith(f"<notice-{sent.pk}@")


def test_an_english_reader_gets_english(cast: Cast) -> None:
    cast.citizen.language = "en"
    cast.citizen.save(update_fields=["language"])
    dossier = make.accepted(cast)
    drain_all()
    notice = ways(dossier)["portal"]
    assert (notice.language, notice.subject) == ("en", f"Dossier {dossier.code}: Accepted")


@pytest.mark.usefixtures("by_day")
def test_whoever_filed_at_the_counter_gets_a_message_without_marks(cast: Cast, provider: Provider) -> None:
    dossier = make.at_counter(cast)
    drain_all()
    found = ways(dossier)
    assert "portal" not in found or dossier.account is not None
    sent = found["sms"]
    assert (sent.state, sent.reference, sent.carrier) == (NoticeState.SENT, "SMS-1", "http")
    taken = provider.taken[f"notice-{sent.pk}"]
    assert taken["text"].isascii()
    assert len(taken["text"]) <= SMS_LENGTH
    assert taken["text"].startswith(f"Ho so {dossier.code}: ")
    assert provider.tokens == {"Bearer khoa"}


@pytest.mark.usefixtures("by_day")
def test_a_message_goes_only_for_what_matters(cast: Cast, provider: Provider) -> None:
    choose_ways(by=cast.citizen, email=False, sms=True, zalo=False)
    dossier = make.accepted(cast)
    drain_all()
    assert set(ways(dossier)) == {Way.PORTAL, Way.SMS}
    assert set(ways(dossier, EventKind.FILED)) == {Way.PORTAL}
    assert len(provider.taken) == 1


@pytest.mark.usefixtures("by_day")
def test_an_unreachable_provider_is_tried_again_and_gets_it_once(cast: Cast, provider: Provider) -> None:
    provider.status = 503
    choose_ways(by=cast.citizen, email=False, sms=True, zalo=False)
    dossier = make.accepted(cast)
    drain_all()
    notice = ways(dossier)["sms"]
    assert (notice.state, notice.tries, notice.failure) == (
        NoticeState.WAITING,
        1,
        "the carrier answered 503",
    )
    waiting = OutboxMessage.objects.get(topic="send_notice", done_at=None)
    assert waiting.not_before > timezone.now()
    assert not OutboxMessage.objects.exclude(parked_at=None).exists()
    provider.status = 200
    deliver(notice_id=notice.pk)
    deliver(notice_id=notice.pk)
    notice.refresh_from_db()
    assert (notice.state, notice.failure) == (NoticeState.SENT, "")
    assert len(provider.taken) == 1


@pytest.mark.usefixtures("by_day")
def test_after_a_day_nobody_is_bothered_any_more(cast: Cast, provider: Provider) -> None:
    provider.status = 503
    choose_ways(by=cast.citizen, email=False, sms=True, zalo=False)
    dossier = make.accepted(cast)
    drain_all()
    notice = ways(dossier)["sms"]
    with clock.at(notice.made_at + datetime.timedelta(days=1)):
        deliver(notice_id=notice.pk)
    notice.refresh_from_db()
    assert notice.state == NoticeState.FAILED


@pytest.mark.usefixtures("by_day")
def test_a_refused_number_is_not_tried_again(cast: Cast, provider: Provider) -> None:
    provider.status, provider.body = 422, {"error": "no such number"}
    choose_ways(by=cast.citizen, email=False, sms=True, zalo=False)
    dossier = make.accepted(cast)
    drain_all()
    notice = ways(dossier)["sms"]
    assert (notice.state, notice.failure) == (NoticeState.FAILED, "no such number")
    assert not OutboxMessage.objects.filter(topic="send_notice", done_at=None).exists()


def test_telephones_are_left_alone_at_night() -> None:
    evening, morning = NOON.replace(hour=22), NOON.replace(hour=3)
    assert not_at_night(Way.SMS, NOON) == NOON
    assert not_at_night(Way.EMAIL, evening) == evening
    assert not_at_night(Way.SMS, evening) == NOON.replace(hour=7) + datetime.timedelta(days=1)
    assert not_at_night(Way.ZALO, morning) == NOON.replace(hour=7)
    assert not_at_night(Way.SMS, NOON.replace(hour=21)) > NOON.replace(hour=21)


def test_what_no_carrier_takes_is_not_offered(settings: Any) -> None:
    assert offered() == ["email"]
    settings.ZALO_URL = "http://127.0.0.1:9/zalo"
    assert offered() == ["email", "zalo"]
    settings.NOTICES_ON_SCREEN = True
    assert offered() == ["email", "sms", "zalo"]
    found = carrier("sms")
    assert found is not None
    assert found.deliver(Letter("notice-1", "0987654321", "", "")) == "notice-1"


def test_a_carrier_that_speaks_nonsense_is_unreachable(provider: Provider) -> None:
    letter = Letter("notice-1", "0987654321", "", "Xin chao")
    provider.body = {"ref": 1}
    with pytest.raises(UnreachableError, match="no reference"):
        HttpCarrier(provider.url, "khoa").deliver(letter)
    provider.status, provider.body = 404, {}
    with pytest.raises(RefusedError, match="without a reason"):
        HttpCarrier(provider.url, "khoa").deliver(letter)
    for address in ("http://127.0.0.1:9", "ftp://127.0.0.1/"):
        with pytest.raises(UnreachableError):
            HttpCarrier(address, "khoa").deliver(letter)


def test_demo_data_leaves_only_for_the_screen(cast: Cast, settings: Any) -> None:
    with_mail(cast)
    dossier = make.accepted(cast)
    event = dossier.events.select_related("dossier__account").get(kind=EventKind.ACCEPTED)
    event.dossier.is_demo = True
    assert [each.way for each in told(event)] == [Way.PORTAL]
    settings.NOTICES_ON_SCREEN = True
    assert [each.way for each in told(event)] == [Way.PORTAL, Way.EMAIL]


def test_the_database_refuses_a_second_notice_and_a_false_state(cast: Cast) -> None:
    dossier = make.accepted(cast)
    drain_all()
    notice = ways(dossier)["portal"]
    for changes in ({"pk": None}, {"state": NoticeState.WAITING}, {"to": "x@example.org"}):
        copy = Notice.objects.get(pk=notice.pk)
        for name, value in changes.items():
            setattr(copy, name, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            copy.save(force_insert="pk" in changes)


@pytest.mark.django_db(transaction=True)
def test_two_workers_deliver_one_notice_once(settings: Any) -> None:
    from tests.cast import build_cast

    cast = build_cast()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with_mail(cast)
    dossier = make.accepted(cast)
    event = dossier.events.get(kind=EventKind.ACCEPTED)
    made = at_once(4, lambda _index: [notice.pk for notice in spread(event_id=event.pk)])
    assert len({tuple(each) for each in made}) == 1
    notice = ways(dossier)["email"]
    mail.outbox.clear()
    at_once(4, lambda _index: deliver(notice_id=notice.pk))
    assert len(mail.outbox) == 1


# --- Pages ---


def test_the_persons_list_and_marking_it_read(client: Client, cast: Cast) -> None:
    dossier = make.accepted(cast)
    drain_all()
    client.force_login(cast.citizen)
    address = reverse("dossiers:notices")
    page = client.get(address).content.decode()
    assert f"Hồ sơ {dossier.code}: Tiếp nhận" in page
    assert "2 thông báo chưa đọc." in page
    assert "2 thông báo mới" in client.get(reverse("dossiers:mine")).content.decode()
    assert client.post(address).url == address
    assert "chưa đọc" not in client.get(address).content.decode()
    assert mark_notices_read(by=cast.citizen) == 0
    client.force_login(cast.other_citizen)
    assert "Chưa có thông báo nào." in client.get(address).content.decode()


def test_choosing_ways_asks_for_the_address_first(client: Client, cast: Cast, settings: Any) -> None:
    settings.SMS_URL = "http://127.0.0.1:9/"
    client.force_login(cast.citizen)
    address = reverse("dossiers:notice-ways")
    answer = client.post(address, {"email": "on", "sms": "on"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Cần nhập thư điện tử trước." in page
    assert "Zalo" not in page
    assert client.post(address, {"sms": "on"}).status_code == 302
    chosen = cast.citizen.notice_choice
    assert (chosen.email, chosen.sms, chosen.zalo) == (False, True, False)


def test_both_sides_of_a_dossier_see_what_was_sent_and_where(client: Client, cast: Cast) -> None:
    with_mail(cast)
    dossier = make.accepted(cast)
    drain_all()
    for user, name in ((cast.citizen, "dossiers:detail"), (cast.office.counter, "dossiers:desk")):
        client.force_login(user)
        page = client.get(reverse(name, args=[dossier.code])).content.decode()
        assert "Thông báo đã gửi" in page
        assert "anh@*********rg" in page
        assert "anh@example.org" not in page.split("Thông báo đã gửi")[1]


def test_who_runs_the_portal_sees_what_did_not_arrive(client: Client, cast: Cast, settings: Any) -> None:
    with_mail(cast)
    make.accepted(cast)
    drain_all()
    failed = Notice.objects.filter(way=Way.EMAIL)[0]
    failed.state, failed.sent_at, failed.failure = NoticeState.FAILED, None, "no such address"
    failed.save()
    client.force_login(cast.system)
    address = reverse("dossiers:outgoing")
    page = client.get(f"{address}?way=email&failed").content.decode()
    assert page.count("no such address") == 1
    assert failed.text not in page
    assert "Chế độ thử nghiệm" not in page
    settings.NOTICES_ON_SCREEN = True
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = client.get(address).content.decode()
    assert len(queries) <= 8
    assert "Chế độ thử nghiệm" in page
    assert "Việc tiếp theo" in page


def test_production_refuses_a_screen(settings: Any) -> None:
    settings.PRODUCTION, settings.NOTICES_ON_SCREEN = True, True
    assert "dossiers.E001" in {each.id for each in run_checks(tags=["security"])}
    settings.NOTICES_ON_SCREEN = False
    assert "dossiers.E001" not in {each.id for each in run_checks(tags=["security"])}
