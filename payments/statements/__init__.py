"""Bank statements: CSV, XLSX, MT940 and CAMT.053 into the same rows. Pure: bytes in, rows and damaged lines out."""

from payments.statements.base import BadRow, Parsed, Row, StatementError, row_keys
from payments.statements.reading import read

__all__ = ["BadRow", "Parsed", "Row", "StatementError", "read", "row_keys"]
