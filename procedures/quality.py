"""The lint of the catalogue: what is well formed and still wrong. Pure, over the rows of a version or a document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.lib.text import fold
from procedures.models import ProcedureVersion

LINT = {
    "certified": _("Giấy tờ yêu cầu bản sao có chứng thực mà không ghi căn cứ"),
    "known": _("Giấy tờ mà cơ quan nhà nước đã có dữ liệu"),
    "asked-again": _("Câu hỏi về người nộp mà tờ khai không điền sẵn"),
    "time-unit": _("Thời hạn không có đơn vị"),
    "free-unentered": _("Ghi miễn phí chỉ vì chưa nhập mức phí"),
    "steps": _("Các bước nội bộ dài hơn thời hạn luật định"),
    "code": _("Mã thủ tục hoặc mã kết quả bị hỏng"),
    "twice": _("Một giấy tờ được liệt kê hai lần"),
}
# The part of the document a fault of each kind is mended in.
MENDED_AT = {
    "certified": "papers",
    "known": "papers",
    "asked-again": "form",
    "time-unit": "times",
    "free-unentered": "fees",
    "steps": "steps",
    "code": "results",
    "twice": "papers",
}
_CERTIFIED = re.compile(r"\b(co chung thuc|chung thuc tu ban chinh|sao chung thuc|ban sao cong chung)\b")
_KNOWN = re.compile(
    r"^(ban (sao|chup) )?(the can cuoc|can cuoc cong dan|giay chung minh nhan dan|chung minh nhan dan|so ho khau"
    r"|giay khai sinh|giay chung nhan ket hon|giay xac nhan tinh trang hon nhan|giay dang ky ket hon"
    r"|giay xac nhan thong tin ve cu tru|phieu ly lich tu phap|giay chung nhan dang ky doanh nghiep"
    r"|giay chung nhan dang ky kinh doanh|giay chung nhan dang ky ho kinh doanh)\b"
)
_RESULT_CODE = re.compile(r"KQ\.[A-Z]\d{2}\.\d{6}|generic|")
PROCEDURE_CODE = re.compile(r"\d\.\d{6}")


@dataclass(frozen=True)
class Fault:
    """A finding: its kind (a key of `LINT`), the part of the document it is in, and what was found."""

    code: str
    part: str
    detail: str


def faults_of(missing: Iterable[str], version: ProcedureVersion) -> Iterator[Fault]:
    """Everything wrong with a version whose parts are loaded; `missing` are the procedure's unconfirmed facts."""
    yield from paper_faults(version.requireddocuments.all())
    yield from _time_faults(version)
    yield from _fee_faults(missing, version)
    yield from result_faults(version.resultkinds.all())
    yield from form_faults(version.form)


def paper_faults(papers: Iterable[Any]) -> Iterator[Fault]:
    """Certified copies without a basis, papers the state holds, papers named twice."""
    names: set[str] = set()
    for paper in papers:
        plain = " ".join(fold(paper.name).split())
        if _CERTIFIED.search(plain) and not paper.certified_basis:
            yield Fault("certified", "papers", paper.name)
        excused = paper.known_from or paper.asked_because or paper.shown_only
        if _KNOWN.match(plain) and not excused:
            yield Fault("known", "papers", paper.name)
        if plain in names:
            yield Fault("twice", "papers", paper.name)
        names.add(plain)


def result_faults(results: Iterable[Any]) -> Iterator[Fault]:
    """Result codes that were damaged."""
    for result in results:
        if not _RESULT_CODE.fullmatch(result.code):
            yield Fault("code", "results", f"{result.code}: {result.name}")


def form_faults(form: dict[str, Any]) -> Iterator[Fault]:
    """Questions about the person that the profile could answer."""
    yield from (Fault("asked-again", "form", label) for label in asked_again(form))


def _time_faults(version: ProcedureVersion) -> Iterator[Fault]:
    for limit in version.timelimits.all():
        if limit.value is not None and limit.unit == "unknown":
            yield Fault("time-unit", "times", f"{limit.get_channel_display()}: {limit.value.normalize():f}")
        legal = limit.legal_minutes
        own = [s for s in version.processsteps.all() if s.case_id in {None, limit.case_id}]
        steps = sum(s.minutes for s in own if not s.parallel)
        if legal is not None and steps > legal:
            yield Fault("steps", "steps", f"{limit}: {steps} > {legal}")


def _fee_faults(missing: Iterable[str], version: ProcedureVersion) -> Iterator[Fault]:
    """A channel shown as free though the fee is on the list of what nobody entered or confirmed."""
    for limit in version.timelimits.all():
        unentered = limit.channel in version.fee_unknown or "fee" in missing
        if limit.fee_shown == [0] and unentered:
            yield Fault("free-unentered", "fees", str(limit.get_channel_display()))


def asked_again(form: dict[str, Any]) -> Iterator[str]:
    """Labels of the questions about the person whose dossier it is that the profile could answer but does not."""
    owner = form.get("owner", {})
    known = {owner.get(part) for part in ("name", "id_number", "phone", "email")} - {None}
    for section in form.get("sections", []):
        for asked in section.get("fields", []):
            computed = asked.get("type") == "computed"  # nobody types it
            if asked["name"] in known and not asked.get("prefill") and not computed:
                yield asked["label"]["vi"]
