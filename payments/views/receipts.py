"""Receipts: the payer's list, and the document itself."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from payments.access import get_receipt
from payments.querysets import receipts_of
from portal.lib import uploads
from portal.lib.reads_writes import reads

PER_PAGE = 20


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
