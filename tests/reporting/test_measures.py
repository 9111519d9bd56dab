"""Every measure, counted by hand: value, list behind, zero rule."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest

from dossiers.models import Attachment, StoredPaper
from dossiers.states import Delivery, EventKind, State
from portal.accounts.models import Membership, Unit
from portal.accounts.permissions import Role
from procedures.models import Channel, OnlineLevel, ProcedureVersion, RequiredDocument
from reporting import counting, fill
from reporting.facts import CODES, FACTS, STOCK_CODES
from reporting.marks import TOUCHES
from reporting.measures import (
    FURTHER,
    MAIN,
    MEASURE_BY_CODE,
    MEASURES,
    OTHER_READINGS,
    REPLACED,
    STOCK_MEASURES,
    VERSIONS,
    Part,
    Shape,
)
from reporting.models import DayCount
from reporting.periods import Period
from reporting.rollups import figures
from tests.cast import Cast
from tests.reporting.conftest import MONDAY
from tests.reporting.rows import DAY, HOUR, Rows, at

Setting = Callable[[Rows, Unit, Cast], None]
MARCH = Period(datetime.date(2026, 3, 1), datetime.date(2026, 3, 31))


def _channels(rows: Rows, ward: Unit, cast: Cast) -> None:
    """Ten accepted: six online (one typed by an officer; four of a full procedure), three counter, one post."""
    for number in range(6):
        level = OnlineLevel.FULL if number < 4 else OnlineLevel.PARTIAL
        rows.dossier(ward, MONDAY, accepted=MONDAY, level=level, assisted=number == 0)
    for _ in range(3):
        rows.dossier(ward, MONDAY, accepted=MONDAY, channel=Channel.COUNTER, level=OnlineLevel.COUNTER)
    rows.dossier(ward, MONDAY, accepted=MONDAY, channel=Channel.POST, level=OnlineLevel.PARTIAL)
    # Filed but not accepted: in no figure by acceptance, in the figure by filing.
    rows.dossier(ward, MONDAY)
    rows.dossier(ward, MONDAY, closed=MONDAY, state=State.REFUSED)
    # Accepted and withdrawn afterwards: still received.
    rows.dossier(ward, MONDAY - DAY, accepted=MONDAY - DAY, closed=MONDAY, state=State.WITHDRAWN)


def _deadlines(rows: Rows, ward: Unit, cast: Cast) -> None:
    """Six finished: one early, one to the minute, one late, one extended, one asked twice, one paused."""
    rows.dossier(ward, MONDAY, accepted=MONDAY, due=MONDAY + 3 * DAY, finished=MONDAY + 2 * DAY)
    exact = at(MONDAY + 3 * DAY, 17)
    rows.dossier(ward, MONDAY, accepted=MONDAY, due=exact, finished=exact)
    rows.dossier(ward, MONDAY, accepted=MONDAY, due=exact, finished=exact + HOUR / 60)
    extended = rows.dossier(ward, MONDAY, accepted=MONDAY, due=MONDAY + 2 * DAY, finished=MONDAY + 4 * DAY)
    rows.extended(extended, MONDAY + 2 * DAY, MONDAY + 9 * DAY)
    twice = rows.dossier(ward, MONDAY, accepted=MONDAY, due=MONDAY + 5 * DAY, finished=MONDAY + 4 * DAY)
    rows.paused(twice, cast.office.head, MONDAY + DAY, MONDAY + 2 * DAY)
    rows.paused(twice, cast.office.head, MONDAY + 2 * DAY, MONDAY + 3 * DAY, number=2)
    # Finished on time by the other ward that decides; received here.
    rows.dossier(
        ward,
        MONDAY,
        accepted=MONDAY,
        due=MONDAY + 3 * DAY,
        finished=MONDAY + DAY,
        competent=cast.other_office.unit,
    )


def _results(rows: Rows, ward: Unit, cast: Cast) -> None:
    """Three finished: two with a signed result, one of them online at every step; the third paid at the counter."""
    whole = rows.dossier(ward, MONDAY, accepted=MONDAY, finished=MONDAY + DAY)
    scanned = rows.dossier(ward, MONDAY, accepted=MONDAY, finished=MONDAY + DAY)
    cash = rows.dossier(ward, MONDAY, accepted=MONDAY, finished=MONDAY + DAY, delivery=Delivery.POST)
    for dossier in (whole, scanned):
        rows.result(dossier, "Văn thư")
    rows.result(cash)  # rendered but not signed
    Attachment.objects.create(
        dossier=scanned,
        name="a.pdf",
        content_type="application/pdf",
        size=1,
        sha256="1" * 64,
        uploaded_by=cast.office.counter,
        uploaded_at=at(MONDAY),
        digitised=True,
    )
    rows.paid(cash, MONDAY, provider="cash")


def _intake(rows: Rows, ward: Unit, cast: Cast) -> None:
    """Four not from the counter: in time, one minute late, supplement asked in time, asked too late."""
    limit = at(MONDAY, 17)
    rows.dossier(ward, MONDAY, accept_by=limit, accepted=limit)
    rows.dossier(ward, MONDAY, accept_by=limit, accepted=limit + HOUR / 60)
    asked = rows.dossier(ward, MONDAY, accept_by=limit, accepted=MONDAY + 5 * DAY)
    rows.paused(asked, cast.office.head, at(MONDAY, 10), MONDAY + 4 * DAY)
    slow = rows.dossier(ward, MONDAY, accept_by=limit, accepted=MONDAY + 5 * DAY)
    rows.paused(slow, cast.office.head, limit + HOUR, MONDAY + 4 * DAY)
    rows.dossier(ward, MONDAY, accept_by=limit, accepted=MONDAY, channel=Channel.COUNTER)


def _money(rows: Rows, ward: Unit, cast: Cast) -> None:
    """Three dossiers paid, two of them online first; one paid twice, one with a surplus that counts nowhere."""
    online = rows.dossier(ward, MONDAY, accepted=MONDAY)
    cash = rows.dossier(ward, MONDAY, accepted=MONDAY)
    both = rows.dossier(ward, MONDAY, accepted=MONDAY)
    rows.paid(online, MONDAY, 8_000, "vnpay")
    rows.paid(cash, MONDAY, 20_000, "cash")
    rows.paid(both, MONDAY, 10_000, "national")
    rows.paid(both, MONDAY + DAY, 2_000, "cash")
    rows.paid(online, MONDAY, 8_000, "vnpay", surplus=True)


def _handling(rows: Rows, ward: Unit, cast: Cast) -> None:
    """One dossier of four days with one day's pause, one of two days: three and two days of work."""
    paused = rows.dossier(ward, MONDAY, accepted=MONDAY, finished=MONDAY + 4 * DAY)
    rows.paused(paused, cast.office.head, MONDAY + DAY, MONDAY + 2 * DAY)
    rows.dossier(ward, MONDAY, accepted=MONDAY, finished=MONDAY + 2 * DAY)


def _readings(rows: Rows, ward: Unit, cast: Cast) -> None:
    """Eight accepted; of five online ones two have a signed result. One at the counter is of a counter procedure."""
    for number in range(5):
        dossier = rows.dossier(ward, MONDAY, accepted=MONDAY, finished=MONDAY + DAY if number < 3 else None)
        if number < 2:
            rows.result(dossier, "Văn thư")
    rows.dossier(ward, MONDAY, accepted=MONDAY, channel=Channel.POST)
    rows.dossier(ward, MONDAY, accepted=MONDAY, channel=Channel.COUNTER, level=OnlineLevel.COUNTER)
    rows.dossier(ward, MONDAY, accepted=MONDAY, channel=Channel.COUNTER, level=OnlineLevel.PARTIAL)


def _agents(rows: Rows, ward: Unit, cast: Cast) -> None:
    """Four accepted: one by an agent of that day, one before the post began, one after it ended, one by the citizen."""
    agent = cast.office.clerk
    Membership.objects.create(
        user=agent, unit=ward, role=Role.AGENT, valid_from=MONDAY, valid_to=MONDAY + 2 * DAY
    )
    for day in (MONDAY - DAY, MONDAY + DAY, MONDAY + 2 * DAY):
        rows.dossier(ward, day, accepted=day, submitted_by=agent)
    rows.dossier(ward, MONDAY, accepted=MONDAY, submitted_by=cast.citizen)


def _papers(rows: Rows, ward: Unit, cast: Cast) -> None:
    """Three accepted: two under a version that lists a certified copy."""
    listed = RequiredDocument.objects.exclude(certified_basis="").order_by("pk").first()
    plain = ProcedureVersion.objects.exclude(
        pk__in=RequiredDocument.objects.exclude(certified_basis="").values("version")
    ).first()
    if listed is None:
        listed = RequiredDocument.objects.order_by("pk").first()
        assert listed is not None
        RequiredDocument.objects.filter(pk=listed.pk).update(certified_basis="Luật thử, điều 1")
        plain = ProcedureVersion.objects.exclude(pk=listed.version_id).first()
    for version in (listed.version, listed.version, plain):
        rows.version = version
        rows.dossier(ward, MONDAY, accepted=MONDAY)


def _digital(rows: Rows, ward: Unit, cast: Cast) -> None:
    """Five finished: two digitised, one of them with a reused paper; one without files, one unsigned, one removed."""
    earlier = rows.file(rows.dossier(ward, MONDAY - DAY, accepted=MONDAY - DAY), cast.citizen)
    made = [rows.dossier(ward, MONDAY, accepted=MONDAY, finished=MONDAY + DAY) for _ in range(5)]
    for dossier in made[:3]:
        rows.result(dossier, "Văn thư")
    rows.file(made[0], cast.citizen)
    rows.file(made[1], cast.citizen, reused=earlier)
    removed = rows.file(made[2], cast.citizen, reused=earlier)
    Attachment.objects.filter(pk=removed.pk).update(removed_at=removed.uploaded_at)
    rows.file(made[3], cast.citizen)


def _reused(rows: Rows, ward: Unit, cast: Cast) -> None:
    """Four digitised: a paper of an earlier dossier, of a result, of the own store, and a fresh one."""
    before = rows.dossier(ward, MONDAY - DAY, accepted=MONDAY - DAY, finished=MONDAY - DAY)
    earlier, result = rows.file(before, cast.citizen), rows.result(before)
    stored = StoredPaper.objects.create(
        user=cast.citizen,
        title="Sổ đỏ",
        name="a.pdf",
        content_type="application/pdf",
        size=1,
        sha256="1" * 64,
        uploaded_by=cast.citizen,
        uploaded_at=at(MONDAY),
    )
    for again in ({"from_attachment": earlier}, {"from_document": result}, {"from_stored": stored}, {}):
        dossier = rows.dossier(ward, MONDAY, accepted=MONDAY, finished=MONDAY + DAY)
        rows.result(dossier, "Văn thư")
        Attachment.objects.filter(pk=rows.file(dossier, cast.citizen).pk).update(**again)


def _ratings(rows: Rows, ward: Unit, cast: Cast) -> None:
    """Three ratings of the month, two content, one of somebody refused; one rated after it, one not rated."""
    made = [rows.dossier(ward, MONDAY, accepted=MONDAY, finished=MONDAY + DAY) for _ in range(4)]
    refused = rows.dossier(ward, MONDAY, closed=MONDAY, state=State.REFUSED)
    rows.rated(made[0], "very", MONDAY + 2 * DAY)
    rows.rated(made[1], "yes", at(MARCH.last, 23, 59))
    rows.rated(refused, "no", MONDAY + 3 * DAY)
    rows.rated(made[2], "very", at(MARCH.last + DAY, 0))


def _certified_asked(rows: Rows, ward: Unit, cast: Cast) -> None:
    """Three finished: one asked for a certified copy, one for something else; one asked but unfinished."""
    made = [rows.dossier(ward, MONDAY, accepted=MONDAY, finished=MONDAY + 3 * DAY) for _ in range(3)]
    made.append(rows.dossier(ward, MONDAY, accepted=MONDAY))
    for dossier, words in zip(
        made[1:], ("Nộp bản sao Chứng thực căn cước", "Ghi rõ địa chỉ", "Bản sao chứng thực"), strict=True
    ):
        rows.paused(dossier, cast.office.head, MONDAY + DAY, MONDAY + 2 * DAY)
        rows.asked_for(dossier, words)


def _supplements(rows: Rows, ward: Unit, cast: Cast) -> None:
    """Four finished: one never asked, two asked once, one asked twice; one asked but unfinished."""
    made = [rows.dossier(ward, MONDAY, accepted=MONDAY, finished=MONDAY + 5 * DAY) for _ in range(4)]
    for dossier in (*made[1:], rows.dossier(ward, MONDAY, accepted=MONDAY)):
        rows.paused(dossier, cast.office.head, MONDAY + DAY, MONDAY + 2 * DAY)
    rows.paused(made[3], cast.office.head, MONDAY + 3 * DAY, MONDAY + 4 * DAY, number=2)


def _fees(rows: Rows, ward: Unit, cast: Cast) -> None:
    """Three owe a fee, one of them paid online; one lifted to zero by a later assessment, one free, one surplus."""
    owing = [rows.dossier(ward, MONDAY, accepted=MONDAY) for _ in range(2)]
    for dossier in owing:
        rows.assessed(dossier, 8_000)
    rows.paid(rows.dossier(ward, MONDAY, accepted=MONDAY), MONDAY + DAY, 8_000, "vnpay")
    rows.paid(owing[0], MONDAY, 8_000, "cash")
    lifted = rows.dossier(ward, MONDAY, accepted=MONDAY)
    rows.assessed(lifted, 8_000)
    rows.assessed(lifted, 0, gross=8_000)
    rows.assessed(rows.dossier(ward, MONDAY, accepted=MONDAY), 0)
    rows.paid(owing[1], MONDAY, 8_000, "vnpay", surplus=True)


# measure, setting, numerator, denominator: counted by hand from the settings above, for Ba Đình in March 2026
CASES: list[tuple[str, Setting, int, int]] = [
    ("online", _channels, 7, 11),
    ("full-of-all", _channels, 5, 11),
    ("full-of-online", _channels, 5, 7),
    ("online-unassisted", _channels, 6, 11),
    ("online-assisted", _channels, 1, 7),
    ("online-offered", _channels, 7, 8),
    ("online-filed", _channels, 9, 13),
    ("on-time", _deadlines, 3, 5),
    ("on-time-766", _deadlines, 2, 5),
    ("e-result", _results, 2, 3),
    ("full-in-fact", _results, 1, 3),
    ("intake-8h", _intake, 2, 4),
    ("paid-online", _money, 2, 3),
    ("paid-online-amount", _money, 18_000, 40_000),
    ("handling", _handling, 5 * 86_400, 2),
    ("online-766", _readings, 2, 8),
    ("online-practice", _readings, 5, 6),
    ("agent", _agents, 1, 4),
    ("certified", _papers, 2, 3),
    ("digitised", _digital, 2, 5),
    ("reused", _reused, 3, 4),
    ("satisfaction", _ratings, 2, 3),
    ("certified-asked", _certified_asked, 1, 3),
    ("supplement", _supplements, 3, 4),
    ("supplement-twice", _supplements, 1, 4),
    ("paid-online-766", _fees, 1, 3),
]


def test_every_measure_has_a_hand_counted_case() -> None:
    assert {case[0] for case in CASES} == {measure.code for measure in MEASURES}


@pytest.mark.parametrize("filling", ["before reading", "not yet"])
@pytest.mark.parametrize(("code", "setting", "above", "below"), CASES, ids=[case[0] for case in CASES])
def test_hand_count(
    code: str,
    setting: Setting,
    above: int,
    below: int,
    filling: str,
    rows: Rows,
    ward: Unit,
    cast: Cast,
    filled: None,
) -> None:
    """The stored count, the live count and the list behind all give the number counted by hand."""
    setting(rows, ward, cast)
    if filling == "before reading":
        fill.fill_all()
    measure = MEASURE_BY_CODE[code]
    counts = figures(MARCH, [ward.pk]).of([ward.pk])

    assert counts.get(measure.numerator.code, 0) == above
    assert counts.get(measure.denominator.code, 0) == below
    scale = 86_400 if measure.shape is Shape.DAYS else 1
    assert measure.value(counts) == pytest.approx(above / below / scale)
    for part, number in ((Part.NUMERATOR, above), (Part.DENOMINATOR, below)):
        fact = measure.fact(part)
        behind = fact.rows(MARCH.first, MARCH.last, [ward.pk])
        if fact.total is None:
            assert behind.count() == number
            assert behind.values("pk").distinct().count() == number
        else:
            assert sum(behind.annotate(worth=fact.total).values_list("worth", flat=True)) == number


def test_a_replaced_version_is_still_computed(rows: Rows, ward: Unit, cast: Cast, filled: None) -> None:
    """Version 1 of `reused` knows papers of earlier dossiers only; version 2 all three ways."""
    _reused(rows, ward, cast)
    counts = figures(MARCH, [ward.pk]).of([ward.pk])
    assert VERSIONS["reused", 1].value(counts) == pytest.approx(1 / 4)
    assert VERSIONS["reused", 2].value(counts) == pytest.approx(3 / 4)
    for old in REPLACED:
        assert MEASURE_BY_CODE[old.code].version > old.version


def test_deadline_counts_at_the_deciding_unit_and_intake_at_the_receiving_one(
    rows: Rows, ward: Unit, other_ward: Unit
) -> None:
    """A dossier handed over counts once for each: never twice in a city total."""
    rows.dossier(ward, MONDAY, accepted=MONDAY, finished=MONDAY + DAY, competent=other_ward)
    found = figures(MARCH, None)
    assert found.of([ward.pk]).get("received") == 1
    assert "received" not in found.of([other_ward.pk])
    assert found.of([other_ward.pk]).get("finished_on_time") == 1
    assert "finished" not in found.of([ward.pk])


@pytest.mark.parametrize("measure", [*MEASURES, *STOCK_MEASURES], ids=lambda measure: measure.code)
def test_no_data_is_said_and_not_a_hundred_per_cent(measure: object) -> None:
    assert measure.value({}) is None  # type: ignore[attr-defined]


def test_midnight_belongs_to_hanoi(rows: Rows, ward: Unit) -> None:
    """23:59:59 counts for the day, 00:00 for the next one, whatever the day is in Greenwich."""
    rows.dossier(ward, MONDAY, accepted=at(MONDAY, 23, 59) + HOUR / 3600 * 59)
    rows.dossier(ward, MONDAY, accepted=at(MONDAY + DAY, 0))
    fill.fill_all()
    days = dict(DayCount.objects.filter(received__gt=0).order_by("day").values_list("day", "received"))
    assert days == {MONDAY: 1, MONDAY + DAY: 1}


def test_a_level_changed_in_mid_month_leaves_old_figures_alone(rows: Rows, ward: Unit) -> None:
    rows.dossier(ward, MONDAY, accepted=MONDAY, level=OnlineLevel.FULL)
    rows.version.online_level = OnlineLevel.PARTIAL  # type: ignore[union-attr]
    rows.version.save()  # type: ignore[union-attr]
    rows.dossier(ward, MONDAY + DAY, accepted=MONDAY + DAY, level=OnlineLevel.PARTIAL)
    counts = figures(MARCH, None).of([ward.pk])
    assert (counts["received_full"], counts["received"]) == (1, 2)


def test_standing_figures_are_of_this_moment(rows: Rows, ward: Unit) -> None:
    today = datetime.datetime.now(datetime.UTC)
    rows.dossier(ward, MONDAY, accepted=MONDAY, due=today - HOUR)
    rows.dossier(ward, MONDAY, accepted=MONDAY, due=today + HOUR)
    rows.dossier(ward, MONDAY, accepted=MONDAY, due=today - HOUR, state=State.SUPPLEMENT)
    rows.dossier(ward, MONDAY, accept_by=today - HOUR)
    rows.dossier(ward, MONDAY, accept_by=today + HOUR)
    counts = figures(MARCH, [ward.pk]).of([ward.pk])
    assert {code: counts.get(code) for code in STOCK_CODES} == {
        "open_now": 3,
        "overdue_now": 1,
        "waiting_now": 2,
        "waiting_late_now": 1,
    }


def test_the_parts_of_what_was_received_add_up(rows: Rows, ward: Unit, cast: Cast) -> None:
    _channels(rows, ward, cast)
    counts = figures(MARCH, None).of([ward.pk])
    channels = [counts[code] for code in ("received_online", "received_counter", "received_post")]
    assert sum(channels) == counts["received"]
    assert counts["received_unassisted"] + counts["received_assisted"] == counts["received_online"]


def test_numerators_are_parts_of_their_denominators() -> None:
    """Both halves have one basis, and no share can pass 100 %."""
    for measure in MEASURES:
        assert measure.numerator.basis is measure.denominator.basis, measure.code


def test_every_fact_is_a_column_and_every_column_a_fact() -> None:
    columns = {field.name for field in DayCount._meta.get_fields()} - {"id", "day", "unit", "filled_at"}
    assert columns == set(CODES)
    assert len(CODES) == len(FACTS)


def test_every_event_kind_says_which_days_it_touches() -> None:
    assert set(TOUCHES) == set(EventKind)


def test_every_measure_is_on_the_boards_once() -> None:
    assert sorted((*MAIN, *FURTHER, *OTHER_READINGS)) == sorted(measure.code for measure in MEASURES)


def test_every_definition_says_everything() -> None:
    for measure in (*MEASURES, *STOCK_MEASURES):
        assert measure.version >= 1
        assert all(str(what).strip() and str(how).strip() for what, how in measure.rules()), measure.code


def test_the_fingerprint_of_the_definitions_is_stable() -> None:
    first = counting.contract()
    counting.contract.cache_clear()
    assert counting.contract() == first
