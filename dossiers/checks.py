"""The system check that keeps notices from ending on a screen in production."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security)
def notices_leave_in_production(**_kwargs: Any) -> list[CheckMessage]:
    """E001: production would show notices instead of sending them."""
    if not (settings.PRODUCTION and settings.NOTICES_ON_SCREEN):
        return []
    return [
        Error(
            "Notices would be shown on a page and reach nobody.",
            hint="Unset PORTAL_NOTICES_ON_SCREEN and configure PORTAL_EMAIL_BACKEND, PORTAL_SMS_URL, PORTAL_ZALO_URL.",
            id="dossiers.E001",
        )
    ]
