"""The public fee calculator: a page of its own, and the piece of it on a procedure's page."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.lib import clock
from portal.lib.reads_writes import public, reads
from procedures.access import get_procedure
from procedures.calculator import Answer, BadQuestionError, calculate, counted
from procedures.entries import Entry
from procedures.forms_fee import FeeForm
from procedures.models import FeeKind, FeeRule, ProcedureVersion
from procedures.querysets import catalogue, version_with_parts
from procedures.views.caching import conditional
from procedures.views.reading import query_of

SHOWN = 20
FIRST = ("2.000815", "2.000884", "2.001035", "2.000635", "1.001193", "1.001612", "1.013225", "2.001263")


@public
@reads
@conditional
def choose(request: HttpRequest) -> HttpResponse:
    """The calculator by itself: find the procedure, then count. Only procedures with rules to count by are offered."""
    known, query = catalogue(), query_of(request)
    found = [known.entries[at] for at in known.index.search(query)] if query else []
    context = {
        "query": query,
        "found": [entry for entry in found if entry.rules.has_fees][:SHOWN],
        "others": [entry for entry in found if not entry.rules.has_fees][:3],
        "first": [known.by_code[code] for code in FIRST if code in known.by_code],
    }
    return render(request, "procedures/calculator/choose.html", context)


@public
@reads
@conditional
def calculate_for(request: HttpRequest, code: str) -> HttpResponse:
    """The fee of one procedure for what the address says; without an answer yet, the questions."""
    entry = catalogue().by_code.get(code)
    if entry is None:
        raise Http404(_("Không có thủ tục mang mã này."))
    version = version_with_parts(get_procedure(code), clock.today())
    data = request.GET if "channel" in request.GET else None
    context = {"entry": entry, "version": version} | piece(version, entry, data)
    status = 422 if data is not None and context["answer"] is None and version is not None else 200
    page = "procedures/calculator/_fee.html" if request.htmx else "procedures/calculator/calculator.html"  # type: ignore[attr-defined]
    return render(request, page, context, status=status)


def piece(version: ProcedureVersion | None, entry: Entry, data: Any = None) -> dict[str, Any]:
    """The form, and once it was filled in without fault, the answer: lines of phí, of lệ phí, sums."""
    if version is None or not entry.rules.has_fees:
        return {"fee_form": None, "answer": None}
    form = FeeForm(version, counted(version, version.feerules.all()), data)
    answer = None
    if form.is_bound and form.is_valid():
        try:
            answer = calculate(entry.code, form.question(clock.today()))
        except BadQuestionError as error:
            name = error.name if error.name in form.fields else None
            form.add_error(name, error.en if get_language() == "en" else error.vi)
    return {"fee_form": form, "answer": answer, "groups": _groups(answer) if answer else []}


def _groups(answer: Answer) -> list[tuple[str, list[dict[str, Any]]]]:
    """(phí or lệ phí, its lines with their rules), the kinds that have lines."""
    kinds = [(kind, answer.cost.of_kind(kind.value)) for kind in FeeKind]
    return [
        (str(kind.label), [{"line": line, "rule": _validity(answer.rules[line.code])} for line in lines])
        for kind, lines in kinds
        if lines
    ]


def _validity(rule: FeeRule) -> dict[str, Any]:
    return {
        "authority": rule.get_authority_display(),
        "from": rule.valid_from,
        "to": rule.valid_to,
        "tiers": rule.tiers,
        "cap": rule.cap,
    }
