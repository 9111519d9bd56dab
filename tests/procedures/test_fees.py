"""The fee calculation: tables of domain facts 6.1-6.2, and what must hold whatever the rule."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from procedures.fees import Assessed, assess, graduated, kinds, rules_for
from procedures.models import FeeRule, Procedure, ProcedureCase

DAY = datetime.date(2026, 11, 20)
CERTIFIED = [{"upto": 2, "amount": 2000}, {"upto": None, "amount": 1000}]
POOR = {"code": "ho-ngheo", "name": "người thuộc hộ nghèo", "proof": "giay-ho-ngheo"}


def rule(**values: Any) -> FeeRule:
    base: dict[str, Any] = {
        "code": "phi",
        "name": "Phí",
        "kind": "phi",
        "authority": "btc",
        "tiers": [{"upto": None, "amount": 8000}],
        "legal_basis": "Thông tư 281/2016/TT-BTC",
        "valid_from": datetime.date(2017, 1, 1),
    }
    return FeeRule(**{**base, **values})


def cost(
    *rules: FeeRule, channel: str = "counter", on: datetime.date = DAY, exemption: str = "", **answers: Any
) -> Assessed:
    return assess(rules, channel=channel, answers=answers, exemption=exemption, on=on)


CERTIFICATION = rule(tiers=CERTIFIED, cap=200_000, quantity_field="pages", copies_field="copies")


@pytest.mark.parametrize(
    ("pages", "copies", "amount"),
    [
        (1, 1, 2_000),
        (2, 1, 4_000),
        (3, 1, 5_000),
        (10, 1, 12_000),
        (197, 1, 199_000),
        (198, 1, 200_000),
        (300, 1, 200_000),
        (10, 3, 36_000),
        (300, 2, 400_000),
    ],
)
def test_certified_copies(pages: int, copies: int, amount: int) -> None:
    found = cost(CERTIFICATION, pages=pages, copies=copies)
    assert (found.gross, found.payable, found.lines[0].quantity) == (amount, amount, pages * copies)


def test_per_copy() -> None:
    assert cost(rule(copies_field="copies"), copies=3).payable == 24_000


@pytest.mark.parametrize(
    "answers", [{}, {"copies": 0}, {"copies": None}, {"copies": True}, {"copies": "3"}, {"copies": -2}]
)
def test_no_copies_no_line(answers: dict[str, Any]) -> None:
    assert cost(rule(copies_field="copies"), **answers).lines == ()


def test_flat() -> None:
    line = cost(rule(tiers=[{"upto": None, "amount": 100_000}])).lines[0]
    assert (line.quantity, line.gross, line.payable) == (1, 100_000, 100_000)


def test_the_rule_of_the_channel_wins() -> None:
    rules = [rule(), rule(channel="online", subsidy_percent=100)]
    for order in (rules, rules[::-1]):
        assert cost(*order).payable == 8_000
        online = cost(*order, channel="online")
        assert (online.gross, online.subsidised, online.payable) == (8_000, 8_000, 0)


def test_rules_hold_from_their_first_day_until_the_day_before_their_last() -> None:
    dated = rule(valid_from=datetime.date(2026, 1, 1), valid_to=datetime.date(2026, 7, 1))
    days = [(2025, 12, 31, 0), (2026, 1, 1, 8000), (2026, 6, 30, 8000), (2026, 7, 1, 0)]
    assert [cost(dated, on=datetime.date(*day)).gross for *day, _amount in days] == [
        amount for *_day, amount in days
    ]


def test_exemption_takes_the_whole_line_and_leaves_nothing_to_support() -> None:
    exempting = rule(exemptions=[POOR], subsidy_percent=50)
    line = cost(exempting, exemption="ho-ngheo").lines[0]
    assert (line.exempted, line.subsidised, line.payable) == (8_000, 0, 0)
    assert "người thuộc hộ nghèo" in line.explanation
    assert cost(exempting, exemption="other").payable == 4_000


def test_phi_and_le_phi_are_apart() -> None:
    both = cost(rule(), rule(code="le-phi", kind="le_phi", tiers=[{"upto": None, "amount": 100_000}]))
    assert [line.kind for line in both.of_kind("le_phi")] == ["le_phi"]
    assert kinds(both) == ["phi", "le_phi"]
    assert kinds(cost(rule(subsidy_percent=100))) == []


def test_the_explanation_in_both_languages() -> None:
    said = cost(CERTIFICATION, pages=300, copies=2).lines[0].explanation
    assert (
        said
        == "300 trang: 200.000 đ mỗi bản. Đã đến mức tối đa 200.000 đ mỗi bản. 2 bản × 200.000 đ = 400.000 đ."
    )
    with translation.override("en"):
        english = cost(rule(subsidy_percent=100, confirmed=False)).lines[0].explanation
    assert (
        english
        == "8,000 VND a dossier. The city pays 100%: 8,000 VND. The amount awaits the city’s confirmation."
    )


@pytest.mark.django_db
def test_rules_for_a_case_are_its_own_and_those_of_all() -> None:
    version = Procedure.objects.get(code="2.000815").versions.get(number=1)
    FeeRule.objects.filter(version=version).delete()
    case = ProcedureCase.objects.create(version=version, code="a", title="A")
    other = ProcedureCase.objects.create(version=version, code="b", title="B")
    for code, of in (("all", None), ("own", case), ("other", other)):
        made = rule(code=code, version=version, case=of)
        made.save()
    old = rule(code="old", version=version, valid_to=DAY)
    old.save()
    assert [each.code for each in rules_for(version, case, DAY)] == ["all", "own"]
    assert [each.code for each in rules_for(version, None, DAY)] == ["all"]


# --- Whatever the rule -----------------------------------------------------------------------------------------

amounts = st.integers(0, 1_000_000)
counts = st.integers(0, 5_000)


@st.composite
def any_rule(draw: st.DrawFn) -> FeeRule:
    ends = sorted(draw(st.sets(st.integers(1, 500), max_size=3)))
    tiers = [{"upto": end, "amount": draw(amounts)} for end in ends] + [
        {"upto": None, "amount": draw(amounts)}
    ]
    return rule(
        tiers=tiers,
        cap=draw(st.none() | amounts),
        quantity_field="pages",
        copies_field="copies",
        subsidy_percent=draw(st.integers(0, 100)),
        exemptions=draw(st.sampled_from([[], [POOR]])),
    )


@given(any_rule(), counts, counts)
def test_more_pages_never_cost_less(any_rule: FeeRule, pages: int, more: int) -> None:
    fewer = graduated(any_rule.tiers, pages, any_rule.cap)
    assert fewer <= graduated(any_rule.tiers, pages + more, any_rule.cap)


@given(any_rule(), counts, counts)
def test_copies_multiply(any_rule: FeeRule, pages: int, copies: int) -> None:
    one = cost(any_rule, pages=pages, copies=1).gross
    assert cost(any_rule, pages=pages, copies=copies).gross == one * copies


@given(
    any_rule(),
    counts,
    counts,
    st.sampled_from(["", "ho-ngheo", "other"]),
    st.sampled_from(["online", "counter"]),
)
def test_every_line_adds_up(any_rule: FeeRule, pages: int, copies: int, exemption: str, channel: str) -> None:
    found = cost(any_rule, channel=channel, exemption=exemption, pages=pages, copies=copies)
    for line in found.lines:
        assert line.payable == line.gross - line.exempted - line.subsidised >= 0
        assert line.explanation
        assert all(
            isinstance(each, int) for each in (line.gross, line.exempted, line.subsidised, line.payable)
        )
    assert found.payable == found.gross - found.exempted - found.subsidised


@given(counts)
def test_tiers_agree_with_adding_page_by_page(pages: int) -> None:
    slowly = sum(2000 if page <= 2 else 1000 for page in range(1, pages + 1))
    assert graduated(CERTIFIED, pages) == slowly
