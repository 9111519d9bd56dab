"""Loading reference data: whole, once, and never over what dossiers stand on."""

import dataclasses
import datetime
import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from procedures.actions.imports import compare, receive
from procedures.actions.taking import confirm_identity, take_over
from procedures.importing import files, reference
from procedures.importing.catalogue import load_catalogue
from procedures.importing.versions import open_next_version
from procedures.models import CalendarDay, DataStamp, Field, Procedure, ProcedureVersion
from tests.factories import dossiers as make
from tests.procedures import national
from tests.procedures.test_catalogue_data import read

pytestmark = pytest.mark.django_db


def narrowed(*codes, **changes):
    """The catalogue file as read, with the facts of some procedures changed."""
    found = read()
    facts = [dataclasses.replace(f, **changes) if f.code in codes else f for f in found.procedures]
    return dataclasses.replace(found, procedures=facts)


def unwatched(_name, _size):
    return lambda _done: None


def test_everything_is_in_the_database():
    assert Procedure.objects.count() == 2089
    assert ProcedureVersion.objects.filter(state="published", valid_to=None).count() == 2089
    assert CalendarDay.objects.count() == 46
    assert Field.objects.filter(is_official=True).count() > 140
    row = Procedure.objects.get(code="1.004873")
    assert (row.title, row.short_title) == (
        "Thủ tục cấp Giấy xác nhận tình trạng hôn nhân",
        "Cấp Giấy xác nhận tình trạng hôn nhân",
    )
    assert row.at_commune
    assert (row.configured, row.setup) == (True, "full")


def test_the_configured_say_nothing_of_forms_missing():
    rows = Procedure.objects.filter(configured=True)
    assert {"1.001193", "1.000894", "2.000635", "2.000815", "1.001612"} < {row.code for row in rows}
    assert not any({"form", "process", "papers"} & set(row.missing) for row in rows)


def test_what_two_persons_confirmed_stays(cast):
    renamed = national.same(make.BIRTH) | {"TENTTHC": "Thủ tục đăng ký khai sinh (mới)"}
    data = national.service(renamed)
    source = compare(import_id=receive(by=cast.catalogue, name="mot.json", data=data, ask=False).pk)
    taken = take_over(by=cast.catalogue, item_id=source.items.get(code=make.BIRTH).pk)
    confirm_identity(by=cast.publisher, item_id=taken.pk)
    load_catalogue(narrowed(make.BIRTH, title="Tên của bản phát hành", agency="Cơ quan mới"))
    row = Procedure.objects.get(code=make.BIRTH)
    assert row.title == "Thủ tục đăng ký khai sinh (mới)"
    assert "(moi)" in row.search_text
    assert row.agency == "Cơ quan mới"  # nobody confirmed another


def test_a_first_version_begins_on_the_as_of_day():
    version = ProcedureVersion.objects.get(procedure__code="1.003347")
    assert (version.number, version.valid_from, version.valid_to) == (1, datetime.date(2026, 7, 1), None)
    assert version.requireddocuments.count() > 0
    assert {(t.channel, t.unit) for t in version.timelimits.all()} == {
        ("online", "work_day"),
        ("counter", "work_day"),
        ("post", "work_day"),
    }


def test_loading_again_changes_nothing(django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        changed = reference.load_all(unwatched)
    assert set(changed.values()) == {None}


def test_without_stamps_equal_rows_are_left_alone():
    DataStamp.objects.filter(name="catalogue").delete()
    history = Procedure.history.count()
    assert reference.load_all(unwatched)["catalogue"] == 0
    assert Procedure.history.count() == history


def test_a_changed_rule_opens_a_new_version_and_closes_the_old():
    before = ProcedureVersion.objects.get(procedure__code="1.003347")
    papers = list(before.requireddocuments.values_list("name", flat=True))
    assert load_catalogue(narrowed("1.003347", papers=(("Tờ khai mới", 1, 0),))) == 1
    before.refresh_from_db()
    after = ProcedureVersion.objects.get(procedure__code="1.003347", valid_to=None)
    assert (after.number, before.number) == (2, 1)
    assert before.valid_to == after.valid_from == datetime.date(2026, 7, 2)
    assert list(before.requireddocuments.values_list("name", flat=True)) == papers
    assert [paper.name for paper in after.requireddocuments.all()] == ["Tờ khai mới"]


def test_a_changed_title_is_a_save_with_history_and_no_new_version():
    assert load_catalogue(narrowed("1.003347", title="Thủ tục mới")) == 1
    row = Procedure.objects.get(code="1.003347")
    assert row.title == "Thủ tục mới"
    assert row.history.first().title == "Thủ tục mới"
    assert row.versions.count() == 1


def test_a_configured_procedure_keeps_its_own_rules():
    before = Procedure.objects.get(code="1.001193")
    version = before.versions.get(valid_to=None)
    load_catalogue(narrowed("1.001193", papers=(), missing=("form", "process"), title="Tên khác"))
    after = Procedure.objects.get(code="1.001193")
    assert (after.title, after.configured, after.missing) == ("Tên khác", True, before.missing)
    assert after.versions.get(valid_to=None) == version
    assert version.requireddocuments.count() > 0


def test_a_procedure_that_left_the_file_is_switched_off_not_deleted():
    found = read()
    kept = [fact for fact in found.procedures if fact.code != "1.003347"]
    load_catalogue(dataclasses.replace(found, procedures=kept))
    assert Procedure.objects.get(code="1.003347").is_active is False
    load_catalogue(found)
    assert Procedure.objects.get(code="1.003347").is_active is True


def test_versions_of_one_day_follow_each_other_by_a_day():
    procedure = Procedure.objects.get(code="1.003347")
    first = open_next_version(procedure, datetime.date(2026, 7, 1))
    second = open_next_version(procedure, datetime.date(2026, 7, 1))
    assert (first.number, second.number) == (2, 3)
    assert second.valid_from > first.valid_from


def test_a_bad_file_names_its_line_and_writes_nothing(tmp_path, monkeypatch):
    lines = files.CATALOGUE.read_text(encoding="utf-8").splitlines()
    lines[7] = lines[7].replace('"field":"', '"field":"khong-co-')
    bad = tmp_path / "catalogue.jsonl"
    bad.write_text("\n".join([lines[0], *lines[2:]]), encoding="utf-8")
    monkeypatch.setattr(files, "CATALOGUE", bad)
    parts = tuple(
        dataclasses.replace(part, sources=(bad,)) if part.name == "catalogue" else part
        for part in reference.PARTS
    )
    monkeypatch.setattr(reference, "PARTS", parts)
    stamps = dict(DataStamp.objects.values_list("name", "digest"))
    with pytest.raises(CommandError, match=r"nothing was changed: catalogue.jsonl:7: field 'khong-co-"):
        call_command("load_reference", stdout=io.StringIO())
    assert dict(DataStamp.objects.values_list("name", "digest")) == stamps
    assert Procedure.objects.filter(is_active=True).count() == 2089


def test_provincial_procedures_know_their_department_where_it_is_certain():
    notaries = Procedure.objects.filter(field__code="cong-chung", at_province=True)
    assert {row.department.name for row in notaries if row.department} == {"Sở Tư pháp"}
    assert Procedure.objects.filter(department__isnull=False).count() > 600
    assert not Procedure.objects.filter(department__isnull=False, at_province=False).exists()
