"""Giving back files and issued documents, and the public page that tells whether a document is genuine.

Every read is authorised anew and leaves one line of ids in the log `access`.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dossiers.access import get_attachment, get_document, get_dossier, is_asked_about
from dossiers.documents.elsewhere import page_of_hash, page_of_token
from dossiers.documents.validity import fault_of
from dossiers.models import Document, DocumentKind, Dossier, UnitPaper
from dossiers.ratings import open_for_rating
from portal.accounts.permissions import Permission
from portal.lib import files
from portal.lib.reads_writes import public, reads, writes
from portal.lib.uploads import serve
from portal.signing import Seal, adapter

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

access_log = logging.getLogger("access")

RETRY_SECONDS = 5
SLIPS = {DocumentKind.ACKNOWLEDGEMENT, DocumentKind.REFUSAL}


@login_required
@reads
def document(request: HttpRequest, code: str, document_id: int) -> HttpResponseBase:
    """Download an issued document; while its bytes are being made, a page that says so (202)."""
    found = get_document(request.user, code, document_id)
    _check_personal_data(request, found.dossier)
    if not found.sha256:
        return _in_the_making(request, found)
    _log_read(request, "document", found.pk, found.dossier_id)
    return file_response(found.sha256, f"{found.get_kind_display()} {found.number}.pdf", "application/pdf")


@login_required
@reads
def attachment(request: HttpRequest, attachment_id: int) -> HttpResponseBase:
    """Download a file of one's own draft or dossier, or of a dossier in one's scope."""
    found = get_attachment(request.user, attachment_id)
    if found.dossier is not None and not is_asked_about(request.user, found):
        _check_personal_data(request, found.dossier)
    _log_read(request, "attachment", found.pk, found.dossier_id)
    return file_response(found.sha256, found.name, found.content_type)


def _check_personal_data(request: HttpRequest, dossier: Dossier) -> None:
    """Files hold personal data: an officer who sees dossiers only (the city's monitor) gets 403."""
    if dossier.account_id != request.user.pk:
        get_dossier(request.user, dossier.code, Permission.SEE_PERSONAL_DATA)


def _log_read(request: HttpRequest, what: str, key: int, dossier_id: int | None) -> None:
    access_log.info("read %s=%s dossier=%s user=%s", what, key, dossier_id, request.user.pk)


def file_response(sha256: str, name: str, content_type: str) -> FileResponse:
    """The stored bytes as a download; Http404 when they are missing."""
    try:
        return serve(sha256, name.replace("/", "-"), content_type)
    except FileNotFoundError:
        access_log.error("file missing sha256=%s", sha256)
        raise Http404(_("Tệp này tạm thời không đọc được. Xin báo cho đơn vị tiếp nhận.")) from None


def _in_the_making(request: HttpRequest, found: Document) -> HttpResponse:
    response = render(
        request, "dossiers/documents/pending.html", {"document": found, "seconds": RETRY_SECONDS}, status=202
    )
    response["Retry-After"] = str(RETRY_SECONDS)
    response["Cache-Control"] = "no-store"
    return response


class CompareForm(forms.Form):
    """One file to compare with the issued one."""

    file = forms.FileField(
        label=gettext_lazy("Tệp cần đối chiếu"),
        help_text=gettext_lazy("Tệp chỉ được dùng để đối chiếu và không được lưu lại."),
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
    )

    def clean_file(self) -> UploadedFile:
        """Not larger than any document can be."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > settings.UPLOAD_MAX_BYTES:
            raise forms.ValidationError(_("Tệp quá lớn, không thể là văn bản do Cổng phát hành."))
        return file


@dataclass(frozen=True)
class Comparison:
    """What came of comparing a file: equal or not, and the signatures of the equal one."""

    same: bool
    sha256: str
    seals: list[Seal] = field(default_factory=list)


@public
@writes
def find(request: HttpRequest) -> HttpResponse:
    """Find the page of a document by the file alone: its hash is its name. POST writes nothing."""
    posted = request.method == "POST"
    form = CompareForm(request.POST, request.FILES) if posted else CompareForm()
    if form.is_bound and form.is_valid():
        digest = digest_of(form.cleaned_data["file"])
        found = (
            Document.objects.filter(sha256=digest).first() or UnitPaper.objects.filter(sha256=digest).first()
        )
        if found is not None:
            return redirect("dossiers:verify", token=found.token)
        if elsewhere := page_of_hash(digest):
            return redirect(elsewhere)
        form.add_error(
            "file",
            _(
                "Tệp này không phải bản do Cổng phát hành, hoặc đã bị sửa, hoặc được lưu lại bằng phần mềm khác."
            ),
        )
    return render(request, "dossiers/documents/find.html", {"form": form}, status=422 if form.errors else 200)


def digest_of(file: UploadedFile) -> str:
    """The SHA-256 of an uploaded file, in hexadecimal."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()


@public
@writes
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """Which document this is and whether it holds, without personal data; compares a file on request.

    POST writes nothing: it only carries the file.
    """
    found = _named_by(token)
    if found is None and (elsewhere := page_of_token(token)):
        return redirect(elsewhere)
    if found is None:
        raise Http404(
            _("Không có văn bản nào ứng với địa chỉ này. Văn bản bạn đang xem có thể không phải thật.")
        )
    posted = request.method == "POST"
    form = CompareForm(request.POST, request.FILES) if posted else CompareForm()
    compared = _compare(found, form.cleaned_data["file"]) if form.is_bound and form.is_valid() else None
    status = 422 if form.is_bound and not form.is_valid() else 200
    context: dict[str, Any] = {
        "document": found,
        **_about(found),
        "form": form,
        "compared": compared,
    }
    response = render(request, "dossiers/documents/verify.html", context, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response


def _named_by(token: str) -> Document | UnitPaper | None:
    document = Document.objects.select_related("dossier", "unit").filter(token=token).first()
    return document or UnitPaper.objects.select_related("unit").filter(token=token).first()


def _about(found: Document | UnitPaper) -> dict[str, Any]:
    """What the page says beyond kind, number and issuer; a paper of a unit belongs to no dossier."""
    if isinstance(found, UnitPaper):
        demo = bool(found.context.get("is_demo"))
        return {
            "is_result": False,
            "fault": "",
            "is_slip": False,
            "rateable": False,
            "code": "",
            "demo": demo,
        }
    return {
        "is_result": found.kind == DocumentKind.RESULT,
        "fault": fault_of(found),
        "is_slip": found.kind in SLIPS,
        "rateable": found.kind in SLIPS and open_for_rating(found.dossier),
        "code": found.dossier.code,
        "demo": found.dossier.is_demo,
    }


def _compare(found: Document | UnitPaper, file: UploadedFile) -> Comparison:
    """Compare by hash; only a file equal to ours is opened, so nobody's PDF is parsed here."""
    sha256 = digest_of(file)
    if not found.sha256 or sha256 != found.sha256:
        return Comparison(same=False, sha256=sha256)
    with files.open_file(found.sha256) as stored:
        return Comparison(same=True, sha256=sha256, seals=adapter().seals(stored.read()))
