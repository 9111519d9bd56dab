"""What a dossier costs: a pure calculation over fee rules (domain facts 6.1-6.2).

Gross comes from the tiers; an exemption takes the whole line; the city's support takes its percentage of
what is left (NQ 77/2025/NQ-HĐND: the fee exists, the city pays it). payable = gross - exempted - subsidised.
Phí and lệ phí are separate lines, they go to separate receipts. Amounts are whole VND.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from portal.templatetags.portal import money
from procedures.models import FeeKind, FeeRule, ProcedureCase, ProcedureVersion

MOST_UNITS = 1_000_000
EXEMPTION_FIELD = "fee_exemption"  # the answer naming the exempt group


@dataclass(frozen=True)
class FeeLine:
    """One rule applied. `quantity` is pages times copies, or copies; `explanation` says how it came about."""

    code: str
    name: str
    kind: str
    quantity: int
    gross: int
    exempted: int
    subsidised: int
    payable: int
    legal_basis: str
    explanation: str
    confirmed: bool = True


@dataclass(frozen=True)
class Assessed:
    """All lines of a dossier."""

    lines: tuple[FeeLine, ...]
    known: bool = True  # false: nobody confirmed what this channel costs, so the sums say nothing

    @property
    def gross(self) -> int:
        """Before exemption and support."""
        return sum(line.gross for line in self.lines)

    @property
    def exempted(self) -> int:
        """What exemptions took off."""
        return sum(line.exempted for line in self.lines)

    @property
    def subsidised(self) -> int:
        """What the city pays."""
        return sum(line.subsidised for line in self.lines)

    @property
    def payable(self) -> int:
        """What the person pays."""
        return sum(line.payable for line in self.lines)

    def of_kind(self, kind: str) -> tuple[FeeLine, ...]:
        """The lines of phí, or of lệ phí: each kind has its own receipt."""
        return tuple(line for line in self.lines if line.kind == kind)


def assess(
    rules: Iterable[FeeRule],
    *,
    channel: str,
    answers: Mapping[str, Any],
    exemption: str = "",
    on: datetime.date,
) -> Assessed:
    """The fee of a dossier filed by `channel` with cleaned `answers`, under the rules in force `on` that day.

    Where a rule exists for the channel and one for every channel under the same code, the channel's wins.
    `exemption` is the code of the exempt group the person proved, empty for none. A rule whose quantity was not
    asked for (no copies) gives no line.
    """
    chosen: dict[str, FeeRule] = {}
    for rule in rules:
        if not _in_force(rule, on) or rule.channel not in {"", channel}:
            continue
        if rule.code not in chosen or rule.channel:
            chosen[rule.code] = rule
    lines = (_line(rule, answers, exemption) for rule in chosen.values())
    return Assessed(tuple(line for line in lines if line.quantity))


def _in_force(rule: FeeRule, on: datetime.date) -> bool:
    return rule.valid_from <= on and (rule.valid_to is None or on < rule.valid_to)


def _line(rule: FeeRule, answers: Mapping[str, Any], exemption: str) -> FeeLine:
    pages = _count(answers, rule.quantity_field)
    copies = _count(answers, rule.copies_field)
    each = graduated(rule.tiers, pages, rule.cap)
    gross = each * copies
    exempt = exemption_of(rule, exemption)
    exempted = gross if exempt else 0
    subsidised = (gross - exempted) * rule.subsidy_percent // 100
    return FeeLine(
        code=rule.code,
        name=rule.name,
        kind=rule.kind,
        quantity=pages * copies,
        gross=gross,
        exempted=exempted,
        subsidised=subsidised,
        payable=gross - exempted - subsidised,
        legal_basis=rule.legal_basis,
        explanation=" ".join(_explained(rule, pages, copies, each, exempt, subsidised)),
        confirmed=rule.confirmed,
    )


def graduated(tiers: list[dict[str, Any]], units: int, cap: int | None = None) -> int:
    """The amount for `units`, each charged at its tier; `cap` is the most. Tiers are in order of `upto`."""
    total, done = 0, 0
    for tier in tiers:
        last = units if tier.get("upto") is None else min(units, int(tier["upto"]))
        total += max(last - done, 0) * int(tier["amount"])
        done = max(done, last)
    return total if cap is None else min(total, cap)


def _count(answers: Mapping[str, Any], field: str) -> int:
    """The quantity an answer gives: one when the rule counts nothing, none when nothing was answered."""
    value = answers.get(field) if field else 1
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return min(max(value, 0), MOST_UNITS)


def exemption_of(rule: FeeRule, code: str) -> dict[str, Any] | None:
    """The exempt group named `code`, when this rule knows it."""
    return next((group for group in rule.exemptions if code and group["code"] == code), None)


def _explained(
    rule: FeeRule, pages: int, copies: int, each: int, exempt: dict[str, Any] | None, subsidised: int
) -> Iterable[str]:
    if rule.quantity_field:
        yield _("%(pages)s trang: %(each)s mỗi bản.") % {"pages": pages, "each": money(each)}
        if rule.cap is not None and each == rule.cap:
            yield _("Đã đến mức tối đa %(cap)s mỗi bản.") % {"cap": money(rule.cap)}
    if rule.copies_field:
        counted = {"copies": copies, "each": money(each), "gross": money(each * copies)}
        yield _("%(copies)s bản × %(each)s = %(gross)s.") % counted
    if not rule.quantity_field and not rule.copies_field:
        yield _("Mức thu %(gross)s một hồ sơ.") % {"gross": money(each)}
    if exempt:
        yield _("Được miễn: %(group)s.") % {"group": exempt["name"]}
    elif subsidised:
        share = {"percent": rule.subsidy_percent, "amount": money(subsidised)}
        yield _("Thành phố hỗ trợ %(percent)s%%: %(amount)s.") % share
    if not rule.confirmed:
        yield _("Mức thu đang chờ thành phố xác nhận.")


def estimate(
    version: ProcedureVersion,
    case: ProcedureCase | None,
    *,
    channel: str,
    answers: Mapping[str, Any],
    on: datetime.date,
) -> Assessed:
    """What filing by `channel` on a day costs with cleaned `answers`; `known` is false where no amount is confirmed."""
    exemption = str(answers.get(EXEMPTION_FIELD) or "")
    rules = rules_for(version, case, on)
    assessed = assess(rules, channel=channel, answers=answers, exemption=exemption, on=on)
    return dataclasses.replace(assessed, known=channel not in version.fee_unknown)


def rules_for(version: ProcedureVersion, case: ProcedureCase | None, on: datetime.date) -> list[FeeRule]:
    """The rules of a version in force on a day: those of all cases and those of this one."""
    of_case = Q(case__isnull=True) if case is None else Q(case__isnull=True) | Q(case=case)
    in_force = Q(valid_from__lte=on) & (Q(valid_to__isnull=True) | Q(valid_to__gt=on))
    return list(FeeRule.objects.filter(of_case & in_force, version=version).order_by("id"))


def kinds(assessed: Assessed) -> list[str]:
    """The kinds of money in an assessment that someone pays, phí before lệ phí."""
    return [kind for kind in FeeKind.values if any(line.payable for line in assessed.of_kind(kind))]
