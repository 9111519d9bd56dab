"""Blank papers: the library catalogue staff keep, and the files everybody may download."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.lib import uploads
from portal.lib.errors import ActionError
from portal.lib.reads_writes import public, reads, writes
from procedures.access import can_edit, can_publish, check_edit, check_see_drafts
from procedures.actions.templates import add_template
from procedures.forms_templates import TemplateForm
from procedures.models import PaperTemplate, RequiredDocument, VersionState

PAGE_SIZE = 50


@login_required
@writes
def library(request: HttpRequest) -> HttpResponse:
    """All templates by name, and the form that adds one."""
    check_see_drafts(request.user)
    form = TemplateForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        check_edit(request.user)
        if form.is_valid() and (added := _added(request, form)) is not None:
            messages.success(request, _("Đã có mẫu “%(name)s” để chọn cho giấy tờ.") % {"name": added.name})
            return redirect("procedures:templates")
    context = {
        "form": form,
        "page": Paginator(PaperTemplate.objects.select_related("added_by"), PAGE_SIZE).get_page(
            request.GET.get("page")
        ),
        "may_edit": can_edit(request.user),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "procedures/templates/library.html", context, status=status)


def _added(request: HttpRequest, form: TemplateForm) -> PaperTemplate | None:
    data = form.cleaned_data
    try:
        return add_template(by=cast("User", request.user), name=data["name"], upload=data["file"])
    except uploads.BadUpload as error:
        form.refuse("file", error)
    except ActionError as error:
        form.refuse(error.field, str(error))
    return None


@public
@reads
def download(request: HttpRequest, sha256: str) -> HttpResponseBase:
    """The file of a template that a published version names; catalogue staff may see the others too."""
    found = PaperTemplate.objects.filter(sha256=sha256).first()
    named = RequiredDocument.objects.filter(template=sha256, version__state=VersionState.PUBLISHED)
    if found is None or not (named.exists() or can_edit(request.user) or can_publish(request.user)):
        raise Http404(_("Không có mẫu này."))
    return uploads.serve(found.sha256, found.filename, found.content_type)
