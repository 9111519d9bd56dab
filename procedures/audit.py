"""The fee calculator opened to auditors: which rules a question meets, what they give, and on what they rest."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils import translation

from procedures.fees import assess, rules_for
from procedures.form_schema import load
from procedures.models import FeeRule, ProcedureCase, ProcedureVersion


class BadQuestionError(ValueError):
    """A question that cannot be answered: the parameter at fault and why, in both languages."""

    def __init__(self, name: str, vi: str, en: str) -> None:
        self.name, self.vi, self.en = name, vi, en
        super().__init__(en)


@dataclass(frozen=True)
class Question:
    """What an auditor asks; `pages` and `copies` None: not given. `case` and `exemption` are codes, "" for none."""

    channel: str
    day: datetime.date
    pages: int | None = None
    copies: int | None = None
    case: str = ""
    exemption: str = ""


def answer(code: str, question: Question) -> dict[str, Any]:
    """The fee of procedure `code` as the portal itself would assess it. Raises BadQuestionError."""
    version = _version(code, question.day)
    case = _case(version, question.case)
    rules = rules_for(version, case, question.day)
    _check_exemption(rules, question.exemption)
    with translation.override("vi"):
        cost = assess(
            rules,
            channel=question.channel,
            answers=_answers(version, rules, question),
            exemption=question.exemption,
            on=question.day,
        )
    chosen = _chosen(rules, question.channel)
    return {
        "code": code,
        "version": version.number,
        "channel": question.channel,
        "case": case.code if case else "",
        "date": question.day.isoformat(),
        "fee_known": question.channel not in version.fee_unknown,
        "lines": [{**vars(line), "rule": _rule(chosen[line.code])} for line in cost.lines],
        "gross": cost.gross,
        "exempted": cost.exempted,
        "subsidised": cost.subsidised,
        "payable": cost.payable,
    }


def _version(code: str, day: datetime.date) -> ProcedureVersion:
    versions = ProcedureVersion.objects.in_force(day).filter(procedure__code=code)
    found = versions.order_by("-number").first()
    if found is None:
        shown = day.strftime("%d/%m/%Y")
        raise BadQuestionError(
            "date",
            f"Không có phiên bản nào của thủ tục {code} có hiệu lực ngày {shown}.",
            f"No version of procedure {code} was in force on {day.isoformat()}.",
        )
    return found


def _case(version: ProcedureVersion, code: str) -> ProcedureCase | None:
    """The case asked about; without one, the first, as a dossier without a chosen case has it."""
    cases = list(version.cases.all())
    if not code:
        return cases[0] if cases else None
    for case in cases:
        if case.code == code:
            return case
    known = ", ".join(case.code for case in cases) or "–"
    raise BadQuestionError(
        "case", f"Không có trường hợp {code}. Các trường hợp: {known}.", f"No case {code}. Cases: {known}."
    )


def _check_exemption(rules: list[FeeRule], code: str) -> None:
    known = sorted({group["code"] for rule in rules for group in rule.exemptions})
    if code and code not in known:
        listed = ", ".join(known) or "–"
        raise BadQuestionError(
            "exemption",
            f"Thủ tục này không có diện miễn {code}. Các diện miễn: {listed}.",
            f"This procedure knows no exemption {code}. Exemptions: {listed}.",
        )


def _answers(version: ProcedureVersion, rules: list[FeeRule], question: Question) -> dict[str, int]:
    """The quantities under the names the rules count by. A count the form requires must be given or is one copy."""
    schema, found = load(version), {}
    for rule in rules:
        if rule.quantity_field:
            if question.pages is None:
                raise BadQuestionError(
                    "pages", "Mức thu tính theo trang: cần tham số pages.", "Counted by pages: give pages."
                )
            found[rule.quantity_field] = question.pages
        if rule.copies_field:
            spec = schema.by_name.get(rule.copies_field) if schema else None
            least = 1 if spec is None or spec.required else 0
            found[rule.copies_field] = least if question.copies is None else question.copies
    return found


def _chosen(rules: list[FeeRule], channel: str) -> dict[str, FeeRule]:
    """Code -> the rule that applies: one of the channel before one of every channel."""
    fitting = [rule for rule in rules if rule.channel in {"", channel}]
    return {rule.code: rule for rule in sorted(fitting, key=lambda rule: bool(rule.channel))}


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
