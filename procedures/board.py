"""The configuration board: every procedure in exactly one state with its reasons, and the lint of the catalogue.

Held in memory beside the catalogue and built anew with it; a page only reads it. Codes of findings are public
addresses (`/thu-tuc/bang-cau-hinh/<code>/`).
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from portal.lib import clock
from procedures.models import Procedure, ProcedureVersion, Setup
from procedures.quality import LINT, PROCEDURE_CODE, faults_of
from procedures.querysets import MISSING, catalogue, missing_of
from procedures.sufficiency import REASONS, lacking

SETUPS = {
    Setup.FULL: _("Tờ khai riêng, giấy tờ, thời hạn, phí, quy trình và kết quả đều có."),
    Setup.GENERIC: _("Nộp được bằng tờ khai chung; những gì chưa xác nhận được ghi rõ."),
    Setup.INCOMPLETE: _("Chưa nộp được tại đây; dưới đây là lý do."),
}


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
    procedures = list(Procedure.objects.done_on(clock.today()).order_by("-popularity", "code"))
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
    if not PROCEDURE_CODE.fullmatch(procedure.code):
        yield "loi-code", [procedure.code]
    if version is not None:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for fault in faults_of(procedure.missing, version):
            found[f"loi-{fault.code}"].append(fault.detail)
        yield from found.items()
