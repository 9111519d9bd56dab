"""What may be done about a wrong receipt, by the rules in force on the day of the correction. Pure.

From 1/7/2026 (TT 91/2026/TT-BTC art. 20): a wrong name, address or amount in words, the tax code and the amount
being right, is notified to the payer and the tax authority without a new receipt; any other error is mended by a
replacement; there is no adjusting receipt. Before (NĐ 123/2020/NĐ-CP, TT 32/2025/TT-BTC): cancelled or replaced.
A receipt is cancelled only when its money goes back or was never taken (`docs/payments.md`).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from payments.models import CorrectionKind
from payments.symbols import CHANGE

NOTIFIED = frozenset({"payer_name", "payer_address"})
FIELDS = ("payer_name", "payer_address", "line_names")


@dataclass(frozen=True)
class Rule:
    """What a period allows, and the form that tells the tax authority."""

    kinds: tuple[CorrectionKind, ...]
    form: str
    basis: str

    def kind_for(self, changed: frozenset[str]) -> CorrectionKind:
        """How an error in these fields is mended: by notice alone where the period knows it, else replaced."""
        if CorrectionKind.NOTICE in self.kinds and changed <= NOTIFIED:
            return CorrectionKind.NOTICE
        return CorrectionKind.REPLACE


OLD = Rule(
    (CorrectionKind.REPLACE, CorrectionKind.CANCEL),
    "",
    "Nghị định 123/2020/NĐ-CP; Thông tư 32/2025/TT-BTC",
)
NEW = Rule(
    (CorrectionKind.NOTICE, CorrectionKind.REPLACE, CorrectionKind.CANCEL),
    "04/SS-CTĐT",
    "Nghị định 254/2026/NĐ-CP; Thông tư 91/2026/TT-BTC, Điều 20",
)


def rule_on(day: datetime.date) -> Rule:
    """The rule in force on `day`."""
    return NEW if day >= CHANGE else OLD
