"""The whole road of procedures filed by the generic form: of a commune, and of a department through the Centre."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pikepdf
import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.test import Client
from django.urls import reverse

from dossiers.actions import counter, drafts, filing, intake, processing
from dossiers.models import Dossier, Draft
from dossiers.states import Delivery, Money, State
from dossiers.wizard import Wizard
from payments.models import FeeAssessment
from portal.accounts.models import Membership, Unit, User, UserKind
from portal.accounts.permissions import Role
from portal.lib import files
from portal.outbox.actions import drain_all
from procedures.importing import generic_file
from procedures.models import Procedure, ProcedureVersion, Setup
from tests.cast import Cast
from tests.factories.dossiers import needed, pdf

pytestmark = pytest.mark.django_db
ANSWERS = generic_file.read().examples[0].answers


def _version(**of: Any) -> ProcedureVersion:
    """The open version of a generic procedure that can be filed online and at the counter."""
    rows = ProcedureVersion.objects.filter(
        valid_to=None, state="published", procedure__setup=Setup.GENERIC, fee_unknown__contains=["online"]
    ).exclude(online_level="counter")
    for channel in ("online", "counter"):
        rows = rows.filter(timelimits__channel=channel, timelimits__unit="work_day")
        rows = ProcedureVersion.objects.filter(pk__in=rows)
    return rows.filter(**of).order_by("procedure__code")[0]


@pytest.fixture
def communal() -> ProcedureVersion:
    return _version(procedure__at_commune=True, procedure__at_province=False)


@pytest.fixture
def provincial() -> ProcedureVersion:
    return _version(procedure__at_commune=False, procedure__department__isnull=False)


def _draft(by: User, version: ProcedureVersion, unit: Unit) -> Draft:
    draft = drafts.start_draft(by=by, version=version)
    draft = drafts.save_answers(draft_id=draft.pk, by=by, answers=ANSWERS)
    drafts.choose(draft_id=draft.pk, by=by, unit=unit, delivery=Delivery.ONLINE)
    for document in needed(version, draft.answers):
        drafts.attach(draft_id=draft.pk, by=by, document=document, upload=pdf())
    return draft


def _staff(login: str, unit: Unit, role: Role) -> User:
    user = User.objects.create_user(login, "mat-khau-thu-nghiem-1", kind=UserKind.STAFF, full_name=login)
    Membership.objects.create(user=user, unit=unit, role=role)
    return user


def _finish(dossier: Dossier, people: dict[str, User]) -> Dossier:
    """From acceptance to the issued result."""
    code = dossier.code
    intake.accept(code=code, by=people["counter"])
    processing.assign(code=code, by=people["head"], to=people["specialist"])
    kind = dossier.version.resultkinds.first()
    assert kind
    processing.submit(
        code=code, by=people["specialist"], kind=kind, granted=True, content={"decision": "Đồng ý cấp."}
    )
    processing.pass_check(code=code, by=people["head"])
    processing.sign(code=code, by=people["leader"])
    processing.issue(code=code, by=people["clerk"])
    drain_all()
    dossier.refresh_from_db()
    return dossier


def _printed(dossier: Dossier) -> str:
    """What the rendered result says: its frozen context; the PDF itself must open."""
    document = dossier.documents.get(kind="result")
    with files.open_file(document.sha256) as stored, pikepdf.open(stored) as printed:
        assert printed.pages
    return json.dumps(document.context, ensure_ascii=False)


def test_a_commune_takes_a_generic_dossier_to_its_result(
    cast: Cast, client: Client, communal: ProcedureVersion
) -> None:
    client.force_login(cast.citizen)
    start = client.get(reverse("dossiers:start", args=[communal.procedure.code])).content.decode()
    assert "Chưa xác nhận" in start
    assert "Không phải nộp" not in start
    draft = _draft(cast.citizen, communal, cast.office.unit)
    assert Wizard(draft).codes[:4] == ["applicant", "contact", "request", "papers"]
    review = client.get(reverse("dossiers:review", args=[draft.pk])).content.decode()
    assert "Cấp lại giấy phép do bị hỏng" in review
    assert "Cổng không thu khoản nào" in review
    dossier = filing.file_online(draft_id=draft.pk, by=cast.citizen)
    assert dossier.competent_unit == cast.office.unit
    office = cast.office
    people = {name: getattr(office, name) for name in ("counter", "head", "specialist", "leader", "clerk")}
    dossier = _finish(dossier, people)
    assert dossier.state in {State.FINISHED, State.RETURNED}
    assert dossier.due_at
    assert "Đồng ý cấp." in _printed(dossier)


def test_an_unconfirmed_fee_is_neither_free_nor_owed(
    cast: Cast, client: Client, communal: ProcedureVersion
) -> None:
    dossier = filing.file_online(
        draft_id=_draft(cast.citizen, communal, cast.office.unit).pk, by=cast.citizen
    )
    intake.accept(code=dossier.code, by=cast.office.counter)
    dossier.refresh_from_db()
    assert dossier.money == Money.UNKNOWN
    assert not FeeAssessment.objects.filter(dossier=dossier).exists()
    client.force_login(cast.citizen)
    panel = client.get(reverse("payments:panel", args=[dossier.code])).content.decode()
    assert "chưa được xác nhận" in panel
    assert "không phải nộp" not in panel
    page = client.get(reverse("dossiers:detail", args=[dossier.code])).content.decode()
    assert "Chờ xác nhận mức thu" in page


def test_a_department_decides_what_a_branch_received(cast: Cast, provincial: ProcedureVersion) -> None:
    department = provincial.procedure.department
    branch = Unit.objects.filter(kind="branch").first()
    assert department
    assert branch
    dossier = filing.file_online(draft_id=_draft(cast.citizen, provincial, branch).pk, by=cast.citizen)
    assert (dossier.receiving_unit, dossier.competent_unit) == (branch, department)
    people = {
        "counter": _staff("cn.motcua", branch, Role.COUNTER),
        "head": _staff("so.truongphong", department, Role.HEAD),
        "specialist": _staff("so.chuyenvien", department, Role.SPECIALIST),
        "leader": _staff("so.lanhdao", department, Role.LEADER),
        "clerk": _staff("so.vanthu", department, Role.CLERK),
    }
    dossier = _finish(dossier, people)
    assert dossier.state in {State.FINISHED, State.RETURNED}
    assert department.name.upper() in _printed(dossier).upper()


def test_the_counter_finds_and_takes_a_generic_procedure(
    cast: Cast, client: Client, communal: ProcedureVersion
) -> None:
    client.force_login(cast.office.counter)
    code = communal.procedure.code
    found = client.get(reverse("dossiers:counter"), {"q": code}).content.decode()
    assert reverse("dossiers:take-in", args=[code]) in found
    screen = client.get(reverse("dossiers:take-in", args=[code])).content.decode()
    assert "chưa được xác nhận: không thu trên Cổng" in screen
    walk_in = counter.WalkIn(
        unit=cast.office.unit,
        client_key=uuid.uuid4(),
        version=communal,
        answers=ANSWERS,
        filer=filing.Party(name="Lý Thị Khách", id_number="001175000111"),
        papers=tuple(counter.Paper(document) for document in communal.requireddocuments.all()),
    )
    dossier = counter.file_at_counter(by=cast.office.counter, walk_in=walk_in)
    assert dossier.state == State.ACCEPTED
    done = client.get(reverse("dossiers:taken-in", args=[dossier.code])).content.decode()
    assert "Chờ xác nhận mức thu" in done


def test_a_commune_counter_takes_the_citys_own_for_its_department(
    cast: Cast, client: Client, provincial: ProcedureVersion
) -> None:
    """Non-territorial filing: tests/dossiers/test_transfers.py follows it to the department."""
    client.force_login(cast.office.counter)
    answer = client.get(reverse("dossiers:take-in", args=[provincial.procedure.code]))
    assert answer.status_code == 200
    branch = Unit.objects.filter(kind="branch").first()
    assert branch
    client.force_login(_staff("cn.motcua2", branch, Role.COUNTER))
    assert client.get(reverse("dossiers:take-in", args=[provincial.procedure.code])).status_code == 200


def test_an_incomplete_procedure_is_taken_nowhere(cast: Cast, client: Client) -> None:
    row = Procedure.objects.filter(setup=Setup.INCOMPLETE, versions__timelimits__channel="counter").first()
    if row is None:
        raise ObjectDoesNotExist
    client.force_login(cast.office.counter)
    assert client.get(reverse("dossiers:take-in", args=[row.code])).status_code == 404
    found = client.get(reverse("dossiers:counter"), {"q": row.code}).content.decode()
    assert reverse("dossiers:take-in", args=[row.code]) not in found
    client.force_login(cast.citizen)
    assert client.get(reverse("dossiers:start", args=[row.code])).status_code == 404
