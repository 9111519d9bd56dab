"""The pages from "Start" to a filed dossier."""

from __future__ import annotations

import gzip
import re
import threading
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from dossiers.actions import drafts, filing, intake
from dossiers.models import Attachment, Dossier, Draft
from dossiers.wizard import Wizard
from portal.lib import files
from tests.cast import Cast
from tests.factories.dossiers import (
    BIRTH,
    CERTIFIED,
    EXTRACT,
    HOUSEHOLD,
    MARRIAGE,
    drafted,
    example,
    filed,
    pdf,
    photo,
    version,
)

HX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def citizen(cast: Cast, client: Client) -> Client:
    client.force_login(cast.citizen)
    return client


@pytest.fixture
def draft(cast: Cast) -> Draft:
    """A new draft of a birth registration."""
    return drafts.start_draft(by=cast.citizen, version=version(BIRTH))


def step_url(draft: Draft, section: str) -> str:
    return reverse("dossiers:step", args=[draft.pk, section])


def first_section(draft: Draft) -> str:
    return Wizard(draft).codes[0]


def post_of(draft: Draft, section: str, **changes: Any) -> dict[str, Any]:
    """What the page of a section posts when it is filled from the sample answers."""
    spec = Wizard(draft).schema.section(section)
    answers = {**example(BIRTH), **changes}
    names = [each.name for each in spec.fields]
    given = {name: answers[name] for name in names if answers.get(name) not in (None, False)}
    return {**given, "_asked": " ".join(names), "revision": draft.revision}


def urls_of(draft: Draft) -> list[str]:
    pages = ["draft", "papers", "place", "review", "discard"]
    return [reverse(f"dossiers:{page}", args=[draft.pk]) for page in pages] + [
        step_url(draft, first_section(draft))
    ]


# --- Start ---


def test_start_shows_what_is_needed_and_makes_one_draft(citizen: Client, cast: Cast) -> None:
    address = reverse("dossiers:start", args=[BIRTH])
    page = citizen.get(address)
    assert page.status_code == 200
    for paper in version(BIRTH).requireddocuments.all():
        assert paper.name in page.content.decode()
    assert not Draft.objects.exists()
    begun = citizen.post(address)
    again = citizen.post(address)
    assert begun.status_code == 302
    assert begun["Location"] == again["Location"]
    assert Draft.objects.get().user == cast.citizen


def test_start_asks_a_visitor_to_sign_in_and_comes_back(client: Client, db: None) -> None:
    address = reverse("dossiers:start", args=[BIRTH])
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('account_login')}?next={address}"


def test_start_offers_the_draft_one_has_begun(citizen: Client, cast: Cast, draft: Draft) -> None:
    drafts.save_answers(draft_id=draft.pk, by=cast.citizen, answers={"child_name": "Nguyễn Bé"})
    page = citizen.get(reverse("dossiers:start", args=[BIRTH])).content.decode()
    assert reverse("dossiers:draft", args=[draft.pk]) in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_counter_only_procedure_explains_itself(citizen: Client, method: str) -> None:
    answer = getattr(citizen, method)(reverse("dossiers:start", args=[CERTIFIED]))
    assert answer.status_code == 404
    assert "nộp trực tiếp tại quầy" in answer.content.decode()
    assert not Draft.objects.exists()


def test_an_unconfigured_procedure_explains_itself(citizen: Client) -> None:
    from procedures.models import Procedure

    code = Procedure.objects.filter(configured=False, versions__form={}, is_active=True)[0].code
    answer = citizen.get(reverse("dossiers:start", args=[code]))
    assert answer.status_code == 404
    assert reverse("procedures:detail", args=[code]) in answer.content.decode()


def test_an_unknown_procedure_is_a_404(citizen: Client) -> None:
    assert citizen.get(reverse("dossiers:start", args=["9.999999"])).status_code == 404


def test_an_officer_does_not_file_with_a_staff_account(cast: Cast, client: Client) -> None:
    client.force_login(cast.office.counter)
    assert client.get(reverse("dossiers:start", args=[BIRTH])).status_code == 403


# --- Whose draft ---


def test_every_page_of_a_draft_works_and_writes_nothing(citizen: Client, draft: Draft) -> None:
    for address in urls_of(draft):
        assert citizen.get(address).status_code == 200, address
    draft.refresh_from_db()
    assert draft.revision == 0


def test_somebody_elses_draft_does_not_exist(cast: Cast, client: Client, draft: Draft) -> None:
    client.force_login(cast.other_citizen)
    for address in urls_of(draft):
        assert client.get(address).status_code == 404, address
        assert client.post(address, {"declared": "on"}).status_code in {404, 405}, address
    assert Draft.objects.filter(pk=draft.pk).exists()


def test_a_visitor_is_sent_to_sign_in(client: Client, draft: Draft) -> None:
    for address in urls_of(draft):
        assert client.get(address)["Location"].startswith(reverse("account_login"))


def test_pages_of_a_filed_draft_lead_to_the_dossier(citizen: Client, cast: Cast) -> None:
    ready = drafted(cast.citizen, BIRTH, cast.office)
    dossier = filing.file_online(draft_id=ready.pk, by=cast.citizen)
    target = reverse("dossiers:detail", args=[dossier.code])
    for address in urls_of(ready):
        assert citizen.get(address)["Location"] == target
    saved = citizen.post(step_url(ready, first_section(ready)), {}, **HX)
    assert saved["HX-Redirect"] == target


# --- One section ---


def test_saving_goes_on_to_the_next_section(citizen: Client, draft: Draft) -> None:
    wizard = Wizard(draft)
    section = wizard.codes[0]
    answer = citizen.post(step_url(draft, section), post_of(draft, section))
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"] == wizard.after(section)
    draft.refresh_from_db()
    assert draft.done_sections == [section]


def test_wrong_values_come_back_as_typed_beside_their_errors(citizen: Client, draft: Draft) -> None:
    section = first_section(draft)
    post = post_of(draft, section, declarant_id="12 sai", declarant_name="")
    answer = citizen.post(step_url(draft, section), post)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="12 sai"' in text
    assert 'id="id_declarant_id-error"' in text
    assert 'href="#id_declarant_name"' in text
    draft.refresh_from_db()
    assert draft.answers["declarant_id"] == "12 sai"
    assert draft.done_sections == []
    assert 'value="12 sai"' in citizen.get(step_url(draft, section)).content.decode()


def test_leaving_and_going_back_keep_everything(citizen: Client, draft: Draft) -> None:
    section = Wizard(draft).codes[1]
    left = citizen.post(step_url(draft, section), {"child_name": "Bé", "go": "leave", "revision": 0})
    assert left["Location"] == reverse("dossiers:mine")
    back = citizen.post(step_url(draft, section), {"child_name": "Bé Na", "go": "back", "revision": 1})
    assert back["Location"] == step_url(draft, first_section(draft))
    draft.refresh_from_db()
    assert draft.answers["child_name"] == "Bé Na"


def test_new_questions_are_shown_before_they_are_complained_about(citizen: Client, draft: Draft) -> None:
    """Without JavaScript the answer that opens new questions comes with the post."""
    drafts.save_answers(draft_id=draft.pk, by=draft.user, answers={"married_parents": ""})
    draft.refresh_from_db()
    schema = Wizard(draft).schema
    for section in schema.sections:
        conditional = [spec for spec in section.fields if spec.visible_when and spec.name in example(BIRTH)]
        if conditional:
            break
    else:
        pytest.skip("no conditional question in the sample")
    post = post_of(draft, section.code)
    hidden = {spec.name for spec in conditional}
    post = {name: value for name, value in post.items() if name not in hidden}
    post["_asked"] = " ".join(name for name in post["_asked"].split() if name not in hidden)
    answer = citizen.post(step_url(draft, section.code), post)
    assert answer.status_code == 302
    assert answer["Location"] == step_url(draft, section.code)


def test_a_section_the_form_does_not_have_is_a_404(citizen: Client, draft: Draft) -> None:
    assert citizen.get(step_url(draft, "khong-co")).status_code == 404


def test_an_open_dossier_of_the_same_procedure_is_named(citizen: Client, cast: Cast) -> None:
    address = reverse("dossiers:start", args=[BIRTH])
    running = filed(cast)
    page = citizen.get(address).content.decode()
    assert running.code in page
    intake.withdraw(code=running.code, by=cast.citizen, reason="Nộp nhầm.")
    assert running.code not in citizen.get(address).content.decode()
    citizen.force_login(cast.other_citizen)
    assert "đang được giải quyết" not in citizen.get(address).content.decode()


# --- Saving while typing ---


def test_autosave_answers_with_the_time_and_the_new_revision(citizen: Client, draft: Draft) -> None:
    section = first_section(draft)
    shape = citizen.get(step_url(draft, section)).context["shape"]
    answer = citizen.post(step_url(draft, section), {**post_of(draft, section), "shape": shape}, **HX)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Đã lưu lúc" in text
    assert 'name="revision" value="1" hx-swap-oob="true"' in text
    draft.refresh_from_db()
    assert draft.revision == 1


def test_autosave_of_the_same_again_writes_nothing(citizen: Client, draft: Draft) -> None:
    section = first_section(draft)
    post = post_of(draft, section)
    citizen.post(step_url(draft, section), post, **HX)
    citizen.post(step_url(draft, section), post, **HX)
    draft.refresh_from_db()
    assert draft.revision == 1


def test_autosave_draws_the_section_again_when_its_questions_change(citizen: Client, draft: Draft) -> None:
    section = first_section(draft)
    answer = citizen.post(step_url(draft, section), {**post_of(draft, section), "shape": "another"}, **HX)
    assert answer["HX-Retarget"] == "#section"
    assert answer["HX-Reswap"] == "outerHTML"
    text = answer.content.decode().lstrip()
    assert text.startswith('<div id="section" data-typed>')
    assert 'id="autosave" role="status" hx-swap-oob="true"' in text


def test_a_stale_tab_is_told_and_overwrites_nothing(citizen: Client, cast: Cast, draft: Draft) -> None:
    section = Wizard(draft).codes[1]
    drafts.save_answers(draft_id=draft.pk, by=cast.citizen, answers={"child_name": "Mới"}, revision=0)
    typed = {"child_name": "Cũ", "_asked": "child_name", "revision": "0"}
    quiet = citizen.post(step_url(draft, section), typed, **HX)
    assert quiet.status_code == 409
    assert step_url(draft, section) in quiet.content.decode()
    full = citizen.post(step_url(draft, section), typed)
    text = full.content.decode()
    assert full.status_code == 409
    assert 'value="Cũ"' in text
    assert 'name="revision" value="1"' in text
    draft.refresh_from_db()
    assert draft.answers["child_name"] == "Mới"
    citizen.post(step_url(draft, section), {**typed, "revision": "1", "go": "leave"})
    draft.refresh_from_db()
    assert draft.answers["child_name"] == "Cũ"


def test_a_stale_post_of_what_is_stored_is_no_conflict(citizen: Client, draft: Draft) -> None:
    section = first_section(draft)
    post = post_of(draft, section)
    citizen.post(step_url(draft, section), post, **HX)
    assert citizen.post(step_url(draft, section), post)["Location"] == Wizard(draft).after(section)


def test_an_expired_session_leads_to_sign_in(client: Client, draft: Draft) -> None:
    answer = client.post(step_url(draft, first_section(draft)), {"child_name": "Bé"}, **HX)
    assert answer["Location"].startswith(reverse("account_login"))
    draft.refresh_from_db()
    assert draft.revision == 0


# --- Papers ---


@pytest.fixture
def with_papers(cast: Cast) -> Draft:
    """A draft whose answers call for a paper."""
    draft = drafts.start_draft(by=cast.citizen, version=version(BIRTH))
    answers = {**example(BIRTH), "birth_evidence": "witness"}
    return drafts.save_answers(draft_id=draft.pk, by=cast.citizen, answers=answers)


def needed(draft: Draft) -> Any:
    return next(paper for paper in Wizard(draft).needed if paper.required and not paper.shown_only)


def paper_url(draft: Draft) -> str:
    return reverse("dossiers:paper", args=[draft.pk, needed(draft).pk])


def test_a_file_is_kept_beside_its_paper(citizen: Client, with_papers: Draft) -> None:
    answer = citizen.post(paper_url(with_papers), {"files": [pdf("mot.pdf"), pdf("hai.pdf")]})
    papers = reverse("dossiers:papers", args=[with_papers.pk])
    assert answer["Location"] == f"{papers}#paper-{needed(with_papers).pk}"
    page = citizen.get(papers).content.decode()
    assert "mot.pdf" in page
    assert "hai.pdf" in page


def test_a_bad_file_is_refused_with_its_reason_and_the_good_one_is_kept(
    citizen: Client, with_papers: Draft
) -> None:
    bad = SimpleUploadedFile("virus.pdf", b"MZ no pdf at all")
    answer = citizen.post(paper_url(with_papers), {"files": [pdf("tot.pdf"), bad]})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "virus.pdf: Chỉ nhận tệp PDF" in text
    assert with_papers.attachments.get().name == "tot.pdf"
    fragment = citizen.post(paper_url(with_papers), {"files": [bad]}, **HX)
    assert fragment.status_code == 422
    assert (
        fragment.content.decode()
        .lstrip()
        .startswith(f'<section class="card mb-4" id="paper-{needed(with_papers).pk}"')
    )


def test_sending_no_file_says_so(citizen: Client, with_papers: Draft) -> None:
    answer = citizen.post(paper_url(with_papers), {})
    assert answer.status_code == 422
    assert "Chưa chọn tệp nào." in answer.content.decode()


def test_a_file_can_be_taken_back(citizen: Client, cast: Cast, with_papers: Draft) -> None:
    paper = needed(with_papers)
    file = drafts.attach(draft_id=with_papers.pk, by=cast.citizen, document=paper, upload=pdf())
    citizen.post(paper_url(with_papers), {"remove": file.pk})
    file.refresh_from_db()
    assert file.removed_at is not None


def test_photos_of_a_paper_become_one_pdf(citizen: Client, cast: Cast, with_papers: Draft) -> None:
    address = paper_url(with_papers)
    page = reverse("dossiers:papers", args=[with_papers.pk])
    citizen.post(address, {"files": [photo("mot.jpg", 10), pdf("giay.pdf")]})
    assert 'name="merge"' not in citizen.get(page).content.decode()
    assert citizen.post(address, {"merge": "1"}).status_code == 422
    citizen.post(address, {"files": photo("hai.jpg", 200)})
    assert "Ghép 2 ảnh" in citizen.get(page).content.decode()
    assert citizen.post(address, {"merge": "1"}).status_code == 302
    kept = with_papers.attachments.filter(removed_at=None)
    assert {file.content_type for file in kept} == {"application/pdf"}
    merged = kept.latest("pk")
    assert merged.name.startswith("Văn bản của người làm chứng")
    with pikepdf.open(files.open_file(merged.sha256)) as document:
        assert len(document.pages) == 2
    assert citizen.post(address, {"merge": "1"}).status_code == 422  # a second click finds them merged


def test_one_cannot_go_on_without_the_papers(citizen: Client, cast: Cast, with_papers: Draft) -> None:
    address = reverse("dossiers:papers", args=[with_papers.pk])
    assert citizen.post(address).status_code == 422
    drafts.attach(draft_id=with_papers.pk, by=cast.citizen, document=needed(with_papers), upload=pdf())
    assert citizen.post(address)["Location"] == reverse("dossiers:place", args=[with_papers.pk])
    assert citizen.post(address, {"go": "leave"})["Location"] == reverse("dossiers:mine")


def test_a_paper_this_dossier_does_not_need_is_a_404(citizen: Client, with_papers: Draft) -> None:
    other = version(BIRTH).requireddocuments.get(code="giay-chung-sinh")
    address = reverse("dossiers:paper", args=[with_papers.pk, other.pk])
    assert citizen.post(address, {"files": pdf()}).status_code == 404


def earlier_file(cast: Cast) -> Attachment:
    """A file of a filed dossier of the citizen, for the same paper."""
    draft = drafts.start_draft(by=cast.citizen, version=version(BIRTH))
    draft = drafts.save_answers(
        draft_id=draft.pk, by=cast.citizen, answers={**example(BIRTH), "birth_evidence": "witness"}
    )
    drafts.attach(draft_id=draft.pk, by=cast.citizen, document=needed(draft), upload=pdf("truoc.pdf"))
    drafts.choose(draft_id=draft.pk, by=cast.citizen, unit=cast.office.unit, delivery="online")
    return filing.file_online(draft_id=draft.pk, by=cast.citizen).attachments.get()


def test_an_earlier_file_is_offered_and_used_again_once(citizen: Client, cast: Cast) -> None:
    earlier = earlier_file(cast)
    draft = drafts.start_draft(by=cast.citizen, version=version(BIRTH))
    drafts.save_answers(
        draft_id=draft.pk, by=cast.citizen, answers={**example(BIRTH), "birth_evidence": "witness"}
    )
    draft.refresh_from_db()
    page = citizen.get(reverse("dossiers:papers", args=[draft.pk])).content.decode()
    assert f'name="reuse" value="{earlier.pk}"' in page
    assert earlier.dossier is not None
    assert earlier.dossier.code in page
    for _twice in range(2):
        assert citizen.post(paper_url(draft), {"reuse": earlier.pk}).status_code == 302
    copy = draft.attachments.get()
    assert copy.from_attachment == earlier
    assert copy.sha256 == earlier.sha256
    assert (
        f'value="{earlier.pk}"'
        not in citizen.get(reverse("dossiers:papers", args=[draft.pk])).content.decode()
    )


def test_somebody_elses_file_is_not_used_again(cast: Cast, client: Client) -> None:
    earlier = earlier_file(cast)
    draft = drafts.start_draft(by=cast.other_citizen, version=version(BIRTH))
    drafts.save_answers(
        draft_id=draft.pk, by=cast.other_citizen, answers={**example(BIRTH), "birth_evidence": "witness"}
    )
    draft.refresh_from_db()
    client.force_login(cast.other_citizen)
    answer = client.post(paper_url(draft), {"reuse": earlier.pk})
    assert answer.status_code == 422
    assert not draft.attachments.exists()


# --- Place ---


def test_the_place_offers_the_126_communes_and_starts_at_home(
    citizen: Client, cast: Cast, draft: Draft
) -> None:
    page = citizen.get(reverse("dossiers:place", args=[draft.pk]))
    units = page.context["form"].fields["unit"].queryset
    assert units.count() == 126
    assert {unit.kind for unit in units} == {"commune"}
    assert page.context["form"]["unit"].value() == cast.office.unit.pk


def test_choosing_the_place_leads_to_the_read_back(citizen: Client, cast: Cast, draft: Draft) -> None:
    address = reverse("dossiers:place", args=[draft.pk])
    answer = citizen.post(address, {"unit": cast.other_office.unit.pk, "delivery": "counter"})
    assert answer["Location"] == reverse("dossiers:review", args=[draft.pk])
    draft.refresh_from_db()
    assert (draft.unit, draft.delivery) == (cast.other_office.unit, "counter")
    wrong = citizen.post(address, {"unit": cast.city.pk, "delivery": "post"})
    assert wrong.status_code == 422
    assert {"unit", "delivery"} <= set(wrong.context["form"].errors)


# --- Read-back and filing ---


def test_the_read_back_shows_every_answer_with_a_way_to_change_it(citizen: Client, cast: Cast) -> None:
    ready = drafted(cast.citizen, BIRTH, cast.office)
    text = citizen.get(reverse("dossiers:review", args=[ready.pk])).content.decode()
    assert example(BIRTH)["child_name"] in text
    assert f"{step_url(ready, 'child')}?ve=kiem-tra#id_child_name" in text
    assert cast.office.unit.full_name in text


def test_changing_from_the_read_back_returns_to_it(citizen: Client, cast: Cast) -> None:
    ready = drafted(cast.citizen, BIRTH, cast.office)
    ready.refresh_from_db()
    address = f"{step_url(ready, 'declarant')}?ve=kiem-tra"
    answer = citizen.post(address, post_of(ready, "declarant", declarant_phone="0909090909"))
    assert answer["Location"] == reverse("dossiers:review", args=[ready.pk])


def test_filing_shows_the_code_and_a_second_click_the_same_dossier(citizen: Client, cast: Cast) -> None:
    ready = drafted(cast.citizen, BIRTH, cast.office)
    address = reverse("dossiers:review", args=[ready.pk])
    first = citizen.post(address, {"declared": "on"})
    second = citizen.post(address, {"declared": "on"})
    dossier = Dossier.objects.get()
    assert first["Location"] == reverse("dossiers:filed", args=[dossier.code])
    assert second["Location"] == reverse("dossiers:detail", args=[dossier.code])
    assert dossier.code in citizen.get(first["Location"]).content.decode()


def test_filing_needs_the_declaration(citizen: Client, cast: Cast) -> None:
    ready = drafted(cast.citizen, BIRTH, cast.office)
    answer = citizen.post(reverse("dossiers:review", args=[ready.pk]), {})
    assert answer.status_code == 422
    assert 'href="#id_declared"' in answer.content.decode()
    assert not Dossier.objects.exists()


def test_an_incomplete_dossier_is_not_filed_and_says_where_to_go(citizen: Client, with_papers: Draft) -> None:
    drafts.save_answers(draft_id=with_papers.pk, by=with_papers.user, answers={"child_name": ""})
    answer = citizen.post(reverse("dossiers:review", args=[with_papers.pk]), {"declared": "on"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert f"{step_url(with_papers, 'child')}?ve=kiem-tra#id_child_name" in text
    assert f"#paper-{needed(with_papers).pk}" in text
    assert not Dossier.objects.exists()
    mend = citizen.get(f"{step_url(with_papers, 'child')}?ve=kiem-tra").content.decode()
    assert 'id="id_child_name-error"' in mend


@pytest.mark.django_db(transaction=True)
def test_two_filings_at_once_make_one_dossier(cast: Cast) -> None:
    ready = drafted(cast.citizen, BIRTH, cast.office)
    address = reverse("dossiers:review", args=[ready.pk])
    barrier, codes = threading.Barrier(2), []
    # Signed in one after the other: signing in marks the one object that both threads hold.
    clients = [Client(raise_request_exception=False) for _ in range(2)]
    for client in clients:
        client.force_login(cast.citizen)

    def file(client: Client) -> None:
        barrier.wait()
        answer = client.post(address, {"declared": "on"})
        codes.append((answer.status_code, answer.headers.get("Location", "").split("/")[2:3]))
        connection.close()

    threads = [threading.Thread(target=file, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    code = Dossier.objects.get().code
    assert codes == [(302, [code]), (302, [code])]


def test_discarding_deletes_the_draft_once(citizen: Client, draft: Draft) -> None:
    address = reverse("dossiers:discard", args=[draft.pk])
    assert citizen.post(address)["Location"] == reverse("dossiers:mine")
    assert citizen.post(address).status_code == 404


# --- Cost ---

BUDGET = {"draft": 8, "papers": 10, "place": 7, "review": 14}


@pytest.mark.parametrize("page", sorted(BUDGET))
def test_pages_of_a_draft_cost_few_queries(
    citizen: Client, cast: Cast, page: str, django_assert_max_num_queries: Any
) -> None:
    ready = drafted(cast.citizen, BIRTH, cast.office)
    with django_assert_max_num_queries(BUDGET[page]):
        citizen.get(reverse(f"dossiers:{page}", args=[ready.pk]))


def test_a_section_costs_few_queries(
    citizen: Client, draft: Draft, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(5):
        citizen.get(step_url(draft, "child"))


def test_more_files_cost_no_more_queries(
    citizen: Client, cast: Cast, with_papers: Draft, django_assert_max_num_queries: Any
) -> None:
    for _number in range(5):
        drafts.attach(draft_id=with_papers.pk, by=cast.citizen, document=needed(with_papers), upload=pdf())
        filed(cast, EXTRACT)
    with django_assert_max_num_queries(BUDGET["papers"]):
        citizen.get(reverse("dossiers:papers", args=[with_papers.pk]))


# --- Bytes ---


def first_visit(answer: Any) -> tuple[int, int]:
    """How many requests a first visit makes, and how many bytes they transfer, gzipped."""
    body = answer.content.decode()
    linked = re.findall(r'<(?:link rel="(?:icon|stylesheet)" href|script src|img src)="([^"]+)"', body)
    names = [part.removeprefix(f"/{settings.STATIC_URL.strip('/')}/") for part in linked]
    found = [
        finders.find(re.sub(r"\.[0-9a-f]{12}(\.\w+)$", r"\1", name)) for name in names if ":" not in name
    ]
    static = [len(gzip.compress(Path(str(path)).read_bytes(), 9)) for path in found]
    return len(found) + 1, len(gzip.compress(answer.content, 6)) + sum(static)


def test_every_page_fits_forty_kilobytes_and_five_requests(citizen: Client, cast: Cast) -> None:
    ready = drafted(cast.citizen, BIRTH, cast.office)
    sections = [step_url(ready, code) for code in Wizard(ready).codes[:-3]]
    for address in [*urls_of(ready), *sections, reverse("dossiers:start", args=[BIRTH])]:
        requests, size = first_visit(citizen.get(address))
        assert requests <= 5, address
        assert size <= 40 * 1024, (address, size)


# --- Hostile input ---


def test_a_nul_byte_is_no_reason_to_fall_over(citizen: Client, draft: Draft) -> None:
    section = Wizard(draft).codes[1]
    answer = citizen.post(step_url(draft, section), {"child_name": "B\x00é", "go": "leave", "revision": "0"})
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert draft.answers["child_name"] == "Bé"
    for name in ("start", "detail", "filed"):
        assert citizen.get(reverse(f"dossiers:{name}", args=["1.\x00"])).status_code == 404


@pytest.mark.parametrize("revision", ["-1", "x", "٣", "9" * 40, ""])
def test_a_strange_revision_does_not_fall_over(citizen: Client, draft: Draft, revision: str) -> None:
    post = {"child_name": "Bé", "_asked": "child_name", "revision": revision}
    assert citizen.post(step_url(draft, "child"), post, **HX).status_code in {200, 409}


@pytest.mark.parametrize("given", ["x", "-1", "9" * 30, "0"])
def test_strange_numbers_of_files_do_not_fall_over(citizen: Client, with_papers: Draft, given: str) -> None:
    assert citizen.post(paper_url(with_papers), {"remove": given}).status_code == 302
    assert citizen.post(paper_url(with_papers), {"reuse": given}).status_code == 422
    place = reverse("dossiers:place", args=[with_papers.pk])
    assert citizen.post(place, {"unit": given, "delivery": given}).status_code == 422


# --- Cases and repeated groups ---


def test_start_tells_the_time_of_each_case(citizen: Client) -> None:
    text = citizen.get(reverse("dossiers:start", args=[MARRIAGE])).content.decode()
    assert "Cần xác minh điều kiện kết hôn của hai bên: 5 ngày làm việc" in text


def test_the_case_is_asked_and_kept(citizen: Client) -> None:
    current = version(BIRTH)
    cases = [current.cases.create(code=f"truong-hop-{n}", title=f"Trường hợp {n}") for n in (1, 2)]
    address = reverse("dossiers:start", args=[BIRTH])
    refused = citizen.post(address, {})
    assert refused.status_code == 422
    assert "Cần chọn trường hợp của bạn." in refused.content.decode()
    assert not Draft.objects.exists()
    citizen.post(address, {"case": cases[1].pk})
    assert Draft.objects.get().case == cases[1]


def grouped(draft: Draft) -> tuple[str, Any]:
    """The section and the group of rows in a form that has one."""
    return next(
        (section.code, spec)
        for section in Wizard(draft).schema.sections
        for spec in section.fields
        if spec.type == "group"
    )


def test_rows_are_added_and_removed_and_what_is_typed_stays(citizen: Client, cast: Cast) -> None:
    draft = drafts.start_draft(by=cast.citizen, version=version(HOUSEHOLD))
    drafts.save_answers(draft_id=draft.pk, by=cast.citizen, answers=example(HOUSEHOLD))
    draft.refresh_from_db()
    section, group = grouped(draft)
    part = group.fields[0].name
    address = step_url(draft, section)
    rows = {f"{group.name}-rows": "1", f"{group.name}-0-{part}": "Một", "revision": draft.revision}
    added = citizen.post(address, {**rows, f"add:{group.name}": "1"})
    assert added.status_code == 302
    draft.refresh_from_db()
    assert [row[part] for row in draft.answers[group.name]] == ["Một", ""]
    two = {
        **rows,
        f"{group.name}-rows": "2",
        f"{group.name}-1-{part}": "Hai",
        "revision": draft.revision,
        f"remove:{group.name}:0": "1",
    }
    assert citizen.post(address, two).status_code == 302
    draft.refresh_from_db()
    assert [row[part] for row in draft.answers[group.name]] == ["Hai"]
