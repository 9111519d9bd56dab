"""Telling a petition's sender by e-mail what happened to it; nothing personal is in the letter."""

from __future__ import annotations

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dossiers.models import PetitionEvent
from dossiers.ways import Letter, carrier


def tell_sender(event_id: int) -> bool:
    """Send one letter about an event, under a key of its own; False without an address or for demo accounts.

    Raises UnreachableError for the outbox to try again, RefusedError for an address no server takes.
    """
    event = PetitionEvent.objects.select_related("petition__unit", "petition__account").get(pk=event_id)
    petition = event.petition
    account, by = petition.account, carrier("email")
    if not petition.email or by is None or (account is not None and account.is_demo):
        return False
    with translation.override(account.language if account else settings.LANGUAGE_CODE):
        address = settings.PUBLIC_URL + reverse("dossiers:petition-follow", args=[petition.token])
        body = render_to_string(
            "email/petition.txt", {"event": event, "petition": petition, "address": address}
        )
        subject = _("Phản ánh %(code)s: %(what)s") % {"code": petition.code, "what": event.get_kind_display()}
    by.deliver(Letter(f"petition-{event.pk}", petition.email, subject, body))
    return True
