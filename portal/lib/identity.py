"""Numbers people are known by: personal ID, old ID card, tax code, phone. Pure.

Personal identification number, 12 digits (Decree 137/2015/NĐ-CP, Circular 59/2021/TT-BCA): 3 of the
province or country of birth registration, 1 of century and sex, 2 of the birth year, 6 random. Tax code of an
organisation: 10 digits with a check digit, `-NNN` behind it for a branch.
"""

import datetime
import re
from dataclasses import dataclass

_SEPARATORS = re.compile(r"[\s.\-]")
_PHONE = re.compile(r"^0[235789]\d{8,9}$")
_TAX_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
FIRST_YEAR = 1900


def digits(text: str) -> str:
    """`text` without the blanks, dots and hyphens people type into numbers."""
    return _SEPARATORS.sub("", text)


@dataclass(frozen=True)
class PersonalNumber:
    """What a 12-digit number says about its holder; `gender` is "male" or "female"."""

    place: str
    birth_year: int
    gender: str


def read_personal_number(number: str) -> PersonalNumber | None:
    """The parts of a 12-digit number, None when it is not one."""
    if not re.fullmatch(r"\d{12}", number) or number.startswith("000"):
        return None
    century, odd = divmod(int(number[3]), 2)
    return PersonalNumber(
        number[:3], FIRST_YEAR + 100 * century + int(number[4:6]), "female" if odd else "male"
    )


def mismatches(number: str, *, born: datetime.date | None, gender: str = "") -> list[str]:
    """Which of "birth_year", "gender" differ from the number: a warning to look at, never an error."""
    parts = read_personal_number(number)
    if parts is None:
        return []
    differing = []
    if born and born.year != parts.birth_year:
        differing.append("birth_year")
    if gender and gender != parts.gender:
        differing.append("gender")
    return differing


def read_tax_code(text: str) -> str | None:
    """An organisation's tax code, "0101234567" or "0101234567-001"; None when the check digit is wrong."""
    number = digits(text)
    if not re.fullmatch(r"\d{10}(\d{3})?", number):
        return None
    check = 10 - sum(int(digit) * weight for digit, weight in zip(number, _TAX_WEIGHTS, strict=False)) % 11
    if check != int(number[9]):
        return None
    return f"{number[:10]}-{number[10:]}" if number[10:] else number


def read_phone(text: str) -> str | None:
    """A Vietnamese number in its domestic form "0912345678"; None when it is none."""
    number = digits(text).replace("(", "").replace(")", "")
    number = re.sub(r"^(\+84|0084|84(?=\d{9}$))", "0", number)
    return number if _PHONE.match(number) else None
