"""What every format yields, and how cells of a statement are read."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MOST_ROWS = 20_000
MOST_VND = 10**12
DAYS = ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%Y%m%d", "%d/%m/%y")
TIMES = ("", " %H:%M:%S", " %H:%M")


class StatementError(ValueError):
    """The file as a whole is no statement we can read; the message is a code of `REASONS`."""


@dataclass(frozen=True)
class Row:
    """One movement. `amount` is whole VND (or units of `currency`), positive when money came in.

    `line` is where it stands in the file; `booked_at` is aware, midnight when the bank gives a day only.
    """

    line: int
    booked_at: datetime.datetime
    amount: int
    currency: str
    reference: str
    text: str
    payer: str = ""
    payer_account: str = ""


@dataclass(frozen=True)
class BadRow:
    """A line that cannot be read, and why: a code of `REASONS`."""

    line: int
    reason: str


@dataclass(frozen=True)
class Parsed:
    """A whole file: its format, the account it names ("" when none), good rows and damaged lines."""

    kind: str
    account: str
    rows: list[Row]
    bad: list[BadRow]


class BadCellError(ValueError):
    """A cell does not hold what its column says; the argument is a code of `REASONS`."""


def read_amount(cell: object) -> int:
    """Whole units of "1.000.000", "1,000,000.00", "+100000", 100000.0; 0 for an empty cell.

    Raises BadCellError("amount"), also for a fraction: no đồng is lost by rounding.
    """
    if cell is None or cell == "":
        return 0
    if isinstance(cell, (int, float, Decimal)) and not isinstance(cell, bool):
        return _whole(Decimal(str(cell)))
    text = re.sub(r"(VND|VNĐ|Đ|\s)", "", str(cell).upper())
    if text in {"", "-"}:
        return 0
    if not re.fullmatch(r"[+-]?[0-9][0-9.,]*", text):
        raise BadCellError("amount")
    return _whole(_decimal(text))


def _decimal(text: str) -> Decimal:
    """A number with either mark of thousands; a last group of one or two digits after a mark is a fraction."""
    fraction = re.fullmatch(r"([+-]?[\d.,]*\d)[.,](\d{1,2})", text)
    whole, rest = fraction.groups() if fraction else (text, "0")
    if not re.fullmatch(r"[+-]?(\d{1,3}([.,]\d{3})+|\d+)", whole):
        raise BadCellError("amount")
    try:
        return Decimal(f"{re.sub('[.,]', '', whole)}.{rest}")
    except InvalidOperation as error:
        raise BadCellError("amount") from error


def _whole(value: Decimal) -> int:
    if not value.is_finite() or value != value.to_integral_value() or abs(value) > MOST_VND:
        raise BadCellError("amount")
    return int(value)


def read_moment(cell: object) -> datetime.datetime:
    """An aware moment from a date cell or text, day first. Raises BadCellError("day")."""
    if isinstance(cell, datetime.datetime):
        return cell if cell.tzinfo else cell.replace(tzinfo=ZONE)
    if isinstance(cell, datetime.date):
        return datetime.datetime.combine(cell, datetime.time(), ZONE)
    text = " ".join(str(cell or "").replace("T", " ").split())
    for day in DAYS:
        for time in TIMES:
            try:
                return datetime.datetime.strptime(text, day + time).replace(tzinfo=ZONE)
            except ValueError:
                continue
    raise BadCellError("day")


def tidy(cell: object, most: int) -> str:
    """A cell as one line of text without control characters."""
    text = "" if cell is None else str(cell)
    if isinstance(cell, float) and cell.is_integer():
        text = str(int(cell))
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:most]


def row_keys(account: str, rows: Iterable[Row]) -> list[tuple[Row, str, bool]]:
    """Each row with the key it is known by for ever, and whether it is doubtful.

    With the bank's reference the key is account, day, amount and reference: the same line in another file or
    format is the same. Without one it is the text too, and the n-th equal line of a file is the n-th: from the
    second on nobody but a person can say whether it is a repetition.
    """
    seen: Counter[str] = Counter()
    found = []
    for row in rows:
        known = row.reference or f"{row.text}|{row.payer}|{row.payer_account}"
        base = f"{account}|{row.booked_at:%Y-%m-%d}|{row.amount}|{row.currency}|{known}"
        place = 0 if row.reference else seen[base]
        seen[base] += 1
        key = hashlib.sha256(f"{base}|{place}".encode()).hexdigest()
        found.append((row, key, place > 0))
    return found
