"""Sealing closed months, correcting them by dated lines, and finding what was changed behind their back.

A sealed month keeps three things apart: the counts as they were sealed (`SealedCount`), every correction since
(`Adjustment`) and the counts the boards read (`DayCount`). They must add up, the sealed rows must have the digests
of the seal, the events and ledger lines of each day too, the sums of the days must be sums (`reporting.sums`), and the
seals form a chain. A row changed by hand in any of these tables breaks one of the five.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Min

from portal.accounts.models import Unit
from portal.lib import clock
from reporting import counting, sums
from reporting.bases import midnight
from reporting.counting import Counts, Day, Pair, add
from reporting.facts import CODES
from reporting.models import Adjustment, Cause, DayCount, DirtyDay, Seal, SealedCount
from reporting.periods import ONE_DAY, month_of, next_month

GRACE = ONE_DAY  # a month is sealed in the second night after its end
TABLE = "reporting_daycount"

_EVENTS = """
SELECT count(*), encode(sha256(convert_to(coalesce(string_agg(concat_ws('|', id, dossier_id, seq, kind,
  extract(epoch FROM at), extract(epoch FROM recorded_at), actor_id, unit_id, from_state, to_state, data::text
), E'\\n' ORDER BY id), ''), 'UTF8')), 'hex')
FROM dossiers_dossierevent WHERE at >= %s AND at < %s
"""
_LEDGER = """
SELECT (at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, count(*),
  encode(sha256(convert_to(string_agg(concat_ws('|', id, transaction, kind, account, amount, unit_id, dossier_id,
  assessment_id, payment_id, shift_id, extract(epoch FROM at)), E'\\n' ORDER BY id), 'UTF8')), 'hex')
FROM payments_ledgerentry WHERE at >= %s AND at < %s GROUP BY 1
"""


@dataclass(frozen=True)
class Fault:
    """Something of a sealed month that is not as it was sealed. `unit` is a unit's code where one is known.

    `kind` is one of chain, corrections, sealed, count, sums, events, entries; `what` says it in full for the log.
    """

    month: str
    day: str
    unit: str
    kind: str
    what: str

    def __str__(self) -> str:
        return f"{self.day or self.month} {self.unit} {self.what}".replace("  ", " ")


def days_of(month: Day) -> list[Day]:
    """Every day of a month."""
    return [month + number * ONE_DAY for number in range((next_month(month) - month).days)]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _lines(rows: Mapping[Pair, Counts], units: Mapping[int, str], day: Day) -> list[str]:
    """The canonical lines of one day: day|unit code|counts without zeros, by unit code."""
    own = sorted((units[unit], counts) for (each, unit), counts in rows.items() if each == day and counts)
    return [f"{day}|{code}|{_canonical(counts)}" for code, counts in own]


def _unit_codes() -> dict[int, str]:
    return dict(Unit.objects.order_by("pk").values_list("pk", "code"))


def _stored(first: Day, last: Day, codes: Collection[str] = CODES) -> dict[Pair, Counts]:
    """What the boards read, zeros left out, for the facts `codes`."""
    rows = DayCount.objects.filter(day__range=(first, last)).order_by("day", "unit")
    found: dict[Pair, Counts] = {}
    for day, unit, *numbers in rows.values_list("day", "unit_id", *codes):
        counts = {code: number for code, number in zip(codes, numbers, strict=True) if number}
        if counts:
            found[day, unit] = counts
    return found


def _by_day(rows: Mapping[Pair, Counts]) -> dict[Day, dict[Pair, Counts]]:
    found: dict[Day, dict[Pair, Counts]] = {}
    for (day, unit), counts in rows.items():
        found.setdefault(day, {})[day, unit] = counts
    return found


def _digests(month: Day) -> dict[str, dict[str, Any]]:
    """Number and digest of the events and ledger lines of every day of the month."""
    first, end = midnight(month), midnight(next_month(month))
    found: dict[str, dict[str, Any]] = {}
    with connection.cursor() as cursor:
        for day in days_of(month):
            cursor.execute(_EVENTS, [midnight(day), midnight(day + ONE_DAY)])
            number, digest = cursor.fetchone()
            found[str(day)] = {"events": number, "event_digest": digest, "entries": 0, "entry_digest": ""}
        cursor.execute(_LEDGER, [first, end])
        for day, number, digest in cursor.fetchall():
            found[str(day)] |= {"entries": number, "entry_digest": digest}
    return found


def _count_digests(
    rows: Mapping[Pair, Counts], units: Mapping[int, str], month: Day
) -> dict[str, tuple[int, str]]:
    by_day = _by_day(rows)
    found = {}
    for day in days_of(month):
        lines = _lines(by_day.get(day, {}), units, day)
        found[str(day)] = (len(lines), _hash("\n".join(lines)))
    return found


def _adjustments_since(last: int) -> dict[str, Any]:
    """The corrections after number `last`: up to which, how many, their digest."""
    rows = Adjustment.objects.filter(pk__gt=last).order_by("pk")
    listed = list(rows.values_list("pk", "day", "unit__code", "fact", "change", "cause"))
    text = "\n".join("|".join(map(str, row)) for row in listed)
    return {"last": listed[-1][0] if listed else last, "number": len(listed), "digest": _hash(text)}


def _digest_of(seal: Seal) -> str:
    return _hash(
        _canonical(
            [
                str(seal.month),
                seal.contract,
                seal.codes,
                seal.rows,
                seal.days,
                seal.adjustments,
                seal.previous,
            ]
        )
    )


# --- Sealing ----------------------------------------------------------------------------------------------------


def closable(today: Day) -> list[Day]:
    """The ended months that are not sealed yet, oldest first; each follows the last sealed one."""
    sealed = Seal.objects.aggregate(last=Max("month"))["last"]
    first = next_month(sealed) if sealed else None
    if first is None:
        earliest = DayCount.objects.aggregate(first=Min("day"))["first"]
        first = month_of(earliest) if earliest else None
    found: list[Day] = []
    while first and next_month(first) + GRACE <= today:
        found.append(first)
        first = next_month(first)
    return found


def close(today: Day | None = None) -> list[Seal]:
    """Seal every ended month; stops at the first one that still has days to be counted."""
    sealed: list[Seal] = []
    for month in closable(today or clock.today()):
        one = seal_month(month)
        if one is None:
            break
        sealed.append(one)
    return sealed


def seal_month(month: Day) -> Seal | None:
    """Seal one month; None while marked days of it wait for the fill, or another definition is being counted in."""
    from reporting.fill import state

    days = _digests(month)
    last = next_month(month) - ONE_DAY
    with transaction.atomic(), connection.cursor() as cursor:
        # Fills wait until the seal stands, so that what they change afterwards becomes a correction.
        cursor.execute(f'LOCK TABLE "{TABLE}" IN SHARE ROW EXCLUSIVE MODE')
        if Seal.objects.filter(month=month).exists():  # another process was first
            return None
        marked = DirtyDay.objects.filter(day__range=(month, last)).exists()
        if marked or state().contract != counting.contract():
            return None
        before = Seal.objects.order_by("-month").first()
        rows, units = _stored(month, last), _unit_codes()
        for day, (number, digest) in _count_digests(rows, units, month).items():
            days[day] |= {"counts": number, "count_digest": digest}
        seal = Seal(
            month=month,
            contract=counting.contract(),
            codes=sorted(CODES),
            rows=len(rows),
            days=days,
            adjustments=_adjustments_since(before.adjustments["last"] if before else 0),
            previous=before.digest if before else "",
        )
        seal.digest = _digest_of(seal)
        SealedCount.objects.bulk_create(
            [SealedCount(day=day, unit_id=unit, counts=counts) for (day, unit), counts in rows.items()]
        )
        seal.save(force_insert=True)
    return seal


# --- Corrections ------------------------------------------------------------------------------------------------


def correct(fresh: Mapping[Pair, Counts], cause: Cause) -> int:
    """Append what newly counted days of sealed months differ by from seal and corrections; how many lines.

    Called in the transaction that stores `fresh`, after the rows of its days were locked. A stored count that was
    changed by hand is not a correction: it is simply stored again as it was.
    """
    codes = dict(
        Seal.objects.filter(month__in={month_of(day) for day, _unit in fresh}).values_list("month", "codes")
    )
    touched = {pair: counts for pair, counts in fresh.items() if month_of(pair[0]) in codes}
    if not touched:
        return 0
    known = expected(touched)
    lines = [
        Adjustment(day=day, unit_id=unit, fact=code, change=change, cause=cause)
        for (day, unit), counts in sorted(touched.items())
        for code in codes[month_of(day)]
        if (change := counts.get(code, 0) - known[day, unit].get(code, 0))
    ]
    Adjustment.objects.bulk_create(lines)
    return len(lines)


def correct_month(month: Day, cause: Cause) -> int:
    """The same for a whole sealed month whose rows were counted anew."""
    if not Seal.objects.filter(month=month).exists():
        return 0
    last = next_month(month) - ONE_DAY
    pairs = set(SealedCount.objects.filter(day__range=(month, last)).values_list("day", "unit_id"))
    pairs |= set(Adjustment.objects.filter(day__range=(month, last)).values_list("day", "unit_id"))
    stored = _stored(month, last)
    return correct({pair: stored.get(pair, {}) for pair in pairs | set(stored)}, cause)


def expected(pairs: Iterable[Pair]) -> dict[Pair, Counts]:
    """Sealed counts and corrections of these days of units added up."""
    wanted = set(pairs)
    days = {day for day, _unit in wanted}
    found: dict[Pair, Counts] = {pair: {} for pair in wanted}
    for day, unit, counts in SealedCount.objects.filter(day__in=days).values_list("day", "unit_id", "counts"):
        if (day, unit) in wanted:
            add(found[day, unit], counts)
    lines = Adjustment.objects.filter(day__in=days).values_list("day", "unit_id", "fact", "change")
    for day, unit, fact, change in lines:
        if (day, unit) in wanted:
            add(found[day, unit], {fact: change})
    return {
        pair: {code: number for code, number in counts.items() if number} for pair, counts in found.items()
    }


# --- Checking ---------------------------------------------------------------------------------------------------


def check(months: Collection[Day] | None = None) -> tuple[int, list[Fault]]:
    """Sealed months looked at, and what is not as it was sealed; the events only of `months` (None: of all)."""
    seals, faults, units = list(Seal.objects.order_by("month")), [], _unit_codes()
    marked = set(DirtyDay.objects.values_list("day", "unit_id"))
    previous, known = "", 0
    for seal in seals:
        month = f"{seal.month:%Y-%m}"
        if seal.previous != previous or seal.digest != _digest_of(seal):
            faults.append(Fault(month, "", "", "chain", "the seal itself or the chain before it was changed"))
        lines = Adjustment.objects.filter(pk__gt=known, pk__lte=seal.adjustments["last"])
        faults += _corrections_fault(month, seal, lines)
        faults += _count_faults(seal, units, marked)
        if months is None or seal.month in months:
            faults += _event_faults(seal)
        previous, known = seal.digest, seal.adjustments["last"]
    return len(seals), faults


def _corrections_fault(month: str, seal: Seal, lines: Any) -> list[Fault]:
    rows = lines.order_by("pk").values_list("pk", "day", "unit__code", "fact", "change", "cause")
    text = "\n".join("|".join(map(str, row)) for row in rows)
    if _hash(text) == seal.adjustments["digest"]:
        return []
    return [Fault(month, "", "", "corrections", "corrections known when it was sealed were changed")]


def _count_faults(seal: Seal, units: Mapping[int, str], marked: set[Pair]) -> list[Fault]:
    month, last = f"{seal.month:%Y-%m}", next_month(seal.month) - ONE_DAY
    sealed = {
        (day, unit): counts
        for day, unit, counts in SealedCount.objects.filter(day__range=(seal.month, last)).values_list(
            "day", "unit_id", "counts"
        )
    }
    digests = _count_digests(sealed, units, seal.month)
    faults = [
        Fault(month, day, "", "sealed", "the sealed counts were changed")
        for day, told in seal.days.items()
        if digests.get(day) != (told["counts"], told["count_digest"])
    ]
    stored = _stored(seal.month, last, [code for code in seal.codes if code in CODES])
    due = expected({*sealed, *stored, *_corrected(seal.month, last)})
    for pair in sorted(set(due) - marked):
        faults += _differences(month, pair, units, stored.get(pair, {}), due[pair])
    faults += [Fault(month, "", "", "sums", what) for what in sums.differing(seal.month)]
    return faults


def _corrected(first: Day, last: Day) -> Iterable[Pair]:
    return Adjustment.objects.filter(day__range=(first, last)).values_list("day", "unit_id")


def _differences(
    month: str, pair: Pair, units: Mapping[int, str], stored: Counts, due: Counts
) -> Iterable[Fault]:
    for code in sorted(set(stored) | set(due)):
        now, sealed = stored.get(code, 0), due.get(code, 0)
        if now != sealed:
            what = f"{code} is {now}, sealed with corrections {sealed}"
            yield Fault(month, str(pair[0]), units.get(pair[1], ""), "count", what)


def _event_faults(seal: Seal) -> list[Fault]:
    month, found = f"{seal.month:%Y-%m}", _digests(seal.month)
    return [
        Fault(
            month,
            day,
            "",
            number,
            f"the {what} of the day were changed ({told[number]} sealed, {found[day][number]} now)",
        )
        for day, told in seal.days.items()
        for what, number, digest in (
            ("events", "events", "event_digest"),
            ("ledger lines", "entries", "entry_digest"),
        )
        if (told[number], told[digest]) != (found[day][number], found[day][digest])
    ]


def recent(today: datetime.date, number: int = 3) -> list[Day]:
    """The last sealed months whose events are read every night, and one older month in turn."""
    months = list(Seal.objects.order_by("-month").values_list("month", flat=True))
    older = months[number:]
    return months[:number] + ([older[today.toordinal() % len(older)]] if older else [])


def as_data(faults: Iterable[Fault], most: int) -> list[dict[str, str]]:
    """The first faults as plain data, to be kept with the state of the fill."""
    return [asdict(fault) for fault, _ in zip(faults, range(most), strict=False)]
