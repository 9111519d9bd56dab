"""The payer's pages: what is owed, going to the gateway, what became of it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from dossiers.access import get_readable_dossier
from dossiers.workflow import ActionError
from payments.access import get_payable_dossier, get_payment
from payments.actions.checkout import check_payment, start_payment
from payments.collecting import transfer_of
from payments.gateways import GatewayError, configured, merchant_of
from payments.models import Payment, Provider
from payments.querysets import fee_summary, open_link, own_due
from payments.views.people import person
from payments.views.sharing import to_gateway
from payments.workflow import BADGES, PaymentState
from portal.accounts.access import can
from portal.accounts.permissions import Permission
from portal.lib.reads_writes import reads, writes


@login_required
@reads
def overview(request: HttpRequest, code: str) -> HttpResponse:
    """What is owed for one's dossier, line by line, and the button to pay."""
    dossier = get_payable_dossier(request.user, code)
    fee = fee_summary(dossier)
    gateways = [(name, Provider(name).label) for name in configured()]
    context: dict[str, object] = {
        "fee": fee,
        "transfer": transfer_of(dossier, fee.owed),
        "gateways": gateways,
    }
    link = open_link(dossier)
    context["link"] = link
    context["link_url"] = (
        request.build_absolute_uri(reverse("payments:link", args=[link.token])) if link else ""
    )
    context["several"] = own_due(request.user).count() > 1
    return render(request, "payments/checkout/overview.html", context)


@login_required
@reads
def panel(request: HttpRequest, code: str) -> HttpResponse:
    """The fee of a dossier as a fragment for its page, for the owner or an officer who sees it."""
    dossier = get_readable_dossier(request.user, code)
    context = {"fee": fee_summary(dossier), "own": dossier.account_id == request.user.pk}
    return render(request, "payments/_fee_panel.html", context)


@login_required
@writes
def pay(request: HttpRequest, code: str) -> HttpResponse:
    """Start an attempt and send the payer to the gateway; GET goes back to the page with the button."""
    if request.method != "POST":
        get_payable_dossier(request.user, code)
        return redirect("payments:checkout", code)
    try:
        provider = request.POST.get("provider", Provider.VNPAY)
        payment = start_payment(
            by=person(request), code=code, merchant=merchant_of(provider), provider=provider
        )
        return to_gateway(request, payment)
    except ActionError as error:
        messages.error(request, str(error.message))
    except GatewayError:
        messages.error(request, _("Cổng thanh toán chưa sẵn sàng. Hãy thử lại sau, hoặc nộp tại quầy."))
    return redirect("payments:checkout", code)


@login_required
@reads
def attempt(request: HttpRequest, reference: str) -> HttpResponse:
    """What became of an attempt. With htmx only the state, asked for every few seconds while it is open."""
    payment = get_payment(request.user, reference)
    template = "payments/checkout/_payment_state.html" if request.htmx else "payments/checkout/attempt.html"  # type: ignore[attr-defined]
    return render(request, template, state_of(request, payment))


def state_of(request: HttpRequest, payment: Payment) -> dict[str, object]:
    """The context of an attempt's page."""
    return {
        "payment": payment,
        "tone": BADGES[PaymentState(payment.state)],
        "open": payment.state == PaymentState.PENDING,
        "may_retry": payment.state in {PaymentState.FAILED, PaymentState.EXPIRED},
        "settled": payment.state == PaymentState.SETTLED,
        "for_person": payment.state == PaymentState.NEEDS_PERSON,
        "own": payment.dossier.account_id == request.user.pk,
        "may_ask": payment.dossier.account_id == request.user.pk
        or can(request.user, Permission.COLLECT, payment.unit_id),
        "receipts": payment.receipts.select_related("book", "document").order_by("id"),
    }


@login_required
@writes
def ask_again(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask the gateway now, for people whose notice got lost."""
    payment = get_payment(request.user, reference)
    if request.method == "POST" and check_payment(reference=payment.reference, source="return") is None:
        messages.warning(request, _("Cổng thanh toán chưa trả lời. Hệ thống sẽ tự hỏi lại."))
    return redirect("payments:attempt", payment.reference)
