"""What a procedure's page says: channels, fees, papers, steps, what is missing. Pure preparation of loaded rows."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.accounts.models import Unit
from portal.templatetags.portal import money
from procedures import handover
from procedures.diagram import Diagram, Shape, draw
from procedures.entries import Entry
from procedures.events import events_with
from procedures.models import (
    Channel,
    FeeRule,
    OnlineLevel,
    Procedure,
    ProcedureCase,
    ProcedureVersion,
    ProcessStep,
    RequiredDocument,
    Setup,
    TimeLimit,
)
from procedures.querysets import MISSING, missing_of
from procedures.wording import amounts_text, minutes_text, time_text

_ORDER = {Channel.ONLINE: 0, Channel.COUNTER: 1, Channel.POST: 2}


@dataclass(frozen=True)
class ChannelRow:
    """A line of the table of channels; empty texts mean the source says nothing."""

    name: str
    time: str
    fee: str
    fee_note: str
    note: str
    confirmed: bool = True


@dataclass(frozen=True)
class PaperRow:
    """A line of the table of papers."""

    name: str
    originals: int
    copies: int
    notes: list[str]
    template: str = ""


@dataclass(frozen=True)
class CaseSheet:
    """Times, papers and steps of one case of the procedure, or of the whole when it has no cases."""

    title: str
    channels: list[ChannelRow]
    papers: list[PaperRow]
    steps: list[tuple[ProcessStep, str]]
    total: str
    diagram: Diagram | None

    @property
    def has_notes(self) -> bool:
        """Whether any paper needs a word of explanation."""
        return any(paper.notes for paper in self.papers)


def context(procedure: Procedure, version: ProcedureVersion | None, entry: Entry) -> dict[str, Any]:
    """The context of `procedures/browse/detail.html`."""
    cases: list[ProcedureCase] = list(version.cases.all()) if version else []
    fees = list(version.feerules.all()) if version else []
    labels = _labels(version.form) if version else {}
    return {
        "procedure": procedure,
        "version": version,
        "entry": entry,
        "events": events_with(procedure.code),
        "title": procedure.name,
        "as_of": month_text(procedure.as_of),
        "cases": [case_sheet(procedure, version, case) for case in cases or (None,)] if version else [],
        "fees": [(rule, fee_text(rule, labels), _fee_channel(rule, fees)) for rule in fees],
        "results": list(version.resultkinds.all()) if version else [],
        "missing": [MISSING[code] for code in missing_of(procedure) if code in MISSING],
        "place": _place(procedure),
        "handover": handover.of(procedure, online=Channel.ONLINE in entry.channels),
        "counter_only": version is not None and version.online_level == OnlineLevel.COUNTER,
        "counter_takes": version is not None and procedure.is_takeable,
        "online_level": version.get_online_level_display() if version else "",
        "is_level_known": version is not None and version.online_level != OnlineLevel.UNCONFIRMED,
    }


def month_text(as_of: str) -> str:
    """The month of "2026-07" in words: "tháng 7/2026", "July 2026"; the text itself when it is no month."""
    year, _dash, month = as_of.partition("-")
    if not (year.isdigit() and month.isdigit() and 1 <= int(month) <= 12):
        return as_of
    return (
        f"{calendar.month_name[int(month)]} {year}"
        if get_language() == "en"
        else f"tháng {int(month)}/{year}"
    )


def case_sheet(procedure: Procedure, version: ProcedureVersion, case: ProcedureCase | None) -> CaseSheet:
    """Times, papers and steps of a case; None: what holds for all."""

    def own(rows: Any) -> list[Any]:
        return [row for row in rows.all() if row.case_id in (None, case.pk if case else None)]

    limits = sorted(own(version.timelimits), key=lambda limit: _ORDER[Channel(limit.channel)])
    steps = [(step, minutes_text(step.minutes)) for step in own(version.processsteps)]
    return CaseSheet(
        title=case.title if case else "",
        channels=[_channel(procedure, limit) for limit in limits],
        papers=[paper_row(procedure, document) for document in own(version.requireddocuments)],
        steps=steps,
        total=minutes_text(sum(step.minutes for step, _text in steps if not step.parallel)) if steps else "",
        diagram=draw(_shape(step, text) for step, text in steps) if steps else None,
    )


def _shape(step: ProcessStep, text: str) -> Shape:
    about = f"{step.get_role_display()} · {text}"
    return Shape(step.name, about, parallel=step.parallel)


def _channel(procedure: Procedure, limit: TimeLimit) -> ChannelRow:
    return ChannelRow(
        name=str(limit.get_channel_display()),
        time=time_text(limit),
        fee=amounts_text(limit.fee_shown),
        fee_note=_fee_note(procedure, limit.fee_shown),
        note=limit.note,
        confirmed=limit.confirmed,
    )


def _fee_note(procedure: Procedure, amounts: list[int]) -> str:
    """What to know about the amounts of a channel: unconfirmed for Hanoi, or several that a rule explains."""
    if "city_fee" in procedure.missing and any(amounts):
        if procedure.configured:
            return _("chờ thành phố xác nhận")
        return _("theo nguồn quốc gia, chưa xác nhận mức của Hà Nội")
    if procedure.configured and len(amounts) > 1:
        return _("cách tính ở mục mức phí bên dưới")
    return ""


def paper_row(procedure: Procedure, document: RequiredDocument) -> PaperRow:
    """A paper of the closed list with what there is to say about it."""
    notes = [str(document.hint)] if document.hint else []
    if not document.required and not document.shown_only:
        generic = procedure.setup == Setup.GENERIC  # the source mixes the papers of several cases
        notes.append(_("Nếu thuộc trường hợp của bạn.") if generic else _("Nếu có."))
    if document.condition:
        notes.append(_("Chỉ khi thuộc trường hợp này; tờ khai sẽ hỏi."))
    if document.shown_only:
        notes.append(_("Chỉ xuất trình, không nộp."))
    if document.known_from:
        notes.append(_("Không phải nộp khi đã có trong %(register)s.") % {"register": document.known_from})
    if document.asked_because:
        notes.append(_("Vẫn phải nộp: %(why)s") % {"why": document.asked_because})
    if document.certified_basis:
        notes.append(_("Bản sao có chứng thực (%(basis)s).") % {"basis": document.certified_basis})
    return PaperRow(document.name, document.originals, document.copies, notes, document.template)


def _labels(form: dict[str, Any]) -> dict[str, str]:
    """Field name -> label of an e-form, to say what an amount is counted by."""
    language = get_language() or "vi"
    found = {}
    for section in form.get("sections", []):
        for asked in section.get("fields", []):
            label = asked.get("label", "")
            found[asked["name"]] = (
                label.get(language) or label.get("vi", "") if isinstance(label, dict) else label
            )
    return found


def fee_text(rule: FeeRule, labels: dict[str, str]) -> str:
    """A fee rule in words: each tier, the cap, what it is counted by, what the city pays."""
    parts = []
    start = 1
    for tier in rule.tiers:
        amount, upto = money(tier["amount"]), tier["upto"]
        if len(rule.tiers) == 1:
            parts.append(amount)
        elif upto is None:
            parts.append(_("từ %(start)s trở đi: %(amount)s") % {"start": start, "amount": amount})
        else:
            parts.append(
                _("từ %(start)s đến %(end)s: %(amount)s") % {"start": start, "end": upto, "amount": amount}
            )
            start = int(upto) + 1
    text = "; ".join(parts)
    if rule.cap:
        text += "; " + _("tối đa %(amount)s") % {"amount": money(rule.cap)}
    for name in (rule.quantity_field, rule.copies_field):
        if labels.get(name):
            text += "; " + _("tính theo “%(field)s”") % {"field": labels[name]}
    if rule.subsidy_percent == 100:
        text += "; " + _("thành phố chi trả toàn bộ, người nộp trả 0 đ")
    elif rule.subsidy_percent:
        text += "; " + _("thành phố hỗ trợ %(percent)s%%") % {"percent": rule.subsidy_percent}
    return text


def _fee_channel(rule: FeeRule, rules: list[FeeRule]) -> str:
    """The channels a rule holds for: one without a channel holds wherever no rule of the same code is special."""
    if rule.channel:
        return str(Channel(rule.channel).label)
    special = {other.channel for other in rules if other.code == rule.code and other.channel}
    if not special:
        return str(_("Mọi hình thức nộp"))
    return ", ".join(str(channel.label) for channel in _ORDER if channel.value not in special)


def _place(procedure: Procedure) -> dict[str, Any]:
    """Who handles it here: a commune, a department of the city, or a ministry's own system."""
    department: Unit | None = procedure.department
    return {
        "commune": procedure.at_commune and not procedure.vertical_system,
        "department": department,
        "system": procedure.vertical_system,
    }
