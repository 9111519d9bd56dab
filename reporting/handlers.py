"""What the outbox does for reports; imported when the app is ready."""

from __future__ import annotations

from typing import Any

from portal.outbox.actions import handles
from reporting.actions import reports
from reporting.notices import tell


@handles("count_report")
def on_count_report(payload: dict[str, Any]) -> None:
    """Payload: `report`, its key."""
    reports.count_report(report_id=payload["report"])


@handles("print_report")
def on_print_report(payload: dict[str, Any]) -> None:
    """Payload: `report`, its key."""
    reports.print_report(report_id=payload["report"])


@handles("report_notice")
def on_report_notice(payload: dict[str, Any]) -> None:
    """Payload: `report` and `user`, their keys."""
    tell(report_id=payload["report"], user_id=payload["user"])
