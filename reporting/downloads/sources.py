"""What can be written to a file: the list behind a number, dossiers, ledger lines; within the reader's rights.

A source knows its rights and its size before a line is read; its lines come through a server-side cursor, in portions.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db.models import F, Q, QuerySet
from django.http import Http404, QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from dossiers import registers
from dossiers.models import Dossier
from payments.models import Account, EntryKind, LedgerEntry
from payments.querysets import money_units
from portal.accounts.access import can_somewhere, units_with
from portal.accounts.permissions import Permission
from reporting import behind
from reporting.access import sees_people
from reporting.asked import asked_list
from reporting.bases import midnight
from reporting.exports import HEADER, cells, instant
from reporting.models import ExportKind
from reporting.periods import ONE_DAY

if TYPE_CHECKING:
    from portal.accounts.models import Unit, User

Row = list[Any]
PORTION = 2000
MONEY_EYES = (Permission.COLLECT, Permission.APPROVE_MONEY, Permission.SEE_FIGURES, Permission.RUN_SYSTEM)
DOSSIER_HEADER = [
    "ma_ho_so", "ma_thu_tuc", "thu_tuc", "don_vi_tiep_nhan", "don_vi_giai_quyet", "kenh_nop", "muc_do_khi_nop",
    "nhap_giup", "ngay_nop", "ngay_tiep_nhan", "hen_tra", "ngay_co_ket_qua", "trang_thai",
]  # fmt: skip
OWNER = "chu_ho_so"
LEDGER_HEADER = [
    "but_toan", "thoi_diem", "loai", "tai_khoan", "so_tien", "don_vi", "ma_ho_so", "ma_thanh_toan",
]  # fmt: skip


@dataclass(frozen=True)
class Source:
    """A list that may be written: its name, heading and lines. `names`: people's names are in it."""

    title: str
    name: str
    header: list[str]
    names: bool
    count: Callable[[], int]
    rows: Callable[[], Iterator[Row]]


def source(user: User, kind: str, query: Mapping[str, str]) -> Source:
    """The list `kind` as `user` may see it now. Http404 and PermissionDenied as on the pages."""
    return SOURCES[ExportKind(kind)](user, query)


def _list(user: User, query: Mapping[str, str]) -> Source:
    asked = asked_list(user, QueryDict(query["address"]))[2]
    names = query.get("names") == "1" and sees_people(user, asked.units)
    units = behind.unit_names()

    def rows() -> Iterator[Row]:
        found = asked.lines().iterator(chunk_size=PORTION)
        for line in behind.shown(found, units, people=names):
            yield [*cells(line, asked), *([line.owner] if names else [])]

    days = f"{asked.period.first}-{asked.period.last}"
    return Source(
        f"{asked.title} · {_days(asked.period.first, asked.period.last)}",
        f"{asked.name}-{days}",
        [*HEADER, *([OWNER] if names else [])],
        names,
        lambda: asked.rows().count(),
        rows,
    )


def _days(first: datetime.date, last: datetime.date) -> str:
    return f"{date_format(first, 'd/m/Y')} – {date_format(last, 'd/m/Y')}"


def _range(query: Mapping[str, str]) -> tuple[datetime.date, datetime.date]:
    return datetime.date.fromisoformat(query["from"]), datetime.date.fromisoformat(query["to"])


def _units(found: QuerySet[Unit], query: Mapping[str, str]) -> dict[int, str]:
    """The chosen unit of those one may see, or all of them; Http404 for another one."""
    names = {unit.pk: unit.full_name for unit in found if not query.get("unit") or unit.code == query["unit"]}
    if not names:
        raise Http404(_("Không tìm thấy đơn vị này."))
    return names


def _dossiers(user: User, query: Mapping[str, str]) -> Source:
    if not can_somewhere(user, Permission.SEE_DOSSIERS):
        raise PermissionDenied("see_dossiers denied")
    units = _units(units_with(user, Permission.SEE_DOSSIERS).order_by("sort_key"), query)
    names = query.get("names") == "1" and sees_people(user, units)
    first, last = _range(query)
    here = Q(receiving_unit__in=units) | Q(competent_unit__in=units)
    found = Dossier.objects.visible_to(user).filter(
        here, filed_at__gte=midnight(first), filed_at__lt=midnight(last + ONE_DAY)
    )
    return Source(
        f"{ExportKind.DOSSIERS.label} · {_days(first, last)}",
        f"dossiers-{first}-{last}",
        [*DOSSIER_HEADER, *([OWNER] if names else [])],
        names,
        lambda: found.count(),
        lambda: _dossier_rows(found, names=names),
    )


def _dossier_rows(found: QuerySet[Dossier], *, names: bool) -> Iterator[Row]:
    columns = {f"c_{name}": F(path) for name, path in behind.COLUMNS.items()}
    rows = found.order_by("filed_at", "pk").annotate(**columns).values(*columns, c_moment=F("filed_at"))
    lines = rows.iterator(chunk_size=PORTION)
    every = behind.unit_names()
    for line in behind.shown(({**row, "c_worth": 1, "c_hit": 1} for row in lines), every, people=names):
        yield [*cells(line, None)[: len(DOSSIER_HEADER)], *([line.owner] if names else [])]


def _ledger(user: User, query: Mapping[str, str]) -> Source:
    if not any(can_somewhere(user, permission) for permission in MONEY_EYES):
        raise PermissionDenied("money denied")
    units = _units(money_units(user).order_by("sort_key").distinct(), query)
    first, last = _range(query)
    found = LedgerEntry.objects.filter(
        unit__in=units, at__gte=midnight(first), at__lt=midnight(last + ONE_DAY)
    )
    return Source(
        f"{ExportKind.LEDGER.label} · {_days(first, last)}",
        f"ledger-{first}-{last}",
        LEDGER_HEADER,
        False,
        lambda: found.count(),
        lambda: _ledger_rows(found, units),
    )


def _ledger_rows(found: QuerySet[LedgerEntry], units: Mapping[int, str]) -> Iterator[Row]:
    paths = (
        "transaction",
        "at",
        "kind",
        "account",
        "amount",
        "unit_id",
        "dossier__code",
        "payment__reference",
    )
    for row in found.order_by("at", "id").values_list(*paths).iterator(chunk_size=PORTION):
        transaction, at, kind, account, amount, unit, code, reference = row
        yield [
            str(transaction),
            instant(at),
            str(EntryKind(kind).label),
            str(Account(account).label),
            amount,
            units.get(unit, ""),
            code or "",
            reference or "",
        ]


REGISTER_HEADER = [
    "don_vi", "stt", "ma_ho_so", "thu_tuc", "so_bo", "chu_ho_so", "dia_chi", "dien_thoai", "don_vi_giai_quyet",
    "ngay_tiep_nhan", "hen_tra", "ngay_tra", "cach_nhan", "trang_thai",
]  # fmt: skip


def _register(user: User, query: Mapping[str, str]) -> Source:
    """Form 07 of the units where `user` may see people: it names them."""
    units = _units(units_with(user, Permission.SEE_PERSONAL_DATA).order_by("sort_key"), query)
    if not sees_people(user, units):
        raise PermissionDenied("see_personal_data denied")
    first, last = _range(query)
    return Source(
        f"{ExportKind.REGISTER.label} · {_days(first, last)}",
        f"register-{first}-{last}",
        REGISTER_HEADER,
        True,
        lambda: registers.accepted_between(units, first, last).count(),
        lambda: _register_rows(units, first, last),
    )


def _register_rows(units: Collection[int], first: datetime.date, last: datetime.date) -> Iterator[Row]:
    for each in registers.entries(units, first, last):
        yield [
            each.unit,
            each.number,
            each.code,
            each.procedure,
            1,
            each.owner,
            each.address,
            each.phone,
            each.deciding,
            each.accepted.isoformat(),
            instant(each.promised),
            each.returned.isoformat() if each.returned else "",
            each.way,
            each.state,
        ]


SOURCES: dict[ExportKind, Callable[[User, Mapping[str, str]], Source]] = {
    ExportKind.LIST: _list,
    ExportKind.DOSSIERS: _dossiers,
    ExportKind.REGISTER: _register,
    ExportKind.LEDGER: _ledger,
}


def kinds_for(user: User) -> Collection[ExportKind]:
    """What somebody may ask for on the page of the tray, besides the lists behind numbers."""
    found = []
    if can_somewhere(user, Permission.SEE_DOSSIERS):
        found.append(ExportKind.DOSSIERS)
    if can_somewhere(user, Permission.SEE_PERSONAL_DATA):
        found.append(ExportKind.REGISTER)
    if any(can_somewhere(user, permission) for permission in MONEY_EYES):
        found.append(ExportKind.LEDGER)
    return found
