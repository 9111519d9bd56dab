"""The index of Decision 766/QĐ-TTg: its groups, formulas, targets and points, as far as the data are here.

`points = min(1, R / T) × most` with a target T, otherwise `R × most`, two decimals. A sub-indicator whose data no
system of the portal holds says so and why; it gets no points, and the points that could be reached are said beside
those that were, so that the sum is never mistaken for one of a hundred.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Unit, UnitKind
from procedures.models import Procedure, ProcedureVersion
from reporting.conditions import OFFERED_LEVELS
from reporting.counting import Counts
from reporting.facts import FACT_BY_CODE
from reporting.measures import MEASURE_BY_CODE, Measure
from reporting.periods import Period

Text = str | Promise
VERSION = 1
TOTAL = Decimal(100)
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Question:
    """About what an indicator is asked: the days, the units, and which level's procedures."""

    period: Period
    units: Collection[int]
    at_commune: bool

    def procedures(self) -> QuerySet[Procedure]:
        """The procedures in force on the last day, of the communes or of the whole catalogue."""
        force = (
            ProcedureVersion.objects.in_force(self.period.last).filter(procedure=OuterRef("pk")).order_by()
        )
        rows = Procedure.objects.filter(Exists(force), is_active=True).order_by("code")
        return rows.filter(at_commune=True) if self.at_commune else rows

    def offered(self) -> QuerySet[Procedure]:
        """Those offered online on the last day."""
        force = ProcedureVersion.objects.in_force(self.period.last).filter(
            procedure=OuterRef("pk"), online_level__in=OFFERED_LEVELS
        )
        return self.procedures().filter(Exists(force.order_by()))

    def with_rows(self, code: str) -> QuerySet[Procedure]:
        """Procedures with at least one dossier of the fact `code`."""
        rows = FACT_BY_CODE[code].rows(self.period.first, self.period.last, self.units)
        return Procedure.objects.filter(pk__in=rows.values("procedure")).order_by("code")

    def offered_and_used(self) -> QuerySet[Procedure]:
        """Those offered online that had an online dossier."""
        return self.offered().filter(pk__in=self.with_rows("received_online").values("pk"))


Chosen = Callable[[Question], QuerySet[Procedure]]


@dataclass(frozen=True)
class Item:
    """One sub-indicator. Its data: a measure, or two sets of procedures, or none (`missing` says why)."""

    code: str
    title: Text
    points: Decimal
    formula: Text
    measure: Measure | None = None
    above: Chosen | None = None
    below: Chosen | None = None
    target: Decimal | None = None
    missing: Text = ""
    is_sample: bool = False

    @property
    def sets(self) -> dict[str, Chosen]:
        """The two sets of procedures by part; empty for an item of dossiers."""
        both = (("numerator", self.above), ("denominator", self.below))
        return {part: chosen for part, chosen in both if chosen is not None}


@dataclass(frozen=True)
class Group:
    """One group with its points."""

    code: str
    title: Text
    points: Decimal
    items: tuple[Item, ...]


def _none(code: str, title: Text, points: str, formula: Text, missing: Text) -> Item:
    return Item(code, title, Decimal(points), formula, missing=missing)


_CATALOGUE: Text = _("Danh mục không ghi ngày quyết định công bố và ngày công khai.")
_FOREIGN: Text = _("Cổng chưa nối với kho dữ liệu này.")
_PETITIONS: Text = _("Cổng chỉ giữ phản ánh gửi tại đây, chưa nối với hệ thống phản ánh quốc gia.")

GROUPS: tuple[Group, ...] = (
    Group(
        "1",
        _("Công khai, minh bạch"),
        Decimal(18),
        (
            _none(
                "1.1", _("Công bố đúng hạn"), "6", _("Thủ tục công bố đúng hạn ÷ thủ tục công bố"), _CATALOGUE
            ),
            _none(
                "1.2",
                _("Cập nhật, công khai đúng hạn"),
                "4",
                _("Thủ tục công khai đúng hạn ÷ thủ tục công khai"),
                _CATALOGUE,
            ),
            _none(
                "1.3",
                _("Nội dung công khai đầy đủ"),
                "2",
                _("Thủ tục công khai đầy đủ ÷ thủ tục công khai"),
                _CATALOGUE,
            ),
            _none(
                "1.4",
                _("Đồng bộ hồ sơ lên Cổng quốc gia"),
                "6",
                _("Hồ sơ đã đồng bộ ÷ hồ sơ theo báo cáo hoặc trên Cổng quốc gia (lấy số lớn hơn)"),
                _("Chưa nối với Cổng Dịch vụ công quốc gia."),
            ),
        ),
    ),
    Group(
        "2",
        _("Tiến độ giải quyết"),
        Decimal(20),
        (
            Item(
                "2.1",
                _("Hồ sơ trước hạn và đúng hạn"),
                Decimal(20),
                _("Hồ sơ đúng hạn, không quá một lần bổ sung ÷ hồ sơ có kết quả"),
                MEASURE_BY_CODE["on-time-766"],
            ),
        ),
    ),
    Group(
        "3a",
        _("Dịch vụ công trực tuyến"),
        Decimal(12),
        (
            Item(
                "3.1",
                _("Thủ tục cung cấp trực tuyến"),
                Decimal(4),
                _(
                    "Thủ tục cung cấp trực tuyến ÷ thủ tục đang có hiệu lực; chưa xác nhận mức độ thì "
                    "không tính là cung cấp"
                ),
                above=Question.offered,
                below=Question.procedures,
                target=Decimal("0.8"),
                is_sample=True,
            ),
            Item(
                "3.2",
                _("Thủ tục có phát sinh hồ sơ trực tuyến"),
                Decimal(4),
                _("Thủ tục có hồ sơ trực tuyến trong kỳ ÷ thủ tục cung cấp trực tuyến"),
                above=Question.offered_and_used,
                below=Question.offered,
                is_sample=True,
            ),
            Item(
                "3.3",
                _("Hồ sơ trực tuyến"),
                Decimal(4),
                _("Hồ sơ trực tuyến đã có kết quả điện tử ÷ hồ sơ được tiếp nhận; đủ điểm từ 50 %"),
                MEASURE_BY_CODE["online-766"],
                target=Decimal("0.5"),
                is_sample=True,
            ),
        ),
    ),
    Group(
        "3b",
        _("Thanh toán trực tuyến"),
        Decimal(10),
        (
            _none(
                "3.5",
                _("Thủ tục có nghĩa vụ tài chính mở thanh toán trực tuyến"),
                "2",
                _("Thủ tục mở thanh toán trực tuyến ÷ thủ tục có nghĩa vụ tài chính; đủ điểm từ 80 %"),
                _("Danh mục chưa xác nhận thủ tục nào có nghĩa vụ tài chính ngoài phí, lệ phí."),
            ),
            Item(
                "3.5b",
                _("Thủ tục có phát sinh giao dịch trực tuyến"),
                Decimal(2),
                _("Thủ tục có hồ sơ nộp phí trực tuyến ÷ thủ tục có hồ sơ phải nộp phí; đủ điểm từ 80 %"),
                above=lambda asked: asked.with_rows("fee_paid_online"),
                below=lambda asked: asked.with_rows("fee_due"),
                target=Decimal("0.8"),
            ),
            Item(
                "3.6",
                _("Hồ sơ thanh toán trực tuyến"),
                Decimal(6),
                _("Hồ sơ nộp phí trực tuyến ÷ hồ sơ có phí phải nộp, bỏ hồ sơ 0 đồng"),
                MEASURE_BY_CODE["paid-online-766"],
            ),
        ),
    ),
    Group(
        "4",
        _("Số hoá hồ sơ"),
        Decimal(22),
        (
            Item(
                "4.1",
                _("Kết quả điện tử"),
                Decimal(6),
                _("Hồ sơ có bản điện tử của kết quả ÷ hồ sơ có kết quả"),
                MEASURE_BY_CODE["e-result"],
            ),
            Item(
                "4.2",
                _("Hồ sơ số hoá"),
                Decimal(4),
                _("Hồ sơ có tệp thành phần và tệp kết quả ÷ hồ sơ có kết quả; đủ điểm từ 80 %"),
                MEASURE_BY_CODE["digitised"],
                target=Decimal("0.8"),
            ),
            _none(
                "4.2b",
                _("Bản sao chứng thực điện tử"),
                "2",
                _("Bản sao chứng thực điện tử ÷ bản sao chứng thực"),
                _FOREIGN,
            ),
            Item(
                "4.3",
                _("Dùng lại dữ liệu số hoá"),
                Decimal(2),
                _("Hồ sơ có thành phần dùng lại ÷ hồ sơ số hoá; đủ điểm từ 80 %"),
                MEASURE_BY_CODE["reused"],
                target=Decimal("0.8"),
            ),
            _none(
                "4.4",
                _("Kết nối kho dữ liệu"),
                "4",
                _("Hồ sơ có giấy tờ lấy từ kho dữ liệu cá nhân, tổ chức"),
                _FOREIGN,
            ),
            _none(
                "4.5a",
                _("Thủ tục khai thác dữ liệu dân cư"),
                "2",
                _("Thủ tục dùng cơ sở dữ liệu dân cư ÷ thủ tục"),
                _FOREIGN,
            ),
            _none(
                "4.5b",
                _("Hồ sơ khai thác dữ liệu dân cư"),
                "2",
                _("Hồ sơ dùng cơ sở dữ liệu dân cư ÷ hồ sơ"),
                _FOREIGN,
            ),
        ),
    ),
    Group(
        "5",
        _("Mức độ hài lòng"),
        Decimal(18),
        (
            _none(
                "5.2",
                _("Phản ánh, kiến nghị trả lời đúng hạn"),
                "6",
                _("Phản ánh trả lời đúng hạn ÷ phản ánh"),
                _PETITIONS,
            ),
            _none(
                "5.3",
                _("Hài lòng với việc trả lời phản ánh"),
                "6",
                _("Người hài lòng ÷ người được hỏi"),
                _PETITIONS,
            ),
            _none(
                "5.4",
                _("Hài lòng với việc giải quyết thủ tục"),
                "6",
                _("100 % − (tỷ lệ trễ hạn + tỷ lệ hồ sơ có phản ánh hoặc không hài lòng); đủ điểm từ 90 %"),
                _PETITIONS,
            ),
        ),
    ),
)
ITEMS = {item.code: item for group in GROUPS for item in group.items}


@dataclass(frozen=True)
class Scored:
    """One sub-indicator counted: None where there are no data."""

    item: Item
    numerator: int | None
    denominator: int | None

    @property
    def value(self) -> float | None:
        """The quotient; None for an empty denominator."""
        if self.numerator is None or not self.denominator:
            return None
        return self.numerator / self.denominator

    @property
    def points(self) -> Decimal | None:
        """The points, two decimals; None where there is nothing to divide by."""
        if self.numerator is None or not self.denominator:
            return None
        reached = Decimal(self.numerator) / Decimal(self.denominator)
        share = min(Decimal(1), reached / self.item.target) if self.item.target else reached
        return (share * self.item.points).quantize(CENT, ROUND_HALF_UP)


def question(period: Period, units: Collection[int], unit: Unit) -> Question:
    """What is asked about one unit with everything under it."""
    return Question(period, units, unit.kind == UnitKind.COMMUNE)


def score(asked: Question, counts: Counts) -> list[tuple[Group, list[Scored]]]:
    """Every sub-indicator; `counts` are the facts of the same units and days."""
    return [(group, [_scored(item, asked, counts) for item in group.items]) for group in GROUPS]


def _scored(item: Item, asked: Question, counts: Counts) -> Scored:
    if item.measure is not None:
        above, below = item.measure.numerator.code, item.measure.denominator.code
        return Scored(item, counts.get(above, 0), counts.get(below, 0))
    if item.above is not None and item.below is not None:
        return Scored(item, item.above(asked).count(), item.below(asked).count())
    return Scored(item, None, None)


def sums(scored: Collection[Scored]) -> tuple[Decimal, Decimal]:
    """Points reached, and the most that could be reached with the data there are."""
    known = [(one.points, one.item.points) for one in scored if one.points is not None]
    return sum((got for got, _most in known), Decimal(0)), sum((most for _got, most in known), Decimal(0))
