"""Payment gateways: one module and one line here for each."""

from __future__ import annotations

from collections.abc import Callable

from payments.gateways.base import (
    BadSignatureError,
    Gateway,
    GatewayError,
    GatewayFacts,
    Order,
    Outcome,
    Query,
    RefundAnswer,
    RefundOrder,
)

__all__ = [
    "BadSignatureError",
    "Gateway",
    "GatewayError",
    "GatewayFacts",
    "Order",
    "Outcome",
    "Query",
    "RefundAnswer",
    "RefundOrder",
    "gateway",
]


def _vnpay() -> Gateway:
    from django.conf import settings

    from payments.gateways.http import post_json
    from payments.gateways.vnpay import Vnpay

    if not (settings.VNPAY_PAY_URL and settings.VNPAY_TMN_CODE and settings.VNPAY_SECRET):
        raise GatewayError("no VNPAY merchant is configured")
    return Vnpay(
        pay_url=settings.VNPAY_PAY_URL,
        api_url=settings.VNPAY_API_URL,
        tmn_code=settings.VNPAY_TMN_CODE,
        secret=settings.VNPAY_SECRET,
        send=post_json,
    )


GATEWAYS: dict[str, Callable[[], Gateway]] = {"vnpay": _vnpay}


def gateway(provider: str) -> Gateway:
    """The adapter of `provider`; raises GatewayError when it is not configured."""
    if provider not in GATEWAYS:
        raise GatewayError(f"no gateway called {provider}")
    return GATEWAYS[provider]()
