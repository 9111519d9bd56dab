"""What a record says that the catalogue does not: field by field, readable. Reads rows that are loaded; writes nothing.

An untold value is no change, nor is a poorer one: a bare number beside the same number with a unit, counts the source
does not know, an amount it does not show.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.lib.text import fold
from portal.templatetags.portal import money
from procedures.importing.build import law
from procedures.importing.build.fields import HEADINGS, field_of
from procedures.importing.national.records import Facts
from procedures.models import Channel, Procedure, ProcedureVersion, TimeLimit, TimeUnit


class Part(TextChoices):
    """What of a procedure differs."""

    NEW = "new", gettext_lazy("thủ tục mới")
    TITLE = "title", gettext_lazy("tên")
    FIELD = "field", gettext_lazy("lĩnh vực")
    LEVELS = "at", gettext_lazy("cấp thực hiện")
    AGENCY = "agency", gettext_lazy("cơ quan thực hiện")
    APPLICANTS = "for", gettext_lazy("đối tượng thực hiện")
    DECISION = "decision", gettext_lazy("quyết định công bố")
    BASIS = "basis", gettext_lazy("căn cứ pháp lý")
    TIME = "time", gettext_lazy("thời hạn")
    FEE = "fee", gettext_lazy("phí, lệ phí")
    PAPERS = "papers", gettext_lazy("thành phần hồ sơ")
    RESULTS = "results", gettext_lazy("kết quả thực hiện")


# What stands in the procedure's own row, not in its version.
IDENTITY = (Part.TITLE, Part.FIELD, Part.LEVELS, Part.AGENCY, Part.APPLICANTS)


@dataclass(frozen=True)
class Change:
    """One difference; `before` and `after` are lines to read."""

    part: Part
    before: tuple[str, ...]
    after: tuple[str, ...]
    about: str = ""  # which channel


def changes(procedure: Procedure | None, version: ProcedureVersion | None, facts: Facts) -> list[Change]:
    """The differences; for a procedure that is not in the catalogue, everything the record says.

    `version` with its time limits, papers and results loaded.
    """
    if procedure is None:
        return [Change(Part.NEW, (), (facts["title"],)), *_of_version(None, "", facts)]
    return [*_of_identity(procedure, facts), *_of_version(version, procedure.code, facts)]


def _of_identity(procedure: Procedure, facts: Facts) -> Iterable[Change]:
    if facts["title"] != procedure.title:
        yield Change(Part.TITLE, (procedure.title,), (facts["title"],))
    if told := facts.get("field"):
        name = field_of(procedure.code, facts["title"], told, told not in HEADINGS).name
        if fold(name) != fold(procedure.field.name):
            yield Change(Part.FIELD, (procedure.field.name,), (name,))
    known_at = _told(commune=procedure.at_commune, province=procedure.at_province)
    told_at = set(facts.get("at", ()))
    # Customs rows carry the commune label by error: no commune clears goods.
    if told_at and told_at != known_at and procedure.vertical_system != "Hải quan":
        yield Change(Part.LEVELS, _levels(known_at), _levels(told_at))
    told = facts.get("agency")
    if told and fold(told) != fold(procedure.agency) and procedure.agency != law.CERTIFIERS:
        yield Change(Part.AGENCY, _some(procedure.agency), (told,))
    known_for = _told(citizen=procedure.for_citizens, organisation=procedure.for_organisations)
    told_for = set(facts.get("for", ()))
    if told_for and told_for != known_for:
        yield Change(Part.APPLICANTS, _people(known_for), _people(told_for))


def _told(**named: bool) -> set[str]:
    return {name for name, yes in named.items() if yes}


def _of_version(version: ProcedureVersion | None, code: str, facts: Facts) -> Iterable[Change]:
    decision = version.decision if version else ""
    if (told := facts.get("decision")) and told != decision:
        yield Change(Part.DECISION, _some(decision), (told,))
    basis = list(version.legal_basis) if version else []
    if (acts := facts.get("basis")) and set(acts) != set(basis):
        gone, added = [act for act in basis if act not in acts], [act for act in acts if act not in basis]
        yield Change(Part.BASIS, tuple(gone), tuple(added))
    yield from _channels(version, code, facts.get("channels", {}))
    yield from _papers(version, facts.get("papers", []))
    yield from _results(version, facts.get("results", []))


# --- Times and fees ---


def _channels(version: ProcedureVersion | None, code: str, told: dict[str, Any]) -> Iterable[Change]:
    limits: dict[str, list[TimeLimit]] = {}
    for limit in version.timelimits.all() if version else ():
        limits.setdefault(limit.channel, []).append(limit)
    for channel, shown in sorted(told.items()):
        about, known = str(Channel(channel).label), limits.get(channel, [])
        if channel not in limits or not _same_time(known, shown.get("time")):
            before = tuple(dict.fromkeys(_limit_text(limit) for limit in known)) or (_("chưa có"),)
            yield Change(Part.TIME, before, (_time_text(*shown.get("time", (None, ""))),), about)
        amounts = set(shown.get("fee", ()))
        known_amounts = {amount for limit in known for amount in limit.fee_shown if amount}
        if (
            amounts
            and amounts != known_amounts
            and not law.national_fee(code, channel)
            and code not in law.FREE
        ):
            yield Change(Part.FEE, _amounts(known_amounts), _amounts(amounts), about)
    if told:
        for channel in sorted(limits.keys() - told.keys()):
            yield Change(Part.TIME, tuple(_limit_text(limit) for limit in limits[channel][:1]),
                         (_("nguồn không còn kênh này"),), str(Channel(channel).label))  # fmt: skip


def _same_time(known: list[TimeLimit], time: list[Any] | None) -> bool:
    if time is None:
        return True
    value, unit = Decimal(str(time[0])), time[1] or TimeUnit.UNKNOWN.value
    for limit in known:
        if limit.value is None:
            continue
        if limit.value == value and (limit.unit == unit or unit == TimeUnit.UNKNOWN):
            return True
        if (
            limit.unit == TimeUnit.SAME_DAY
            and value == 1
            and unit in {TimeUnit.UNKNOWN.value, TimeUnit.WORK_DAY.value}
        ):
            return True
    return False


def _limit_text(limit: TimeLimit) -> str:
    value = limit.value
    return _time_text(None if value is None else float(value), limit.unit)


def _time_text(value: float | None, unit: str) -> str:
    if value is None:
        return _("không ghi thời hạn")
    if unit == TimeUnit.SAME_DAY:
        return str(TimeUnit.SAME_DAY.label)
    label = TimeUnit(unit or "unknown").label
    return f"{value:g} {label}"


def _amounts(amounts: set[int]) -> tuple[str, ...]:
    return tuple(money(amount) for amount in sorted(amounts)) or (_("chưa có"),)


# --- Papers and results ---


def _papers(version: ProcedureVersion | None, told: list[list[Any]]) -> Iterable[Change]:
    if not told:
        return
    known = {fold(paper.name): paper for paper in version.requireddocuments.all()} if version else {}
    wanted = {fold(name): (name, originals, copies) for name, originals, copies in told}
    before = [_paper_text(p.name, p.originals, p.copies) for key, p in known.items() if key not in wanted]
    after = [_paper_text(*row) for key, row in wanted.items() if key not in known]
    for key, (name, originals, copies) in wanted.items():
        paper = known.get(key)
        if (
            paper is not None
            and (originals or copies)
            and (paper.originals, paper.copies) != (originals, copies)
        ):
            before.append(_paper_text(paper.name, paper.originals, paper.copies))
            after.append(_paper_text(name, originals, copies))
    if before or after:
        yield Change(Part.PAPERS, tuple(before), tuple(after))


def _paper_text(name: str, originals: int, copies: int) -> str:
    if not originals and not copies:
        return name
    counts = _("%(originals)s bản chính, %(copies)s bản sao") % {"originals": originals, "copies": copies}
    return f"{name} ({counts})"


def _results(version: ProcedureVersion | None, told: list[list[str]]) -> Iterable[Change]:
    known = [(row.name, row.code) for row in version.resultkinds.all()] if version else []
    before = [name for name, _code in known if not any(_same_name(name, row[0]) for row in told)]
    after = [_result_text(*row) for row in told if not any(_same_result(row, each) for each in known)]
    if after:
        yield Change(Part.RESULTS, tuple(before), tuple(after))


def _same_result(told: list[str], known: tuple[str, str]) -> bool:
    return _same_name(told[0], known[0]) and (not told[1] or told[1] == known[1] or not known[1])


def _same_name(one: str, other: str) -> bool:
    """Names are equal, or one is the other cut off by the source."""
    first, second = fold(one).rstrip("…. "), fold(other).rstrip("…. ")
    if "…" in one or "…" in other:
        return first.startswith(second) or second.startswith(first)
    return first == second


def _result_text(name: str, code: str) -> str:
    return f"{name} ({code})" if code else name


# --- Words ---


def _levels(at: set[str]) -> tuple[str, ...]:
    words = {"commune": _("Xã, phường"), "province": _("Thành phố")}
    return tuple(words[each] for each in sorted(at)) or (_("chưa có"),)


def _people(found: set[str]) -> tuple[str, ...]:
    words = {"citizen": _("Cá nhân"), "organisation": _("Tổ chức, doanh nghiệp")}
    return tuple(words[each] for each in sorted(found))


def _some(text: str) -> tuple[str, ...]:
    return (text or _("chưa có"),)
