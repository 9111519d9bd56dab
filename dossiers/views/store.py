"""The person's own store of papers: what is there, from where, how long it holds; putting in and taking out."""

from __future__ import annotations

import logging

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dossiers.actions import storing
from dossiers.models import Attachment, Document, StoredPaper
from dossiers.store import Store
from dossiers.views.documents import file_response
from dossiers.views.drafting import for_citizens, person
from dossiers.workflow import ActionError
from portal.lib.forms import DayField
from portal.lib.reads_writes import reads, writes

access_log = logging.getLogger("access")


class StoreForm(forms.Form):
    """One paper to keep."""

    title = forms.CharField(
        label=gettext_lazy("Đây là giấy tờ gì"),
        max_length=200,
        help_text=gettext_lazy("Ghi như tên trên giấy, ví dụ: Giấy khai sinh, Văn bản ủy quyền."),
        error_messages={"required": gettext_lazy("Cần ghi tên giấy tờ.")},
    )
    issued_on = DayField(
        past=True,
        label=gettext_lazy("Ngày cấp"),
        required=False,
        help_text=gettext_lazy("Để biết giấy còn giá trị đến khi nào; không nhớ thì để trống."),
    )
    file = forms.FileField(
        label=gettext_lazy("Tệp"),
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"}),
        error_messages={"required": gettext_lazy("Chưa chọn tệp nào.")},
    )

    def clean_title(self) -> str:
        """Blanks squeezed."""
        return " ".join(str(self.cleaned_data["title"]).split())


@for_citizens
@writes
def papers(request: HttpRequest) -> HttpResponse:
    """The store; with a post, one more paper in it or one less."""
    form = StoreForm()
    if removed := request.POST.get("remove", ""):
        number = int(removed) if removed.isascii() and removed.isdigit() and len(removed) < 18 else 0
        storing.remove_paper(by=person(request), paper_id=number)
        messages.success(request, _("Đã bỏ giấy tờ khỏi kho."))
        return redirect("dossiers:store")
    if request.method == "POST":
        form = StoreForm(request.POST, request.FILES)
        if form.is_valid() and _keep(request, form):
            messages.success(request, _("Đã lưu giấy tờ vào kho."))
            return redirect("dossiers:store")
    found = Store.of(person(request)).items()
    context = {
        "form": form,
        "results": [item for item in found if isinstance(item.row, Document)],
        "own": [item for item in found if isinstance(item.row, StoredPaper)],
        "filed": [item for item in found if isinstance(item.row, Attachment)],
    }
    return render(request, "dossiers/store/papers.html", context, status=422 if form.errors else 200)


def _keep(request: HttpRequest, form: StoreForm) -> bool:
    """Store the file; what is wrong with it stands at its field."""
    given = form.cleaned_data
    try:
        storing.store_paper(
            by=person(request), title=given["title"], upload=given["file"], issued_on=given["issued_on"]
        )
    except ValidationError as error:
        form.add_error("file", error)
        return False
    except ActionError as error:
        form.add_error(None, str(error.message))
        return False
    return True


@for_citizens
@reads
def stored(request: HttpRequest, paper_id: int) -> HttpResponseBase:
    """The bytes of one's own stored paper, Http404 for any other."""
    found = StoredPaper.objects.filter(user=person(request), pk=paper_id, removed_at=None).first()
    if found is None:
        raise Http404(_("Không tìm thấy tệp này."))
    access_log.info("read stored=%s user=%s", found.pk, person(request).pk)
    return file_response(found.sha256, found.name, found.content_type)
