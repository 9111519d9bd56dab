"""The fee calculator opened to auditors: what a question gives, line by line, and on what each rests."""

from __future__ import annotations

from typing import Any

from django.utils import translation

from procedures.calculator import BadQuestionError, Question, calculate
from procedures.models import FeeRule

__all__ = ["BadQuestionError", "Question", "answer"]


def answer(code: str, question: Question) -> dict[str, Any]:
    """The fee of procedure `code` as the portal itself would assess it. Raises BadQuestionError."""
    with translation.override("vi"):
        found = calculate(code, question)
    cost = found.cost
    return {
        "code": code,
        "version": found.version.number,
        "channel": question.channel,
        "case": found.case.code if found.case else "",
        "date": question.day.isoformat(),
        "fee_known": found.known,
        "lines": [{**vars(line), "rule": _rule(found.rules[line.code])} for line in cost.lines],
        "gross": cost.gross,
        "exempted": cost.exempted,
        "subsidised": cost.subsidised,
        "payable": cost.payable,
    }


def _rule(rule: FeeRule) -> dict[str, Any]:
    return {
        "authority": rule.authority,
        "channel": rule.channel,
        "tiers": rule.tiers,
        "cap": rule.cap,
        "subsidy_percent": rule.subsidy_percent,
        "exemptions": [group["code"] for group in rule.exemptions],
        "valid_from": rule.valid_from.isoformat(),
        "valid_to": rule.valid_to.isoformat() if rule.valid_to else None,
        "source": rule.legal_basis,
    }
