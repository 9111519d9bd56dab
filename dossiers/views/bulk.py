"""Many dossiers at once: the workbook, the check of every row beside its cells, the confirmation, the list of codes."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dossiers import bulk
from dossiers.actions.bundles import Filing, file_bundle
from dossiers.actions.counter import WalkIn
from dossiers.documents.base import day_in_words, letterhead, moment_in_words
from dossiers.forms_bulk import BulkForm
from dossiers.forms_counter import FilerForm, person
from dossiers.models import Bundle
from dossiers.views.counter import counters_of, version_of
from dossiers.views.desk import officer
from dossiers.workflow import ActionError
from portal.accounts.access import can_somewhere, units_with
from portal.accounts.models import UnitKind
from portal.accounts.permissions import Permission
from portal.lib import pdf
from portal.lib.reads_writes import reads, writes
from procedures.form_engine import prefill
from procedures.form_schema import FormSchema, load
from procedures.models import ProcedureCase, ProcedureVersion

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Table:
    """One request about a list: forms, columns, and the checked rows."""

    def __init__(self, request: HttpRequest, version: ProcedureVersion, units: Any) -> None:
        posted = request.method == "POST"
        self.version, self.schema = version, _schema(version)
        self.filer = FilerForm(request.POST if posted else None)
        self.form = BulkForm(
            version, units, request.POST.copy() if posted else None, request.FILES if posted else None
        )
        self.rows: list[bulk.CheckedRow] = []
        self.columns: list[bulk.Column] = []
        self.fault = ""
        try:
            self.columns = bulk.columns(version, None, self.schema)
            ready = posted and self.filer.is_valid() and self.form.is_valid()
            if ready:
                self._check()
        except bulk.BulkError as fault:
            self.fault = str(fault)
            if posted:
                self.form.add_error(None, self.fault)

    def _check(self) -> None:
        data = self.form.cleaned_data
        text = bulk.text_of(data["workbook"].read()) if data["workbook"] else data["table"]
        self.form.data["table"] = text  # type: ignore[index]
        case: ProcedureCase | None = data.get("bulk_case")
        self.columns = bulk.columns(self.version, case, self.schema)
        known = prefill(self.schema, person(self.filer.cleaned_data))
        checker = bulk.Checker(self.version, case, self.schema, self.columns, known)
        self.rows = [checker.check(number, texts) for number, texts in bulk.rows_of(text, self.columns)]

    @property
    def good(self) -> list[bulk.CheckedRow]:
        """The rows that can go in."""
        return [row for row in self.rows if row.good]

    def filing(self) -> Filing:
        """The confirmed list, for the action."""
        data = self.form.cleaned_data
        walk_in = WalkIn(
            unit=data["bulk_unit"],
            client_key=data["client_key"],
            version=self.version,
            answers={},
            filer=self.filer.party(),
            case=data.get("bulk_case"),
            delivery=data["bulk_delivery"],
        )
        documents = [column.document for column in self.columns if column.document]
        return Filing(walk_in, self.good, documents, len(self.rows) - len(self.good))


def _schema(version: ProcedureVersion) -> FormSchema:
    schema = load(version)
    if schema is None:
        raise Http404(_("Thủ tục này chưa có tờ khai điện tử."))
    return schema


@login_required
@writes
def bulk_intake(request: HttpRequest, procedure_code: str) -> HttpResponse:
    """The list of one procedure: checked first, filed when the officer confirms."""
    user = officer(request)
    units, version = counters_of(user), version_of(procedure_code)
    if not version.procedure.at_commune and not version.any_commune:
        units = units.exclude(kind=UnitKind.COMMUNE)
        if not units.exists():
            raise Http404(_("Thủ tục của thành phố do Trung tâm Phục vụ hành chính công tiếp nhận."))
    table = Table(request, version, units)
    if "confirm" in request.POST and table.good:
        try:
            return redirect("dossiers:bundle", file_bundle(by=user, filing=table.filing()).pk)
        except ActionError as refused:
            table.form.add_error(None, str(refused.message))
    bad = request.method == "POST" and (bool(table.form.errors or table.filer.errors) or not table.good)
    context = {"table": table, "procedure": version.procedure, "most": bulk.MOST_ROWS}
    return render(request, "dossiers/bulk/intake.html", context, status=422 if bad else 200)


@login_required
@reads
def bulk_template(request: HttpRequest, procedure_code: str) -> HttpResponse:
    """The workbook to fill in."""
    counters_of(officer(request))
    version = version_of(procedure_code)
    try:
        cells = bulk.columns(version, version.cases.first(), _schema(version))
    except bulk.BulkError as fault:
        raise Http404(str(fault)) from fault
    answer = HttpResponse(bulk.template(version.procedure.title, cells), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="mau-{procedure_code}.xlsx"'
    return answer


def _bundle(request: HttpRequest, key: uuid.UUID) -> Bundle:
    user = officer(request)
    if not can_somewhere(user, Permission.RECEIVE):
        raise PermissionDenied("no counter")
    units = units_with(user, Permission.RECEIVE)
    bundle = (
        Bundle.objects.filter(pk=key, unit__in=units).select_related("unit", "version__procedure").first()
    )
    if bundle is None:
        raise Http404(_("Không tìm thấy danh sách này."))
    return bundle


@login_required
@reads
def bundle(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The codes of a bundle, row by row."""
    found = _bundle(request, key)
    rows = found.intakes.select_related("dossier").order_by("bundle_row")
    return render(request, "dossiers/bulk/bundle.html", {"bundle": found, "rows": rows})


@login_required
@reads
def bundle_slip(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One slip that lists all: for the person who brought them; each dossier has its form 01 besides."""
    found = _bundle(request, key)
    rows = found.intakes.select_related("dossier").order_by("bundle_row")
    title, number = "Danh sách hồ sơ đã tiếp nhận", str(found.pk)[:8].upper()
    context: dict[str, Any] = {
        "head": letterhead(found.unit, counter=True),
        "title": title,
        "number": number,
        "code": f"{found.at:%d/%m/%Y}",
        "form": "",
        "issued_on": day_in_words(found.at),
        "is_demo": any(row.dossier.is_demo for row in rows),
        "unit": found.unit.full_name,
        "filer": found.filer_name,
        "procedure": found.version.procedure.title,
        "received_at": moment_in_words(found.at),
        "rows": [
            {
                "code": row.dossier.code,
                "owner": row.dossier.owner_name,
                "promised": moment_in_words(row.dossier.promised_at),
            }
            for row in rows
        ],
    }
    data = pdf.render("print/bundle.html", context, title=title)
    answer = HttpResponse(data, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="danh-sach-{number}.pdf"'
    return answer
