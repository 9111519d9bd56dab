"""Finding a procedure at the counter by two letters, the likely ones of this counter first."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from dossiers.models import CounterIntake
from portal.lib import clock
from portal.lib.text import fold
from procedures.models import Channel, Procedure, ProcedureVersion

if TYPE_CHECKING:
    from portal.accounts.models import Unit

SHOWN = 12
LOOKED_BACK = datetime.timedelta(days=60)
SHORT = 4  # up to so many letters may be the initials of words


def taken_here() -> Any:
    """Keys of the procedures a counter can take: those with a form and a time for the counter or the post."""
    versions = ProcedureVersion.objects.takeable(clock.today())
    return versions.filter(timelimits__channel__in=[Channel.COUNTER, Channel.POST]).values("procedure")


def likely(units: Iterable[Unit], text: str) -> QuerySet[Procedure]:
    """Procedures that fit `text`, first what these counters take most often, then what the city asks for most.

    Every word must be in the title, code or field; a single short word may also be the initials of words in a row:
    "ks" finds "khai sinh".
    """
    words = fold(text).split()
    taken = (
        CounterIntake.objects.filter(
            unit__in=units, ended_at__gte=clock.now() - LOOKED_BACK, procedure=OuterRef("pk")
        )
        .order_by()
        .values("procedure")
        .annotate(number=Count("pk"))
        .values("number")
    )
    found = Procedure.objects.filter(pk__in=taken_here()).select_related("field").defer("search_text")
    found = found.filter(_fits(words)).annotate(
        often=Coalesce(Subquery(taken), 0, output_field=IntegerField()),
        begins=Case(When(_begins(words), then=Value(1)), default=Value(0), output_field=IntegerField()),
    )
    return found.order_by("-often", "-begins", "-popularity", "title")[:SHOWN]


def _fits(words: list[str]) -> Q:
    every = Q(pk__isnull=False)
    for word in words:
        every &= Q(search_text__contains=word)
    return every | _initials(words)


def _begins(words: list[str]) -> Q:
    """A word of the title begins so, or the letters are its initials: more likely than a letter in mid-word."""
    if not words:
        return Q(pk__isnull=False)
    return Q(search_text__regex=rf"(^| ){re.escape(words[0])}") | _initials(words)


def _initials(words: list[str]) -> Q:
    if len(words) != 1 or not 2 <= len(words[0]) <= SHORT or not words[0].isalpha():
        return Q(pk__in=[])
    return Q(search_text__regex="(^| )" + " ".join(f"{letter}[^ ]*" for letter in words[0]))
