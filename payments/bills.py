"""What a gateway is told of a fee: names and accounts, read from the dossier. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from payments import papers
from payments.collecting import account_for
from payments.gateways import Bill, BillLine
from portal.lib import clock

if TYPE_CHECKING:
    from payments.models import Payment


def bill_of(parts: Sequence[Payment]) -> Bill:
    """The bill of an attempt, of its first dossier when it pays several; unknown accounts leave empty fields."""
    payment = parts[0]
    dossier = payment.dossier
    account = account_for(dossier.receiving_unit, clock.today())
    payer = papers.payer(dossier)
    lines = [line for part in parts for line in part.assessment.lines if line["payable"]]
    return Bill(
        dossier_code=dossier.code,
        service_code=dossier.procedure.code,
        service_name=dossier.procedure.title,
        procedure_code=dossier.procedure.code,
        procedure_name=dossier.procedure.title,
        unit_code=dossier.receiving_unit.agency_code,
        unit_name=dossier.receiving_unit.full_name,
        account=account.number if account else "",
        bank=account.bank_id if account else "",
        holder=account.holder if account else "",
        payer_name=payment.payer_name,
        payer_id=payer.id_number if payer else "",
        payer_address=payer.address if payer else "",
        fees=tuple(BillLine(line["kind"], line["code"], line["name"], line["payable"]) for line in lines),
    )
