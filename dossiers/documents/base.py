"""What every document shares: letterhead, dates in words, people."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from dossiers.documents.forms import form_set
from dossiers.models import ActingAs, DocumentKind, PartyRole
from portal.accounts.models import Unit, UnitKind
from portal.lib import clock

if TYPE_CHECKING:
    from dossiers.models import Dossier, DossierParty
    from portal.accounts.models import User

ONE_STOP = "TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG"
CITY_COMMITTEE = "ỦY BAN NHÂN DÂN THÀNH PHỐ HÀ NỘI"
COUNTER_KINDS = frozenset(
    {
        DocumentKind.ACKNOWLEDGEMENT,
        DocumentKind.SUPPLEMENT,
        DocumentKind.REFUSAL,
        DocumentKind.CONTROL,
        DocumentKind.RECEIPT,
        DocumentKind.RECEIPT_NOTICE,
    }
)


@dataclass(frozen=True)
class Paper:
    """A document to be issued: what `issue_document` needs of it. `series` empty: the series of its kind."""

    kind: DocumentKind
    template: str
    title: str
    context: dict[str, Any]
    unit: Unit
    series: str = ""


def common(dossier: Dossier, kind: str, unit: Unit, day: datetime.date) -> dict[str, Any]:
    """The parts of every document: letterhead, form number, dossier code, the mark of trial data."""
    return {
        "head": letterhead(unit, counter=kind in COUNTER_KINDS),
        "form": form_set(day).heading(kind),
        "code": dossier.code,
        "is_demo": dossier.is_demo,
    }


def letterhead(unit: Unit, *, counter: bool) -> dict[str, str]:
    """Left column of the head and the place of the date line (NĐ 30/2020/NĐ-CP).

    `counter`: papers of the one-stop counter, where a commune's head names its public administration centre.
    """
    name = unit.full_name.upper()
    if unit.kind == UnitKind.COMMUNE:
        committee = f"ỦY BAN NHÂN DÂN {name}"
        lines = (committee, ONE_STOP) if counter else ("", committee)
        return {"superior": lines[0], "issuer": lines[1], "place": unit.name}
    if unit.kind == UnitKind.CITY:
        return {"superior": "", "issuer": CITY_COMMITTEE, "place": "Hà Nội"}
    branch_of = unit.parent.full_name.upper() if unit.kind == UnitKind.BRANCH and unit.parent else ""
    return {"superior": branch_of or CITY_COMMITTEE, "issuer": name, "place": "Hà Nội"}


def committee(unit: Unit) -> str:
    """The deciding body as written in a sentence: "Ủy ban nhân dân Phường Ba Đình"."""
    return f"Ủy ban nhân dân {unit.full_name}" if unit.kind == UnitKind.COMMUNE else unit.full_name


def day_in_words(moment: datetime.datetime | datetime.date | None) -> str:
    """A date in words, "ngày 05 tháng 02 năm 2026"; months and days below ten with a zero. Empty for None."""
    if moment is None:
        return ""
    day = timezone.localdate(moment) if isinstance(moment, datetime.datetime) else moment
    return f"ngày {day:%d} tháng {day:%m} năm {day:%Y}"


def moment_in_words(moment: datetime.datetime | None) -> str:
    """A moment in words, "08 giờ 05 phút, ngày 05 tháng 02 năm 2026". Empty for None."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return f"{local:%H} giờ {local:%M} phút, {day_in_words(local.date())}"


def short_moment(moment: datetime.datetime | None) -> str:
    """ "08:05 05/02/2026" for tables; empty for None."""
    return f"{timezone.localtime(moment):%H:%M %d/%m/%Y}" if moment else ""


def person(party: DossierParty | None) -> dict[str, str]:
    """A party for the paper; the ID number with its middle hidden, for papers get lost. Empty for None."""
    if party is None:
        return {}
    return {
        "name": party.name,
        "id_number": hidden_middle(party.id_number),
        "phone": party.phone,
        "email": party.email,
        "address": party.address,
        "acting": right_of(party),
    }


def right_of(party: DossierParty) -> str:
    """By what right a filer acts, in one line of Vietnamese for the paper; empty for oneself and where nothing is said.

    "Người được uỷ quyền, văn bản uỷ quyền số 12/2026 ngày 20/11/2026".
    """
    if party.acting in {"", ActingAs.SELF}:
        return party.relation if not party.acting else ""
    said = {
        ActingAs.RELATIVE: "Người thân của chủ hồ sơ",
        ActingAs.AUTHORISED: "Người được uỷ quyền",
        ActingAs.LEGAL: "Người đại diện theo pháp luật, giám hộ",
        ActingAs.AGENT: "Đại lý dịch vụ công",
    }[ActingAs(party.acting)]
    number = f"số {party.basis_number}" if party.basis_number else ""
    if party.acting == ActingAs.AUTHORISED:
        number = f"văn bản uỷ quyền {number} ngày {party.basis_date:%d/%m/%Y}"
    elif party.acting == ActingAs.AGENT:
        number = f"mã {party.basis_number}"
    return ", ".join(part for part in (said, party.relation, number) if part)


def hidden_middle(number: str) -> str:
    """ "001204000034" -> "0012******34"; short numbers keep their last two characters."""
    if len(number) < 9:
        return "*" * max(len(number) - 2, 0) + number[-2:]
    return number[:4] + "*" * (len(number) - 6) + number[-2:]


def people(dossier: Dossier) -> dict[str, Any]:
    """Filer and owner; `owner` is empty when they are the same person."""
    parties = {party.role: party for party in dossier.parties.all()}
    owner = parties.get(PartyRole.OWNER)
    filer = parties.get(PartyRole.FILER) or owner
    return {
        "filer": person(filer) or {"name": dossier.owner_name},
        "owner": person(owner) if owner and filer and owner.name != filer.name else {},
    }


def request_of(dossier: Dossier) -> dict[str, str]:
    """What was asked for: procedure title, case and code."""
    case = dossier.case.title if dossier.case else ""
    title = dossier.procedure.title
    return {"request": f"{title} ({case})" if case else title, "procedure_code": dossier.procedure.code}


def post_of(user: User | None, unit: Unit) -> dict[str, str]:
    """Name and post of an officer in `unit` today, as under a signature."""
    if user is None:
        return {"name": "", "title": ""}
    post = user.memberships.on(clock.today()).filter(unit=unit).first()
    return {"name": user.full_name, "title": (post.title or post.get_role_display()) if post else ""}
