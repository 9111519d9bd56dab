"""Dossiers that owe money."""

from __future__ import annotations

import datetime
from typing import Any
from unittest import mock

from dossiers.models import Dossier
from payments.actions import assessing
from procedures.models import FeeRule
from tests.cast import Cast
from tests.factories import dossiers as factories


def owing(cast: Cast) -> Dossier:
    """A household-business dossier of the citizen, accepted: lệ phí of 100,000 VND due."""
    dossier = factories.accepted(cast, factories.HOUSEHOLD)
    assert dossier.money == "due"
    return dossier


def both_kinds(cast: Cast, **changes: Any) -> Dossier:
    """One that owes a phí of 8,000 and a lệ phí of 100,000 VND."""
    rules = [
        FeeRule(
            code="phi", name="Phí thử", kind="phi", tiers=[{"upto": None, "amount": 8000}], **BASE, **changes
        ),
        FeeRule(
            code="lephi", name="Lệ phí thử", kind="le_phi", tiers=[{"upto": None, "amount": 100_000}], **BASE
        ),
    ]
    with mock.patch.object(assessing.fees, "rules_for", return_value=rules):
        return owing(cast)


BASE: dict[str, Any] = {
    "authority": "btc",
    "legal_basis": "Thông tư thử",
    "valid_from": datetime.date(2020, 1, 1),
}
