"""The configuration board: every procedure once, every count leads to its list, every lint finds what it should."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from procedures.board import SETUPS, TITLES, board
from procedures.models import (
    FeeRule,
    Procedure,
    ProcedureVersion,
    ProcessStep,
    RequiredDocument,
    ResultKind,
    Setup,
    TimeLimit,
)
from procedures.quality import asked_again
from procedures.querysets import forget

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh() -> None:
    forget()


def _again(version: ProcedureVersion) -> None:
    """Let the board notice: what it holds belongs to the state of the versions' history."""
    version.save()
    forget()


def _version(**of: object) -> ProcedureVersion:
    return ProcedureVersion.objects.filter(valid_to=None, **of).order_by("procedure__code")[0]


def test_each_procedure_has_exactly_one_state() -> None:
    found = board()
    assert found.total == Procedure.objects.filter(is_active=True).count() == 2089
    codes = [row.code for setup in SETUPS for row in found.lists[setup]]
    assert len(codes) == len(set(codes)) == 2089


def test_each_incomplete_procedure_has_a_reason() -> None:
    found = board()
    told = {row.code for code, rows in found.lists.items() if code.startswith("ly-do-") for row in rows}
    assert told == {row.code for row in found.lists[Setup.INCOMPLETE]}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_count_leads_to_a_list_of_that_size(client: Client, language: str) -> None:
    client.cookies["django_language"] = language
    html = client.get(reverse("procedures:board")).content.decode()
    counts = dict(re.findall(r'bang-cau-hinh/([\w-]+)/">([\d.,]+)</a>', html))
    assert {"full", "generic", "incomplete", "loi-certified", "thieu-fee", "ly-do-time"} <= counts.keys()
    for code, shown in counts.items():
        page = client.get(reverse("procedures:board-list", args=[code])).content.decode()
        assert f"({shown})" in page, code


def test_the_pages_answer_from_memory(client: Client, django_assert_max_num_queries: object) -> None:
    board()
    for code in TITLES:
        assert client.get(reverse("procedures:board-list", args=[code])).status_code == 200
    with django_assert_max_num_queries(1):  # type: ignore[operator]
        client.get(reverse("procedures:board"), {"again": "1"})


def test_an_unknown_list_is_not_found(client: Client) -> None:
    assert client.get(reverse("procedures:board-list", args=["khong-co"])).status_code == 404


def _codes(name: str) -> set[str]:
    return {row.code for row in board().lists[name]}


def test_a_certified_copy_without_basis_is_found_until_it_has_one() -> None:
    version = _version(procedure__setup=Setup.GENERIC)
    paper = RequiredDocument.objects.create(
        version=version, code="thu", name="Bản sao có chứng thực bằng lái", copies=1
    )
    _again(version)
    assert version.procedure.code in _codes("loi-certified")
    paper.certified_basis = "Điều 5 Nghị định thử"
    paper.save()
    _again(version)
    found = {row.code: row.details for row in board().lists["loi-certified"]}
    assert "Bản sao có chứng thực bằng lái" not in found.get(version.procedure.code, ())


def test_each_other_lint_finds_its_fault() -> None:
    version = _version(procedure__setup=Setup.FULL, procedure__code="1.000894")
    code = version.procedure.code
    before = {name: code in _codes(name) for name in ("loi-known", "loi-twice", "loi-steps", "loi-code")}
    assert not any(before.values())
    for number in (1, 2):
        RequiredDocument.objects.create(version=version, code=f"t{number}", name="Sổ hộ khẩu", copies=1)
    ProcessStep.objects.create(
        version=version, order=90, kind="appraise", name="Chờ", role="specialist", minutes=9_000
    )
    ResultKind.objects.create(version=version, code="dsfas", name="Kết quả")
    version.fee_unknown = ["online", "counter", "post"]
    _again(version)
    for name in ("loi-known", "loi-twice", "loi-steps", "loi-code", "loi-free-unentered"):
        assert code in _codes(name), name


def test_a_time_without_unit_and_a_question_asked_again_are_found() -> None:
    version = _version(procedure__setup=Setup.GENERIC)
    limit = TimeLimit.objects.filter(version=version).first()
    assert limit
    limit.value, limit.unit = Decimal(5), "unknown"
    limit.save()
    _again(version)
    assert version.procedure.code in _codes("loi-time-unit")
    form = {
        "owner": {"name": "who"},
        "sections": [{"fields": [{"name": "who", "label": {"vi": "Họ tên"}}]}],
    }
    assert list(asked_again(form)) == ["Họ tên"]
    form["sections"][0]["fields"][0]["prefill"] = "profile.full_name"  # type: ignore[index]
    assert list(asked_again(form)) == []


def test_nothing_is_shown_free_because_nothing_was_entered() -> None:
    assert _codes("loi-free-unentered") == set()
    assert _codes("loi-steps") == set()
    assert not FeeRule.objects.filter(version__procedure__setup=Setup.GENERIC).exists()
