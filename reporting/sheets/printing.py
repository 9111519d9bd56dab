"""What stands around a report on paper: letterhead, days, when it was counted, where it is verified."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from dossiers.documents.base import day_in_words, letterhead
from dossiers.models import Dossier
from portal.accounts.models import Unit
from portal.lib import pdf
from portal.signing import adapter, unit_signer
from portal.templatetags.portal import moment_text
from reporting.counting import contract
from reporting.models import Seal
from reporting.periods import ONE_DAY, Period, next_month
from reporting.sheets.base import Sheet, days_of, drawn
from reporting.sheets.xlsx import Printed, workbook

if TYPE_CHECKING:
    from collections.abc import Collection

    from reporting.models import Report

DEMO = "Số liệu có cả hồ sơ của dữ liệu trình diễn: bản thử nghiệm, không có giá trị báo cáo."


def frame(unit: Unit, *, alone: bool, period: Period, units: Collection[int]) -> dict[str, Any]:
    """What is frozen beside the tables: names, days, the fingerprint of the definitions, seals of the months."""
    seals = Seal.objects.filter(month__range=(period.first, period.last)).order_by("month")
    whole = [seal for seal in seals if next_month(seal.month) - ONE_DAY <= period.last]
    return {
        "head": letterhead(unit, counter=False),
        "unit": unit.full_name,
        "scope": "" if alone or len(units) == 1 else "cùng các đơn vị trực thuộc",
        "days": days_of(period),
        "contract": contract(),
        "seals": [[f"{seal.month:%m/%Y}", seal.digest] for seal in whole],
        "is_demo": _has_demo(units),
    }


def _has_demo(units: Collection[int]) -> bool:
    here = Q(receiving_unit__in=units) | Q(competent_unit__in=units)
    return Dossier.objects.filter(here, is_demo=True).order_by().exists()


def verification_url(report: Report) -> str:
    """The public address in the QR code."""
    return settings.PUBLIC_URL + reverse("dossiers:verify", args=[report.token])


def sheet_of(report: Report) -> Sheet:
    """The stored tables of a report that was counted."""
    return Sheet.of_json((report.content or {})["sheet"])


def xlsx_bytes(report: Report) -> bytes:
    """The workbook."""
    content, sheet = report.content or {}, sheet_of(report)
    made = _made(report)
    above = (_about(content), content["days"], f"Số liệu tính đến {moment_text(report.made_at)}.")
    below = (
        f"Dấu vân tay của bộ định nghĩa (SHA-256): {content['contract']}",
        *(f"Mã chốt số tháng {month}: {digest}" for month, digest in content["seals"]),
        f"Kiểm tra tệp này tại: {verification_url(report)}",
    )
    return workbook(sheet, Printed(above, below, made))


def _made(report: Report) -> Any:
    return timezone.localtime(report.made_at)


def _about(content: dict[str, Any]) -> str:
    return f"{content['unit']}, {content['scope']}" if content["scope"] else str(content["unit"])


def pdf_bytes(report: Report) -> tuple[bytes, list[str]]:
    """The PDF with the seal of the unit, and the names on the certificates."""
    signing, signer = adapter(), unit_signer(report.unit.code, report.unit.full_name)
    names = [signing.name_of(signer)]
    content, sheet = report.content or {}, sheet_of(report)
    context = {
        "sheet": sheet,
        "tables": [drawn(table) for table in sheet.tables],
        "head": content["head"],
        "about": _about(content),
        "days": content["days"],
        "counted_at": moment_text(report.made_at),
        "contract": content["contract"],
        "seals": content["seals"],
        "is_demo": content["is_demo"],
        "issued_on": day_in_words(_made(report).date()),
        "verify_url": verification_url(report),
        "signers": names,
    }
    data = pdf.render("print/report.html", context, title=f"{sheet.title} – {content['unit']}")
    data = signing.sign_pdf(data, signer, reason=sheet.title, location=content["head"]["place"])
    return data, names
