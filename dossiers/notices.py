"""Notices to people: who is told of an event, by which ways, in which words. Reads only; `actions.notices` writes."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dossiers.models import (
    Dossier,
    DossierEvent,
    DossierParty,
    Notice,
    NoticeChoice,
    NoticeState,
    PartyRole,
    Way,
)
from dossiers.next_steps import next_step
from dossiers.states import EventKind
from dossiers.ways import carrier
from portal.lib.text import unmarked
from procedures.calendar import HANOI

if TYPE_CHECKING:
    from dossiers.models.notices import NoticeQuerySet
    from portal.accounts.models import User

# Worth a message to a telephone: something to do, a promise, an end.
WEIGHTY = {
    EventKind.ACCEPTED,
    EventKind.REFUSED,
    EventKind.SUPPLEMENT_REQUESTED,
    EventKind.SUPPLEMENT_REMINDED,
    EventKind.SUPPLEMENT_OVERDUE,
    EventKind.OBLIGATION_SET,
    EventKind.EXTENDED,
    EventKind.STOPPED,
    EventKind.ISSUED,
    EventKind.RESULT_REVOKED,
}
TELEPHONE = {Way.SMS, Way.ZALO}
# Two parts of an SMS in its 7-bit alphabet; without marks, so that any telephone shows it.
SMS_LENGTH = 306
NIGHT_FROM, NIGHT_TO = datetime.time(21), datetime.time(7)


@dataclass(frozen=True)
class Told:
    """One way a notice goes: where to, and its words."""

    way: Way
    to: str
    subject: str
    text: str


def told(event: DossierEvent) -> list[Told]:
    """How this event is told: on the portal to whoever has an account, besides by the ways he chose.

    Who filed without an account is told by the e-mail or telephone of the dossier; no notice names anybody.
    """
    dossier, ways = event.dossier, _ways(event)
    if not ways:
        return []
    with translation.override(language_of(dossier)):
        subject = _("Hồ sơ %(code)s: %(what)s") % {"code": dossier.code, "what": event.get_kind_display()}
        following = next_step(dossier)
        long, short = _long(event, following), _short(event, subject, following)
        return [Told(way, to, subject, short if way in TELEPHONE else long) for way, to in ways]


def language_of(dossier: Dossier) -> str:
    """The language its person reads."""
    return dossier.account.language if dossier.account else settings.LANGUAGE_CODE


def _ways(event: DossierEvent) -> list[tuple[Way, str]]:
    dossier = event.dossier
    account, wanted = dossier.account, choice_of(dossier.account)
    party = _filer(dossier)
    email = account.email if account else party.email if party else ""
    phone = (account.phone if account else "") or (party.phone if party else "")
    found = [(Way.PORTAL, "")] if account else []
    if email and wanted.email:
        found.append((Way.EMAIL, email))
    if phone and event.kind in WEIGHTY:
        found += [(way, phone) for way in (Way.SMS, Way.ZALO) if getattr(wanted, way.value)]
    return [(way, to) for way, to in found if way is Way.PORTAL or _carried(way, dossier)]


def _carried(way: Way, dossier: Dossier) -> bool:
    """Whether a carrier takes it; what concerns demo data never leaves the portal."""
    found = carrier(way.value)
    return found is not None and (found.name == "screen" or not dossier.is_demo)


def choice_of(account: User | None) -> NoticeChoice:
    """What the person chose; unasked: e-mail, and SMS for whoever has given none."""
    chosen = NoticeChoice.objects.filter(account=account).first() if account else None
    if chosen is not None:
        return chosen
    without_mail = account is None or not account.email
    return NoticeChoice(account=account, email=True, sms=without_mail, zalo=False)


def _filer(dossier: Dossier) -> DossierParty | None:
    parties = {party.role: party for party in dossier.parties.all()}
    return parties.get(PartyRole.FILER) or parties.get(PartyRole.OWNER)


def _address(dossier: Dossier) -> str:
    if dossier.account is None:
        return f"{settings.PUBLIC_URL}{reverse('dossiers:track')}?ma={dossier.code}"
    return settings.PUBLIC_URL + reverse("dossiers:detail", args=[dossier.code])


def _long(event: DossierEvent, following: str) -> str:
    dossier = event.dossier
    context = {
        "event": event,
        "dossier": dossier,
        "address": _address(dossier),
        "next_step": following,
    }
    return render_to_string("email/notice.txt", context)


def _short(event: DossierEvent, subject: str, following: str) -> str:
    """A telephone's message: what happened, what follows where there is room for it, where to look."""
    address = _address(event.dossier)
    ending = f" {address}"
    said = unmarked(f"{subject}.")
    more = unmarked(f"{subject}. {following}".rstrip())
    body = more if len(more) + len(ending) <= SMS_LENGTH else said
    return body + ending


def not_at_night(way: Way, now: datetime.datetime) -> datetime.datetime:
    """When a notice may go: telephones are left alone between 21:00 and 7:00 in Hanoi."""
    here = now.astimezone(HANOI)
    if way not in TELEPHONE or NIGHT_TO <= here.time() < NIGHT_FROM:
        return now
    day = here.date() + datetime.timedelta(days=1 if here.time() >= NIGHT_FROM else 0)
    return datetime.datetime.combine(day, NIGHT_TO, HANOI)


def unread_of(user: User) -> int:
    """How many notices on the portal the person has not marked as read."""
    return Notice.objects.filter(account=user, way=Way.PORTAL, read_at=None).count()


def of_dossier(dossier: Dossier) -> list[Notice]:
    """Every notice of the dossier that left the portal or was to leave it, newest first."""
    return list(dossier.notices.exclude(way=Way.PORTAL).select_related("event"))


def sent_out(way: str, *, failed: bool) -> NoticeQuerySet:
    """Notices that leave the portal, newest first; of one way, or only those that did not arrive."""
    found = Notice.objects.exclude(way=Way.PORTAL).order_by("-id")
    if way:
        found = found.filter(way=way)
    return found.exclude(state=NoticeState.SENT) if failed else found


def undelivered(now: datetime.datetime) -> dict[str, int]:
    """Per way: how many failed or wait for more than an hour, of the last thirty days."""
    since = now - datetime.timedelta(days=30)
    late = Q(state=NoticeState.FAILED) | Q(
        state=NoticeState.WAITING, made_at__lt=now - datetime.timedelta(hours=1)
    )
    rows = Notice.objects.filter(late, made_at__gte=since).exclude(way=Way.PORTAL).order_by()
    counts = dict(rows.values_list("way").annotate(Count("pk")))
    return {way.value: counts.get(way.value, 0) for way in Way if way is not Way.PORTAL}
