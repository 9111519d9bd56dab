"""Narrowing the catalogue: what each filter looks at, and how many procedures each of its choices would leave. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from procedures.entries import Entry
from procedures.models import Channel, OfferLevel

Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to; empty: everything.

    `at` is the code of a commune where one wants to file, `now`: only what can be filed this minute.
    """

    query: str = ""
    field: str = ""
    level: str = ""
    agency: str = ""
    channel: str = ""
    applicant: str = ""
    configured: bool = False
    at: str = ""
    now: bool = False

    def __bool__(self) -> bool:
        return self != Wanted()

    @property
    def is_filtered(self) -> bool:
        """Whether anything but the words narrows the list."""
        return self != Wanted(query=self.query)

    def without_filters(self) -> Wanted:
        """The words alone."""
        return Wanted(query=self.query)


def marks_of(entry: Entry) -> dict[str, frozenset[str]]:
    """What each filter sees in a procedure."""
    here = entry.at_commune and not entry.vertical_system
    now = {"online": entry.files_online, "counter": here and _at_counter(entry)}
    return {
        "field": frozenset({entry.field_code}),
        "level": _told(commune=entry.at_commune, province=entry.at_province),
        "agency": frozenset({entry.agency_mark} - {""}),
        "channel": entry.channels,
        "applicant": _told(citizen=entry.for_citizens, organisation=entry.for_organisations),
        "configured": _told(yes=entry.configured),
        "at": _told(commune=here),
        "now": _told(**now),
    }


def marks_at(entry: Entry, marks: Mapping[str, frozenset[str]], level: str) -> dict[str, frozenset[str]]:
    """The same where the chosen commune has an order of its own for the procedure, that says `level` (`OfferLevel`)."""
    if level == OfferLevel.NONE:
        return {**marks, "at": frozenset(), "now": frozenset()}
    online = level != OfferLevel.COUNTER and entry.files_online
    return {**marks, "at": _told(commune=True), "now": _told(online=online, counter=_at_counter(entry))}


def _told(**values: bool) -> frozenset[str]:
    return frozenset(name for name, holds in values.items() if holds)


def _at_counter(entry: Entry) -> bool:
    return Channel.COUNTER in entry.channels or not entry.channels


def asked_by(wanted: Wanted, *, is_open: bool) -> dict[str, frozenset[str]]:
    """Filter -> the marks it accepts, for the filters that are set; `is_open`: the chosen commune is open now."""
    single = {
        "field": wanted.field,
        "level": wanted.level,
        "agency": wanted.agency,
        "channel": wanted.channel,
        "applicant": wanted.applicant,
        "configured": "yes" if wanted.configured else "",
        "at": "commune" if wanted.at else "",
    }
    asked = {name: frozenset({value}) for name, value in single.items() if value}
    if wanted.now:
        asked["now"] = frozenset({"online", "counter"} if is_open else {"online"})
    return asked


def narrowed(
    rows: Iterable[tuple[Entry, Mapping[str, frozenset[str]]]], asked: Mapping[str, frozenset[str]]
) -> tuple[list[Entry], Counts]:
    """The entries that fit, and for each filter how many each of its values would leave with all others kept."""
    kept: list[Entry] = []
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for entry, marks in rows:
        missed = [name for name, accepted in asked.items() if accepted.isdisjoint(marks[name])]
        if len(missed) > 1:
            continue
        if not missed:
            kept.append(entry)
        for name in missed or marks:
            of_filter = counts[name]
            for value in marks[name]:
                of_filter[value] += 1
    return kept, counts


def relaxed(wanted: Wanted) -> Iterable[tuple[str, Wanted]]:
    """The same wish with one filter dropped, each in turn, with the name of the filter."""
    empty = Wanted()
    for name in ("now", "configured", "at", "applicant", "channel", "agency", "level", "field"):
        if getattr(wanted, name) != getattr(empty, name):
            yield name, replace(wanted, **{name: getattr(empty, name)})
