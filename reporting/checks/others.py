"""I2, I3 and I4: asked of the parts that know, brought into one shape."""

from __future__ import annotations

from collections.abc import Iterable

from dossiers.invariants_files import check_files
from payments import invariants as money
from reporting.checks.base import Report

TITLES = {"I2": "paid = ledger = receipts", "I3": "receipt numbers without gap"}


def check_money(gateway: Iterable[tuple[str, int]] | None = None) -> list[Report]:
    """The checks of the payments app; `gateway` is the gateway's own list of (reference, VND)."""
    reports = {code: Report(code, title) for code, title in TITLES.items()}
    for checked in money.check_all(gateway):
        report = reports[checked.invariant]
        for what, number in checked.counted.items():
            report.counted[what] = number
        for finding in checked.findings:
            report.find(finding.message)
    return list(reports.values())


def check_stored_files() -> Report:
    """Every row has its file with the right content, every file has a row or is new."""
    found = check_files()
    report = Report("I4", "every row has its file, every file its row")
    report.counted = {"rows": found.rows, "files": found.files}
    report.waiting = {"new files without a row": found.quarantined} if found.quarantined else {}
    for fault in found.faults:
        report.find(fault)
    return report
