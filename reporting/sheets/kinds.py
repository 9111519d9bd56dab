"""What each kind of report holds, counted by the same functions and definitions as the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db.models import Count
from django.utils.translation import override

from dossiers.models.ratings import Satisfaction
from payments.reconciling import given_back, net_booked, remittance
from portal.accounts.models import Unit
from reporting import index766, report06
from reporting.bases import Fact
from reporting.counting import Counts, add
from reporting.facts import FACT_BY_CODE
from reporting.measures import MAIN, MEASURE_BY_CODE, Measure
from reporting.models import ReportKind, Target
from reporting.rollups import Figures, figures
from reporting.sheets.base import (
    MONEY,
    POINTS,
    SHARE,
    WORDS,
    Asked,
    Check,
    Column,
    Line,
    Note,
    Sheet,
    Table,
    Text,
    share,
)
from reporting.targets import Targets
from reporting.wording import target_text

TOTAL = "Tổng số"
PAID = ("paid-online", "paid-online-amount")


def build(kind: str, asked: Asked) -> Sheet:
    """The report, in Vietnamese whatever language somebody reads."""
    with override("vi"):
        return BUILDERS[ReportKind(kind)](asked)


def definition(measure: Measure) -> Note:
    """A measure of the contract with its version and rules."""
    rules = tuple((str(what), str(how)) for what, how in measure.rules())
    return Note(f"{measure.title} ({measure.code}, phiên bản {measure.version})", rules)


def _of_fact(fact: Fact) -> tuple[str, str]:
    basis = fact.basis
    return str(fact.title), f"tính theo {basis.label}, cho {basis.unit_label}"


# --- Report 06 ---


def report_06(asked: Asked, key: str) -> Sheet:
    """Report 06a by field or by unit, with its check sums."""
    total, groups = report06.lines(asked.period, asked.keys, key)
    columns = tuple(
        Column(str(title), group=str(group)) for group, inner in report06.HEADINGS for title, _code in inner
    )
    names = _names(asked.units) if key == "unit" else None
    found = [_line(name, counts) for name, _key, counts in report06.named(groups, names)]
    table = Table("", "Đơn vị" if key == "unit" else "Lĩnh vực", columns, tuple(found), _line(TOTAL, total))
    sums = tuple(Check(str(one.label), one.left, one.right) for one in report06.check_sums(total))
    facts = [report06.column(code) for code in report06.COLUMNS]
    note = Note(f"Biểu 06a, phiên bản {report06.VERSION}", tuple(_of_fact(fact) for fact in facts))
    return Sheet(
        title="Tình hình, kết quả giải quyết thủ tục hành chính",
        form="Biểu 06a – Thông tư 02/2017/TT-VPCP",
        tables=(table,),
        notes=(note,),
        checks=sums,
        remarks=(
            "Tính cho đơn vị giải quyết. Hồ sơ đang giải quyết xét theo ngày hẹn hiện hành, vào cuối kỳ hoặc lúc lập.",
        ),
    )


def _names(units: Iterable[Unit]) -> dict[int, str]:
    return {unit.pk: unit.full_name for unit in units}


def _line(label: str, counts: Counts) -> Line:
    return Line(label, tuple(counts.get(code, 0) for code in report06.COLUMNS))


# --- Index of Decision 766 ---


def index_766(asked: Asked) -> Sheet:
    """The sub-indicators by group, with formulas and points; what has no data says why."""
    question = index766.question(asked.period, asked.keys, asked.unit)
    scored = index766.score(question, figures(asked.period, asked.keys).of(asked.keys))
    tables = tuple(_group(group, items) for group, items in scored)
    got, most = index766.sums([one for _group, items in scored for one in items])
    used = [one.item.measure for _group, items in scored for one in items if one.item.measure is not None]
    return Sheet(
        title="Bộ chỉ số phục vụ người dân, doanh nghiệp",
        form=f"Quyết định 766/QĐ-TTg ngày 23/6/2022 – cách tính phiên bản {index766.VERSION}",
        tables=tables,
        notes=tuple(definition(measure) for measure in used),
        remarks=(
            f"{_points(float(got))} điểm trên {_points(float(most))} điểm có dữ liệu để tính.",
            "Bộ chỉ số có 100 điểm; phần còn lại cần dữ liệu không có trong Cổng nên không tính và không xếp loại.",
        ),
    )


def _points(value: float) -> str:
    return f"{value:.2f}".replace(".", ",")


def _group(group: index766.Group, items: list[index766.Scored]) -> Table:
    columns = (
        Column("Công thức", WORDS, wide=True),
        Column("Tử số"),
        Column("Mẫu số"),
        Column("Tỷ lệ", SHARE),
        Column("Điểm", POINTS),
        Column("Tối đa", POINTS),
    )
    got, most = index766.sums(items)
    total = Line("Cộng phần có dữ liệu", ("", "", "", "", float(got), float(most))) if most else None
    lines = tuple(_item(one) for one in items)
    return Table(f"{group.code}. {group.title} ({group.points} điểm)", "Chỉ số", columns, lines, total)


def _item(one: index766.Scored) -> Line:
    item = one.item
    words = [f"{item.formula}."]
    if item.missing:
        words.append(f"Chưa có dữ liệu: {item.missing}")
    if item.is_sample:
        words.append("Điểm tối đa là số mẫu: nguồn không nêu rõ cách chia 12 điểm.")
    return Line(
        f"{item.code} {item.title}",
        (
            " ".join(words),
            "–" if one.numerator is None else one.numerator,
            "–" if one.denominator is None else one.denominator,
            share(one.numerator or 0, one.denominator or 0),
            None if one.points is None else float(one.points),
            float(item.points),
        ),
    )


# --- Targets of the city ---


def targets(asked: Asked) -> Sheet:
    """Every target of the city against what was reached, by unit; then the numbers it is divided from."""
    found = figures(asked.period, asked.keys)
    known = Targets.on(asked.period.last)
    measures = [MEASURE_BY_CODE[code] for code in MAIN]
    units = [unit for unit in asked.units if any(found.by_unit.get(unit.pk, {}).values())]
    every = found.of(asked.keys)
    rates = Table(
        "Tỷ lệ đạt được và mục tiêu",
        "Đơn vị",
        tuple(_columns(measures, ("Tỷ lệ", "Mục tiêu", "Đạt"), (SHARE, WORDS, WORDS))),
        tuple(
            _rates(unit.full_name, measures, found.by_unit[unit.pk], known, unit.pk, unit.kind)
            for unit in units
        ),
        _rates(TOTAL, measures, every, known, asked.unit.pk, asked.unit.kind),
    )
    halves = Table(
        "Số hồ sơ dùng để tính",
        "Đơn vị",
        tuple(_columns(measures, ("Tử số", "Mẫu số"), ("count", "count"))),
        tuple(_halves(unit.full_name, measures, found.by_unit[unit.pk]) for unit in units),
        _halves(TOTAL, measures, every),
    )
    documents = sorted({str(row.document) for row in known.rows if row.measure in MAIN})
    return Sheet(
        title="Kết quả thực hiện mục tiêu thành phố giao",
        form="; ".join(documents) or "Chưa có mục tiêu nào có hiệu lực vào ngày cuối kỳ",
        tables=(rates, halves),
        notes=tuple(definition(measure) for measure in measures),
        remarks=_state(found),
    )


def _columns(
    measures: Iterable[Measure], titles: tuple[str, ...], kinds: tuple[str, ...]
) -> Iterable[Column]:
    for measure in measures:
        for title, kind in zip(titles, kinds, strict=True):
            yield Column(title, kind, group=measure.name)


def _rates(
    label: str, measures: Iterable[Measure], counts: Counts, known: Targets, unit: int, kind: str
) -> Line:
    values: list[float | str | None] = []
    for measure in measures:
        above, below = _numbers(measure, counts)
        target = known.of(measure.code, unit, kind)
        values += [share(above, below), target_text(target) if target else "–", _met(above, below, target)]
    return Line(label, tuple(values))


def _met(above: int, below: int, target: Target | None) -> str:
    if target is None or not below:
        return "–"
    return "Có" if target.met_by(above / below) else "Không"


def _numbers(measure: Measure, counts: Counts) -> tuple[int, int]:
    return counts.get(measure.numerator.code, 0), counts.get(measure.denominator.code, 0)


def _halves(label: str, measures: Iterable[Measure], counts: Counts) -> Line:
    return Line(label, tuple(number for measure in measures for number in _numbers(measure, counts)))


def _state(found: Figures) -> tuple[str, ...]:
    """What the reader must know about the counting."""
    if found.rebuilding:
        return ("Khi lập báo cáo, số liệu đang được tính lại theo định nghĩa hiện hành nên chưa đầy đủ.",)
    if found.behind:
        return (f"Khi lập báo cáo, còn {len(found.behind)} ngày đang được tính lại.",)
    return ()


# --- Money ---


def money(asked: Asked) -> Sheet:
    """Fees and charges by collecting unit: dossiers and đồng, of which online."""
    found = figures(asked.period, asked.keys)
    columns = (
        Column("Tổng số", group="Hồ sơ đã nộp"),
        Column("Trực tuyến", group="Hồ sơ đã nộp"),
        Column("Tỷ lệ", SHARE, group="Hồ sơ đã nộp"),
        Column("Tổng số", MONEY, group="Số tiền đã thu (đồng)"),
        Column("Trực tuyến", MONEY, group="Số tiền đã thu (đồng)"),
        Column("Tỷ lệ", SHARE, group="Số tiền đã thu (đồng)"),
    )
    lines = tuple(
        _money(unit.full_name, found.by_unit[unit.pk])
        for unit in asked.units
        if found.by_unit.get(unit.pk, {}).get("paid_amount")
    )
    total = _money(TOTAL, found.of(asked.keys))
    paid = Table("Hồ sơ và số tiền theo cách nộp", "Đơn vị thu", columns, lines, total)
    balance, checks = _balance(asked)
    return Sheet(
        title="Tình hình thu phí, lệ phí",
        form="Số đã ghi sổ trong kỳ; khoản nộp thừa không phải là khoản thu",
        tables=(paid, balance),
        notes=tuple(definition(MEASURE_BY_CODE[code]) for code in PAID),
        checks=checks,
        remarks=(
            "Bảng thứ hai tính theo biên lai và các khoản hoàn đã trả trong kỳ, cả khoản hoàn của biên lai kỳ trước.",
            "Lệ phí nộp toàn bộ vào ngân sách; phí chưa có tỷ lệ để lại được xác nhận đứng ở cột riêng.",
            *_state(found),
        ),
    )


def _balance(asked: Asked) -> tuple[Table, tuple[Check, ...]]:
    """What was receipted, given back and is left by unit, and where the rest goes; each line adds up."""
    first, last = asked.period.first, asked.period.last
    left: dict[int, Counts] = {}
    for row in remittance(asked.units, first, last):
        sums = left.setdefault(row.unit.pk, {})
        if row.percent is None:
            add(sums, {"unknown": row.collected})
        else:
            add(sums, {"retained": row.retained or 0, "remitted": row.remitted or 0})
        add(sums, {"net": row.collected})
    back = given_back(asked.units, first, last)
    units = [unit for unit in asked.units if unit.pk in left]
    group = "Số còn lại (đồng)"
    columns = (
        Column("Đã thu", MONEY, group="Theo biên lai (đồng)"),
        Column("Đã hoàn", MONEY, group="Theo biên lai (đồng)"),
        Column("Còn lại", MONEY, group="Theo biên lai (đồng)"),
        Column("Để lại đơn vị", MONEY, group=group),
        Column("Nộp ngân sách", MONEY, group=group),
        Column("Chưa có tỷ lệ", MONEY, group=group),
    )
    lines = tuple(_left(unit.full_name, left[unit.pk], back.get(unit.pk, 0)) for unit in units)
    every: Counts = {}
    for sums in left.values():
        add(every, sums)
    total = _left(TOTAL, every, sum(back.values())) if units else None
    parts = every.get("retained", 0) + every.get("remitted", 0) + every.get("unknown", 0)
    booked = net_booked(asked.units, first, last)
    checks = (
        Check("Còn lại = để lại + nộp ngân sách + chưa có tỷ lệ", every.get("net", 0), parts),
        Check("Còn lại theo biên lai = thu phí, lệ phí trên sổ", every.get("net", 0), booked),
    )
    return Table("Đã thu, đã hoàn và nơi nộp", "Đơn vị thu", columns, lines, total), checks


def _left(label: str, sums: Counts, back: int) -> Line:
    net = sums.get("net", 0)
    kept, remitted, unknown = (sums.get(code, 0) for code in ("retained", "remitted", "unknown"))
    return Line(label, (net + back, back, net, kept, remitted, unknown))


def _money(label: str, counts: Counts) -> Line:
    paid, online = counts.get("paid", 0), counts.get("paid_online", 0)
    amount, by_net = counts.get("paid_amount", 0), counts.get("paid_amount_online", 0)
    return Line(label, (paid, online, share(online, paid), amount, by_net, share(by_net, amount)))


# --- Satisfaction ---


def satisfaction(asked: Asked) -> Sheet:
    """What people answered, by the unit that handled the dossier and the day of the answer."""
    given = FACT_BY_CODE["rated"].rows(asked.period.first, asked.period.last, asked.keys)
    counted = given.order_by().values_list("unit", "overall").annotate(number=Count("pk"))
    by_unit: dict[int, Counts] = {}
    for unit, answer, number in counted:
        by_unit.setdefault(unit, {})[answer] = number
    total: Counts = {}
    for counts in by_unit.values():
        add(total, counts)
    columns = (
        Column("Lượt đánh giá"),
        *(Column(str(one.label), group="Trả lời") for one in Satisfaction),
        Column("Tỷ lệ hài lòng", SHARE),
    )
    lines = tuple(_answers(unit.full_name, by_unit[unit.pk]) for unit in asked.units if unit.pk in by_unit)
    return Sheet(
        title="Mức độ hài lòng của người dân, doanh nghiệp",
        form="Đánh giá trên Cổng và bằng mã QR trên giấy tiếp nhận",
        tables=(Table("", "Đơn vị", columns, lines, _answers(TOTAL, total)),),
        notes=(definition(MEASURE_BY_CODE["satisfaction"]),),
        remarks=("Chỉ tính người đã trả lời; người không trả lời không được coi là hài lòng.",),
    )


def _answers(label: str, counts: Counts) -> Line:
    numbers = [counts.get(one.value, 0) for one in Satisfaction]
    every = sum(numbers)
    return Line(label, (every, *numbers, share(every - counts.get(Satisfaction.NO.value, 0), every)))


BUILDERS: dict[ReportKind, Callable[[Asked], Sheet]] = {
    ReportKind.R06_FIELD: lambda asked: report_06(asked, "field"),
    ReportKind.R06_UNIT: lambda asked: report_06(asked, "unit"),
    ReportKind.INDEX_766: index_766,
    ReportKind.TARGETS: targets,
    ReportKind.MONEY: money,
    ReportKind.SATISFACTION: satisfaction,
}
__all__ = ["BUILDERS", "Text", "build", "definition"]
