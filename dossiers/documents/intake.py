"""Forms of the counter: 01 acknowledgement, 02 supplement, 03 refusal (domain facts 2.2-2.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Q

from dossiers.documents.base import Paper, moment_in_words, people, post_of, request_of
from dossiers.documents.forms import form_set
from dossiers.models import DocumentKind
from dossiers.states import EventKind, State
from portal.lib import clock
from procedures.form_schema import load
from procedures.models import TimeUnit

if TYPE_CHECKING:
    from decimal import Decimal

    from dossiers.models import Dossier, SupplementItem, SupplementRequest
    from portal.accounts.models import User

OTHER_PAPER = "Giấy tờ khác"
DELIVERY = {
    "online": "Bản điện tử trên Cổng Dịch vụ công",
    "counter": "Nhận trực tiếp tại nơi tiếp nhận hồ sơ",
    "post": "Qua dịch vụ bưu chính công ích",
}
CHANNEL = {"online": "Trực tuyến", "counter": "Trực tiếp tại quầy", "post": "Qua dịch vụ bưu chính công ích"}
UNIT_WORDS = {
    TimeUnit.WORK_HOUR: "giờ làm việc",
    TimeUnit.WORK_DAY: "ngày làm việc",
    TimeUnit.DAY: "ngày",
    TimeUnit.MONTH: "tháng",
}


def acknowledgement(dossier: Dossier, *, by: User | None) -> Paper:
    """Form 01. `by` is the officer who accepted; the dossier carries `accepted_at` and `promised_at`."""
    kind = DocumentKind.ACKNOWLEDGEMENT
    unit = dossier.receiving_unit
    context = {
        **people(dossier),
        **request_of(dossier),
        "unit": unit.full_name,
        "unit_address": unit.address,
        "unit_phone": unit.phone,
        "channel": CHANNEL[dossier.channel],
        "at_counter": dossier.channel == "counter",
        "papers": papers(dossier),
        "copies": 1,
        "time_limit": time_limit(dossier),
        "received_at": moment_in_words(dossier.accepted_at),
        "promised_at": moment_in_words(dossier.promised_at),
        "delivery": DELIVERY[dossier.delivery],
        "lookup_url": settings.PUBLIC_URL,
        "officer": post_of(by, unit),
    }
    title = form_set(clock.today()).title(kind)
    return Paper(kind, "print/acknowledgement.html", title, context, unit)


def papers(dossier: Dossier) -> list[dict[str, Any]]:
    """What was handed in: name and how many originals, certified copies, copies and files of each paper.

    Paper over the counter is counted in the filing event (`data["papers"]`), files are the attachments.
    """
    rows: dict[str, dict[str, Any]] = {}
    filed = dossier.events.filter(kind=EventKind.FILED).first()
    for paper in (filed.data.get("papers") or []) if filed else []:
        row = rows.setdefault(paper["name"], _empty(paper["name"]))
        row["shown"] = bool(paper.get("shown"))
        for column in ("originals", "certified", "copies"):
            row[column] += int(paper.get(column) or 0)
    files = dossier.attachments.filter(Q(removed_at=None)).select_related("document")
    for attachment in sorted(files, key=lambda file: file.document.order if file.document else 999):
        name = attachment.document.name if attachment.document else OTHER_PAPER
        rows.setdefault(name, _empty(name))["files"] += 1
    return list(rows.values())


def _empty(name: str) -> dict[str, Any]:
    return {"name": name, "originals": 0, "certified": 0, "copies": 0, "files": 0, "shown": False}


def time_limit(dossier: Dossier) -> str:
    """The statutory time of the dossier's case and channel in words; empty when the catalogue has none."""
    limits = dossier.version.timelimits.filter(
        Q(case=dossier.case_id) | Q(case=None), channel=dossier.channel
    )
    limit = min(limits, key=lambda each: each.case_id is None, default=None)
    if limit is None or limit.unit == TimeUnit.UNKNOWN:
        return ""
    if limit.unit == TimeUnit.SAME_DAY:
        return "Trong ngày làm việc; hồ sơ nhận sau 15 giờ được trả kết quả vào ngày làm việc tiếp theo"
    doubt = "" if limit.confirmed else " (chờ thành phố xác nhận)"
    return f"{_plain(limit.value)} {UNIT_WORDS[TimeUnit(limit.unit)]}{doubt}" if limit.value else ""


def _plain(value: Decimal) -> str:
    """ "3", "0,5": a decimal without needless zeros."""
    return f"{value.normalize():f}".replace(".", ",")


def supplement(request: SupplementRequest) -> Paper:
    """Form 02: everything at once, line by line, with reason, basis, stage and the time to answer."""
    dossier, kind = request.dossier, DocumentKind.SUPPLEMENT
    at_intake = dossier.accepted_at is None
    unit = dossier.receiving_unit if at_intake else dossier.competent_unit
    context = {
        **people(dossier),
        **request_of(dossier),
        "unit": unit.full_name,
        "unit_phone": unit.phone,
        "stage": "Tiếp nhận hồ sơ" if at_intake else "Giải quyết hồ sơ",
        "items": [_line(dossier, item) for item in request.items.select_related("document")],
        "reason": request.reason,
        "legal_basis": request.legal_basis,
        "asked_at": moment_in_words(request.asked_at),
        "answer_by": moment_in_words(request.answer_by),
        "lookup_url": settings.PUBLIC_URL,
        "officer": post_of(request.asked_by, unit),
    }
    title = form_set(clock.today()).title(kind)
    return Paper(kind, "print/supplement.html", title, context, unit)


def _line(dossier: Dossier, item: SupplementItem) -> dict[str, str]:
    if item.document is not None:
        return {"subject": item.document.name, "part": "Giấy tờ", "instruction": item.instruction}
    return {"subject": _field_label(dossier, item.field), "part": "Tờ khai", "instruction": item.instruction}


def _field_label(dossier: Dossier, name: str) -> str:
    schema = load(dossier.version)
    spec = schema.by_name.get(name) if schema else None
    return spec.label.vi if spec else name


def refusal(dossier: Dossier, *, reason: str, legal_basis: str, by: User | None) -> Paper:
    """Form 03: why the dossier is not taken, with the provision."""
    kind, unit = DocumentKind.REFUSAL, dossier.receiving_unit
    context = {
        **people(dossier),
        **request_of(dossier),
        "unit": unit.full_name,
        "unit_phone": unit.phone,
        "at_counter": dossier.channel == "counter",
        "channel": CHANNEL[dossier.channel],
        "filed_at": moment_in_words(dossier.filed_at),
        "after_supplement": dossier.events.filter(to_state=State.SUPPLEMENT).exists(),
        "reason": reason,
        "legal_basis": legal_basis,
        "officer": post_of(by, unit),
    }
    title = form_set(clock.today()).title(kind)
    return Paper(kind, "print/refusal.html", title, context, unit)
