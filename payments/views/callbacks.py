"""Where the gateway talks to us: the notice (IPN) and the payer's way back."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from payments.actions.checkout import check_payment
from payments.actions.incidents import report_forgery
from payments.actions.settling import Ending, settle
from payments.gateways import BadSignatureError, GatewayError, gateway
from payments.models import Provider
from payments.querysets import attempt_of_order
from portal.lib.reads_writes import public, writes, writes_on_get

logger = logging.getLogger("payments")

# What VNPAY expects, word for word. Anything but 00 and 02 makes it send the notice again.
ANSWERS = {
    "00": "Confirm Success",
    "01": "Order not found",
    "02": "Order already confirmed",
    "04": "Invalid amount",
    "97": "Fail checksum",
    "99": "Unknown error",
}
CODES = {
    Ending.SETTLED: "00",
    Ending.FAILED: "00",
    Ending.WAITING: "00",
    Ending.SURPLUS: "00",
    Ending.PERSON: "00",
    Ending.ALREADY: "02",
    Ending.UNKNOWN: "01",
    Ending.WRONG_AMOUNT: "04",
    Ending.REFUSED: "99",
}


@public
@csrf_exempt
@writes_on_get("VNPAY 2.1.0 notifies the merchant by a signed GET from its server")
@require_GET
def ipn(request: HttpRequest) -> HttpResponse:
    """The notice, server to server: verify, settle, answer with the code the protocol names."""
    try:
        code = CODES[settle(facts=gateway(Provider.VNPAY).read(_fields(request)), source="ipn").ending]
    except BadSignatureError:
        report_forgery(reference=request.GET.get("vnp_TxnRef", ""))
        code = "97"
    except Exception:
        logger.exception("payment notice could not be handled")
        code = "99"
    return JsonResponse({"RspCode": code, "Message": ANSWERS[code]})


# The national platform's notice: a code of ours to its name for it. Anything but 00 and 02 makes it send again.
MOST_NOTICE_BYTES = 64 * 1024


@public
@csrf_exempt
@writes
@require_POST
def national_notice(request: HttpRequest) -> HttpResponse:
    """The national platform's result, server to server: verify, settle, answer with a code."""
    message: dict[str, str] = {}
    try:
        message = _posted(request)
        code = CODES[settle(facts=gateway(Provider.NATIONAL).read(message), source="ipn").ending]
    except BadSignatureError:
        report_forgery(reference=message.get("MaThamChieu", ""))
        code = "97"
    except Exception:
        logger.exception("payment notice could not be handled")
        code = "99"
    return JsonResponse({"MaLoi": code, "MoTaLoi": ANSWERS[code]})


def _posted(request: HttpRequest) -> dict[str, str]:
    """The fields of a JSON object as text; anything else is not what the platform signed."""
    try:
        fields = json.loads(request.body[:MOST_NOTICE_BYTES])
    except ValueError as error:
        raise BadSignatureError("no JSON") from error
    if not isinstance(fields, dict) or any(isinstance(value, (dict, list)) for value in fields.values()):
        raise BadSignatureError("no flat object")
    return {str(name): "" if value is None else str(value) for name, value in fields.items()}


@public
@writes_on_get(
    "the national platform sends the payer's browser back by GET; it is asked before anything is settled"
)
@require_GET
def national_return(request: HttpRequest) -> HttpResponse:
    """The payer comes back from the national platform; what became of the attempt the platform is asked."""
    return _come_back(request, Provider.NATIONAL)


@public
@writes_on_get(
    "the gateway sends the payer's browser back by GET; the gateway is asked before anything is settled"
)
@require_GET
def return_page(request: HttpRequest) -> HttpResponse:
    """The payer comes back. The signed address only says which attempt; what became of it the gateway is asked."""
    return _come_back(request, Provider.VNPAY)


def _come_back(request: HttpRequest, provider: Provider) -> HttpResponse:
    try:
        facts = gateway(provider).read(_fields(request))
    except GatewayError:
        return render(request, "payments/checkout/bad_return.html", status=400)
    payment = attempt_of_order(facts.reference)
    if payment is None:
        return render(request, "payments/checkout/bad_return.html", status=404)
    check_payment(reference=payment.reference, source="return")
    if payment.group is not None:
        return redirect("payments:group", payment.group.reference)
    if payment.link is not None:
        return redirect("payments:link", payment.link.token)
    return redirect("payments:attempt", payment.reference)


def _fields(request: HttpRequest) -> Mapping[str, str]:
    """The query's fields; one given twice is not what the gateway signed."""
    if any(len(values) != 1 for _name, values in request.GET.lists()):
        raise BadSignatureError("a field is given twice")
    return {name: str(value) for name, value in request.GET.items()}
