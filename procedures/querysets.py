"""Reads of the catalogue for pages and API: the list lives in memory, a procedure's page comes from the database."""

from __future__ import annotations

import datetime
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Unit
from portal.lib import clock
from procedures.models import (
    Channel,
    DataStamp,
    FeeRule,
    Field,
    OnlineLevel,
    Procedure,
    ProcedureVersion,
    RequiredDocument,
    Setup,
    TimeLimit,
)
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
class Entry:
    """A procedure as lists, search and API show it."""

    pk: int
    code: str
    title: str
    official_title: str
    field_code: str
    field_name: str
    field_name_en: str
    at_commune: bool
    at_province: bool
    agency: str
    vertical_system: str
    for_citizens: bool
    for_organisations: bool
    configured: bool
    missing: tuple[str, ...]
    popularity: int
    online_level: str
    channels: frozenset[str]
    timed: frozenset[str]  # channels for which a day of return can be promised
    has_form: bool
    setup: str
    as_of: str
    source: str

    @property
    def field_label(self) -> str:
        """The field in the language of the page."""
        return self.field_name_en if self.field_name_en and get_language() == "en" else self.field_name

    @property
    def files_online(self) -> bool:
        """Whether it can be filed here online."""
        return (
            self.setup != Setup.INCOMPLETE
            and self.has_form
            and Channel.ONLINE in self.timed
            and self.online_level != OnlineLevel.COUNTER
        )


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
class Wanted:
    """What a list is narrowed to; empty: everything."""

    query: str = ""
    field: str = ""
    level: str = ""
    channel: str = ""
    applicant: str = ""
    configured: bool = False

    def __bool__(self) -> bool:
        return self != Wanted()


_LEVELS: dict[str, Callable[[Entry], bool]] = {
    "commune": lambda entry: entry.at_commune,
    "province": lambda entry: entry.at_province,
}
_CHANNELS: dict[str, Callable[[Entry], bool]] = {
    "online": lambda entry: Channel.ONLINE in entry.channels,
    "counter": lambda entry: Channel.COUNTER in entry.channels,
    "post": lambda entry: Channel.POST in entry.channels,
}
_APPLICANTS: dict[str, Callable[[Entry], bool]] = {
    "citizen": lambda entry: entry.for_citizens,
    "organisation": lambda entry: entry.for_organisations,
}


@dataclass(frozen=True)
class Catalogue:
    """The whole active catalogue at one state of the database; `stamp` names that state."""

    stamp: str
    entries: list[Entry]
    index: Index
    fields: list[FieldEntry]
    by_code: dict[str, Entry] = field(default_factory=dict)

    def find(self, wanted: Wanted) -> list[Entry]:
        """Matching entries: best first when there is a query, else the well known first, then by title."""
        rows = [self.entries[at] for at in self.index.search(wanted.query)] if wanted.query else self.entries
        tests = [
            test
            for test in (
                _LEVELS.get(wanted.level),
                _CHANNELS.get(wanted.channel),
                _APPLICANTS.get(wanted.applicant),
                (lambda entry: entry.field_code == wanted.field) if wanted.field else None,
                (lambda entry: entry.configured) if wanted.configured else None,
            )
            if test is not None
        ]
        return [entry for entry in rows if all(test(entry) for test in tests)] if tests else rows

    def near(self, code: str) -> list[Entry]:
        """Procedures whose code looks like `code`."""
        return [self.entries[at] for at in self.index.near_code(code)]

    @property
    def popular_fields(self) -> list[FieldEntry]:
        """Fields with what people ask for most, first."""
        return sorted(self.fields, key=lambda field: (-field.popularity, field.name))

    @property
    def filable(self) -> list[Entry]:
        """Procedures one can file here online."""
        return [entry for entry in self.entries if entry.files_online]


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
        )
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {newest}")
        found = cursor.fetchone()
    return "|".join(str(value or 0) for value in (*found, clock.today()))


def _build(stamp: str) -> Catalogue:
    rules = _rules(clock.today())
    nothing = (OnlineLevel.UNCONFIRMED.value, frozenset[str](), frozenset[str](), False)
    procedures = Procedure.objects.filter(is_active=True).select_related("field")
    entries = [
        _entry(procedure, *rules.get(procedure.pk, nothing)) for procedure in procedures.order_by("code")
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
    return Catalogue(stamp, entries, Index(entries), fields, {entry.code: entry for entry in entries})


def _rules(today: datetime.date) -> dict[int, tuple[str, frozenset[str], frozenset[str], bool]]:
    """Per procedure: online level, channels, those with a usable time, whether there is an e-form; as in force."""
    channels: dict[int, set[str]] = {}
    timed: dict[int, set[str]] = {}
    versions = ProcedureVersion.objects.in_force(today)
    for limit in TimeLimit.objects.filter(version__in=versions).only(
        "version_id", "channel", "value", "unit"
    ):
        channels.setdefault(limit.version_id, set()).add(limit.channel)
        if usable(limit):
            timed.setdefault(limit.version_id, set()).add(limit.channel)
    rows = versions.values_list("pk", "procedure_id", "online_level")
    with_form = set(versions.exclude(form={}).values_list("pk", flat=True))
    return {
        procedure: (
            level,
            frozenset(channels.get(version, ())),
            frozenset(timed.get(version, ())),
            version in with_form,
        )
        for version, procedure, level in rows.order_by("number")
    }


def _entry(
    procedure: Procedure, level: str, channels: frozenset[str], timed: frozenset[str], has_form: bool
) -> Entry:
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
        vertical_system=procedure.vertical_system,
        for_citizens=procedure.for_citizens,
        for_organisations=procedure.for_organisations,
        configured=procedure.configured,
        missing=missing_of(procedure),
        popularity=procedure.popularity,
        online_level=level,
        channels=channels,
        timed=timed,
        has_form=has_form,
        setup=procedure.setup,
        as_of=procedure.as_of,
        source=procedure.source,
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
            Prefetch("feerules", _fees_in_force(day)),
        )
        .order_by("-number")
        .first()
    )


def _fees_in_force(day: datetime.date) -> QuerySet[FeeRule]:
    return FeeRule.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)
