"""Which format a file has, by its content."""

from __future__ import annotations

from payments.statements import camt053, mt940_file, tables
from payments.statements.base import MOST_ROWS, Parsed, StatementError
from portal.lib.tables import decoded

MOST_BYTES = 5 * 1024 * 1024


def read(data: bytes) -> Parsed:
    """The rows of a statement. Raises StatementError with a reason when the file as a whole is none."""
    if not data.strip():
        raise StatementError("empty")
    if len(data) > MOST_BYTES:
        raise StatementError("too_large")
    parsed = _read(data)
    if len(parsed.rows) + len(parsed.bad) > MOST_ROWS:
        raise StatementError("too_large")
    if not parsed.rows and not parsed.bad:
        raise StatementError("no_rows")
    return parsed


def _read(data: bytes) -> Parsed:
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return tables.read_workbook(data)
    text = decoded(data)
    if text.lstrip("\ufeff \r\n\t").startswith("<"):
        return camt053.read(data)
    if ":61:" in text and ":25:" in text:
        return mt940_file.read(text)
    return tables.read_csv(text)
