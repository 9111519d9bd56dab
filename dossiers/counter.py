"""What the counter reads from an identity card. Pure."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from portal.lib.identity import read_personal_number


@dataclass(frozen=True)
class Card:
    """The holder of an identity card as its QR code says."""

    id_number: str
    full_name: str
    date_of_birth: datetime.date | None
    gender: str
    address: str


def read_card(text: str) -> Card | None:
    """Read the QR code of a chip identity card (căn cước công dân gắn chíp); None when it is something else.

    Fields in the published order, separated by "|": number, old number, full name, birth day as ddmmyyyy, sex,
    address, day of issue. Nothing is asked of any register and no e-identity is needed.
    """
    parts = [part.strip() for part in text.strip().split("|")]
    if len(parts) < 6 or read_personal_number(parts[0]) is None or not parts[2]:
        return None
    gender = {"nam": "male", "nữ": "female"}.get(parts[4].lower(), "")
    return Card(parts[0], parts[2], _day(parts[3]), gender, parts[5])


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date(int(text[4:8]), int(text[2:4]), int(text[:2]))
    except ValueError:
        return None
