"""Receipts: the payer's list, and the document itself."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from payments import receipt_xml
from payments.access import get_receipt
from payments.querysets import receipts_of
from portal.lib import clock, files, pdf, uploads
from portal.lib.reads_writes import reads

PER_PAGE = 20
PRIVATE = "private, no-store"


@login_required
@reads
def listing(request: HttpRequest) -> HttpResponse:
    """One's own receipts."""
    page = Paginator(receipts_of(request.user), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "payments/receipts/listing.html", {"page": page})


@login_required
@reads
def download(request: HttpRequest, token: str) -> HttpResponseBase:
    """The signed PDF; while it is still being made, a page that says so."""
    receipt = get_receipt(request.user, token)
    if receipt.document.rendered_at is None:
        return render(request, "payments/receipts/not_ready.html", {"receipt": receipt}, status=202)
    name = f"bien-lai-{receipt.full_number.replace(' ', '-')}.pdf"
    return uploads.serve(receipt.document.sha256, name, "application/pdf")


@login_required
@reads
def data(request: HttpRequest, token: str) -> HttpResponse:
    """The signed XML data part that the PDF carries."""
    receipt = get_receipt(request.user, token)
    if receipt.document.rendered_at is None:
        return render(request, "payments/receipts/not_ready.html", {"receipt": receipt}, status=202)
    with files.open_file(receipt.document.sha256) as file:
        carried = pdf.enclosed(file.read(), receipt_xml.NAME)
    if carried is None:
        raise Http404(_("Biên lai này không kèm tệp dữ liệu XML."))
    answer = HttpResponse(carried, content_type="application/xml")
    name = f"bien-lai-{receipt.full_number.replace(' ', '-')}.xml"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = PRIVATE
    return answer


@login_required
@reads
def copy(request: HttpRequest, token: str) -> HttpResponse:
    """A copy to print, marked as a copy (NĐ 123/2020/NĐ-CP art. 35): who printed it and when stand on it."""
    receipt = get_receipt(request.user, token)
    context = {
        "receipt": receipt,
        "printed": receipt.document.context["receipt"],
        "issuer": receipt.document.context["head"]["issuer"],
        "superior": receipt.document.context["head"]["superior"],
        "number": "",
        "place": "",
        "at": clock.now(),
        "by": request.user,
    }
    return render(request, "payments/receipts/copy.html", context)
