"""Models of money."""

from payments.models.accounts import AccountState, Bank, CollectionAccount, PaymentCode, Verification
from payments.models.assessments import FeeAssessment
from payments.models.desk import CashShift, UnitDay
from payments.models.incidents import IncidentKind, PaymentIncident
from payments.models.ledger import Account, EntryKind, LedgerEntry
from payments.models.payments import Payment, Provider
from payments.models.receipts import Receipt, ReceiptBook
from payments.models.reconciliation import DayBalance, GatewayReport, GatewayReportLine, RetainedShare
from payments.models.refunds import Refund, RefundWay
from payments.models.sharing import PayLink, PaymentGroup
from payments.models.statements import LineState, Statement, StatementLine

__all__ = [
    "Account",
    "AccountState",
    "Bank",
    "CashShift",
    "CollectionAccount",
    "DayBalance",
    "EntryKind",
    "FeeAssessment",
    "GatewayReport",
    "GatewayReportLine",
    "IncidentKind",
    "LedgerEntry",
    "LineState",
    "PayLink",
    "Payment",
    "PaymentCode",
    "PaymentGroup",
    "PaymentIncident",
    "Provider",
    "Receipt",
    "ReceiptBook",
    "Refund",
    "RefundWay",
    "RetainedShare",
    "Statement",
    "StatementLine",
    "UnitDay",
    "Verification",
]
