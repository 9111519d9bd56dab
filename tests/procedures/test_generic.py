"""The generic form: its own examples, where it is attached and where not, and what loading again does."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.test import Client

from procedures import querysets
from procedures.form_engine import check_answers
from procedures.importing import generic, generic_file
from procedures.importing.examples import lists
from procedures.importing.files import BadData
from procedures.models import (
    Channel,
    DataStamp,
    OnlineLevel,
    Procedure,
    ProcedureVersion,
    Setup,
    TimeLimit,
    TimeUnit,
)
from procedures.querysets import catalogue
from procedures.sufficiency import REASONS, fee_unknown, lacking, usable

FILE = generic_file.read()
DAY = datetime.date(2026, 11, 20)


@pytest.mark.parametrize("example", FILE.examples, ids=lambda example: example.name)
def test_the_examples_of_the_generic_form_run(example: generic_file.GenericExample) -> None:
    checked = check_answers(FILE.form, example.answers, today=DAY, lists=lists())
    faulty = sorted(name for section in checked.errors.values() for name in section)
    assert faulty == sorted(example.errors)
    assert not set(example.dropped) & checked.cleaned.keys()


@pytest.mark.parametrize("legal", [60, 480, 1440, 9600])
def test_steps_never_take_longer_than_the_law_allows(legal: int) -> None:
    minutes = FILE.minutes(legal)
    assert sum(minutes) <= legal
    assert all(minutes)


def test_a_file_with_too_large_shares_is_refused(tmp_path: generic_file.Path) -> None:
    bad = tmp_path / "generic.json"
    bad.write_text(generic_file.PATH.read_text(encoding="utf-8").replace('"share": 60', '"share": 90'))
    with pytest.raises(BadData, match="exceed the legal time"):
        generic_file.read(bad)


@pytest.mark.parametrize(
    ("value", "unit", "minutes"),
    [
        (Decimal(3), TimeUnit.WORK_DAY, 1440),
        (Decimal(1), TimeUnit.SAME_DAY, 480),
        (Decimal(7), TimeUnit.DAY, 2394),
        (Decimal(1), TimeUnit.MONTH, 9600),
        (Decimal("0.5"), TimeUnit.WORK_DAY, None),
        (Decimal(5), TimeUnit.HOUR, None),
        (Decimal(5), TimeUnit.UNKNOWN, None),
        (None, TimeUnit.WORK_DAY, None),
    ],
)
def test_only_a_whole_number_with_its_unit_is_a_time(
    value: Decimal | None, unit: TimeUnit, minutes: int | None
) -> None:
    limit = TimeLimit(channel=Channel.ONLINE, value=value, unit=unit)
    assert limit.legal_minutes == minutes
    assert usable(limit) is (minutes is not None)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"is_active": False}, "gone"),
        ({"vertical_system": "Công an"}, "system"),
        ({"missing": ["scope"]}, "scope"),
        ({"at_commune": False}, "place"),
    ],
)
def test_each_reason_is_told(change: dict[str, object], reason: str) -> None:
    procedure = Procedure(**{"at_commune": True, "missing": [], **change})
    limit = TimeLimit(channel=Channel.COUNTER, value=Decimal(5), unit=TimeUnit.WORK_DAY)
    assert lacking(procedure, [limit], has_papers=True) == [reason]


def test_missing_times_and_papers_are_told() -> None:
    procedure = Procedure(at_commune=True, missing=[])
    bare = TimeLimit(channel=Channel.COUNTER, value=Decimal(5), unit=TimeUnit.UNKNOWN)
    assert lacking(procedure, [], has_papers=True) == ["time"]
    assert lacking(procedure, [bare], has_papers=False) == ["time_unit", "papers"]
    assert set(lacking(procedure, [bare], has_papers=False)) <= REASONS.keys()


def test_free_is_only_what_the_source_calls_free() -> None:
    shown = {"online": [0], "counter": [], "post": [150_000]}
    limits = [TimeLimit(channel=channel, fee_shown=fee) for channel, fee in shown.items()]
    assert fee_unknown(limits) == ["counter", "post"]


pytestmark_db = pytest.mark.django_db


@pytestmark_db
def test_every_procedure_is_full_generic_or_incomplete_for_a_reason() -> None:
    found = dict.fromkeys(Setup, 0)
    versions = ProcedureVersion.objects.filter(valid_to=None, state="published")
    parts = versions.select_related("procedure").prefetch_related("timelimits", "requireddocuments")
    for version in parts:
        procedure = version.procedure
        found[Setup(procedure.setup)] += 1
        reasons = lacking(
            procedure, version.timelimits.all(), has_papers=bool(version.requireddocuments.all())
        )
        if procedure.setup == Setup.FULL:
            assert procedure.configured
            continue
        assert (procedure.setup == Setup.GENERIC) is (not reasons), procedure.code
        assert bool(version.form) is (procedure.setup == Setup.GENERIC), procedure.code
    assert sum(found.values()) == 2089
    assert found[Setup.GENERIC] > 500


@pytestmark_db
def test_steps_of_every_procedure_fit_into_its_shortest_time() -> None:
    versions = ProcedureVersion.objects.filter(valid_to=None, procedure__setup=Setup.GENERIC)
    for version in versions.prefetch_related("timelimits", "processsteps", "resultkinds"):
        legal = [limit.legal_minutes for limit in version.timelimits.all() if usable(limit)]
        assert sum(step.minutes for step in version.processsteps.all()) <= min(m or 0 for m in legal)
        assert all(kind.layout for kind in version.resultkinds.all())
        assert not version.feerules.exists()


@pytestmark_db
def test_loading_again_changes_nothing() -> None:
    assert generic.load() == 0
    DataStamp.objects.filter(name="generic").delete()
    before = ProcedureVersion.objects.count(), ProcedureVersion.history.count()
    assert generic.load() == 0
    assert (ProcedureVersion.objects.count(), ProcedureVersion.history.count()) == before


@pytestmark_db
def test_a_procedure_that_loses_its_facts_is_incomplete_again() -> None:
    row = Procedure.objects.filter(setup=Setup.GENERIC).first()
    assert row
    Procedure.objects.filter(pk=row.pk).update(at_commune=False, department=None)
    DataStamp.objects.filter(name="generic").delete()
    assert generic.load() == 1
    row.refresh_from_db()
    assert row.setup == Setup.INCOMPLETE


@pytestmark_db
def test_the_public_page_says_what_is_generic_and_what_is_not_known(client: Client) -> None:
    querysets.forget()
    entry = next(e for e in catalogue().entries if e.setup == Setup.GENERIC and e.files_online)
    assert not {"form", "process"} & set(entry.missing)
    html = client.get(f"/thu-tuc/{entry.code}/").content.decode()
    assert "tờ khai chung" in html
    assert f"/ho-so/nop/{entry.code}/" in html
    assert "Tổng thời gian nội bộ" in html


@pytestmark_db
def test_nothing_is_filed_online_without_an_online_time() -> None:
    for entry in catalogue().entries:
        if entry.files_online:
            assert "online" in entry.rules.timed
            assert entry.online_level != OnlineLevel.COUNTER
            assert not entry.vertical_system
