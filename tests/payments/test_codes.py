"""Payment codes and VietQR payloads: pure rules, with the published vectors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments import codes, vietqr

BODIES = st.text(codes.ALPHABET, min_size=codes.BODY, max_size=codes.BODY)
CODES = BODIES.map(lambda body: f"HNP{body}{codes.check_character(body)}")
PLACES = st.integers(0, codes.BODY)


@given(CODES, PLACES, st.sampled_from(codes.ALPHABET))
def test_a_wrong_character_shows_and_is_found_again(code: str, place: int, letter: str) -> None:
    at = place + len(codes.PREFIX)
    wrong = f"{code[:at]}{letter}{code[at + 1 :]}"
    assert codes.is_valid(wrong) is (wrong == code)
    assert code in codes.near(f"nop phi {wrong} cam on")


@given(CODES, st.integers(0, codes.BODY - 1))
def test_swapped_neighbours_show(code: str, place: int) -> None:
    at = place + len(codes.PREFIX)
    swapped = f"{code[:at]}{code[at + 1]}{code[at]}{code[at + 2 :]}"
    assert codes.is_valid(swapped) is (swapped == code)
    assert code in codes.near(swapped)


@given(CODES, PLACES)
def test_a_missing_character_is_found_again(code: str, place: int) -> None:
    at = place + len(codes.PREFIX)
    assert code in codes.near(f"{code[:at]}{code[at + 1 :]}")


@given(CODES)
def test_a_code_survives_what_banks_do_to_a_text(code: str) -> None:
    for text in (
        code.lower(),
        f"MBVCB.3278907687.{code}.CT tu 0011 toi 9988",
        f"  {codes.spaced(code)} ",
        f"IBFT {code[:5]}-{code[5:]}",
    ):
        assert codes.found_in(text) == [code]


def test_new_codes_are_valid_and_differ() -> None:
    made = {codes.new_code() for _number in range(200)}
    assert len(made) == 200
    assert all(codes.is_valid(code) and len(code) == 11 for code in made)


def test_two_codes_in_one_text() -> None:
    first, second = codes.new_code(), codes.new_code()
    assert codes.found_in(f"{first} {second} {first}") == [first, second]
    assert codes.found_in("HNP22222223 chuyen tien") == codes.found_in("") == []


# NAPAS format 1.0 (09/2021); the first line of 6.1.1 is printed with an inner length of 12 for 13 characters.
DYNAMIC = (
    "00020101021238570010A00000072701270006970403011300110123456780208QRIBFTTA530370454061800005802VN"
    "62340107NPS68690819thanh toan don hang63042E2E"
)
STATIC = "00020101021138570010A00000072701270006970403011300110123456780208QRIBFTTA53037045802VN63049E6F"
CARD = "00020101021138600010A00000072701300006970403011697040311012345670208QRIBFTTC53037045802VN63044F52"
PRINTED = "00020101021138570010A00000072701270006970403011200110123456780208QRIBFTTA53037045802VN6304F4E5"


def test_the_published_vectors() -> None:
    account = {"bank_bin": "970403", "number": "0011012345678"}
    assert vietqr.crc("123456789") == "29B1"
    assert vietqr.payload(**account, amount=180_000, bill="NPS6869", purpose="thanh toan don hang") == DYNAMIC
    assert vietqr.payload(**account) == STATIC
    card = {"bank_bin": "970403", "number": "9704031101234567", "service": vietqr.TO_CARD}
    assert vietqr.payload(**card) == CARD
    assert vietqr.parse(vietqr.payload(**card, amount=180_000))["38.02"] == "QRIBFTTC"
    assert vietqr.crc(CARD.replace("010211", "010212")[:-4]) == "A70D"


def test_the_reader_is_strict() -> None:
    fields = vietqr.parse(DYNAMIC)
    assert (fields["54"], fields["38.01.01"], fields["62.08"]) == (
        "180000",
        "0011012345678",
        "thanh toan don hang",
    )
    assert vietqr.crc(PRINTED[:-4]) == PRINTED[-4:]
    for bad in (PRINTED, DYNAMIC[:-1] + "F", DYNAMIC.replace("180000", "180001"), "", "6304", STATIC[:40]):
        with pytest.raises(vietqr.BadPayloadError):
            vietqr.parse(bad)


@given(st.integers(1, 10**10), CODES)
def test_what_is_written_is_read_back(amount: int, code: str) -> None:
    text = vietqr.payload(bank_bin="970432", number="19036868", amount=amount, purpose=code)
    fields = vietqr.parse(text)
    assert (int(fields["54"]), fields["62.08"], fields["01"]) == (amount, code, vietqr.DYNAMIC)


@pytest.mark.parametrize(
    "changes",
    [
        {"bank_bin": "97043"},
        {"number": "1" * 20},
        {"number": ""},
        {"amount": 0},
        {"amount": -1},
        {"purpose": "nộp phí"},
        {"purpose": "x" * 26},
    ],
)
def test_what_no_bank_would_take(changes: dict[str, object]) -> None:
    good: dict[str, object] = {"bank_bin": "970432", "number": "19036868", "amount": 1000, "purpose": "x"}
    with pytest.raises(vietqr.BadPayloadError):
        vietqr.payload(**{**good, **changes})  # type: ignore[arg-type]
