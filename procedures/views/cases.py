"""Which case is mine: one question a page, answers in the address; at the end what to bring, how long, how much."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from portal.lib import clock
from portal.lib.reads_writes import public, reads
from procedures.access import get_procedure
from procedures.cases import Walk, parse, walk
from procedures.fees import estimate
from procedures.models import Channel, ProcedureCase, ProcedureVersion
from procedures.querysets import catalogue, version_with_parts
from procedures.views import sheet
from procedures.wording import time_text

COUNTER = "quay"  # in the query: an officer asks, and goes back to the counter with the case


@public
@reads
def choose(request: HttpRequest, code: str) -> HttpResponse:
    """The next question, or where the answers lead. Http404 for a procedure without questions."""
    procedure = get_procedure(code)
    version = version_with_parts(procedure, clock.today())
    if version is None or not version.questions:
        raise Http404(_("Thủ tục này không có câu hỏi chọn trường hợp."))
    given = {name: str(value)[:60] for name, value in request.GET.items()}
    found = walk(parse(version.questions), given)
    at_counter = COUNTER in request.GET
    context: dict[str, Any] = {
        "procedure": procedure,
        "entry": catalogue().by_code.get(code),
        "walk": found,
        "kept": [(question.code, choice.code) for question, choice in found.answered],
        "trail": _trail(found, at_counter),
        "version": version,
        "at_counter": at_counter,
        "missed": found.question is not None and "tiep" in request.GET,
    }
    if found.case is not None:
        case = next((each for each in version.cases.all() if each.code == found.case), None)
        context |= {
            "sheet": sheet.case_sheet(procedure, version, case),
            "case": case,
            "rows": _rows(version, case),
        }
    if found.stop is not None and found.stop.procedure:
        context["other"] = catalogue().by_code.get(found.stop.procedure)
    return render(request, "procedures/browse/cases.html", context)


def _trail(found: Walk, at_counter: bool) -> list[dict[str, Any]]:
    """The answers so far, each with the address that asks it again and keeps those before."""
    trail, kept = [], [(COUNTER, "1")] if at_counter else []
    for question, choice in found.answered:
        trail.append({"question": question.text, "answer": choice.text, "again": "?" + urlencode(kept)})
        kept = [*kept, (question.code, choice.code)]
    return trail


def _rows(version: ProcedureVersion, case: ProcedureCase | None) -> list[dict[str, Any]]:
    """Per channel: how long and how much for this case, today, before any copies are asked for."""
    limits = [each for each in version.timelimits.all() if each.case_id in {None, case.pk if case else None}]
    by_channel = {each.channel: each for each in sorted(limits, key=lambda each: each.case_id is not None)}
    rows = []
    for channel in Channel:
        if limit := by_channel.get(channel.value):
            fee = estimate(version, case, channel=channel.value, answers={}, on=clock.today())
            rows.append({"channel": channel.label, "time": time_text(limit), "note": limit.note, "fee": fee})
    return rows
