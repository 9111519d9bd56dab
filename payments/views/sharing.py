"""Paying for others: an address to hand on, and several dossiers at once."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dossiers.workflow import ActionError
from payments.access import get_group, get_pay_link, get_payable_dossier
from payments.actions.checkout import order_of
from payments.actions.groups import MOST, start_group
from payments.actions.links import make_link, pay_by_link, revoke_link
from payments.collecting import transfer_of
from payments.forms_sharing import LinkPayForm
from payments.gateways import GatewayError, configured, gateway
from payments.models import Payment, Provider
from payments.querysets import fee_summary, own_due
from payments.views.people import address_of, person
from payments.workflow import BADGES, PaymentState
from portal.lib.reads_writes import public, reads, writes


def to_gateway(request: HttpRequest, payment: Payment) -> HttpResponse:
    """The way to the gateway's page; raises GatewayError."""
    name = "payments:national-return" if payment.provider == Provider.NATIONAL else "payments:return"
    order = order_of(
        payment,
        return_url=request.build_absolute_uri(reverse(name)),
        ip=address_of(request),
        language=get_language() or "vi",
    )
    return HttpResponseRedirect(gateway(payment.provider).start(order))


@login_required
@writes
def share(request: HttpRequest, code: str) -> HttpResponse:
    """Make the address that lets somebody else pay, or end it (`end`)."""
    user = person(request)
    get_payable_dossier(user, code)
    if request.method == "POST":
        try:
            if "end" in request.POST:
                revoke_link(by=user, code=code)
                messages.success(request, _("Đường dẫn nộp hộ đã hết hiệu lực."))
            else:
                make_link(by=user, code=code)
                messages.success(request, _("Đã tạo đường dẫn nộp hộ."))
        except ActionError as error:
            messages.error(request, str(error.message))
    return redirect("payments:checkout", code)


@public
@writes
def link(request: HttpRequest, token: str) -> HttpResponse:
    """What a dossier owes, for whoever got the address: no person, only procedure, unit and amount; its POST pays."""
    found = get_pay_link(token)
    form = LinkPayForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            payment = pay_by_link(
                token=token,
                provider=request.POST.get("provider", Provider.VNPAY),
                payer_name=form.cleaned_data["payer_name"],
            )
            return to_gateway(request, payment)
        except ActionError as error:
            form.add_error(None, str(error.message))
        except GatewayError:
            form.add_error(None, _("Cổng thanh toán chưa sẵn sàng. Hãy thử lại sau, hoặc nộp tại quầy."))
    fee = fee_summary(found.dossier)
    context = {
        "link": found,
        "fee": fee,
        "tail": found.dossier.code[-4:],
        "transfer": transfer_of(found.dossier, fee.owed),
        "gateways": [(name, Provider(name).label) for name in configured()],
        "form": form,
    }
    return render(request, "payments/sharing/link.html", context, status=422 if form.errors else 200)


@login_required
@writes
def several(request: HttpRequest) -> HttpResponse:
    """One's dossiers that owe, to choose several of; the POST goes to the gateway with their sum."""
    user = person(request)
    problem = ""
    if request.method == "POST":
        try:
            provider = request.POST.get("provider", Provider.VNPAY)
            group = start_group(by=user, codes=request.POST.getlist("code"), provider=provider)
            return to_gateway(request, group.parts.select_related("group", "dossier").earliest("pk"))
        except ActionError as error:
            problem = str(error.message)
        except GatewayError:
            problem = _("Cổng thanh toán chưa sẵn sàng. Hãy thử lại sau, hoặc nộp tại quầy.")
    context = {
        "dossiers": own_due(user),
        "chosen": request.POST.getlist("code"),
        "gateways": [(name, Provider(name).label) for name in configured()],
        "most": MOST,
        "problem": problem,
    }
    return render(request, "payments/sharing/several.html", context, status=422 if problem else 200)


@login_required
@reads
def group(request: HttpRequest, reference: str) -> HttpResponse:
    """What became of an attempt for several dossiers, part by part."""
    found = get_group(request.user, reference)
    parts = list(found.parts.select_related("dossier__procedure").order_by("pk"))
    context = {
        "group": found,
        "parts": [(part, BADGES[PaymentState(part.state)]) for part in parts],
        "total": sum(part.amount for part in parts),
        "open": any(part.state == PaymentState.PENDING for part in parts),
        "lead": parts[0],
    }
    return render(request, "payments/sharing/group.html", context)
