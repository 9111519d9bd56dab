"""Payment gateways: one module and one line here for each."""

from __future__ import annotations

from collections.abc import Callable

from payments.gateways.base import (
    BadSignatureError,
    Bill,
    BillLine,
    Gateway,
    GatewayError,
    GatewayFacts,
    Order,
    Outcome,
    Query,
    RefundAnswer,
    RefundOrder,
    Reported,
)

__all__ = [
    "BadSignatureError",
    "Bill",
    "BillLine",
    "Gateway",
    "GatewayError",
    "GatewayFacts",
    "Order",
    "Outcome",
    "Query",
    "RefundAnswer",
    "RefundOrder",
    "Reported",
    "configured",
    "gateway",
    "merchant_of",
]


def _vnpay() -> Gateway:
    from django.conf import settings

    from payments.gateways.http import post_json, reporter
    from payments.gateways.vnpay import Vnpay

    if not (settings.VNPAY_PAY_URL and settings.VNPAY_TMN_CODE and settings.VNPAY_SECRET):
        raise GatewayError("no VNPAY merchant is configured")
    return Vnpay(
        pay_url=settings.VNPAY_PAY_URL,
        api_url=settings.VNPAY_API_URL,
        tmn_code=settings.VNPAY_TMN_CODE,
        secret=settings.VNPAY_SECRET,
        send=post_json,
        fetch_report=reporter(settings.VNPAY_REPORT_URL),
    )


def _national() -> Gateway:
    from django.conf import settings

    from payments.gateways.http import post_json, reporter
    from payments.gateways.national import National

    if not (settings.NATIONAL_PAY_URL and settings.NATIONAL_PAY_PARTNER and settings.NATIONAL_PAY_SECRET):
        raise GatewayError("no partner of the national payment platform is configured")
    return National(
        api_url=settings.NATIONAL_PAY_URL,
        partner=settings.NATIONAL_PAY_PARTNER,
        secret=settings.NATIONAL_PAY_SECRET,
        send=post_json,
        fetch_report=reporter(settings.NATIONAL_PAY_REPORT_URL),
    )


GATEWAYS: dict[str, Callable[[], Gateway]] = {"vnpay": _vnpay, "national": _national}
# The setting that names our account at each gateway: what its messages must carry.
MERCHANTS = {"vnpay": "VNPAY_TMN_CODE", "national": "NATIONAL_PAY_PARTNER"}


def merchant_of(provider: str) -> str:
    """Our account at `provider`, "" when none is configured."""
    from django.conf import settings

    return str(getattr(settings, MERCHANTS.get(provider, ""), ""))


def configured() -> list[str]:
    """The gateways a payer can choose, in the order of `GATEWAYS`."""
    found = []
    for name, build in GATEWAYS.items():
        try:
            build()
        except GatewayError:
            continue
        found.append(name)
    return found


def gateway(provider: str) -> Gateway:
    """The adapter of `provider`; raises GatewayError when it is not configured."""
    if provider not in GATEWAYS:
        raise GatewayError(f"no gateway called {provider}")
    return GATEWAYS[provider]()
