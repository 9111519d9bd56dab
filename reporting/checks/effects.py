"""I6: every effect happens once, and none is stuck."""

from __future__ import annotations

import datetime

from django.db.models import Count, Q
from django.utils import timezone

from dossiers.models import Document
from portal.outbox.models import OutboxMessage
from reporting.checks.base import Report

PATIENCE = datetime.timedelta(minutes=10)


def check(*, drained: bool) -> Report:
    """The outbox. `drained`: it was just drained, so nothing that is due may still wait."""
    report = Report("I6", "outbox empty, each effect once")
    now = timezone.now()
    numbers = OutboxMessage.objects.aggregate(
        done=Count("pk", filter=Q(done_at__isnull=False)),
        parked=Count("pk", filter=Q(parked_at__isnull=False)),
        waiting=Count("pk", filter=Q(done_at=None, parked_at=None)),
        keys=Count("key", distinct=True),
        all=Count("pk"),
    )
    report.counted = {"done": numbers["done"], "parked": numbers["parked"]}
    report.waiting = {"messages": numbers["waiting"]}
    if numbers["keys"] != numbers["all"]:
        report.find(f"{numbers['all'] - numbers['keys']} messages repeat a key")
    for message in OutboxMessage.objects.exclude(parked_at=None).order_by("pk").iterator():
        report.find(
            f"{message.topic} {message.key} was given up after {message.tries} tries ({message.last_error})"
        )
    limit = now if drained else now - PATIENCE
    late = OutboxMessage.objects.filter(done_at=None, parked_at=None, not_before__lt=limit).order_by("pk")
    for message in late.iterator():
        report.find(
            f"{message.topic} {message.key} still waits, {message.tries} tries ({message.last_error})"
        )
    _check_documents(report)
    return report


def _check_documents(report: Report) -> None:
    """A document without its file has a message that will make it; what looks wrong is looked at once more."""
    report.count("documents", Document.objects.count())
    bare = list(Document.objects.filter(rendered_at=None).order_by("pk").values_list("pk", flat=True))
    open_keys = set(
        OutboxMessage.objects.filter(topic="render_document", done_at=None).values_list("key", flat=True)
    )
    suspects = [key for key in bare if f"render:{key}" not in open_keys]
    if len(bare) > len(suspects):
        report.waiting["documents"] = len(bare) - len(suspects)
    lost = Document.objects.filter(pk__in=suspects, rendered_at=None).order_by("pk")
    for key in lost.values_list("pk", flat=True):
        report.find(f"document {key} has no file and nothing will make it")
