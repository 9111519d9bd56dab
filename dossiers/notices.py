"""Notices to people: one e-mail per event, in the person's language; the portal itself shows the timeline."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dossiers.models import DossierEvent


def send_notice(event_id: int) -> bool:
    """Send the notice of one event to the account's e-mail address, if it has one; False when there is none."""
    event = DossierEvent.objects.select_related("dossier__account", "dossier__procedure").get(pk=event_id)
    account = event.dossier.account
    if account is None or not account.email or account.is_demo:
        return False
    with translation.override(account.language):
        subject = _("Hồ sơ %(code)s: %(what)s") % {
            "code": event.dossier.code,
            "what": event.get_kind_display(),
        }
        send_mail(subject, _body(event), settings.DEFAULT_FROM_EMAIL, [account.email])
    return True


def _body(event: DossierEvent) -> str:
    address = settings.PUBLIC_URL + reverse("dossiers:detail", args=[event.dossier.code])
    context: dict[str, Any] = {"event": event, "dossier": event.dossier, "address": address}
    return render_to_string("email/notice.txt", context)
