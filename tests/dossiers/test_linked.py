"""Linked services: shared answers once, all filed or none, each part its own clock, hand-overs followed."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client
from django.urls import reverse

from dossiers import linked as showing
from dossiers.actions import drafts, filing, intake
from dossiers.actions import linked as actions
from dossiers.models import Dossier, Draft, LinkedFiling, LinkedPart, PartState
from dossiers.states import State
from dossiers.workflow import ActionError
from procedures.bundles import bundles
from procedures.form_schema import load
from procedures.models import Procedure, ProcedureVersion
from tests.cast import Cast
from tests.factories import dossiers as make
from tests.factories.linked import BIRTH_BUNDLE, DWELLING, complete, part, started


@pytest.mark.django_db
def test_every_bundle_can_be_filed() -> None:
    """Procedures exist, shared answers go from fields of the first part to fields of the others."""
    for bundle in bundles().values():
        schemas = {}
        for each in bundle.parts:
            if each.procedure:
                version = ProcedureVersion.objects.get(
                    procedure__code=each.procedure, state="published", valid_to=None
                )
                schemas[each.key] = load(version)
                assert schemas[each.key] is not None, each.procedure
            assert not each.after or each.after in {other.key for other in bundle.parts}, each.key
        asked = set(schemas[bundle.main.key].by_name)
        for each in bundle.parts[1:]:
            known = set(schemas[each.key].by_name) if each.procedure else set()
            assert set(each.answers) <= known
            assert {source.from_ for source in each.answers.values() if source.from_} <= asked


def test_what_the_first_part_says_is_not_asked_again(cast: Cast) -> None:
    linked = started(cast)
    main = part(linked, "birth").draft
    assert main is not None
    drafts.save_answers(draft_id=main.pk, by=cast.citizen, answers=make.example(make.BIRTH))
    drafts.choose(draft_id=main.pk, by=cast.citizen, unit=cast.office.unit, delivery="counter")
    carried = part(linked, "dwelling").draft
    assert carried is not None
    assert carried.answers["declarant_name"] == "Nguyễn Văn An"
    assert (carried.unit, carried.delivery) == (cast.office.unit, "counter")


def test_all_are_filed_each_with_its_own_code_clock_and_owner(cast: Cast) -> None:
    linked = complete(started(cast), cast)
    filed = actions.file_linked(linked_id=linked.pk, by=cast.citizen)
    assert actions.file_linked(linked_id=linked.pk, by=cast.citizen) == filed
    shown = showing.shown(filed)
    birth, dwelling, residence, insurance = shown.parts
    assert Dossier.objects.count() == 2
    assert birth.code != dwelling.code
    assert [residence.code, insurance.code] == [f"{birth.code}.3", f"{birth.code}.4"]
    assert residence.part.state == PartState.WAITING
    assert residence.due_at is not None
    intake.accept(code=birth.code, by=cast.office.counter)
    intake.refuse(code=dwelling.code, by=cast.office.head, reason="Không thuộc.", legal_basis="Điều 1")
    again = showing.shown(filed)
    assert again.done == 1  # the refusal of one part did not stop the other
    assert Dossier.objects.get(code=birth.code).state == State.ACCEPTED


def test_one_incomplete_part_files_none(cast: Cast) -> None:
    linked = complete(started(cast), cast)
    lacking = part(linked, "dwelling").draft
    assert lacking is not None
    drafts.save_answers(draft_id=lacking.pk, by=cast.citizen, answers={"area": ""})
    with pytest.raises(actions.IncompletePart) as refused:
        actions.file_linked(linked_id=linked.pk, by=cast.citizen)
    assert refused.value.key == "dwelling"
    assert not Dossier.objects.exists()
    linked.refresh_from_db()
    assert linked.filed_at is None


def test_a_part_is_not_filed_alone(cast: Cast) -> None:
    linked = complete(started(cast), cast)
    main = part(linked, "birth").draft
    assert main is not None
    with pytest.raises(ActionError, match="liên thông"):
        filing.file_online(draft_id=main.pk, by=cast.citizen)
    assert not Dossier.objects.exists()


def test_discarding_a_part_discards_the_whole(cast: Cast) -> None:
    linked = complete(started(cast), cast)
    main = part(linked, "birth").draft
    assert main is not None
    drafts.discard(draft_id=main.pk, by=cast.citizen)
    assert not LinkedFiling.objects.exists()
    assert not Draft.objects.exists()


def test_optional_parts_can_be_left_out(cast: Cast) -> None:
    linked = actions.start_linked(by=cast.citizen, bundle=bundles()[BIRTH_BUNDLE], keys=[])
    assert [each.key for each in linked.parts.all()] == ["birth"]


def test_a_procedure_without_a_form_starts_nothing(cast: Cast) -> None:
    Procedure.objects.get(code=DWELLING).versions.update(form={})
    with pytest.raises(ActionError):
        started(cast)


# --- Hand-over ---


@pytest.fixture
def waiting(cast: Cast) -> LinkedPart:
    """The residence part of a filed birth, to be handed to the police."""
    linked = complete(started(cast), cast)
    actions.file_linked(linked_id=linked.pk, by=cast.citizen)
    return part(linked, "residence")


def test_a_hand_over_and_its_answer_are_recorded_once(cast: Cast, waiting: LinkedPart) -> None:
    by = cast.office.counter
    with pytest.raises(ActionError):
        actions.record_answer(part_id=waiting.pk, by=by, done=True, note="")
    with pytest.raises(ActionError):
        actions.hand_over(part_id=waiting.pk, by=by, reference=" ")
    sent = actions.hand_over(part_id=waiting.pk, by=by, reference="CA-01")
    assert actions.hand_over(part_id=waiting.pk, by=by, reference="CA-02").reference == "CA-01"
    assert sent.sent_by == by
    with pytest.raises(ActionError):
        actions.record_answer(part_id=waiting.pk, by=by, done=False, note="")
    actions.record_answer(part_id=waiting.pk, by=by, done=True, note="Đã nhập khẩu.")
    last = actions.record_answer(part_id=waiting.pk, by=by, done=False, note="Khác.")
    assert (last.state, last.note) == (PartState.DONE, "Đã nhập khẩu.")


def test_others_do_not_hand_over(cast: Cast, waiting: LinkedPart) -> None:
    with pytest.raises(Http404):
        actions.hand_over(part_id=waiting.pk, by=cast.other_office.counter, reference="X")
    for officer in (cast.office.specialist, cast.monitor):
        with pytest.raises(PermissionDenied):
            actions.hand_over(part_id=waiting.pk, by=officer, reference="X")


def test_the_office_sees_what_waits_and_what_is_late(client: Client, cast: Cast, waiting: LinkedPart) -> None:
    client.force_login(cast.office.counter)
    page = client.get(reverse("dossiers:handovers")).content.decode()
    assert "Đăng ký thường trú cho trẻ" in page
    assert "Quá hạn" not in page
    waiting.due_at = datetime.datetime(2026, 1, 5, tzinfo=datetime.UTC)
    waiting.save(update_fields=["due_at"])
    assert "Quá hạn" in client.get(reverse("dossiers:handovers")).content.decode()
    address = reverse("dossiers:handover", args=[waiting.pk])
    assert client.post(address, {"reference": ""}).status_code == 422
    assert client.post(address, {"reference": "CA-77"}).status_code == 302
    assert client.post(address, {"done": "no", "note": ""}).status_code == 422
    assert client.post(address, {"done": "yes", "note": "Xong."}).status_code == 302
    assert "Đã kết thúc." in client.get(address).content.decode()
    client.force_login(cast.citizen)
    whole = client.get(reverse("dossiers:linked", args=[waiting.linked_id])).content.decode()
    assert "CA-77" in whole
    assert "Xong." in whole
    assert "Đã xong 1 trên 4 việc" in whole


# --- Pages ---


def test_the_pages_from_choosing_to_filed(client: Client, cast: Cast) -> None:
    client.force_login(cast.citizen)
    start = reverse("dossiers:start-linked", args=[BIRTH_BUNDLE])
    assert start in client.get(reverse("dossiers:start", args=[make.BIRTH])).content.decode()
    assert client.post(start, {"parts": ["nothing"]}).status_code == 422
    answer = client.post(start, {"parts": ["dwelling", "residence"]})
    linked = LinkedFiling.objects.get()
    address = reverse("dossiers:linked", args=[linked.pk])
    assert answer["Location"] == address
    refused = client.post(address, {"declared": "on"})
    assert refused.status_code == 422
    assert "Đăng ký khai sinh" in refused.content.decode()
    complete(linked, cast)
    main = part(linked, "birth").draft
    assert main is not None
    review = reverse("dossiers:review", args=[main.pk])
    assert address in client.get(review).content.decode()
    assert client.post(review, {"declared": "on"})["Location"] == address
    assert client.post(address, {"declared": "on"}).status_code == 302
    shown = client.get(address).content.decode()
    code = Dossier.objects.earliest("pk").code
    assert code in shown
    assert address in client.get(reverse("dossiers:detail", args=[code])).content.decode()
    assert address in client.get(reverse("dossiers:mine")).content.decode()
    client.force_login(cast.other_citizen)
    assert client.get(address).status_code == 404
    assert client.get(reverse("dossiers:start-linked", args=["khong-co"])).status_code == 404
