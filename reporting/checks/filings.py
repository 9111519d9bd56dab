"""I1: everything filed exists exactly once."""

from __future__ import annotations

from django.db.models import Count, F

from dossiers.models import Dossier, Draft
from reporting.checks.base import Report


def check() -> Report:
    """One dossier per key of the form, one per draft, one per code."""
    report = Report("I1", "every filing exists exactly once")
    report.count("dossiers", Dossier.objects.count())
    report.count("filed drafts", Draft.objects.filter(dossier__isnull=False).count())
    for name in ("client_key", "code"):
        doubled = Dossier.objects.order_by().values(name).annotate(times=Count("pk")).filter(times__gt=1)
        for row in doubled.iterator():
            report.find(f"{name} {row[name]} belongs to {row['times']} dossiers")
    strays = Draft.objects.filter(dossier__isnull=False).exclude(pk=F("dossier__client_key")).order_by("pk")
    for draft, code in strays.values_list("pk", "dossier__code").iterator():
        report.find(f"draft {draft} led to dossier {code}, whose key is another")
    lost = Draft.objects.filter(dossier=None, pk__in=Dossier.objects.values("client_key")).order_by("pk")
    for draft in lost.values_list("pk", flat=True).iterator():
        report.find(f"draft {draft} became a dossier but does not know it")
    return report
