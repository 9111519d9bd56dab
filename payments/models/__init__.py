"""Models of money."""

from payments.models.assessments import FeeAssessment
from payments.models.desk import CashShift
from payments.models.incidents import IncidentKind, PaymentIncident
from payments.models.ledger import Account, EntryKind, LedgerEntry
from payments.models.payments import Payment, Provider
from payments.models.receipts import Receipt, ReceiptBook
from payments.models.refunds import Refund

__all__ = [
    "Account",
    "CashShift",
    "EntryKind",
    "FeeAssessment",
    "IncidentKind",
    "LedgerEntry",
    "Payment",
    "PaymentIncident",
    "Provider",
    "Receipt",
    "ReceiptBook",
    "Refund",
]
