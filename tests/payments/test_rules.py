"""The pure parts: symbols by period, the state table, when to ask, when the payer paid, the accounts."""

from __future__ import annotations

import datetime

import pytest

from payments import bookkeeping, symbols
from payments.models import Account
from payments.rules import next_check, paid_at
from payments.workflow import BADGES, TRANSITIONS, Move, PaymentState, target
from tests.payments.facts import paid_facts

NOON = datetime.datetime(2026, 11, 22, 12, 0, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("day", "template", "symbol", "digits"),
    [
        ("2025-07-28", "01BLP0-001", "AA-25E", 7),
        ("2026-06-30", "01BLP0-001", "AA-26E", 7),
        ("2026-07-01", "EBL01", "26TAA", 8),
        ("2027-01-01", "EBL01", "27TAA", 8),
    ],
)
def test_symbols_follow_the_rules_of_the_day(day: str, template: str, symbol: str, digits: int) -> None:
    date = datetime.date.fromisoformat(day)
    rule = symbols.rule_on(date)
    assert (rule.template_symbol, rule.digits) == (template, digits)
    assert symbols.sample_symbol(date, "AA") == symbol
    assert rule.fits(symbol)


@pytest.mark.parametrize("symbol", ["26TAF", "26TJA", "26XAA", "26TAAA", "AA-26E"])
def test_letters_outside_the_list_do_not_fit(symbol: str) -> None:
    assert not symbols.NEW.fits(symbol)


def test_a_full_series_is_an_error_and_not_a_longer_number() -> None:
    assert symbols.shown(9_999_999, 7) == "9999999"
    with pytest.raises(OverflowError):
        symbols.shown(10_000_000, 7)


def test_only_success_is_final() -> None:
    assert not any(PaymentState.SETTLED in row.sources for row in TRANSITIONS)
    for state in PaymentState:
        assert (target(state, Move.SETTLE) is None) == (state == PaymentState.SETTLED)
    assert set(BADGES) == set(PaymentState)


def test_questions_come_at_1_3_10_16_30_minutes_and_then_hourly() -> None:
    asked = [next_check(NOON, checks, NOON) - NOON for checks in range(7)]
    minutes = [int(delay.total_seconds() // 60) for delay in asked]
    assert minutes == [1, 3, 10, 16, 30, 60, 60]


def test_a_question_long_overdue_is_asked_now() -> None:
    late = NOON + datetime.timedelta(hours=5)
    assert next_check(NOON, 0, late) == late


@pytest.mark.parametrize(
    ("told", "believed"),
    [(None, False), (3, True), (-9, True), (-11, False), (19, True), (31, False)],
)
def test_the_time_of_paying_is_believed_only_where_it_can_be(told: int | None, believed: bool) -> None:
    moment = None if told is None else NOON + datetime.timedelta(minutes=told)
    now = NOON + datetime.timedelta(minutes=10)
    assert paid_at(paid_facts(paid_at=moment), NOON, now) == (moment if believed else now)


LINES = [
    {"kind": "phi", "payable": 0, "subsidised": 8000},
    {"kind": "phi", "payable": 5000, "subsidised": 0},
    {"kind": "le_phi", "payable": 100_000, "subsidised": 0},
]


def test_an_assessment_earns_phi_and_le_phi_apart() -> None:
    assert bookkeeping.assessed(LINES) == {
        Account.RECEIVABLE: 105_000,
        Account.SUBSIDY: 8000,
        Account.REVENUE_FEE: -13_000,
        Account.REVENUE_CHARGE: -100_000,
    }


def test_every_booking_adds_up_to_zero() -> None:
    bookings = [
        bookkeeping.assessed(LINES),
        bookkeeping.reversed_(bookkeeping.assessed(LINES)),
        bookkeeping.received("vnpay", 105_000, surplus=False),
        bookkeeping.received("cash", 105_000, surplus=True),
        bookkeeping.shift_closed(taken=70_000, handed_over=69_000),
    ]
    assert [sum(lines.values()) for lines in bookings] == [0] * len(bookings)
