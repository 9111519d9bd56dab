"""Papers of a unit: the dispatch list of paper on its way. Pure, from rows to what is printed."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dossiers.documents.base import letterhead, post_of, short_moment
from dossiers.documents.forms import NEW_FORMS_FROM
from dossiers.models import Cargo, UnitPaperKind

if TYPE_CHECKING:
    from dossiers.models import Transfer
    from dossiers.registers import Entry
    from portal.accounts.models import Unit, User

# The letters behind the number; the portal's own, see documents.forms.
UNIT_SERIES: dict[str, str] = {UnitPaperKind.DISPATCH: "DSGN", UnitPaperKind.REGISTER: "STD"}
CARGO = {
    Cargo.PAPERS: "Giấy tờ của hồ sơ",
    Cargo.RESULT: "Kết quả giải quyết",
    Cargo.RETURNED: "Giấy tờ trả lại nơi nhận hồ sơ",
}


@dataclass(frozen=True)
class UnitSheet:
    """A paper to be issued: what `issue_unit_paper` needs of it. `number` empty: the next of the unit's series."""

    kind: UnitPaperKind
    template: str
    title: str
    context: dict[str, Any]
    unit: Unit
    number: str = ""
    period: tuple[datetime.date, datetime.date] | None = field(default=None)


@dataclass(frozen=True)
class Packed:
    """A line of a dispatch list to be made."""

    transfer: Transfer
    cargo: Cargo
    sheets: int


def dispatch_sheet(
    *,
    number: str,
    sender: Unit,
    receiver: Unit,
    lines: Iterable[Packed],
    sent_at: datetime.datetime,
    expected_by: datetime.datetime,
    by: User,
) -> UnitSheet:
    """The list that travels with the paper: who gives, who takes, each dossier with its sheets and a box to tick.

    No names of people: the courier reads it too.
    """
    packed = list(lines)
    context = {
        "head": letterhead(sender, counter=True),
        "form": "",
        "is_demo": any(each.transfer.dossier.is_demo for each in packed),
        "sender": sender.full_name,
        "receiver": receiver.full_name,
        "receiver_address": receiver.address,
        "sent_at": short_moment(sent_at),
        "expected_by": short_moment(expected_by),
        "officer": post_of(by, sender),
        "total": sum(each.sheets for each in packed),
        "rows": [
            {
                "code": each.transfer.dossier.code,
                "procedure": each.transfer.dossier.procedure.title,
                "cargo": CARGO[each.cargo],
                "sheets": each.sheets,
            }
            for each in packed
        ],
    }
    title = "Danh sách giao nhận hồ sơ, kết quả"
    return UnitSheet(UnitPaperKind.DISPATCH, "print/dispatch.html", title, context, sender, number)


def register_sheet(
    *, unit: Unit, entries: list[Entry], period: tuple[datetime.date, datetime.date], is_demo: bool, by: User
) -> UnitSheet:
    """The register of a unit for some days, as its form of the last of them wants it."""
    first, last = period
    new = last >= NEW_FORMS_FROM
    context = {
        "head": letterhead(unit, counter=True),
        "form": "Mẫu số 07 · TT 03/2025/TT-VPCP" if new else "Mẫu số 06 · TT 01/2018/TT-VPCP",
        "is_demo": is_demo,
        "days": f"{first:%d/%m/%Y}" if first == last else f"{first:%d/%m/%Y} – {last:%d/%m/%Y}",
        "officer": post_of(by, unit),
        "rows": [
            {
                "number": each.number,
                "code": each.code,
                "procedure": each.procedure,
                "owner": each.owner,
                "where": ", ".join(filter(None, [each.address, each.phone])),
                "deciding": each.deciding,
                "accepted": f"{each.accepted:%d/%m/%Y}",
                "promised": short_moment(each.promised),
                "returned": f"{each.returned:%d/%m/%Y}" if each.returned else "",
                "way": each.way,
                "state": "" if each.returned else each.state,
            }
            for each in entries
        ],
    }
    title = "Sổ theo dõi hồ sơ"
    return UnitSheet(UnitPaperKind.REGISTER, "print/register.html", title, context, unit, period=period)
