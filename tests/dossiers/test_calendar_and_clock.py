"""The working calendar and the clock: the case matrix of domain facts 4.5, and properties."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossiers.deadlines import Fact, Rule, accept_by, due, run
from dossiers.states import EventKind
from procedures.calendar import HANOI, WorkCalendar
from procedures.models import ClockStart, TimeUnit

D = datetime.date
HOURS = (
    (datetime.time(8), datetime.time(12)),
    (datetime.time(13), datetime.time(17)),
)
OFF = {
    D(2025, 1, 1): "Tết Dương lịch",
    **{D(2025, 1, day): "Tết Nguyên đán" for day in range(27, 32)},
    D(2025, 4, 7): "Giỗ Tổ",
    D(2025, 4, 30): "30/4",
    D(2025, 5, 1): "1/5",
    D(2025, 5, 2): "hoán đổi",
    D(2025, 9, 1): "Quốc khánh",
    D(2025, 9, 2): "Quốc khánh",
    **{D(2026, 2, day): "Tết Nguyên đán" for day in range(16, 21)},
}
CALENDAR = WorkCalendar(HOURS, OFF, {D(2025, 4, 26): "làm bù"})


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=HANOI)


def days(value: int, start: str = ClockStart.MOMENT) -> Rule:
    return Rule(value, TimeUnit.WORK_DAY, start)


SAME_DAY = Rule(0, TimeUnit.SAME_DAY)


@pytest.mark.parametrize(
    ("rule", "start", "expected"),
    [
        (days(3), "2025-07-04 16:30", "2025-07-09 16:30"),  # Friday afternoon, over a weekend
        (days(1), "2025-04-29 16:00", "2025-05-05 16:00"),  # over 30/4-4/5
        (days(5), "2025-04-23 09:00", "2025-04-29 09:00"),  # Saturday 26/4 is worked
        (days(3), "2025-07-07 10:15", "2025-07-10 10:15"),
        (days(3, ClockStart.NEXT_DAY), "2025-07-07 10:15", "2025-07-10 17:00"),
        (days(1), "2025-07-07 12:30", "2025-07-08 12:00"),  # at lunch: begins at 13:00, a full day later
        (days(1), "2025-08-29 18:00", "2025-09-03 17:00"),  # after hours on the eve of a holiday
        (days(2), "2026-02-13 10:00", "2026-02-24 10:00"),  # across Tết 2026
        (days(3), "2025-04-26 09:00", "2025-05-05 09:00"),  # begins on a make-up Saturday
        (SAME_DAY, "2025-07-07 14:59", "2025-07-07 17:00"),
        (SAME_DAY, "2025-07-07 15:00", "2025-07-07 17:00"),
        (SAME_DAY, "2025-07-07 15:01", "2025-07-08 17:00"),
        (SAME_DAY, "2025-07-04 15:00:01", "2025-07-07 17:00"),
        (SAME_DAY, "2025-07-06 10:00", "2025-07-07 17:00"),  # online on a Sunday
        (Rule(15, TimeUnit.DAY), "2025-07-05 09:00", "2025-07-21 17:00"),  # the 15th day is a Sunday
        (Rule(1, TimeUnit.MONTH), "2025-01-31 09:00", "2025-02-28 17:00"),
        (Rule(1, TimeUnit.MONTH), "2025-12-20 09:00", "2026-01-20 17:00"),
        (Rule(12, TimeUnit.HOUR), "2025-07-05 20:00", "2025-07-06 08:00"),  # hours by the clock on the wall
        (Rule(4, TimeUnit.WORK_HOUR), "2025-07-07 10:00", "2025-07-07 15:00"),
        (Rule(8, TimeUnit.WORK_HOUR), "2025-07-07 08:00", "2025-07-07 17:00"),
    ],
)
def test_case_matrix(rule: Rule, start: str, expected: str) -> None:
    assert run(at(start), rule, CALENDAR) == at(expected)


def test_lunch_start_counts_from_the_afternoon() -> None:
    assert CALENDAR.opening_at_or_after(at("2025-07-07 12:30")) == at("2025-07-07 13:00")
    assert CALENDAR.opening_at_or_after(at("2025-07-07 12:00")) == at("2025-07-07 13:00")
    assert CALENDAR.opening_at_or_after(at("2025-07-07 17:00")) == at("2025-07-08 08:00")


def test_eight_working_hours_to_accept() -> None:
    assert accept_by(at("2025-07-06 20:00"), CALENDAR) == at("2025-07-07 17:00")
    assert accept_by(at("2025-07-04 15:00"), CALENDAR) == at("2025-07-07 15:00")


def accepted(text: str) -> Fact:
    return Fact(EventKind.ACCEPTED, at(text))


def test_pause_moves_the_date_by_the_working_time_it_lasted() -> None:
    facts = [
        accepted("2025-07-07 10:00"),
        Fact(EventKind.SUPPLEMENT_REQUESTED, at("2025-07-08 09:00")),
        Fact(EventKind.SUPPLEMENT_ANSWERED, at("2025-07-10 11:00")),
    ]
    result = due(facts, days(3), CALENDAR)
    assert result.promised == at("2025-07-10 10:00")
    assert result.at == at("2025-07-14 12:00")  # two days and two hours later, over the weekend
    assert not result.paused


def test_restart_counts_the_whole_time_again() -> None:
    facts = [
        accepted("2025-07-07 10:00"),
        Fact(EventKind.SUPPLEMENT_REQUESTED, at("2025-07-08 09:00")),
        Fact(EventKind.SUPPLEMENT_ANSWERED, at("2025-07-10 11:00")),
    ]
    rule = Rule(3, TimeUnit.WORK_DAY, restarts=True)
    assert due(facts, rule, CALENDAR).at == at("2025-07-15 11:00")


def test_open_pause_says_so_and_keeps_the_date() -> None:
    facts = [accepted("2025-07-07 10:00"), Fact(EventKind.OBLIGATION_SET, at("2025-07-08 09:00"))]
    result = due(facts, days(3), CALENDAR)
    assert result.paused
    assert result.at == at("2025-07-10 10:00")


def test_a_request_before_acceptance_starts_no_clock() -> None:
    facts = [
        Fact(EventKind.FILED, at("2025-07-07 09:00")),
        Fact(EventKind.SUPPLEMENT_REQUESTED, at("2025-07-07 10:00")),
        Fact(EventKind.SUPPLEMENT_ANSWERED, at("2025-07-09 10:00")),
    ]
    assert due(facts, days(3), CALENDAR).at is None
    later = [*facts, accepted("2025-07-09 14:00")]
    assert due(later, days(3), CALENDAR).at == at("2025-07-14 14:00")


def test_extension_sets_a_new_date_and_keeps_the_promise() -> None:
    until = at("2025-07-21 17:00")
    facts = [accepted("2025-07-07 10:00"), Fact(EventKind.EXTENDED, at("2025-07-09 09:00"), until)]
    result = due(facts, days(3), CALENDAR)
    assert (result.at, result.promised) == (until, at("2025-07-10 10:00"))


def test_every_day_is_explained() -> None:
    lines = due([accepted("2025-04-29 16:00")], days(1), CALENDAR).lines
    listed = {line.day for line in lines}
    assert listed == {D(2025, 4, 29) + datetime.timedelta(days=n) for n in range(7)}
    assert any("30/4" in line.text for line in lines)


MOMENTS = st.datetimes(datetime.datetime(2025, 1, 1), datetime.datetime(2026, 3, 1)).map(
    lambda moment: moment.replace(tzinfo=HANOI)
)
RULES = st.one_of(
    st.builds(days, st.integers(1, 40), st.sampled_from(ClockStart.values)),
    st.builds(lambda value: Rule(value, TimeUnit.WORK_HOUR), st.integers(1, 80)),
    st.builds(lambda value: Rule(value, TimeUnit.DAY), st.integers(1, 60)),
    st.just(SAME_DAY),
)
WORKED = st.builds(days, st.integers(1, 30))


@given(MOMENTS, MOMENTS, RULES)
def test_monotone_in_the_start(one: datetime.datetime, two: datetime.datetime, rule: Rule) -> None:
    early, late = sorted([one, two])
    assert run(early, rule, CALENDAR) <= run(late, rule, CALENDAR)


@given(MOMENTS, RULES)
def test_due_is_within_working_time_and_later(start: datetime.datetime, rule: Rule) -> None:
    end = run(start, rule, CALENDAR)
    assert end > start
    assert any(begin < end <= close for begin, close in CALENDAR.intervals(end.astimezone(HANOI).date()))


@given(MOMENTS, WORKED)
def test_working_days_are_exactly_that_much_working_time(start: datetime.datetime, rule: Rule) -> None:
    end = run(start, rule, CALENDAR)
    assert CALENDAR.work_between(start, end) == datetime.timedelta(hours=8 * rule.value)


@st.composite
def paused_histories(draw: st.DrawFn) -> tuple[datetime.datetime, datetime.datetime, datetime.datetime]:
    moments = sorted(draw(st.tuples(MOMENTS, MOMENTS, MOMENTS)))
    return moments[0], moments[1], moments[2]


def _pause(start: datetime.datetime, end: datetime.datetime) -> list[Fact]:
    return [Fact(EventKind.SUPPLEMENT_REQUESTED, start), Fact(EventKind.SUPPLEMENT_ANSWERED, end)]


@given(paused_histories(), WORKED)
def test_pause_and_resume_add_exactly_the_working_time(
    moments: tuple[datetime.datetime, datetime.datetime, datetime.datetime], rule: Rule
) -> None:
    start, begin, end = moments
    plain = due([Fact(EventKind.ACCEPTED, start)], rule, CALENDAR).at
    paused = due([Fact(EventKind.ACCEPTED, start), *_pause(begin, end)], rule, CALENDAR).at
    assert plain is not None
    assert paused is not None
    assert CALENDAR.work_between(plain, paused) == CALENDAR.work_between(begin, end)


@given(paused_histories(), RULES)
def test_an_empty_pause_changes_nothing(
    moments: tuple[datetime.datetime, datetime.datetime, datetime.datetime], rule: Rule
) -> None:
    start, begin, _end = moments
    plain = due([Fact(EventKind.ACCEPTED, start)], rule, CALENDAR).at
    assert due([Fact(EventKind.ACCEPTED, start), *_pause(begin, begin)], rule, CALENDAR).at == plain


@given(paused_histories(), st.floats(0, 1), WORKED)
def test_splitting_a_pause_changes_nothing(
    moments: tuple[datetime.datetime, datetime.datetime, datetime.datetime], share: float, rule: Rule
) -> None:
    start, begin, end = moments
    middle = begin + (end - begin) * share
    whole = due([Fact(EventKind.ACCEPTED, start), *_pause(begin, end)], rule, CALENDAR).at
    parts = [Fact(EventKind.ACCEPTED, start), *_pause(begin, middle), *_pause(middle, end)]
    assert due(parts, rule, CALENDAR).at == whole


def test_an_empty_calendar_is_an_error_not_an_endless_loop() -> None:
    closed = WorkCalendar(HOURS, {D(2025, 1, 1) + datetime.timedelta(days=n): "" for n in range(1500)})
    with pytest.raises(ValueError, match="no working"):
        closed.opening_at_or_after(at("2025-01-02 09:00"))
