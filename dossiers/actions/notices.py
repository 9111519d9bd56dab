"""Telling people: rows made once an event and way, handed to a carrier until it takes them or refuses."""

from __future__ import annotations

import datetime
import logging
from typing import TYPE_CHECKING

from django.db import transaction

from dossiers.models import DossierEvent, Notice, NoticeChoice, NoticeState, Way
from dossiers.notices import language_of, not_at_night, told
from dossiers.ways import Letter, RefusedError, UnreachableError, carrier
from portal.lib import clock
from portal.outbox.actions import put

if TYPE_CHECKING:
    from portal.accounts.models import User

logger = logging.getLogger(__name__)

# Pauses between tries, in minutes, then hourly; a notice older than a day helps nobody any more.
PAUSES = (1, 5, 15, 30)
GIVE_UP_AFTER = datetime.timedelta(days=1)


@transaction.atomic
def spread(*, event_id: int) -> list[Notice]:
    """Make the notices of one event, each once however often this runs; those that leave go to the outbox."""
    related = ("dossier__account", "dossier__procedure", "dossier__receiving_unit", "dossier__competent_unit")
    event = DossierEvent.objects.select_related(*related).get(pk=event_id)
    return [_made(event, each.way, each.to, each.subject, each.text) for each in told(event)]


def _made(event: DossierEvent, way: Way, to: str, subject: str, text: str) -> Notice:
    now = clock.now()
    here = way is Way.PORTAL
    notice, new = Notice.objects.get_or_create(
        event=event,
        way=way,
        defaults={
            "dossier": event.dossier,
            "account": event.dossier.account,
            "to": to,
            "language": language_of(event.dossier),
            "subject": subject[:250],
            "text": text,
            "state": NoticeState.SENT if here else NoticeState.WAITING,
            "made_at": now,
            "sent_at": now if here else None,
        },
    )
    if new and not here:
        _put(notice, not_at_night(way, now))
    return notice


def _put(notice: Notice, not_before: datetime.datetime) -> None:
    """One message per time it is to go; the instant is part of its key."""
    key = f"send_notice:{notice.pk}:{not_before:%y%m%d%H%M%S}"
    put("send_notice", key=key, payload={"notice": notice.pk}, not_before=not_before)


@transaction.atomic
def deliver(*, notice_id: int) -> Notice:
    """Hand a waiting notice to its carrier. Sent or refused is final; unreachable waits and is tried for a day."""
    notice = Notice.objects.select_for_update(of=("self",), no_key=True).get(pk=notice_id)
    if notice.state != NoticeState.WAITING:
        return notice
    found = carrier(notice.way)
    if found is None:
        return _fail(notice, "no carrier is configured for this way any more")
    letter = Letter(f"notice-{notice.pk}", notice.to, notice.subject, notice.text)
    notice.carrier = found.name
    try:
        reference = found.deliver(letter)
    except RefusedError as error:
        return _fail(notice, str(error))
    except UnreachableError as error:
        return _again(notice, str(error))
    notice.state, notice.sent_at, notice.reference, notice.failure = (
        NoticeState.SENT,
        clock.now(),
        reference,
        "",
    )
    notice.save(update_fields=["state", "sent_at", "reference", "carrier", "failure"])
    return notice


def _fail(notice: Notice, reason: str) -> Notice:
    logger.warning("notice %s by %s failed: %s", notice.pk, notice.way, reason)
    notice.state, notice.failure = NoticeState.FAILED, reason[:200]
    notice.save(update_fields=["state", "failure", "carrier"])
    return notice


def _again(notice: Notice, reason: str) -> Notice:
    now = clock.now()
    if now - notice.made_at >= GIVE_UP_AFTER:
        return _fail(notice, reason)
    logger.warning("notice %s by %s waits: %s", notice.pk, notice.way, reason)
    notice.tries += 1
    notice.failure = reason[:200]
    notice.save(update_fields=["tries", "failure", "carrier"])
    minutes = PAUSES[notice.tries - 1] if notice.tries <= len(PAUSES) else 60
    _put(notice, not_at_night(Way(notice.way), now + datetime.timedelta(minutes=minutes)))
    return notice


@transaction.atomic
def mark_notices_read(*, by: User) -> int:
    """Everything on the portal's list up to now is read; how many were not. Twice is once."""
    unread = Notice.objects.filter(account=by, way=Way.PORTAL, read_at=None)
    return unread.update(read_at=clock.now())


@transaction.atomic
def choose_ways(*, by: User, email: bool, sms: bool, zalo: bool) -> NoticeChoice:
    """Keep which ways the person wants besides the portal itself, where notices always stand."""
    chosen, _new = NoticeChoice.objects.select_for_update(of=("self",), no_key=True).get_or_create(account=by)
    chosen.email, chosen.sms, chosen.zalo = email, sms, zalo
    chosen.save(update_fields=["email", "sms", "zalo"])
    return chosen
