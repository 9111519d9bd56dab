"""Facts of a gateway, for pure tests."""

from __future__ import annotations

import dataclasses
from typing import Any

from payments.gateways.base import GatewayFacts, Outcome

PAID = GatewayFacts(
    provider="vnpay",
    reference="H26X1",
    outcome=Outcome.PAID,
    amount=100_000,
    currency="VND",
    merchant="TESTTMN1",
    provider_reference="14422574",
)


def paid_facts(**changes: Any) -> GatewayFacts:
    """Facts of a paid attempt, with changes."""
    return dataclasses.replace(PAID, **changes)
