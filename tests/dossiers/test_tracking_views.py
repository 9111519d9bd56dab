"""One's own dossiers after filing, and the look-up for everybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dossiers.actions import drafts, finance, intake, processing
from dossiers.models import Dossier
from dossiers.next_steps import next_step
from dossiers.policies import askable_papers
from dossiers.states import Money, State
from dossiers.workflow import STATES
from procedures.form_schema import load
from tests.cast import Cast
from tests.factories.dossiers import (
    BIRTH,
    EXTRACT,
    accepted,
    asking_again,
    at_counter,
    filed,
    finished,
    processing_,
    signed,
    signing,
    version,
)

OWN = ["detail", "filed", "withdraw", "supplement"]


@pytest.fixture
def citizen(cast: Cast, client: Client) -> Client:
    client.force_login(cast.citizen)
    return client


def url(name: str, dossier: Dossier) -> str:
    return reverse(f"dossiers:{name}", args=[dossier.code])


def page(client: Client, name: str, dossier: Dossier) -> str:
    answer = client.get(url(name, dossier))
    assert answer.status_code == 200
    return str(answer.content.decode())


def ask(cast: Cast, dossier: Dossier) -> None:
    """Ask for something again: a paper of this dossier, or one answer when it needs no paper."""
    papers = askable_papers(dossier)
    schema = load(dossier.version)
    assert schema is not None
    item = (
        intake.ItemSpec("Chụp lại cho rõ.", document=papers[0])
        if papers
        else intake.ItemSpec("Chụp lại cho rõ.", field=next(iter(schema.by_name)))
    )
    intake.request_supplement(code=dossier.code, by=cast.office.counter, reason="Ảnh bị mờ.", items=[item])


# --- The list ---


def test_an_empty_list_says_what_would_stand_there(citizen: Client) -> None:
    text = citizen.get(reverse("dossiers:mine")).content.decode()
    assert "Bạn chưa có hồ sơ nào" in text


def test_what_waits_for_the_person_comes_first(citizen: Client, cast: Cast) -> None:
    waiting, calm, owing = filed(cast), filed(cast, EXTRACT), accepted(cast, EXTRACT)
    ask(cast, waiting)
    finance.fee_assessed(dossier=owing, payable=8000, by=None)
    draft = drafts.start_draft(by=cast.citizen, version=version(BIRTH))
    answer = citizen.get(reverse("dossiers:mine"))
    assert {row.dossier.code for row in answer.context["waiting"]} == {waiting.code, owing.code}
    assert [row.dossier.code for row in answer.context["others"]] == [calm.code]
    text = answer.content.decode()
    assert text.index(waiting.code) < text.index(str(draft.pk)) < text.index(calm.code)


def test_the_list_shows_nobody_elses(cast: Cast, client: Client) -> None:
    dossier = filed(cast)
    client.force_login(cast.other_citizen)
    assert dossier.code not in client.get(reverse("dossiers:mine")).content.decode()


def test_the_list_costs_the_same_for_one_and_for_many(
    citizen: Client, cast: Cast, django_assert_max_num_queries: Any
) -> None:
    for number in range(6):
        dossier = filed(cast, EXTRACT)
        if number % 2:
            ask(cast, dossier)
    with django_assert_max_num_queries(8):
        citizen.get(reverse("dossiers:mine"))


# --- Whose ---


@pytest.mark.parametrize("name", OWN)
def test_another_citizen_does_not_see_the_dossier(cast: Cast, client: Client, name: str) -> None:
    dossier = filed(cast)
    client.force_login(cast.other_citizen)
    assert client.get(url(name, dossier)).status_code == 404
    if name in {"withdraw", "supplement"}:
        assert client.post(url(name, dossier), {"reason": "x"}).status_code == 404
    dossier.refresh_from_db()
    assert dossier.state == State.FILED


@pytest.mark.parametrize("name", [*OWN, "mine"])
def test_a_visitor_is_sent_to_sign_in(client: Client, db: None, name: str) -> None:
    address = reverse(f"dossiers:{name}", args=[] if name == "mine" else ["H26.1-261124-0001"])
    assert client.get(address)["Location"] == f"{reverse('account_login')}?next={address}"


def test_an_officer_does_not_use_the_citizens_page(cast: Cast, client: Client) -> None:
    dossier = filed(cast)
    client.force_login(cast.office.counter)
    assert client.get(url("detail", dossier)).status_code == 404


# --- One dossier ---


def refused(cast: Cast) -> Dossier:
    dossier = filed(cast)
    officer = cast.office.head if dossier.version.refusal_by_head else cast.office.counter
    return intake.refuse(code=dossier.code, by=officer, reason="Sai nơi nộp.", legal_basis="Điều 1")


def stopped(cast: Cast) -> Dossier:
    return intake.stop(
        code=processing_(cast).code,
        by=cast.office.leader,
        reason="Đã có giấy khai sinh.",
        legal_basis="Điều 2",
    )


def asked(cast: Cast) -> Dossier:
    dossier = filed(cast)
    ask(cast, dossier)
    dossier.refresh_from_db()
    return dossier


@pytest.mark.parametrize(
    "make", [filed, accepted, processing_, signing, signed, finished, refused, stopped, asked]
)
def test_every_state_has_its_words(citizen: Client, cast: Cast, make: Callable[[Cast], Dossier]) -> None:
    dossier = make(cast)
    text = page(citizen, "detail", dossier)
    assert str(STATES[State(dossier.state)].citizen) in text
    assert str(dossier.get_state_display()) in text
    if make in {refused, stopped}:
        assert ("Sai nơi nộp." in text) or ("Đã có giấy khai sinh." in text)


def test_the_page_tells_state_turn_dates_and_what_was_declared(citizen: Client, cast: Cast) -> None:
    text = page(citizen, "detail", accepted(cast))
    assert "Hồ sơ đã được tiếp nhận." in text
    assert "Đơn vị giải quyết" in text
    assert "Hẹn trả ban đầu" in text
    assert "Vì sao hẹn ngày này?" in text
    assert "hẹn trả kết quả" in text
    assert "Nguyễn Minh Khôi" in text


def test_what_officers_say_among_themselves_stays_there(citizen: Client, cast: Cast) -> None:
    dossier = signing(cast)
    processing.send_back(code=dossier.code, by=cast.office.leader, reason="Sửa lỗi chính tả nội bộ")
    text = page(citizen, "detail", dossier)
    assert "Trình ký" in text
    assert "Sửa lỗi chính tả nội bộ" not in text
    assert cast.office.specialist.full_name not in text
    assert cast.office.leader.full_name not in text


def test_an_open_request_leads_to_its_answer(citizen: Client, cast: Cast) -> None:
    dossier = filed(cast)
    ask(cast, dossier)
    text = page(citizen, "detail", dossier)
    assert "Ảnh bị mờ." in text
    assert "Chụp lại cho rõ." in text
    assert url("supplement", dossier) in text


def test_a_fee_leads_to_the_checkout_and_the_amount_is_told(citizen: Client, cast: Cast) -> None:
    dossier = accepted(cast)
    finance.fee_assessed(dossier=dossier, payable=24000, by=None)
    text = page(citizen, "detail", dossier)
    assert reverse("payments:checkout", args=[dossier.code]) in text
    assert "Phải nộp 24.000 đ." in text
    assert dossier.money == Money.DUE


def test_a_result_is_downloaded_once_it_was_handed_over(citizen: Client, cast: Cast) -> None:
    dossier = finished(cast)
    document = dossier.result.document
    assert document is not None
    address = reverse("dossiers:document", args=[dossier.code, document.pk])
    assert dossier.returned_at is not None
    assert address in page(citizen, "detail", dossier)


def test_an_unpaid_result_is_not_downloaded(citizen: Client, cast: Cast) -> None:
    dossier = signing(cast)
    processing.sign(code=dossier.code, by=cast.office.leader)
    finance.fee_assessed(dossier=Dossier.objects.get(pk=dossier.pk), payable=8000, by=None)
    dossier = processing.issue(code=dossier.code, by=cast.office.clerk)
    document = dossier.result.document
    assert document is not None
    text = page(citizen, "detail", dossier)
    assert reverse("dossiers:document", args=[dossier.code, document.pk]) not in text
    assert "Tải được ngay sau khi nộp phí" in text


def test_a_dossier_page_costs_few_queries(
    citizen: Client, cast: Cast, django_assert_max_num_queries: Any
) -> None:
    dossier = finished(cast)
    with django_assert_max_num_queries(22):
        citizen.get(url("detail", dossier))


# --- Withdrawing ---


def test_withdrawing_needs_a_reason_and_happens_once(citizen: Client, cast: Cast) -> None:
    dossier = processing_(cast)
    address = url("withdraw", dossier)
    assert citizen.get(address).status_code == 200
    refused = citizen.post(address, {"reason": "  "})
    assert refused.status_code == 422
    assert 'id="id_reason-error"' in refused.content.decode()
    for _twice in range(2):
        assert citizen.post(address, {"reason": "Nộp nhầm"})["Location"] == url("detail", dossier)
    dossier.refresh_from_db()
    assert dossier.state == State.WITHDRAWN
    assert "Nộp nhầm" in page(citizen, "detail", dossier)


def test_a_dossier_being_signed_is_not_withdrawn(citizen: Client, cast: Cast) -> None:
    dossier = signing(cast)
    assert url("withdraw", dossier) not in page(citizen, "detail", dossier)
    citizen.post(url("withdraw", dossier), {"reason": "Muộn"})
    dossier.refresh_from_db()
    assert dossier.state == State.SIGNING


# --- Look-up ---


def look_up(client: Client, code: str, digits: str) -> Any:
    return client.post(reverse("dossiers:track"), {"code": code, "digits": digits})


@pytest.mark.parametrize("part", ["id_number", "phone"])
def test_the_look_up_shows_the_state_and_no_names(cast: Cast, client: Client, part: str) -> None:
    dossier = accepted(cast)
    party = dossier.parties.get(role="filer")
    answer = look_up(client, f" {dossier.code.lower()} ", getattr(party, part)[-4:])
    text = answer.content.decode()
    assert answer.status_code == 200
    assert dossier.code in text
    assert "Hồ sơ đã được tiếp nhận." in text
    for secret in (
        party.name,
        party.id_number,
        party.phone,
        "Nguyễn Minh Khôi",
        cast.office.counter.full_name,
    ):
        assert secret not in text


def test_a_wrong_code_and_wrong_digits_say_the_same(cast: Cast, client: Client) -> None:
    dossier = filed(cast)
    right = dossier.parties.get(role="filer").phone[-4:]
    wrong = f"{(int(right) + 1) % 10000:04d}"
    said = [
        look_up(client, code, digits).context["form"].non_field_errors()
        for code, digits in ((dossier.code, wrong), ("H26.1-000000-0000", right))
    ]
    assert said[0] == said[1]


def test_a_get_only_shows_the_form(cast: Cast, client: Client) -> None:
    dossier = filed(cast)
    digits = dossier.parties.get(role="filer").phone[-4:]
    answer = client.get(
        reverse("dossiers:track"), {"ma": dossier.code, "code": dossier.code, "digits": digits}
    )
    assert answer.context["dossier"] is None
    assert f'value="{dossier.code}"' in answer.content.decode()


@pytest.mark.parametrize(("code", "digits"), [("", "1234"), ("H26.1-261124-0001", "12"), ("H26", "abcd")])
def test_incomplete_look_ups_are_refused_beside_the_field(
    client: Client, db: None, code: str, digits: str
) -> None:
    answer = look_up(client, code, digits)
    assert answer.status_code == 422
    assert answer.context["form"].errors


def test_guessing_is_stopped_after_ten_failures(cast: Cast, client: Client) -> None:
    dossier = filed(cast)
    digits = dossier.parties.get(role="filer").phone[-4:]
    for number in range(10):
        assert look_up(client, f"H26.1-261124-{number:04d}", "0000").status_code == 422
    assert look_up(client, dossier.code, digits).status_code == 429


def test_a_dossier_is_not_guessed_from_many_addresses(cast: Cast) -> None:
    dossier = filed(cast)
    digits = dossier.parties.get(role="filer").phone[-4:]
    for number in range(10):
        Client(REMOTE_ADDR=f"10.0.0.{number}").post(
            reverse("dossiers:track"), {"code": dossier.code, "digits": "0000"}
        )
    assert look_up(Client(REMOTE_ADDR="10.0.1.1"), dossier.code, digits).status_code == 429


def test_a_walk_in_without_an_account_can_look_up(cast: Cast, client: Client) -> None:
    dossier = at_counter(cast)
    assert look_up(client, dossier.code, "0111").context["dossier"] == dossier


# --- By the slip ---


def test_the_slips_secret_shows_the_state_what_comes_next_and_why_that_day(
    cast: Cast, client: Client
) -> None:
    dossier = accepted(cast)
    token = dossier.documents.get(kind="01").token
    address = reverse("dossiers:track-by-slip", args=[token])
    assert address in client.get(reverse("dossiers:verify", args=[token])).content.decode()
    answer = client.get(address)
    text = answer.content.decode()
    assert answer["X-Robots-Tag"] == "noindex"
    assert dossier.code in text
    assert "Việc tiếp theo" in text
    assert "Vì sao hẹn ngày này?" in text
    for party in dossier.parties.all():
        assert party.name not in text
        assert party.id_number not in text
    assert client.get(reverse("dossiers:track-by-slip", args=["x" * 16])).status_code == 404


@pytest.mark.parametrize("make", [filed, accepted, processing_, signing, signed, finished, asking_again])
def test_every_step_says_what_comes_next(cast: Cast, make: Callable[[Cast], Dossier]) -> None:
    dossier = make(cast)
    said = next_step(dossier)
    assert said.endswith(".") or dossier.closed_at is not None
    assert dossier.owner_name not in said
