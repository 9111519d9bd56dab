"""Reports as data: one function counts a report, and page, XLSX and PDF all show what it found."""

from reporting.sheets.base import Asked, Column, Line, Note, Sheet, Table, Text
from reporting.sheets.kinds import BUILDERS, build

__all__ = ["BUILDERS", "Asked", "Column", "Line", "Note", "Sheet", "Table", "Text", "build"]
