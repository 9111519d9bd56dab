"""Reads of the catalogue for pages and API: the list lives in memory, a procedure's page comes from the database."""

from __future__ import annotations

import datetime
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Unit
from portal.lib import clock
from portal.lib.text import sort_key
from procedures.entries import CHANNELS, Entry, Limit, Rules
from procedures.filters import Counts, Wanted, asked_by, marks_at, marks_of, narrowed
from procedures.models import (
    DataStamp,
    DraftState,
    FeeRule,
    Field,
    LevelOrder,
    Procedure,
    ProcedureVersion,
    RequiredDocument,
    Setup,
    TimeLimit,
    VersionDraft,
    VersionState,
)
from procedures.places import KINDS
from procedures.search import Index
from procedures.sufficiency import usable

RECHECK_SECONDS = 2.0

# What may be missing or unconfirmed, in the order a person would ask; the codes are in `Procedure.missing`.
MISSING = {
    "scope": _("tên thủ tục nhắc tới một tỉnh khác, chưa rõ có áp dụng tại Hà Nội hay không"),
    "level": _("cấp thực hiện"),
    "agency": _("cơ quan thực hiện"),
    "field": _("lĩnh vực"),
    "applicants": _("đối tượng thực hiện"),
    "channels": _("cách thức nộp"),
    "time": _("thời hạn giải quyết"),
    "city_time": _("thời hạn giải quyết áp dụng tại Hà Nội"),
    "time_unit": _("đơn vị của thời hạn (ngày hay ngày làm việc)"),
    "fee": _("phí, lệ phí"),
    "city_fee": _("mức phí, lệ phí áp dụng tại Hà Nội"),
    "papers": _("thành phần hồ sơ"),
    "paper_counts": _("số bản của một số giấy tờ"),
    "result": _("kết quả thực hiện"),
    "legal_basis": _("căn cứ pháp lý"),
    "online_level": _("mức độ trực tuyến (toàn trình hay một phần)"),
    "form": _("biểu mẫu điện tử"),
    "process": _("quy trình nội bộ"),
}


@dataclass(frozen=True)
class FieldEntry:
    """A field of administration with the number of its procedures."""

    code: str
    name: str
    name_en: str
    is_official: bool
    count: int
    popularity: int

    @property
    def label(self) -> str:
        """The name in the language of the page."""
        return self.name_en if self.name_en and get_language() == "en" else self.name


@dataclass(frozen=True)
class Catalogue:
    """The whole active catalogue at one state of the database; `stamp` names that state."""

    stamp: str
    entries: list[Entry]
    index: Index
    fields: list[FieldEntry]
    places: list[Unit]  # where a person may go, today
    by_code: dict[str, Entry] = field(default_factory=dict)

    def find(self, wanted: Wanted) -> list[Entry]:
        """Matching entries: best first when there is a query, else the well known first, then by title."""
        return self.narrow(wanted)[0]

    def narrow(
        self, wanted: Wanted, *, is_open: bool = False, levels: Mapping[int, str] | None = None
    ) -> tuple[list[Entry], Counts]:
        """Matching entries, and per filter how many each of its choices would leave (see `filters.narrowed`).

        `levels`: what orders say about the commune of `wanted.at`, by the key of the procedure.
        """
        asked = asked_by(wanted, is_open=is_open)
        if not wanted.query and not asked:
            return self.entries, self._all_counts
        order = self.index.search(wanted.query) if wanted.query else range(len(self.entries))
        rows = ((self.entries[at], self.marks[at]) for at in order)
        if wanted.at and levels:
            ruled = levels
            rows = (
                (entry, marks_at(entry, marks, ruled[entry.pk]) if entry.pk in ruled else marks)
                for entry, marks in rows
            )
        return narrowed(rows, asked)

    @cached_property
    def marks(self) -> list[dict[str, frozenset[str]]]:
        """What each filter sees in each entry."""
        return [marks_of(entry) for entry in self.entries]

    @cached_property
    def _all_counts(self) -> Counts:
        return narrowed(zip(self.entries, self.marks, strict=True), {})[1]

    def near(self, code: str) -> list[Entry]:
        """Procedures whose code looks like `code`."""
        return [self.entries[at] for at in self.index.near_code(code)]

    @cached_property
    def agencies(self) -> dict[str, str]:
        """Value of the filter by who decides -> name: departments, then ministries' own systems."""
        departments = {
            e.agency_mark: e.department for e in self.entries if e.agency_mark == e.department_code
        }
        systems = {e.agency_mark: e.vertical_system for e in self.entries if e.vertical_system}
        known = {**_by_name(departments), **_by_name(systems)}
        return {mark: name for mark, name in known.items() if mark}

    @property
    def popular_fields(self) -> list[FieldEntry]:
        """Fields with what people ask for most, first."""
        return sorted(self.fields, key=lambda field: (-field.popularity, field.name))

    @property
    def filable(self) -> list[Entry]:
        """Procedures one can file here online."""
        return [entry for entry in self.entries if entry.files_online]


def _by_name(names: dict[str, str]) -> dict[str, str]:
    return dict(sorted(names.items(), key=lambda pair: sort_key(pair[1])))


_lock = threading.Lock()
_held: Catalogue | None = None
_checked = 0.0


def catalogue() -> Catalogue:
    """The catalogue, rebuilt when a procedure or version was saved since; asks the database every two seconds."""
    global _held, _checked
    held = _held
    if held is not None and time.monotonic() - _checked < RECHECK_SECONDS:
        return held
    with _lock:
        stamp = catalogue_stamp()
        if _held is None or _held.stamp != stamp:
            _held = _build(stamp)
        _checked = time.monotonic()
        return _held


def forget() -> None:
    """Ask the database again on the next use (tests, and commands that just loaded)."""
    global _checked
    _checked = float("-inf")


def catalogue_stamp() -> str:
    """A text that differs once a procedure, version or unit was saved or data was loaded, and from day to day."""
    newest = ", ".join(
        f"(SELECT max({column}) FROM {model._meta.db_table})"  # noqa: S608 - names of our own tables
        for model, column in (
            (Procedure, "id"),
            (Procedure.history.model, "history_id"),
            (ProcedureVersion.history.model, "history_id"),
            (Unit.history.model, "history_id"),
            (DataStamp, "loaded_at"),
            (LevelOrder, "decided_at"),
        )
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {newest}")
        found = cursor.fetchone()
    return "|".join(str(value or 0) for value in (*found, clock.today()))


def _build(stamp: str) -> Catalogue:
    rules = _rules(clock.today())
    procedures = Procedure.objects.done_on(clock.today()).select_related("field", "department")
    coming = _upcoming(clock.today())
    entries = [
        _entry(procedure, rules.get(procedure.pk, Rules()), coming.get(procedure.pk))
        for procedure in procedures.order_by("code")
    ]
    entries.sort(key=lambda entry: (-entry.configured, -entry.popularity, entry.title.casefold(), entry.code))
    counts: Counter[str] = Counter()
    fame: Counter[str] = Counter()
    for entry in entries:
        counts[entry.field_code] += 1
        fame[entry.field_code] += entry.popularity
    fields = [
        FieldEntry(row.code, row.name, row.name_en, row.is_official, counts[row.code], fame[row.code])
        for row in Field.objects.all()
        if row.code in counts
    ]
    places = list(Unit.objects.valid_on(clock.today()).filter(kind__in=KINDS))
    return Catalogue(stamp, entries, Index(entries), fields, places, {entry.code: entry for entry in entries})


def _rules(today: datetime.date) -> dict[int, Rules]:
    """Per procedure, what the version in force says."""
    limits: dict[int, list[Limit]] = {}
    timed: dict[int, set[str]] = {}
    versions = ProcedureVersion.objects.in_force(today)
    rows = list(versions.order_by("number").values_list("pk", "procedure_id", "online_level", "fee_unknown"))
    unknown = {version: set(channels) for version, _procedure, _level, channels in rows}
    own_rules = set(versions.filter(procedure__configured=True).values_list("pk", flat=True))
    for limit in TimeLimit.objects.filter(version__in=versions).order_by("pk"):
        version = limit.version_id
        known = version not in own_rules or limit.channel not in unknown[version]
        row = Limit(limit.channel, limit.value, limit.unit, tuple(limit.fee_shown), known)
        limits.setdefault(version, []).append(row)
        if usable(limit):
            timed.setdefault(version, set()).add(limit.channel)
    with_form = set(versions.exclude(form={}).values_list("pk", flat=True))
    with_fees = set(FeeRule.objects.filter(version__in=versions).values_list("version_id", flat=True))
    return {
        procedure: Rules(
            level,
            tuple(sorted(limits.get(version, ()), key=lambda limit: CHANNELS.index(limit.channel))),
            frozenset(timed.get(version, ())),
            version in with_form,
            version in with_fees,
        )
        for version, procedure, level, _channels in rows
    }


def _upcoming(today: datetime.date) -> dict[int, datetime.date]:
    """Per procedure: the first day of the next version."""
    later = ProcedureVersion.objects.filter(state=VersionState.PUBLISHED, valid_from__gt=today)
    return dict(later.order_by("-valid_from").values_list("procedure_id", "valid_from"))


def _entry(procedure: Procedure, rules: Rules, upcoming: datetime.date | None) -> Entry:
    return Entry(
        pk=procedure.pk,
        code=procedure.code,
        title=procedure.name,
        official_title=procedure.title,
        field_code=procedure.field.code,
        field_name=procedure.field.name,
        field_name_en=procedure.field.name_en,
        at_commune=procedure.at_commune,
        at_province=procedure.at_province,
        agency=procedure.agency,
        department_code=procedure.department.code if procedure.department else "",
        department=procedure.department.name if procedure.department else "",
        vertical_system=procedure.vertical_system,
        for_citizens=procedure.for_citizens,
        for_organisations=procedure.for_organisations,
        configured=procedure.configured,
        missing=missing_of(procedure),
        popularity=procedure.popularity,
        rules=rules,
        setup=procedure.setup,
        as_of=procedure.as_of,
        source=procedure.source,
        upcoming=upcoming,
    )


def missing_of(procedure: Procedure) -> tuple[str, ...]:
    """Codes of what is still missing: the generic form and its process are there once it is attached."""
    given = {"form", "process"} if procedure.setup == Setup.GENERIC else set()
    return tuple(code for code in procedure.missing if code not in given)


def version_with_parts(procedure: Procedure, day: datetime.date) -> ProcedureVersion | None:
    """The version in force on `day` with all its parts, the newest when several are; None when there is none."""
    return (
        ProcedureVersion.objects.in_force(day)
        .filter(procedure=procedure)
        .prefetch_related(
            "cases",
            "timelimits",
            "resultkinds",
            "processsteps",
            Prefetch("requireddocuments", RequiredDocument.objects.select_related("case")),
            Prefetch("feerules", fees_in_force(day)),
        )
        .order_by("-number")
        .first()
    )


def fees_in_force(day: datetime.date) -> QuerySet[FeeRule]:
    """Rules of fees in force on `day`, in the order of the file."""
    return FeeRule.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)


# --- What catalogue staff see ---


def drafts_shown() -> list[tuple[str, list[VersionDraft]]]:
    """Open drafts in two groups: waiting for a publisher, being written; the last changed first."""
    rows = VersionDraft.objects.open().select_related("procedure", "author", "changed_by", "checked_by")
    groups = {
        state: [row for row in rows if row.state == state] for state in (DraftState.CHECKED, DraftState.DRAFT)
    }
    return [(str(state.label), found) for state, found in groups.items()]


def scheduled_versions() -> QuerySet[ProcedureVersion]:
    """Versions waiting for their day, the next first."""
    later = ProcedureVersion.objects.filter(state=VersionState.PUBLISHED, valid_from__gt=clock.today())
    return later.select_related("procedure", "author", "published_by").order_by("valid_from", "pk")


def versions_shown(procedure: Procedure) -> QuerySet[ProcedureVersion]:
    """Every version of a procedure with its people, the newest first."""
    people = ("procedure", "author", "published_by", "recalled_by")
    return procedure.versions.exclude(state=VersionState.DRAFT).select_related(*people).order_by("-number")


def open_draft_of(procedure: Procedure) -> VersionDraft | None:
    """The draft of the next version, where there is one."""
    return procedure.drafts.open().select_related("procedure", "author", "changed_by").first()
