"""The e-form of a procedure as a sheet to print."""

from __future__ import annotations

from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation

from portal.lib import clock, pdf
from portal.lib.reads_writes import public, reads
from procedures import blank
from procedures.access import get_procedure
from procedures.form_schema import FormSchema, load
from procedures.models import Procedure, ProcedureVersion
from procedures.querysets import version_with_parts
from procedures.views import sheet
from procedures.views.caching import MAX_AGE_SECONDS, release

KEPT_SECONDS = 7 * 24 * 3600


@public
@reads
def blank_form(_request: HttpRequest, code: str) -> HttpResponse:
    """The PDF, made once for each version and release. 404 for a procedure without a form in force."""
    procedure = get_procedure(code)
    version = version_with_parts(procedure, clock.today())
    schema = load(version) if version else None
    if version is None or schema is None:
        raise Http404("no form in force")
    key = f"blank:{version.pk}:{release()}"
    data = cache.get(key)
    if data is None:
        data = _made(procedure, version, schema)
        cache.set(key, data, KEPT_SECONDS)
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="to-khai-{procedure.code}.pdf"'
    response["Cache-Control"] = f"public, max-age={MAX_AGE_SECONDS}"
    return response


def _made(procedure: Procedure, version: ProcedureVersion, schema: FormSchema) -> bytes:
    parts = blank.parts(schema)
    with translation.override("vi"):
        context = {
            "procedure": procedure,
            "version": version,
            "parts": parts,
            "declares": any(part.declares for part in parts),
            "papers": _papers(procedure, version),
            "address": settings.PUBLIC_URL + reverse("procedures:detail", args=[procedure.code]),
        }
    return pdf.render("print/blank.html", context, title=f"Tờ khai {procedure.name}")


def _papers(procedure: Procedure, version: ProcedureVersion) -> list[sheet.PaperRow]:
    """Each paper of the closed list once, whatever the case; its note says when."""
    return [sheet.paper_row(procedure, document) for document in version.requireddocuments.all()]
