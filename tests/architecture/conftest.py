"""The world the matrix is walked in."""

from __future__ import annotations

from typing import Any

import pytest

from tests.architecture.world import World, build
from tests.cast import Cast

TMN = "TESTTMN1"


@pytest.fixture
def world(cast: Cast, settings: Any) -> World:
    """One of everything; a gateway nobody answers at."""
    settings.VNPAY_TMN_CODE, settings.VNPAY_SECRET = TMN, "a-secret-for-tests"
    settings.VNPAY_PAY_URL = settings.VNPAY_API_URL = "http://127.0.0.1:9/"
    settings.ACCOUNT_RATE_LIMITS = False
    return build(cast, TMN)
