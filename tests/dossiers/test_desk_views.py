"""The officers' screens: works, wrong scope 404, no permission 403, late clicks 409, typed values kept."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from dossiers.actions import processing
from dossiers.models import Dossier
from dossiers.policies import askable_papers
from dossiers.states import Money, State
from portal.accounts.models import User
from portal.outbox.actions import drain_all
from tests.cast import Cast
from tests.factories import dossiers as make

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(client: Client, name: str, *arguments: Any, status: int = 200, **query: str) -> str:
    answer = client.get(reverse(f"dossiers:{name}", args=arguments), query)
    assert answer.status_code == status, answer.content.decode()[:500]
    return answer.content.decode()


def post(
    client: Client, name: str, *arguments: Any, data: dict[str, Any] | None = None, **headers: Any
) -> Any:
    return client.post(reverse(f"dossiers:{name}", args=arguments), data or {}, headers=headers)


def test_the_inbox_opens_where_work_waits(cast: Cast) -> None:
    dossier = make.filed(cast)
    html = page(client_of(cast.office.counter), "inbox")
    assert dossier.code in html
    assert re.search(r"Chờ tiếp nhận\s*<span class=\"count\">\(1\)", html)


@pytest.mark.parametrize(
    ("state", "who", "tab"),
    [
        ("filed", "counter", "intake"),
        ("accepted", "head", "assign"),
        ("processing_", "specialist", "mine"),
        ("signing", "leader", "sign"),
        ("signed", "clerk", "issue"),
    ],
)
def test_each_kind_of_work_has_its_tab(cast: Cast, state: str, who: str, tab: str) -> None:
    dossier = getattr(make, state)(cast)
    assert dossier.code in page(client_of(getattr(cast.office, who)), "inbox", tab=tab)
    assert dossier.code not in page(client_of(getattr(cast.other_office, who)), "inbox", tab=tab)


def test_an_empty_tab_says_so(cast: Cast) -> None:
    assert "Không có hồ sơ nào chờ tiếp nhận." in page(client_of(cast.office.counter), "inbox", tab="intake")


def test_search_by_code_name_and_number(cast: Cast) -> None:
    dossier = make.filed(cast)
    client = client_of(cast.office.counter)
    for words in (
        dossier.code,
        dossier.owner_name[:6],
        "001190012345",
        "\x00" + dossier.code,
    ):
        assert dossier.code in page(client, "inbox", tab="all", q=words), words
    assert dossier.code in page(client, "inbox", tab="all", procedure="dang ky khai sinh")
    assert "Không tìm thấy hồ sơ nào." in page(client, "inbox", tab="all", q="khong co")


def test_citizens_have_no_inbox(cast: Cast) -> None:
    page(client_of(cast.citizen), "inbox", status=403)
    assert Client().get(reverse("dossiers:inbox")).status_code == 302


def test_another_units_dossier_is_a_404(cast: Cast) -> None:
    dossier = make.accepted(cast)
    for who in ("counter", "specialist", "head", "leader", "clerk", "cashier"):
        client = client_of(getattr(cast.other_office, who))
        page(client, "desk", dossier.code, status=404)
        assert post(client, "act", dossier.code, "take").status_code == 404
        assert client.get(reverse("dossiers:decide", args=[dossier.code, "refuse"])).status_code == 404


def test_the_monitor_sees_the_course_but_no_names(cast: Cast) -> None:
    dossier = make.accepted(cast)
    html = page(client_of(cast.monitor), "desk", dossier.code)
    assert dossier.code in html
    assert dossier.owner_name not in html
    assert "001190012345" not in html
    assert dossier.owner_name not in page(client_of(cast.monitor), "inbox", tab="all")
    assert post(client_of(cast.monitor), "act", dossier.code, "take").status_code == 403


def test_a_fee_not_yet_determined_is_not_called_free(cast: Cast) -> None:
    dossier = make.filed(cast, make.HOUSEHOLD)
    html = page(client_of(cast.office.counter), "desk", dossier.code)
    assert "Xác định khi tiếp nhận" in html
    assert "Không phải nộp" not in html


def test_accept_by_one_click_and_again(cast: Cast) -> None:
    dossier = make.filed(cast)
    client = client_of(cast.office.counter)
    assert "Tiếp nhận" in page(client, "desk", dossier.code)
    assert post(client, "act", dossier.code, "accept").status_code == 302
    again = post(client, "act", dossier.code, "accept")
    assert again.status_code == 409
    assert "Đã tiếp nhận" in again.content.decode()
    assert dossier.events.filter(kind="accepted").count() == 1


def test_htmx_gets_the_part_it_asked_for(cast: Cast) -> None:
    dossier = make.filed(cast)
    answer = post(client_of(cast.office.counter), "act", dossier.code, "accept", hx_request="true")
    html = answer.content.decode()
    assert answer.status_code == 200
    assert html.lstrip().startswith('<div id="dossier">')
    assert "<html" not in html


def test_without_the_right_it_is_a_403(cast: Cast) -> None:
    dossier = make.signing(cast)
    for who in ("counter", "specialist", "clerk", "cashier"):
        assert post(client_of(getattr(cast.office, who)), "act", dossier.code, "sign").status_code == 403


def test_an_unknown_act_is_a_404(cast: Cast) -> None:
    dossier = make.filed(cast)
    assert post(client_of(cast.office.counter), "act", dossier.code, "delete").status_code == 404


def test_get_does_not_act(cast: Cast) -> None:
    dossier = make.filed(cast)
    client = client_of(cast.office.counter)
    assert client.get(reverse("dossiers:act", args=[dossier.code, "accept"])).status_code == 405
    dossier.refresh_from_db()
    assert dossier.state == State.FILED


def test_a_supplement_request_names_its_lines(cast: Cast) -> None:
    dossier = make.filed(cast)
    client = client_of(cast.office.counter)
    paper = askable_papers(dossier)[0]
    bad = post(client, "decide", dossier.code, "supplement", data={"reason": "Thiếu trang", "days": "5"})
    assert bad.status_code == 422
    assert "Thiếu trang" in bad.content.decode()
    assert "ít nhất một giấy tờ" in bad.content.decode()
    data = {"reason": "Thiếu trang", "days": "5", f"paper-{paper.pk}": "Chụp đủ hai mặt"}
    assert post(client, "decide", dossier.code, "supplement", data=data).status_code == 302
    dossier.refresh_from_db()
    assert dossier.state == State.SUPPLEMENT
    assert dossier.supplements.get().items.get().document == paper
    html = page(client, "desk", dossier.code)
    assert "Chụp đủ hai mặt" in html


def test_too_late_for_a_decision_shows_the_dossier(cast: Cast) -> None:
    dossier = make.processing_(cast, make.HOUSEHOLD)
    answer = client_of(cast.office.counter).get(reverse("dossiers:decide", args=[dossier.code, "refuse"]))
    assert answer.status_code == 409
    assert dossier.code in answer.content.decode()


def test_refusal_keeps_what_was_typed(cast: Cast) -> None:
    dossier = make.filed(cast, make.HOUSEHOLD)
    client = client_of(cast.office.counter)
    bad = post(client, "decide", dossier.code, "refuse", data={"reason": "Không đúng thẩm quyền"})
    assert bad.status_code == 422
    assert "Không đúng thẩm quyền" in bad.content.decode()


def test_draft_submit_send_back_sign_issue(cast: Cast) -> None:
    dossier = make.processing_(cast)
    kind = dossier.version.resultkinds.first()
    assert kind is not None
    specialist, leader = client_of(cast.office.specialist), client_of(cast.office.leader)
    assert kind.name in page(specialist, "decide", dossier.code, "result")
    refused = post(specialist, "decide", dossier.code, "result", data={"granted": "no", "kind": kind.pk})
    assert refused.status_code == 422
    data = {"granted": "yes", "kind": kind.pk, "note": "Đủ điều kiện"}
    assert post(specialist, "decide", dossier.code, "result", data=data).status_code == 302
    assert "Đủ điều kiện" in page(leader, "desk", dossier.code)
    assert (
        post(leader, "decide", dossier.code, "send-back", data={"reason": "Bổ sung căn cứ"}).status_code
        == 302
    )
    assert post(specialist, "decide", dossier.code, "result", data=data).status_code == 302
    assert post(leader, "act", dossier.code, "sign").status_code == 302
    assert post(client_of(cast.office.clerk), "act", dossier.code, "issue").status_code == 302
    dossier.refresh_from_db()
    assert dossier.state == State.FINISHED


def test_the_result_waits_for_the_fee(cast: Cast) -> None:
    dossier = make.at_counter(cast)
    code = dossier.code
    kind = dossier.version.resultkinds.first()
    assert kind is not None
    processing.assign(code=code, by=cast.office.counter, to=cast.office.specialist)
    processing.submit(code=code, by=cast.office.specialist, kind=kind, granted=True, content={})
    processing.sign(code=code, by=cast.office.leader)
    processing.issue(code=code, by=cast.office.clerk)
    drain_all()
    answer = post(client_of(cast.office.counter), "act", code, "return_result")
    assert answer.status_code == 422
    assert "Hồ sơ còn phí, lệ phí chưa nộp." in answer.content.decode()


CARD = "001175000111|012345678|Lý Thị Khách|02031975|Nữ|Số 5 phố Đội Cấn, Ba Đình, Hà Nội|10052021"


def test_the_counter_fills_from_the_card_without_complaining(cast: Cast) -> None:
    client = client_of(cast.office.counter)
    answer = post(client, "take-in", make.CERTIFIED, data={"card": CARD, "fill": "1"})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert html.count("Lý Thị Khách") >= 2  # filer, and the applicant of the form
    assert "field-error" not in html
    unread = post(client, "take-in", make.CERTIFIED, data={"card": "???", "fill": "1"}).content.decode()
    assert "không đủ các phần" in unread


def intake_data(cast: Cast, key: uuid.UUID) -> dict[str, Any]:
    version = make.version(make.CERTIFIED)
    case = version.cases.first()
    answers = {
        name: ("on" if value is True else value)
        for name, value in (make.example(make.CERTIFIED) | {"declarant_id": "001175000111"}).items()
    }
    papers = {
        f"paper-{paper.pk}-state": "original" for paper in version.requireddocuments.filter(required=True)
    }
    return {
        **answers,
        **papers,
        "client_key": str(key),
        "unit": cast.office.unit.pk,
        "case": case.pk if case else "",
        "channel": "counter",
        "delivery": "counter",
        "name": "Lý Thị Khách",
        "id_number": "001175000111",
        "phone": "0911222333",
        "file": "1",
    }


def test_counter_intake_twice_is_one_dossier(cast: Cast) -> None:
    client, key = client_of(cast.office.counter), uuid.uuid4()
    data = intake_data(cast, key)
    first = post(client, "take-in", make.CERTIFIED, data=data)
    assert first.status_code == 302, first.content.decode()[:3000]
    second = post(client, "take-in", make.CERTIFIED, data=data)
    assert second.url == first.url
    assert Dossier.objects.count() == 1
    dossier = Dossier.objects.get()
    assert dossier.state == State.ACCEPTED
    assert dossier.money == "due"
    assert dossier.code in client.get(first.url).content.decode()


def test_counter_errors_stand_beside_what_caused_them(cast: Cast) -> None:
    client = client_of(cast.office.counter)
    data = {**intake_data(cast, uuid.uuid4()), "name": "", "id_number": "123"}
    paper = make.version(make.CERTIFIED).requireddocuments.filter(required=True).first()
    assert paper is not None
    del data[f"paper-{paper.pk}-state"]
    answer = post(client, "take-in", make.CERTIFIED, data=data)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "gồm đúng 12 chữ số" in html
    assert "Chưa nhận giấy tờ bắt buộc này." in html
    assert 'value="123"' in html
    assert not Dossier.objects.exists()


def test_another_units_counter_cannot_be_named(cast: Cast) -> None:
    data = {**intake_data(cast, uuid.uuid4()), "unit": cast.other_office.unit.pk}
    assert post(client_of(cast.office.counter), "take-in", make.CERTIFIED, data=data).status_code == 422
    assert client_of(cast.office.leader).get(reverse("dossiers:counter")).status_code == 403


def test_the_counter_finds_by_two_letters(cast: Cast) -> None:
    client = client_of(cast.office.counter)
    assert make.BIRTH in page(client, "counter", q="kh sinh")
    assert "Không có thủ tục nào" in page(client, "counter", q="zzzz")


def test_queries_do_not_grow_with_the_list(cast: Cast, django_assert_max_num_queries: Any) -> None:
    client = client_of(cast.office.counter)
    make.filed(cast)
    page(client, "inbox", tab="all")
    with django_assert_max_num_queries(12) as few:
        page(client, "inbox", tab="all")
    for _ in range(5):
        make.filed(cast)
    with django_assert_max_num_queries(len(few)):
        page(client, "inbox", tab="all")


def test_a_supplement_is_taken_at_the_counter(cast: Cast) -> None:
    dossier = make.filed(cast)
    client = client_of(cast.office.counter)
    paper = askable_papers(dossier)[0]
    data = {"reason": "Thiếu", "days": "5", f"paper-{paper.pk}": "Nộp bản rõ"}
    post(client, "decide", dossier.code, "supplement", data=data)
    item = dossier.supplements.get().items.get()
    assert (
        client_of(cast.other_office.counter)
        .get(reverse("dossiers:receive-supplement", args=[dossier.code]))
        .status_code
        == 404
    )
    bad = post(client, "receive-supplement", dossier.code)
    assert bad.status_code == 422
    assert "Xin quét giấy tờ" in bad.content.decode()
    answer = post(client, "receive-supplement", dossier.code, data={f"note-{item.pk}": "Đã nhận bản giấy"})
    assert answer.status_code == 302
    dossier.refresh_from_db()
    assert dossier.state == State.FILED


def test_english(cast: Cast) -> None:
    dossier = make.accepted(cast)
    client = client_of(cast.office.counter)
    client.cookies["language"] = "en"
    with translation.override("en"):
        html = page(client, "desk", dossier.code)
    assert 'lang="en"' in html
    assert "Handling steps" in html or "Accepted" in html
    assert "Đã tiếp nhận" not in html


def test_a_dossier_is_read_once(cast: Cast, django_assert_max_num_queries: Any) -> None:
    """However much happened, each kind of thing is read once: events, calendar, steps and so on."""
    dossier = make.processing_(cast)
    address = reverse("dossiers:desk", args=[dossier.code])
    for who in (cast.office.specialist, cast.office.head):
        client = client_of(who)
        client.get(address)
        with django_assert_max_num_queries(23):
            assert client.get(address).status_code == 200


def test_what_stands_in_the_way_of_a_move_is_said_instead_of_its_button(cast: Cast) -> None:
    dossier = processing.issue(code=make.signed(cast).code, by=cast.office.clerk)
    dossier.money = Money.DUE
    dossier.save(update_fields=["money"])
    client = client_of(cast.office.counter)
    action = f'action="{reverse("dossiers:act", args=[dossier.code, "return_result"])}"'
    html = page(client, "desk", dossier.code)
    assert action not in html
    assert "Hồ sơ còn phí, lệ phí chưa nộp." in html
    # Whoever had the button on a page before is told the same.
    assert (
        "Hồ sơ còn phí, lệ phí chưa nộp."
        in client.post(reverse("dossiers:act", args=[dossier.code, "return_result"])).content.decode()
    )
    drain_all()
    dossier.money = Money.PAID
    dossier.save(update_fields=["money"])
    assert action in page(client, "desk", dossier.code)
