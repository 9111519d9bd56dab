"""How much need not be typed again, per procedure: sums over `DossierReuse`, for the configuration board. Reads only.

A figure counts the dossiers filed in the last `DAYS` days; its list is the same condition, dossier by dossier.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from dossiers.models import Dossier, DossierReuse
from portal.lib import clock
from procedures.board import Figure

DAYS = 90
SUMS = ("answers", "answers_known", "papers", "papers_known")


@dataclass(frozen=True)
class Line:
    """One procedure: dossiers counted, answers given and how many were known, papers likewise."""

    code: str
    title: str
    dossiers: int
    answers: int
    answers_known: int
    papers: int
    papers_known: int

    @property
    def share(self) -> float | None:
        """Share of answers nobody had to type; None without answers."""
        return self.answers_known / self.answers if self.answers else None

    @property
    def paper_share(self) -> float | None:
        """Share of papers nobody had to give again; None without papers."""
        return self.papers_known / self.papers if self.papers else None


def counted(now: datetime.datetime) -> QuerySet[DossierReuse]:
    """The facts a figure counts."""
    return DossierReuse.objects.filter(dossier__filed_at__gte=now - datetime.timedelta(days=DAYS))


def total(rows: QuerySet[DossierReuse]) -> dict[str, int]:
    """Sums over `rows`."""
    found: dict[str, Any] = rows.aggregate(**{name: Sum(name) for name in SUMS})
    return {name: value or 0 for name, value in found.items()}


def lines() -> list[Line]:
    """Every procedure with data, the most filed first."""
    names = {"code": "dossier__procedure__code", "short": "dossier__procedure__short_title"}
    keys = {name: F(path) for name, path in {**names, "title": "dossier__procedure__title"}.items()}
    sums = {f"{name}_sum": Sum(name) for name in SUMS}
    rows: Any = counted(clock.now()).values(**keys).annotate(dossiers=Count("pk"), **sums)
    return [
        Line(
            row["code"], row["short"] or row["title"], row["dossiers"], *(row[f"{name}_sum"] for name in SUMS)
        )
        for row in rows.order_by("-dossiers", "code")
    ]


def figures() -> list[Figure]:
    """The two shares of the configuration board."""
    sums, url = total(counted(clock.now())), reverse("dossiers:reuse")
    note = _("Hồ sơ nộp trong %(days)s ngày qua") % {"days": DAYS}
    return [
        Figure(_("Câu trả lời không phải khai lại"), note, sums["answers_known"], sums["answers"], url),
        Figure(_("Giấy tờ không phải nộp lại"), note, sums["papers_known"], sums["papers"], url),
    ]


def behind(visible: QuerySet[Dossier], code: str) -> QuerySet[Dossier]:
    """The dossiers behind the line of a procedure, as far as the reader may see them."""
    facts = counted(clock.now()).filter(dossier__procedure__code=code)
    return (
        visible.filter(pk__in=facts.values("pk"))
        .select_related("reuse", "procedure")
        .order_by("-filed_at", "-pk")
    )
