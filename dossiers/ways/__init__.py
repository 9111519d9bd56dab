"""The ways notices travel, as adapters: a new one is a module and a line here.

`carrier(way)` gives the adapter in use for a way, or None when the portal has none: that way is then not offered.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from dossiers.ways.base import Carrier, Letter, RefusedError, UnreachableError
from dossiers.ways.http import HttpCarrier
from dossiers.ways.mail import MailCarrier
from dossiers.ways.screen import ScreenCarrier

__all__ = ["Carrier", "Letter", "RefusedError", "UnreachableError", "carrier", "offered"]


def _sms() -> Carrier | None:
    return HttpCarrier(settings.SMS_URL, settings.SMS_TOKEN) if settings.SMS_URL else None


def _zalo() -> Carrier | None:
    return HttpCarrier(settings.ZALO_URL, settings.ZALO_TOKEN) if settings.ZALO_URL else None


CARRIERS: dict[str, Callable[[], Carrier | None]] = {"email": MailCarrier, "sms": _sms, "zalo": _zalo}


def carrier(way: str) -> Carrier | None:
    """The adapter of `way` ("email", "sms", "zalo") by the settings; None when none is configured."""
    if settings.NOTICES_ON_SCREEN:
        return ScreenCarrier()
    return CARRIERS[way]()


def offered() -> list[str]:
    """The ways that have an adapter, in the order they are offered."""
    return [way for way in CARRIERS if carrier(way) is not None]
