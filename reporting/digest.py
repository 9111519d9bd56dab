"""The daily e-mail about open warnings: once a day a person, in the person's language, nothing personal in it."""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import ngettext

from portal.accounts.access import can_somewhere
from portal.accounts.models import Membership, User
from portal.accounts.permissions import Permission, roles_with
from portal.lib import clock
from portal.outbox.actions import handles, put
from procedures.calendar import calendar_for
from reporting.alarms import for_person, wants_digest
from reporting.models import EarlyWarning, WarningState
from reporting.watch.words import title

TOPIC = "warning_digest"
SHOWN = 30


def people() -> list[User]:
    """Who may get one: heads, leaders and monitors of today with an e-mail address."""
    roles = roles_with(Permission.SEE_FIGURES)
    posts = Membership.objects.on(clock.today()).filter(role__in=roles).order_by()
    rows = User.objects.filter(pk__in=posts.values("user"), is_active=True, is_demo=False)
    return list(rows.exclude(email="").order_by("pk"))


@transaction.atomic
def put_all() -> int:
    """On a working day, one message for everybody who has something to read; again the same day: none."""
    today = clock.today()
    found = people()
    if not found or not _is_worked(today):
        return 0
    told = [user for user in found if warnings_for(user)]
    for user in told:
        payload = {"user": user.pk, "day": today.isoformat()}
        put(TOPIC, key=f"{TOPIC}:{today}:{user.pk}", payload=payload)
    return len(told)


def _is_worked(day: datetime.date) -> bool:
    from portal.accounts.models import Unit

    return calendar_for(Unit()).is_working(day)


def warnings_for(user: User) -> list[EarlyWarning]:
    """What the e-mail tells: all one answers for; to those who want none, only what the law sets a time for."""
    if not can_somewhere(user, Permission.SEE_FIGURES):
        return []
    rows = EarlyWarning.objects.filter(for_person(user)).select_related("rule", "unit")
    if not wants_digest(user):
        rows = rows.filter(rule__is_compulsory=True)
    return list(rows.order_by("unit__sort_key", "opened_at", "pk"))


@dataclass(frozen=True)
class Line:
    """One warning in words."""

    unit: str
    title: str
    number: int
    since: datetime.datetime
    answered: bool


@handles(TOPIC)
def on_digest(payload: dict[str, Any]) -> None:
    """Payload: `user`, `day`. Says what is open when it is sent; nothing left to say: no mail."""
    user = User.objects.filter(pk=payload["user"], is_active=True).exclude(email="").first()
    found = warnings_for(user) if user else []
    if user is None or not found:
        return
    with translation.override(user.language):
        day = date_format(datetime.date.fromisoformat(payload["day"]), "d/m/Y")
        subject = ngettext(
            "%(count)s cảnh báo chưa khép ngày %(day)s",
            "%(count)s cảnh báo chưa khép ngày %(day)s",
            len(found),
        ) % {"count": len(found), "day": day}
        send_mail(subject, _body(found), settings.DEFAULT_FROM_EMAIL, [user.email])


def _body(found: list[EarlyWarning]) -> str:
    lines = [
        Line(
            row.unit.full_name,
            title(row.rule),
            row.number,
            row.opened_at,
            row.state == WarningState.ACKNOWLEDGED,
        )
        for row in found[:SHOWN]
    ]
    units = Counter(row.unit_id for row in found)
    context = {
        "lines": lines,
        "more": len(found) - len(lines),
        "units": len(units),
        "address": settings.PUBLIC_URL + reverse("reporting:warnings"),
    }
    return render_to_string("email/warnings.txt", context)
