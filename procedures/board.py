"""The configuration board: every procedure in exactly one state with its reasons, and the lint of the catalogue.

Held in memory beside the catalogue and built anew with it; a page only reads it. Codes of findings are public
addresses (`/thu-tuc/bang-cau-hinh/<code>/`).
"""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from portal.lib import clock
from portal.lib.text import fold
from procedures.models import Procedure, ProcedureVersion, Setup
from procedures.querysets import MISSING, catalogue, missing_of
from procedures.sufficiency import REASONS, lacking

SETUPS = {
    Setup.FULL: _("Tờ khai riêng, giấy tờ, thời hạn, phí, quy trình và kết quả đều có."),
    Setup.GENERIC: _("Nộp được bằng tờ khai chung; những gì chưa xác nhận được ghi rõ."),
    Setup.INCOMPLETE: _("Chưa nộp được tại đây; dưới đây là lý do."),
}
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
_CERTIFIED = re.compile(r"\b(co chung thuc|chung thuc tu ban chinh|sao chung thuc|ban sao cong chung)\b")
_KNOWN = re.compile(
    r"^(ban (sao|chup) )?(the can cuoc|can cuoc cong dan|giay chung minh nhan dan|chung minh nhan dan|so ho khau"
    r"|giay khai sinh|giay chung nhan ket hon|giay xac nhan tinh trang hon nhan|giay dang ky ket hon"
    r"|giay xac nhan thong tin ve cu tru|phieu ly lich tu phap|giay chung nhan dang ky doanh nghiep"
    r"|giay chung nhan dang ky kinh doanh|giay chung nhan dang ky ho kinh doanh)\b"
)
_RESULT_CODE = re.compile(r"KQ\.[A-Z]\d{2}\.\d{6}|generic|")
_PROCEDURE_CODE = re.compile(r"\d\.\d{6}")


@dataclass(frozen=True)
class Finding:
    """A procedure on a list, with what was found there."""

    code: str
    title: str
    setup: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Board:
    """Lists by code; a list nothing was found for is empty, never absent."""

    stamp: str
    total: int
    lists: dict[str, list[Finding]]

    def count(self, code: str) -> int:
        """How many procedures stand on a list."""
        return len(self.lists[code])


@dataclass(frozen=True)
class Figure:
    """A share another app counts, for the board: `part` of `whole` (0: no data), and the page behind it."""

    title: str
    note: str
    part: int
    whole: int
    url: str

    @property
    def share(self) -> float | None:
        """None without data."""
        return self.part / self.whole if self.whole else None


FIGURES: list[Callable[[], list[Figure]]] = []  # apps to the right add their own when they are ready

TITLES: dict[str, Any] = {
    **{str(setup): setup.label for setup in Setup},
    **{f"ly-do-{code}": text for code, text in REASONS.items() if code != "gone"},
    **{f"thieu-{code}": text for code, text in MISSING.items()},
    **{f"loi-{code}": text for code, text in LINT.items()},
}

_lock = threading.Lock()
_held: Board | None = None


def board() -> Board:
    """The board of the catalogue as it is now."""
    global _held
    stamp = catalogue().stamp
    with _lock:
        if _held is None or _held.stamp != stamp:
            with translation.override("vi"):  # findings quote the Vietnamese catalogue in every language
                _held = _build(stamp)
        return _held


def _build(stamp: str) -> Board:
    lists: dict[str, list[Finding]] = {code: [] for code in TITLES}
    procedures = list(Procedure.objects.filter(is_active=True).order_by("-popularity", "code"))
    versions = {version.procedure_id: version for version in _versions()}
    for procedure in procedures:
        version = versions.get(procedure.pk)
        for code, details in _findings(procedure, version):
            lists[code].append(Finding(procedure.code, procedure.name, procedure.setup, tuple(details)))
    return Board(stamp, len(procedures), lists)


def _versions() -> Iterable[ProcedureVersion]:
    parts = ("timelimits", "requireddocuments", "resultkinds", "processsteps", "feerules")
    rows = ProcedureVersion.objects.in_force(clock.today()).order_by("number")
    return rows.prefetch_related(*(Prefetch(part) for part in parts))


def _findings(procedure: Procedure, version: ProcedureVersion | None) -> Iterator[tuple[str, list[str]]]:
    yield procedure.setup, []
    limits = list(version.timelimits.all()) if version else []
    papers = bool(version and version.requireddocuments.all())
    if procedure.setup == Setup.INCOMPLETE:
        for reason in lacking(procedure, limits, has_papers=papers):
            yield f"ly-do-{reason}", []
    for missing in missing_of(procedure):
        yield f"thieu-{missing}", []
    if not _PROCEDURE_CODE.fullmatch(procedure.code):
        yield "loi-code", [procedure.code]
    if version is not None:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for code, detail in _lint(procedure, version):
            found[f"loi-{code}"].append(detail)
        yield from found.items()


def _lint(procedure: Procedure, version: ProcedureVersion) -> Iterator[tuple[str, str]]:
    yield from _paper_faults(version)
    yield from _time_faults(version)
    yield from _fee_faults(procedure, version)
    for result in version.resultkinds.all():
        if not _RESULT_CODE.fullmatch(result.code):
            yield "code", f"{result.code}: {result.name}"
    yield from (("asked-again", label) for label in asked_again(version.form))


def _paper_faults(version: ProcedureVersion) -> Iterator[tuple[str, str]]:
    names: set[str] = set()
    for paper in version.requireddocuments.all():
        plain = " ".join(fold(paper.name).split())
        if _CERTIFIED.search(plain) and not paper.certified_basis:
            yield "certified", paper.name
        if _KNOWN.match(plain) and not paper.known_from and not paper.shown_only:
            yield "known", paper.name
        if plain in names:
            yield "twice", paper.name
        names.add(plain)


def _time_faults(version: ProcedureVersion) -> Iterator[tuple[str, str]]:
    for limit in version.timelimits.all():
        if limit.value is not None and limit.unit == "unknown":
            yield "time-unit", f"{limit.get_channel_display()}: {limit.value.normalize():f}"
        legal = limit.legal_minutes
        own = [s for s in version.processsteps.all() if s.case_id in {None, limit.case_id}]
        steps = sum(s.minutes for s in own if not s.parallel)
        if legal is not None and steps > legal:
            yield "steps", f"{limit}: {steps} > {legal}"


def _fee_faults(procedure: Procedure, version: ProcedureVersion) -> Iterator[tuple[str, str]]:
    """A channel shown as free though the fee is on the list of what nobody entered or confirmed."""
    for limit in version.timelimits.all():
        unentered = limit.channel in version.fee_unknown or "fee" in procedure.missing
        if limit.fee_shown == [0] and unentered:
            yield "free-unentered", str(limit.get_channel_display())


def asked_again(form: dict[str, Any]) -> Iterator[str]:
    """Labels of the questions about the person whose dossier it is that the profile could answer but does not."""
    owner = form.get("owner", {})
    known = {owner.get(part) for part in ("name", "id_number", "phone", "email")} - {None}
    for section in form.get("sections", []):
        for asked in section.get("fields", []):
            computed = asked.get("type") == "computed"  # nobody types it
            if asked["name"] in known and not asked.get("prefill") and not computed:
                yield asked["label"]["vi"]
