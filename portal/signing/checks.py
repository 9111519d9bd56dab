"""The system check that keeps test certificates out of production."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security)
def no_test_certificates_in_production(**_kwargs: Any) -> list[CheckMessage]:
    """E001: production signs with the local test authority without having said so."""
    if not settings.PRODUCTION or settings.SIGNING_ADAPTER != "local" or settings.SIGNING_ALLOW_TEST_KEYS:
        return []
    return [
        Error(
            "Documents would be signed with test certificates.",
            hint="Set PORTAL_SIGNING to a real adapter, or PORTAL_SIGNING_ALLOW_TEST_KEYS=1 for a trial.",
            id="portal.signing.E001",
        )
    ]
