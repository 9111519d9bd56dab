"""Amounts in words: a table of known readings, and every reading read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.words import DIGITS, amount_in_words

READINGS = {
    0: "Không đồng",
    5: "Năm đồng",
    10: "Mười đồng",
    11: "Mười một đồng",
    15: "Mười lăm đồng",
    20: "Hai mươi đồng",
    21: "Hai mươi mốt đồng",
    24: "Hai mươi tư đồng",
    25: "Hai mươi lăm đồng",
    101: "Một trăm linh một đồng",
    104: "Một trăm linh bốn đồng",
    105: "Một trăm linh năm đồng",
    110: "Một trăm mười đồng",
    8_000: "Tám nghìn đồng",
    15_000: "Mười lăm nghìn đồng",
    21_000: "Hai mươi mốt nghìn đồng",
    100_000: "Một trăm nghìn đồng",
    105_000: "Một trăm linh năm nghìn đồng",
    200_000: "Hai trăm nghìn đồng",
    1_000_000: "Một triệu đồng",
    1_000_005: "Một triệu không trăm linh năm đồng",
    1_021_005: "Một triệu không trăm hai mươi mốt nghìn không trăm linh năm đồng",
    10**9: "Một tỷ đồng",
    2_000_010_000: "Hai tỷ không trăm mười nghìn đồng",
    10**12: "Một nghìn tỷ đồng",
}


@pytest.mark.parametrize(("amount", "words"), READINGS.items())
def test_known_readings(amount: int, words: str) -> None:
    assert amount_in_words(amount) == words


def test_a_negative_amount_has_no_words() -> None:
    with pytest.raises(ValueError, match="negative"):
        amount_in_words(-1)


VALUES = {word: value for value, word in enumerate(DIGITS)} | {"mốt": 1, "tư": 4, "lăm": 5}
SCALES = {"nghìn": 10**3, "triệu": 10**6}


def read_back(words: str) -> int:
    """An independent reader: digits collect into groups, scales close them."""
    total = below_billion = group = digit = 0
    for word in words.lower().removesuffix(" đồng").split():
        if word in VALUES:
            digit = VALUES[word]
            continue
        if word == "trăm":
            group, digit = group + digit * 100, 0
        elif word == "mươi":
            group, digit = group + digit * 10, 0
        elif word == "mười":
            group += 10
        elif word in SCALES:
            below_billion, group, digit = below_billion + (group + digit) * SCALES[word], 0, 0
        elif word == "tỷ":
            total = (total + below_billion + group + digit) * 10**9
            below_billion = group = digit = 0
        else:
            assert word == "linh"
    return total + below_billion + group + digit


@given(st.integers(min_value=0, max_value=10**15))
def test_every_reading_reads_back(amount: int) -> None:
    assert read_back(amount_in_words(amount)) == amount


@given(st.integers(min_value=1, max_value=10**12))
def test_no_forbidden_sound(amount: int) -> None:
    words = f" {amount_in_words(amount).lower()} "
    assert " mươi năm " not in words
    assert " mười năm " not in words
    assert " mươi một " not in words
    assert " một mươi " not in words
    assert " không mươi " not in words
    assert "  " not in words
