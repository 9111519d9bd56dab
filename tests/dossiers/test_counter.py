"""The counter: the card, the short list, the checklist, acting for another, what is missing, and how long it took."""

from __future__ import annotations

import contextlib
import datetime
import re
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from dossiers import intakes
from dossiers.actions.counter import Desk, Paper, WalkIn, file_at_counter, file_lacking
from dossiers.actions.filing import IncompleteDossier, Party
from dossiers.counter import CardError, mark_start, read_card, read_start
from dossiers.models import CounterIntake, DocumentKind, Dossier, DossierParty
from dossiers.picking import likely
from dossiers.states import State
from dossiers.views.counter_screen import OWN_NAMES
from dossiers.workflow import ActionError
from portal.accounts.models import User
from portal.lib import clock
from procedures.importing.configured_file import read_all
from tests.cast import Cast
from tests.factories import dossiers as make

TODAY = datetime.date(2026, 11, 26)
HOME = "Số 5 phố Đội Cấn, phường Liễu Giai, quận Ba Đình, Hà Nội"
CARD = f"001175000111|012345678|Lý Thị Khách|02031975|Nữ|{HOME}|10052021"
NOW = datetime.datetime(2026, 11, 25, 9, 0, tzinfo=datetime.UTC)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def post(client: Client, name: str, *arguments: Any, data: dict[str, Any], **headers: Any) -> Any:
    return client.post(reverse(f"dossiers:{name}", args=arguments), data, headers=headers)


# --- The card ---


def test_the_card_of_before_and_after_july_2024() -> None:
    old = read_card(CARD, today=TODAY)
    assert (old.id_number, old.full_name, old.gender) == ("001175000111", "Lý Thị Khách", "female")
    assert old.date_of_birth == datetime.date(1975, 3, 2)
    assert old.issued_on == datetime.date(2021, 5, 10)
    new = read_card(CARD.replace("012345678", "") + "||Lý Văn Cha|Ngô Thị Mẹ", today=TODAY)
    assert new.full_name == "Lý Thị Khách"
    assert not old.doubts
    assert not new.doubts


def test_an_old_address_finds_the_unit_of_today() -> None:
    found = read_card(CARD, today=TODAY).address_now
    assert found is not None
    assert "Liễu Giai" in found.said


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda text: text[:30], "không đủ các phần"),
        (lambda _text: "https://example.test/a", "không đủ các phần"),
        (lambda text: "00117500011" + text[12:], "số định danh"),
        (lambda text: text.replace("012345678", "0123"), "số định danh"),
        (lambda text: text.replace("Lý Thị Khách", "L? Th? Kh?ch"), "họ tên"),
        (lambda text: text.replace("02031975", "31021975"), "ngày sinh"),
        (lambda text: text.replace("02031975", "02032075"), "ngày sinh"),
        (lambda text: text.replace("|Nữ|", "|N|"), "giới tính"),
        (lambda text: text[:-3], "ngày cấp"),
    ],
)
def test_a_damaged_scan_says_which_part(spoil: Any, said: str) -> None:
    with pytest.raises(CardError, match=said):
        read_card(spoil(CARD), today=TODAY)


def test_number_birth_and_sex_are_compared() -> None:
    card = read_card(CARD.replace("02031975", "02031976").replace("|Nữ|", "|Nam|"), today=TODAY)
    assert len(card.doubts) == 2


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    with contextlib.suppress(CardError):
        read_card(text, today=TODAY)


def test_the_mark_of_the_start_is_the_servers() -> None:
    mark = mark_start(7, NOW)
    later = NOW + datetime.timedelta(minutes=2)
    assert read_start(mark, 7, later) == NOW
    assert read_start(mark, 8, later) is None  # somebody else's page
    assert read_start(mark[:-2] + "xx", 7, later) is None
    assert read_start(mark, 7, NOW - datetime.timedelta(minutes=1)) is None
    assert read_start(mark, 7, NOW + datetime.timedelta(days=1)) is None


# --- On the screen ---


@pytest.mark.django_db
def test_a_scan_on_the_start_page_is_read_and_a_damaged_one_stays(cast: Cast) -> None:
    client = client_of(cast.office.counter)
    read = post(client, "counter", data={"card": CARD, "q": "chung thuc"})
    html = read.content.decode()
    assert read.status_code == 200
    assert "Lý Thị Khách" in html
    assert "nay là" in html or "nay thuộc" in html
    assert 'data-focus="q"' in html
    broken = post(client, "counter", data={"card": CARD[:40]})
    assert broken.status_code == 422
    assert "Lý Thị" in broken.content.decode()  # the raw text is still there
    assert "không đủ các phần" in broken.content.decode()


@pytest.mark.django_db
def test_a_damaged_scan_on_the_intake_stays_to_be_mended(cast: Cast) -> None:
    html = post(
        client_of(cast.office.counter), "take-in", make.CERTIFIED, data={"card": "001175|x", "fill": "1"}
    ).content.decode()
    assert 'value="001175|x"' in html
    assert 'data-focus="card"' in html


@pytest.mark.django_db
def test_two_letters_bring_what_this_counter_takes_most(cast: Cast) -> None:
    units = [cast.office.unit]
    assert [each.code for each in likely(units, "ks")].count(make.BIRTH) == 1
    before = [each.code for each in likely(units, "ho")]
    make.at_counter(cast, make.HOUSEHOLD)
    after = [each.code for each in likely(units, "ho")]
    assert after[0] == make.HOUSEHOLD
    assert make.HOUSEHOLD in before or len(before) == 12
    elsewhere = [each.code for each in likely([cast.other_office.unit], "ho")]
    assert elsewhere == before


def taken_down(cast: Cast, **changed: Any) -> dict[str, Any]:
    """A complete intake of certified copies, for the person himself."""
    version = make.version(make.CERTIFIED)
    case = version.cases.first()
    answers = make.example(make.CERTIFIED) | {"declarant_id": "001175000111"}
    papers = {
        f"paper-{paper.pk}-state": "original" for paper in version.requireddocuments.filter(required=True)
    }
    filled = {name: ("on" if value is True else value) for name, value in answers.items()}
    return {
        **filled,
        **papers,
        "client_key": str(uuid.uuid4()),
        "intake_mark": mark_start(cast.office.counter.pk, clock.now() - datetime.timedelta(seconds=90)),
        "unit": cast.office.unit.pk,
        "case": case.pk if case else "",
        "channel": "counter",
        "delivery": "counter",
        "name": "Lý Thị Khách",
        "id_number": "001175000111",
        "acting": "self",
        "file": "1",
        **changed,
    }


@pytest.mark.django_db
def test_the_intake_is_measured_by_the_server(cast: Cast) -> None:
    assert (
        post(client_of(cast.office.counter), "take-in", make.CERTIFIED, data=taken_down(cast)).status_code
        == 302
    )
    intake = CounterIntake.objects.get()
    assert intake.started_at is not None
    assert 89 <= (intake.ended_at - intake.started_at).total_seconds() < 150
    assert intake.ended_at == intake.dossier.accepted_at
    own = intakes.own_today(cast.office.counter)
    assert (own.number, own.measured) == (1, 1)
    assert own.quick
    page = client_of(cast.office.counter).get(reverse("dossiers:intake-times")).content.decode()
    assert "1 phút 3" in page
    assert "Toàn đơn vị" not in page
    head = client_of(cast.office.head).get(reverse("dossiers:intake-times")).content.decode()
    assert "Toàn đơn vị" in head
    assert cast.office.counter.full_name not in head.split("</nav>")[-1]
    far = client_of(cast.other_office.head).get(reverse("dossiers:intake-times")).content.decode()
    assert "Toàn đơn vị" not in far


@pytest.mark.django_db
def test_a_start_that_cannot_be_known_counts_for_no_mean(cast: Cast) -> None:
    data = taken_down(cast, intake_mark="made-up")
    assert post(client_of(cast.office.counter), "take-in", make.CERTIFIED, data=data).status_code == 302
    assert CounterIntake.objects.get().started_at is None
    own = intakes.own_today(cast.office.counter)
    assert (own.number, own.measured, own.mean, own.quick) == (1, 0, None, None)
    page = client_of(cast.office.counter).get(reverse("dossiers:intake-times")).content.decode()
    assert "chưa có dữ liệu" in page


@pytest.mark.django_db
def test_the_fact_of_an_intake_never_changes(cast: Cast) -> None:
    make.at_counter(cast)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE dossiers_counterintake SET ended_at = now()")


@pytest.mark.django_db
def test_papers_are_counted_as_they_came(cast: Cast) -> None:
    version = make.version(make.CERTIFIED)
    kept = version.requireddocuments.filter(shown_only=False).first()
    assert kept is not None
    data = taken_down(cast, **{f"paper-{kept.pk}-state": "certified", f"paper-{kept.pk}-count": "3"})
    assert post(client_of(cast.office.counter), "take-in", make.CERTIFIED, data=data).status_code == 302
    dossier = Dossier.objects.get()
    filed = dossier.events.get(kind="filed").data["papers"]
    assert {"name": kept.name, "originals": 0, "certified": 3, "copies": 0, "shown": False} in filed
    slip = dossier.documents.get(kind=DocumentKind.ACKNOWLEDGEMENT)
    assert any(row["certified"] == 3 for row in slip.context["papers"])


@pytest.mark.django_db
def test_only_the_fee_is_drawn_while_the_questions_stay(cast: Cast) -> None:
    client = client_of(cast.office.counter)
    page = client.get(reverse("dossiers:take-in", args=[make.CERTIFIED])).content.decode()
    data = {"copies": "3", "channel": "counter"}
    data["papers"] = re.search(r'name="papers" value="([^"]*)"', page).group(1)  # type: ignore[union-attr]
    data["question"] = re.search(r'name="question" value="([^"]*)"', page).group(1)  # type: ignore[union-attr]
    data["_asked"] = re.findall(r'name="_asked" value="([^"]*)"', page)  # type: ignore[assignment]
    same = post(client, "take-in", make.CERTIFIED, data=data, hx_request="true", hx_target="fee")
    assert same.content.decode().lstrip().startswith('<div id="fee"')
    other = post(
        client, "take-in", make.CERTIFIED, data={**data, "papers": "1"}, hx_request="true", hx_target="fee"
    )
    assert other["HX-Retarget"] == "#intake"
    assert other.content.decode().lstrip().startswith('<div id="intake"')


@pytest.mark.django_db
def test_questions_lead_to_the_case(cast: Cast) -> None:
    client = client_of(cast.office.counter)
    answered = {"q-ban-chinh": "co", "q-so-trang": "nhieu", "fill": "1", "name": "Lý Thị Khách"}
    html = post(client, "take-in", make.CERTIFIED, data=answered).content.decode()
    case = make.version(make.CERTIFIED).cases.get(code="nhieu-trang")
    assert f'name="case" value="{case.pk}"' in html
    stopped = post(
        client, "take-in", make.CERTIFIED, data={"q-ban-chinh": "khong", "fill": "1"}
    ).content.decode()
    assert "2.000908" in stopped


def test_no_e_form_bears_a_name_of_the_page(db: None) -> None:
    names = {name for file in read_all() if file.form for name in file.form.by_name}
    assert len(names) > 500
    assert not names & OWN_NAMES
    assert not {name for name in names if name.startswith(("q-", "paper-"))}


# --- What is missing ---


@pytest.mark.django_db
def test_a_missing_paper_leads_to_form_02(cast: Cast) -> None:
    client = client_of(cast.office.counter)
    paper = make.version(make.CERTIFIED).requireddocuments.filter(required=True).first()
    assert paper is not None
    data = taken_down(cast, **{f"paper-{paper.pk}-state": "missing"})
    refused = post(client, "take-in", make.CERTIFIED, data=data)
    assert refused.status_code == 422
    assert "Chưa nhận giấy tờ bắt buộc này." in refused.content.decode()
    del data["file"]
    bare = post(client, "take-in", make.CERTIFIED, data={**data, "ask": "1", "lacking_reason": " "})
    assert bare.status_code == 422
    done = post(
        client, "take-in", make.CERTIFIED, data={**data, "ask": "1", "lacking_reason": "Thiếu bản chính."}
    )
    assert done.status_code == 302
    dossier = Dossier.objects.get()
    assert dossier.state == State.SUPPLEMENT
    assert dossier.accepted_at is None
    assert dossier.supplements.get().items.get().document == paper
    assert CounterIntake.objects.get().outcome == "lacking"
    html = client.get(done.url).content.decode()
    assert "In phiếu yêu cầu bổ sung" in html
    again = post(
        client, "take-in", make.CERTIFIED, data={**data, "ask": "1", "lacking_reason": "Thiếu bản chính."}
    )
    assert again.url == done.url
    assert dossier.supplements.count() == 1


@pytest.mark.django_db
def test_a_refusal_goes_by_its_own_page(cast: Cast) -> None:
    paper = make.version(make.CERTIFIED).requireddocuments.filter(required=True).first()
    assert paper is not None
    data = taken_down(cast, **{f"paper-{paper.pk}-state": "missing"}, refuse="1")
    del data["file"]
    answer = post(client_of(cast.office.counter), "take-in", make.CERTIFIED, data=data)
    dossier = Dossier.objects.get()
    assert answer.url == reverse("dossiers:decide", args=[dossier.code, "refuse"])
    assert dossier.state == State.FILED


@pytest.mark.django_db
def test_nothing_missing_is_no_road_to_form_02(cast: Cast) -> None:
    with pytest.raises(ActionError, match="Không thiếu"):
        file_lacking(by=cast.office.counter, walk_in=make.walk_in(cast), reason="Thiếu.")
    assert not Dossier.objects.exists()
    bare = make.walk_in(cast)
    with pytest.raises(IncompleteDossier):
        file_at_counter(by=cast.office.counter, walk_in=WalkIn(**{**vars(bare), "papers": ()}))


# --- For another ---


@pytest.mark.django_db
def test_whoever_stands_nowhere_in_the_form_says_by_what_right(cast: Cast) -> None:
    client = client_of(cast.office.counter)
    data = taken_down(cast, id_number="001085054321")
    refused = post(client, "take-in", make.CERTIFIED, data=data)
    assert refused.status_code == 422
    assert "chọn tư cách nộp thay" in refused.content.decode()
    lacking = post(client, "take-in", make.CERTIFIED, data={**data, "acting": "authorised"})
    assert lacking.status_code == 422
    assert "Ghi số và ngày của văn bản uỷ quyền." in lacking.content.decode()
    said = {**data, "acting": "authorised", "basis_number": "12/2026", "basis_date": "20/11/2026"}
    assert post(client, "take-in", make.CERTIFIED, data=said).status_code == 302
    dossier = Dossier.objects.get()
    parties = {party.role: party for party in dossier.parties.all()}
    assert parties["filer"].id_number == "001085054321"
    assert parties["owner"].id_number == "001175000111"
    assert parties["filer"].basis_date == datetime.date(2026, 11, 20)
    slip = dossier.documents.get(kind=DocumentKind.ACKNOWLEDGEMENT)
    assert (
        slip.context["filer"]["acting"] == "Người được uỷ quyền, văn bản uỷ quyền số 12/2026 ngày 20/11/2026"
    )
    assert "12/2026" in client.get(reverse("dossiers:desk", args=[dossier.code])).content.decode()


@pytest.mark.django_db
def test_the_database_refuses_an_authorisation_without_number(cast: Cast) -> None:
    dossier = make.at_counter(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        DossierParty.objects.filter(dossier=dossier, role="filer").update(acting="authorised")
    with pytest.raises(IntegrityError), transaction.atomic():
        DossierParty.objects.filter(dossier=dossier, role="filer").update(acting="agent")


@pytest.mark.django_db
def test_at_home_the_reason_is_recorded(cast: Cast) -> None:
    client = client_of(cast.office.counter)
    bare = post(client, "take-in", make.CERTIFIED, data=taken_down(cast, met_at="home"))
    assert bare.status_code == 422
    assert "chọn diện" in bare.content.decode()
    done = post(client, "take-in", make.CERTIFIED, data=taken_down(cast, met_at="home", served_as="disabled"))
    assert done.status_code == 302
    intake = CounterIntake.objects.get()
    assert (intake.place, intake.ground) == ("home", "disabled")
    html = client.get(reverse("dossiers:desk", args=[intake.dossier.code])).content.decode()
    assert "Tại nhà, tổ lưu động" in html


@pytest.mark.django_db
def test_filing_online_with_an_officers_help_is_marked_and_needs_files(cast: Cast) -> None:
    client = client_of(cast.office.counter)
    answers = make.example(make.BIRTH) | {"birth_evidence": "witness", "witness_name": "Phạm Làm Chứng"}
    papers = make.needed(make.version(make.BIRTH), answers)
    assert papers
    data = {
        **{name: ("on" if value is True else value) for name, value in answers.items() if value},
        **{f"paper-{paper.pk}-state": "original" for paper in papers},
        "client_key": str(uuid.uuid4()),
        "unit": cast.office.unit.pk,
        "channel": "online",
        "delivery": "counter",
        "name": "Nguyễn Văn An",
        "id_number": "001085054321",
        "acting": "relative",
        "filer_relation": "Chú của cháu",
        "file": "1",
    }
    bare = post(client, "take-in", make.BIRTH, data=data)
    assert bare.status_code == 422
    assert "cần có bản quét" in bare.content.decode()
    scanned = {**data, **{f"paper-{paper.pk}-scan": make.pdf() for paper in papers}}
    done = post(client, "take-in", make.BIRTH, data=scanned)
    assert done.status_code == 302, re.findall(r"field-error[^>]*>(.*?)</p>", done.content.decode())
    dossier = Dossier.objects.get()
    assert (dossier.channel, dossier.assisted, dossier.state) == ("online", True, State.ACCEPTED)
    assert dossier.support_unit == cast.office.unit


@pytest.mark.django_db
def test_a_papers_only_procedure_keeps_counts_of_the_list(cast: Cast) -> None:
    """Counts not said are those of the list, as the slip had them before."""
    current = make.version(make.CERTIFIED)
    walk_in = make.walk_in(cast)
    assert all(isinstance(paper, Paper) for paper in walk_in.papers)
    dossier = file_at_counter(by=cast.office.counter, walk_in=walk_in)
    filed = {row["name"]: row for row in dossier.events.get(kind="filed").data["papers"]}
    for paper in current.requireddocuments.filter(shown_only=False, condition={}):
        assert filed[paper.name]["copies"] == paper.copies
    assert dossier.parties.get(role="filer").acting == ""
    assert (
        WalkIn(
            unit=cast.office.unit,
            client_key=uuid.uuid4(),
            version=current,
            answers={},
            filer=Party(name="A"),
        ).desk
        == Desk()
    )
