"""Where a report's file is verified in public; announced to `/xac-minh/`."""

from __future__ import annotations

from django.urls import reverse

from reporting.models import Report, ReportFile


def page_of_token(token: str) -> str:
    """The public page of the report with this token, or ""."""
    known = Report.objects.filter(token=token, content__isnull=False).exists()
    return reverse("reporting:report-verify", args=[token]) if known else ""


def page_of_hash(sha256: str) -> str:
    """The public page of the report one of whose files has these bytes, or ""."""
    file = ReportFile.objects.filter(sha256=sha256).select_related("report").order_by("pk").first()
    return reverse("reporting:report-verify", args=[file.report.token]) if file else ""
