"""The life of a version: written by one person, checked, published by another, in force on its day, frozen."""

from __future__ import annotations

import copy
import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from portal.lib import clock
from portal.lib.errors import ActionError
from procedures import quality, querysets
from procedures.actions import drafts, publishing
from procedures.actions.drafts import DraftOpenError, PlacesError, StaleDraftError
from procedures.documents import document_of
from procedures.drafting import places
from procedures.importing import configured, configured_file, generic, versions
from procedures.models import (
    DataStamp,
    DraftState,
    Procedure,
    ProcedureVersion,
    RequiredDocument,
    Setup,
    VersionDocument,
    VersionDraft,
    VersionState,
)
from procedures.querysets import version_with_parts
from procedures.tasks import follow_versions
from tests.cast import Cast, build_cast
from tests.factories import dossiers as file
from tests.factories import drafts as make
from tests.factories.drafts import DAY
from tests.two_at_once import at_once

BIRTH = file.BIRTH
GENERIC = "1.000055"


@pytest.fixture(autouse=True)
def _asked_anew() -> Any:
    querysets.forget()
    yield
    querysets.forget()


def more_papers(draft: VersionDraft) -> list[dict[str, Any]]:
    """Two originals of the first paper."""
    papers = copy.deepcopy(draft.content["papers"])
    papers[0]["originals"] = 2
    return papers


def page(code: str) -> Any:
    querysets.forget()
    return Client().get(reverse("procedures:detail", args=[code]))


# --- Writing ---


def test_a_draft_of_a_configured_procedure_passes_the_check_as_it_is(cast: Cast) -> None:
    """The document loses nothing on its way from file to draft: every example still gives what it expects."""
    draft = make.begun(cast, BIRTH)
    read = configured_file.read(configured_file.FOLDER / f"{BIRTH}.json")
    assert configured_file.ConfiguredFile.model_validate(copy.deepcopy(draft.content)).form == read.form
    assert places(draft.content) == []
    assert [place.path for place in places(draft.content, announced=True)] == ["decision_date"]


def test_a_fee_nobody_entered_is_not_published_as_free(cast: Cast) -> None:
    content = copy.deepcopy(make.begun(cast, BIRTH).content) | {"fees": []}
    channels = {time["channel"] for time in content["times"]}
    missing = [*content.get("missing", []), "fee"]
    unknown = content.get("fee_unknown", [])
    found = [place for place in places(content | {"missing": missing}) if place.kind == "lint"]
    assert len(found) == len(channels - set(unknown)) > 0
    assert {place.part for place in found} == {"fees"}
    said_so = content | {"missing": missing, "fee_unknown": sorted(channels)}
    assert not [place for place in places(said_so) if place.kind == "lint"]


def test_a_document_put_together_from_rows_is_the_one_the_rows_came_from(cast: Cast) -> None:
    version = Procedure.objects.get(code=BIRTH).versions.get()
    kept = document_of(version)
    VersionDocument.objects.filter(version=version).delete()
    built = document_of(version)
    for part in ("papers", "times", "fees", "steps", "results", "form", "rules", "questions"):
        assert _full(kept)[part] == _full(built | {"examples": kept["examples"]})[part], part


def _full(content: dict[str, Any]) -> dict[str, Any]:
    return configured_file.ConfiguredFile.model_validate(content).model_dump(mode="json")


def test_one_open_draft_a_procedure(cast: Cast) -> None:
    draft = make.begun(cast, BIRTH)
    with pytest.raises(DraftOpenError, match="đang có một dự thảo") as refused:
        make.begun(cast, BIRTH)
    assert refused.value.draft == draft
    drafts.drop_draft(by=cast.catalogue, draft_id=draft.pk)
    assert make.begun(cast, BIRTH).pk != draft.pk
    with pytest.raises(ActionError, match="đã đóng"):
        make.changed(draft, cast)


def test_the_second_editor_is_told_and_overwrites_nothing(cast: Cast) -> None:
    draft = make.begun(cast, BIRTH)
    mine = make.changed(draft, cast, papers=more_papers(draft))
    with pytest.raises(StaleDraftError, match="Đỗ Danh Mục đã sửa") as refused:
        make.changed(draft, cast, notes=["other"])
    assert refused.value.draft.revision == mine.revision == 2
    mine.refresh_from_db()
    assert mine.content["papers"] == more_papers(draft)


def test_a_form_that_cannot_work_is_refused_with_its_place_and_nothing_is_written(cast: Cast) -> None:
    draft = make.begun(cast, BIRTH)
    form = copy.deepcopy(draft.content["form"])
    form["sections"][0]["fields"][0]["visible_when"] = {"eq": ["nowhere", 1]}
    with pytest.raises(PlacesError) as refused:
        make.changed(draft, cast, form=form)
    assert refused.value.places[-1].path == "form.sections.0.fields.0.visible_when"
    draft.refresh_from_db()
    assert draft.revision == 1


def test_who_may_write_and_who_may_publish(cast: Cast) -> None:
    procedure = make.procedure(BIRTH)
    for person in (cast.publisher, cast.system, cast.monitor, cast.office.head, cast.citizen):
        with pytest.raises(PermissionDenied):
            drafts.new_draft(by=person, procedure=procedure)
    draft = make.checked(cast, BIRTH)
    for person in (cast.catalogue, cast.system, cast.office.leader, cast.citizen):
        with pytest.raises(PermissionDenied):
            publishing.publish(
                by=person, draft_id=draft.pk, revision=draft.revision, valid_from=clock.today()
            )


# --- Checking ---


@pytest.mark.parametrize(
    ("part", "change", "path"),
    [
        ("papers", lambda papers: papers[0].update(originals=0), "papers.giay-chung-sinh"),
        ("papers", lambda papers: papers[0].update(name="Sổ hộ khẩu", known_from=""), "papers"),
        ("papers", lambda papers: papers[0].update(name="Bản sao có chứng thực"), "papers"),
        ("steps", lambda steps: steps[1].update(minutes=900), "steps"),
        ("times", lambda times: times[0].pop("unit"), "times.0.unit"),
        ("examples", lambda examples: examples[0]["expect"].update(payable=7), "examples.0"),
    ],
)
def test_each_check_names_its_place_and_closes_the_way(cast: Cast, part: str, change: Any, path: str) -> None:
    draft = make.begun(cast, BIRTH)
    value = copy.deepcopy(draft.content[part])
    change(value)
    draft = make.changed(draft, cast, **{part: value})
    with pytest.raises(PlacesError) as refused:
        drafts.check_draft(by=cast.catalogue, draft_id=draft.pk, revision=draft.revision)
    assert path in {place.path for place in refused.value.places}
    draft.refresh_from_db()
    assert draft.state == DraftState.DRAFT
    with pytest.raises(ActionError, match="chưa qua kiểm tra"):
        publishing.publish(
            by=cast.publisher, draft_id=draft.pk, revision=draft.revision, valid_from=clock.today()
        )


def test_a_change_after_the_check_asks_for_another_check(cast: Cast) -> None:
    draft = make.checked(cast, BIRTH)
    assert draft.state == DraftState.CHECKED
    assert make.changed(draft, cast).state == DraftState.CHECKED  # nothing changed
    assert make.changed(draft, cast, notes=["x"]).state == DraftState.DRAFT


def test_configured_procedures_pass_the_lint_that_stands_before_publishing() -> None:
    faults = [
        (file.code, fault.detail)
        for file in configured_file.read_all()
        for fault in quality.paper_faults(file.papers)
    ]
    assert faults == []


# --- Publishing ---


def test_a_published_version_follows_the_one_before_and_a_dossier_keeps_its_own(cast: Cast) -> None:
    before = make.procedure(BIRTH).versions.get()
    dossier = file.filed(cast)
    draft = make.begun(cast, BIRTH)
    version = make.published_from(draft, cast, papers=more_papers(draft))
    before.refresh_from_db()
    dossier.refresh_from_db()
    assert (version.number, version.state, version.valid_from) == (2, VersionState.PUBLISHED, clock.today())
    assert before.valid_to == version.valid_from
    assert [each.requireddocuments.get(code="giay-chung-sinh").originals for each in (before, version)] == [
        1,
        2,
    ]
    assert (version.author, version.published_by) == (cast.catalogue, cast.publisher)
    assert (version.decision, f"{version.decision_date}") == ("1234/QĐ-UBND", "2026-11-02")
    assert dossier.version == before
    assert document_of(version)["examples"]


def test_a_scheduled_version_takes_effect_on_its_day(cast: Cast) -> None:
    before = make.procedure(BIRTH).versions.get()
    tomorrow = clock.today() + DAY
    version = make.published(cast, BIRTH, tomorrow, results=[_result("GIẤY MỚI")])
    for day, wanted in ((clock.today(), before), (tomorrow, version), (tomorrow + 400 * DAY, version)):
        assert version_with_parts(before.procedure, day) == wanted
        assert ProcedureVersion.objects.in_force(day).get(procedure=before.procedure) == wanted
    shown = page(BIRTH).content.decode()
    assert "GIẤY MỚI" not in shown
    assert f"Từ ngày {tomorrow:%d/%m/%Y} áp dụng phiên bản mới" in shown
    with clock.at(clock.now() + DAY):
        assert "GIẤY MỚI" in page(BIRTH).content.decode()
        assert file.filed(cast).version == version


def _result(name: str) -> dict[str, Any]:
    return {"name": name, "number_suffix": "GKS", "layout": {"heading": {"vi": name, "en": name}}}


def test_publishing_twice_is_once_and_the_author_is_never_the_publisher(cast: Cast) -> None:
    draft = make.checked(cast, BIRTH)
    values = {"draft_id": draft.pk, "revision": draft.revision, "valid_from": clock.today()}
    version = publishing.publish(by=cast.publisher, **values)
    assert publishing.publish(by=cast.publisher, **values) == version
    with pytest.raises(DatabaseError, match="second_person"), transaction.atomic():
        ProcedureVersion.objects.create(
            procedure=version.procedure,
            number=9,
            valid_from=clock.today(),
            valid_to=clock.today() + DAY,
            decision="1",
            decision_date=clock.today(),
            published_at=clock.now(),
            author=cast.catalogue,
            published_by=cast.catalogue,
        )


def test_whoever_wrote_in_a_draft_does_not_publish_it(cast: Cast) -> None:
    """Also one who holds both posts, and who only changed what another began."""
    from portal.accounts.models import Membership
    from portal.accounts.permissions import Role

    Membership.objects.create(user=cast.publisher, unit=cast.city, role=Role.CATALOGUE)
    draft = make.changed(make.begun(cast, BIRTH), cast)
    values = {"draft_id": draft.pk, "content": draft.content | {"notes": ["x"]}}
    draft = drafts.save_draft_content(by=cast.publisher, revision=draft.revision, **values)
    draft = make.changed(draft, cast, notes=["y"])
    draft = drafts.check_draft(by=cast.catalogue, draft_id=draft.pk, revision=draft.revision)
    with pytest.raises(PermissionDenied):
        publishing.publish(
            by=cast.publisher, draft_id=draft.pk, revision=draft.revision, valid_from=clock.today()
        )


@pytest.mark.parametrize("days", [-1, 0])
def test_days_that_cannot_be(cast: Cast, days: int) -> None:
    make.published(cast, BIRTH)
    draft = make.checked(cast, BIRTH, notes=["again"])
    with pytest.raises(ActionError) as refused:
        publishing.publish(
            by=cast.publisher,
            draft_id=draft.pk,
            revision=draft.revision,
            valid_from=clock.today() + days * DAY,
        )
    assert refused.value.field == "valid_from"
    draft.refresh_from_db()
    assert draft.version is None


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once_leave_one_version() -> None:
    cast = build_cast()
    draft = make.checked(cast, BIRTH)
    values = {"draft_id": draft.pk, "revision": draft.revision, "valid_from": clock.today()}
    outcomes = at_once(2, lambda _index: publishing.publish(by=cast.publisher, **values))
    assert {type(outcome) for outcome in outcomes} == {ProcedureVersion}
    assert make.procedure(BIRTH).versions.filter(published_by__isnull=False).count() == 1


# --- Frozen ---


@pytest.mark.usefixtures("frozen")
def test_a_published_version_and_its_parts_are_frozen(cast: Cast) -> None:
    version = make.published(cast, BIRTH)
    loaded = make.procedure(file.MARRIAGE).versions.get()
    for each in (version, loaded):
        paper = each.requireddocuments.first()
        assert paper is not None
        attempts: list[Any] = [
            lambda each=each: ProcedureVersion.objects.filter(pk=each.pk).update(decision="khác"),
            lambda each=each: ProcedureVersion.objects.filter(pk=each.pk).update(form={}),
            lambda paper=paper: RequiredDocument.objects.filter(pk=paper.pk).update(copies=9),
            lambda paper=paper: RequiredDocument.objects.filter(pk=paper.pk).delete(),
            lambda each=each: RequiredDocument.objects.create(version=each, code="them", name="Thêm"),
            lambda each=each: VersionDocument.objects.filter(version=each).update(content={}),
            lambda each=each: ProcedureVersion.objects.filter(pk=each.pk).update(state="draft"),
        ]
        for attempt in attempts:
            with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
                attempt()
        ProcedureVersion.objects.filter(pk=each.pk).update(valid_to=clock.today() + DAY)


@pytest.mark.usefixtures("frozen")
def test_the_loader_may_rewrite_its_own_and_not_what_people_published(cast: Cast) -> None:
    version = make.published(cast, BIRTH)
    versions.allow_rewriting()
    RequiredDocument.objects.filter(version__procedure__code=file.MARRIAGE).update(hint="x")
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        RequiredDocument.objects.filter(version=version).update(hint="x")


@pytest.mark.usefixtures("frozen")
def test_loading_leaves_what_people_published(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed file of such a procedure opens no version; that of another does, in the same load."""
    version = make.published(cast, BIRTH, clock.today() + DAY)
    DataStamp.objects.filter(name__in=[f"configured {BIRTH}", f"configured {file.MARRIAGE}"]).delete()
    files = [configured_file.read(configured_file.FOLDER / f"{code}.json") for code in (BIRTH, file.MARRIAGE)]
    monkeypatch.setattr(configured, "read_all", lambda: files)
    assert configured.load() == 1
    generic.load()
    assert make.procedure(BIRTH).versions.order_by("-number").first() == version


# --- Taking back ---


def test_a_scheduled_version_is_recalled_and_the_one_before_goes_on(cast: Cast) -> None:
    before = make.procedure(BIRTH).versions.get()
    version = make.published(cast, BIRTH, clock.today() + 3 * DAY)
    with pytest.raises(ActionError, match="lý do"):
        publishing.recall(by=cast.publisher, version_id=version.pk, reason=" ")
    with pytest.raises(PermissionDenied):
        publishing.recall(by=cast.catalogue, version_id=version.pk, reason="Sai mức phí")
    recalled = publishing.recall(by=cast.publisher, version_id=version.pk, reason="Sai mức phí")
    assert recalled.state == VersionState.RECALLED
    before.refresh_from_db()
    assert before.valid_to is None
    assert version_with_parts(before.procedure, clock.today() + 9 * DAY) == before
    again = make.published(cast, BIRTH, clock.today() + 3 * DAY, notes=["mended"])
    assert again.number == 3
    with clock.at(clock.now() + 4 * DAY), pytest.raises(ActionError, match="đã có hiệu lực"):
        publishing.recall(by=cast.publisher, version_id=again.pk, reason="Muộn")


def test_a_withdrawn_procedure_says_so_and_names_its_successor(cast: Cast) -> None:
    successor = make.procedure("1.000689")
    values = {
        "procedure": make.procedure(BIRTH),
        "decision": "99/QĐ-UBND ngày 01/11/2026",
        "reason": "hợp nhất",
    }
    with pytest.raises(PermissionDenied):
        publishing.withdraw(by=cast.catalogue, day=clock.today() + DAY, **values)
    with pytest.raises(ActionError):
        publishing.withdraw(by=cast.publisher, day=clock.today() - DAY, **values)
    publishing.withdraw(by=cast.publisher, day=clock.today() + DAY, successor=successor, **values)
    assert page(BIRTH).status_code == 200
    with clock.at(clock.now() + DAY):
        answer = page(BIRTH)
        shown = answer.content.decode()
        assert answer.status_code == 410
        assert "99/QĐ-UBND" in shown
        assert reverse("procedures:detail", args=["1.000689"]) in shown
        assert BIRTH not in querysets.catalogue().by_code
        make.published(cast, BIRTH, notes=["again"])
        assert page(BIRTH).status_code == 200


def test_a_generic_procedure_becomes_full_on_its_day(cast: Cast) -> None:
    """Its badge and missing facts follow the version; the version itself needs nobody on its day."""
    row = Procedure.objects.filter(setup=Setup.GENERIC, is_active=True, at_commune=True).earliest("code")
    source = document_of(make.procedure(BIRTH).versions.get())
    del source["code"]
    tomorrow = clock.today() + DAY
    make.published(cast, row.code, tomorrow, **(source | {"basis": ["NĐ 1/2026/NĐ-CP"]}))
    assert follow_versions() == 0
    with clock.at(clock.now() + DAY):
        assert follow_versions() == 1
        assert follow_versions() == 0
    row.refresh_from_db()
    assert (row.setup, row.configured, row.missing) == (Setup.FULL, True, ["city_fee"])


def test_an_unpublished_procedure_says_so(cast: Cast) -> None:
    row = make.procedure(BIRTH)
    ProcedureVersion.objects.filter(procedure=row).update(valid_from=datetime.date(2099, 1, 1))
    row.save()
    shown = page(BIRTH).content.decode()
    assert "Thủ tục này chưa được công bố" in shown
    assert "01/01/2099" in shown
