"""What filing a procedure costs, asked by anybody: the rules a question meets and what they give.

The page and the auditors' API ask here, and a dossier is assessed by the same `fees.assess`, so all three agree.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from procedures.fees import Assessed, assess, rules_for
from procedures.form_schema import load
from procedures.models import FeeRule, ProcedureCase, ProcedureVersion


class BadQuestionError(ValueError):
    """A question that cannot be answered: the parameter at fault and why, in both languages."""

    def __init__(self, name: str, vi: str, en: str) -> None:
        self.name, self.vi, self.en = name, vi, en
        super().__init__(en)


@dataclass(frozen=True)
class Question:
    """What is asked; `pages` and `copies` None: not given. `case` and `exemption` are codes, "" for none."""

    channel: str
    day: datetime.date
    pages: int | None = None
    copies: int | None = None
    case: str = ""
    exemption: str = ""


@dataclass(frozen=True)
class Answer:
    """The assessment with the rules it rests on, by code. `known` false: the sums say nothing."""

    version: ProcedureVersion
    case: ProcedureCase | None
    rules: dict[str, FeeRule]
    cost: Assessed
    known: bool


@dataclass(frozen=True)
class Counted:
    """What a version's rules ask for: whether they count pages and copies, the least copies, who is exempt."""

    pages: bool
    copies: bool
    least_copies: int
    exemptions: dict[str, str]


def calculate(code: str, question: Question) -> Answer:
    """The fee of procedure `code` as the portal itself would assess it. Raises BadQuestionError."""
    version = version_on(code, question.day)
    case = _case(version, question.case)
    rules = rules_for(version, case, question.day)
    _check_exemption(rules, question.exemption)
    cost = assess(
        rules,
        channel=question.channel,
        answers=_answers(version, rules, question),
        exemption=question.exemption,
        on=question.day,
    )
    known = question.channel not in version.fee_unknown
    return Answer(version, case, _chosen(rules, question.channel), cost, known)


def counted(version: ProcedureVersion, rules: Iterable[FeeRule]) -> Counted:
    """What is to be asked before `rules` of `version` can be applied."""
    known = list(rules)
    fields = {rule.copies_field for rule in known if rule.copies_field}
    return Counted(
        pages=any(rule.quantity_field for rule in known),
        copies=bool(fields),
        least_copies=min((_least(version, field) for field in fields), default=1),
        exemptions={group["code"]: group["name"] for rule in known for group in rule.exemptions},
    )


def version_on(code: str, day: datetime.date) -> ProcedureVersion:
    """The version of procedure `code` in force on `day`. Raises BadQuestionError where there is none."""
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
    found = {}
    for rule in rules:
        if rule.quantity_field:
            if question.pages is None:
                raise BadQuestionError(
                    "pages", "Mức thu tính theo trang: cần tham số pages.", "Counted by pages: give pages."
                )
            found[rule.quantity_field] = question.pages
        if rule.copies_field:
            least = _least(version, rule.copies_field)
            found[rule.copies_field] = least if question.copies is None else question.copies
    return found


def _least(version: ProcedureVersion, field: str) -> int:
    """The fewest copies: one where the form requires the count, none where it may stay empty."""
    schema = load(version)
    spec = schema.by_name.get(field) if schema else None
    return 1 if spec is None or spec.required else 0


def _chosen(rules: list[FeeRule], channel: str) -> dict[str, FeeRule]:
    """Code -> the rule that applies: one of the channel before one of every channel."""
    fitting = [rule for rule in rules if rule.channel in {"", channel}]
    return {rule.code: rule for rule in sorted(fitting, key=lambda rule: bool(rule.channel))}
