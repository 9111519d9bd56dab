"""Models of money."""

from payments.models.accounts import AccountState, Bank, CollectionAccount, PaymentCode, Verification
from payments.models.assessments import FeeAssessment
from payments.models.desk import CashShift, UnitDay
from payments.models.incidents import IncidentKind, PaymentIncident
from payments.models.ledger import Account, EntryKind, LedgerEntry
from payments.models.payments import Payment, Provider
from payments.models.receipts import CorrectionKind, Receipt, ReceiptBook, ReceiptCorrection
from payments.models.reconciliation import DayBalance, GatewayReport, GatewayReportLine, RetainedShare
from payments.models.refunds import Refund, RefundWay
from payments.models.sharing import PayLink, PaymentGroup
from payments.models.statements import LineState, Statement, StatementLine
from payments.models.tax import TaxLine, TaxState, TaxSummary

__all__ = [
    "Account",
    "AccountState",
    "Bank",
    "CashShift",
    "CollectionAccount",
    "CorrectionKind",
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
    "ReceiptCorrection",
    "Refund",
    "RefundWay",
    "RetainedShare",
    "Statement",
    "StatementLine",
    "TaxLine",
    "TaxState",
    "TaxSummary",
    "UnitDay",
    "Verification",
]
