"""Messages about reports: one e-mail a person and report, in the person's language."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.templatetags.portal import day_text
from reporting.models import Report


def tell(*, report_id: int, user_id: int) -> bool:
    """Tell a person that a report is there; False without an address. The figures stay behind the sign-in."""
    report = Report.objects.select_related("unit").get(pk=report_id)
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or not user.email or user.is_demo:
        return False
    with translation.override(user.language):
        context = {
            "report": report,
            "user": user,
            "address": settings.PUBLIC_URL + reverse("reporting:report", args=[report.pk]),
        }
        subject = _("Báo cáo: %(what)s, %(unit)s, %(first)s – %(last)s") % {
            "what": report.get_kind_display(),
            "unit": report.unit.full_name,
            "first": day_text(report.first),
            "last": day_text(report.last),
        }
        send_mail(
            subject, render_to_string("email/report.txt", context), settings.DEFAULT_FROM_EMAIL, [user.email]
        )
    return True
