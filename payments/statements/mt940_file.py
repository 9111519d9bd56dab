"""MT940 by the library `mt-940` (BSD): one movement at a time, so that one damaged line costs one line."""

from __future__ import annotations

import datetime
import re
from typing import Any

from payments.statements.base import (
    BadCellError,
    BadRow,
    Parsed,
    Row,
    read_amount,
    read_moment,
    tidy,
)


def read(text: str) -> Parsed:
    """The movements of every statement in the file."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    head, currency = _head(lines)
    rows: list[Row] = []
    bad: list[BadRow] = []
    for number, block in _movements(lines):
        try:
            rows.append(_row(number, head, block, currency))
        except BadCellError as error:
            bad.append(BadRow(number, str(error)))
    return Parsed("mt940", _account(lines), rows, bad)


def _account(lines: list[str]) -> str:
    named = next((line[4:] for line in lines if line.startswith(":25:")), "")
    numbers = re.findall(r"\d{4,19}", named)
    return numbers[-1] if numbers else ""


def _head(lines: list[str]) -> tuple[list[str], str]:
    """The tags the library needs before a movement, and the currency of the opening balance."""
    opening = next((line for line in lines if re.match(r":60[FM]:[CD]\d{6}[A-Z]{3}", line)), "")
    currency = opening[12:15] if opening else "VND"
    return [":20:X", ":25:0", ":28C:1/1", opening or ":60F:C260101VND0,"], currency


def _movements(lines: list[str]) -> list[tuple[int, list[str]]]:
    """Each `:61:` with what follows up to the next one; the number of its first line."""
    found: list[tuple[int, list[str]]] = []
    taking = False
    for number, line in enumerate(lines, 1):
        if line.startswith(":61:"):
            found.append((number, [line]))
            taking = True
        elif line.startswith(":86:") or not line.startswith(":"):
            if taking and line and not line.startswith("-"):
                found[-1][1].append(line)
        else:
            taking = False
    return found


def _row(number: int, head: list[str], block: list[str], currency: str) -> Row:
    import mt940

    try:
        parsed: Any = list(mt940.parse("\n".join([*head, *block])))
    except Exception as error:  # the library raises many kinds for many damages
        raise BadCellError("unreadable") from error
    if len(parsed) != 1 or not parsed[0].data.get("amount") or not parsed[0].data.get("date"):
        raise BadCellError("unreadable")
    data = parsed[0].data
    amount = read_amount(data["amount"].amount)
    if not amount:
        raise BadCellError("amount")
    reference = tidy(data.get("bank_reference"), 60) or _own(tidy(data.get("customer_reference"), 60))
    day = data["date"]
    return Row(
        line=number,
        booked_at=read_moment(datetime.date(day.year, day.month, day.day)),
        amount=amount,
        currency=tidy(data.get("currency") or currency, 3),
        reference=reference,
        text=tidy(data.get("transaction_details") or data.get("purpose"), 500),
        payer=tidy(data.get("applicant_name"), 200),
        payer_account=tidy(data.get("applicant_iban"), 40),
    )


def _own(reference: str) -> str:
    return "" if reference in {"NONREF", "NOTPROVIDED"} else reference
