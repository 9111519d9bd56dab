"""The payment slip: amount, account, transfer text and VietQR on one sheet, for paying at home or by anybody."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from dossiers.access import get_readable_dossier
from payments import papers
from payments.collecting import transfer_of
from payments.querysets import fee_summary
from portal.lib import pdf
from portal.lib.reads_writes import reads


@login_required
@reads
def slip(request: HttpRequest, code: str) -> HttpResponse:
    """The slip as a PDF: it names the dossier, no person. Without an account it leads to the counter.

    Http404 when nothing is owed.
    """
    fee = fee_summary(get_readable_dossier(request.user, code))
    if not fee.owed:
        raise Http404(_("Hồ sơ này không có khoản nào phải nộp."))
    context = papers.payment_slip(fee, transfer_of(fee.dossier, fee.owed))
    data = pdf.render("payments/print/payment_slip.html", context, title=f"Phiếu nộp tiền {fee.dossier.code}")
    answer = HttpResponse(data, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="phieu-nop-tien-{fee.dossier.code}.pdf"'
    return answer
