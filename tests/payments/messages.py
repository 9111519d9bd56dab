"""Messages as the gateway signs them."""

from __future__ import annotations

from django.utils import timezone

from payments.gateways.vnpay import canonical, sign
from payments.models import Payment
from tests.payments.conftest import SECRET, TMN


def notice(payment: Payment, **changes: str) -> dict[str, str]:
    """A signed notice of success, with changes signed too."""
    fields = {
        "vnp_Amount": str(payment.amount * 100),
        "vnp_BankCode": "NCB",
        "vnp_PayDate": timezone.localtime(payment.created_at).strftime("%Y%m%d%H%M%S"),
        "vnp_ResponseCode": "00",
        "vnp_TmnCode": TMN,
        "vnp_TransactionNo": "14422574",
        "vnp_TransactionStatus": "00",
        "vnp_TxnRef": payment.reference,
        **changes,
    }
    return {**fields, "vnp_SecureHash": sign(SECRET, canonical(fields))}
