"""A draft begun under a version that is over: nothing filed by it, nothing typed lost, what changed said first."""

from __future__ import annotations

import copy
import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dossiers.actions import drafts, filing
from dossiers.actions.filing import OutdatedDraft
from dossiers.actions.renewing import renew
from dossiers.models import Dossier, Draft
from dossiers.renewing import changes, is_outdated, same_case, successor_of
from dossiers.workflow import ActionError
from portal.lib import clock
from procedures.actions import publishing
from procedures.models import Procedure, ProcedureVersion
from tests.cast import Cast
from tests.factories import dossiers as make
from tests.factories import drafts as make_drafts
from tests.two_at_once import at_once

pytestmark = pytest.mark.django_db
CODE = "1.000656"  # a death: its notice is a paper to give


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def drafted(cast: Cast) -> Draft:
    draft: Draft = make.drafted(cast.citizen, CODE, cast.office)
    return drafts.save_answers(
        draft_id=draft.pk, by=cast.citizen, answers={}, section=first_section(draft), done=True
    )


def first_section(draft: Draft) -> str:
    return str(draft.version.form["sections"][0]["code"])


def first_name(draft: Draft) -> str:
    fields = draft.version.form["sections"][0]["fields"]
    return str(next(field["name"] for field in fields if field.get("type") == "name"))


def new_version(cast: Cast) -> ProcedureVersion:
    """One question and one paper renamed, so each is gone and each is new; the rest as before."""
    draft = make_drafts.begun(cast, CODE)
    content = copy.deepcopy(draft.content)
    last = content["form"]["sections"][-1]
    last["fields"].append(
        {"name": "new_question", "type": "text", "label": {"vi": "Câu hỏi mới", "en": "New question"}}
    )
    examples = content.pop("examples")
    return make_drafts.published_from(draft, cast, form=content["form"], examples=examples)


@pytest.fixture
def old(cast: Cast) -> Draft:
    draft = drafted(cast)
    new_version(cast)
    return Draft.objects.get(pk=draft.pk)


def test_nothing_is_filed_under_a_version_that_is_over(cast: Cast, old: Draft) -> None:
    assert is_outdated(old)
    with pytest.raises(OutdatedDraft):
        filing.file_online(draft_id=old.pk, by=cast.citizen)
    assert not Dossier.objects.exists()
    page = client_of(cast.citizen)
    answer = page.post(reverse("dossiers:review", args=[old.pk]), {"declared": "on"})
    assert answer.status_code == 422
    assert "đã có thay đổi" in answer.content.decode()


def test_every_page_leads_to_what_changed_and_on_from_there(cast: Cast, old: Draft) -> None:
    page, renewal = client_of(cast.citizen), reverse("dossiers:renewal", args=[old.pk])
    for name in ("draft", "papers", "place", "review"):
        assert page.get(reverse(f"dossiers:{name}", args=[old.pk]))["Location"] == renewal
    step = reverse("dossiers:step", args=[old.pk, first_section(old)])
    assert page.get(step)["Location"] == renewal
    text = page.get(renewal).content.decode()
    assert "Câu hỏi mới" in text
    answer = page.post(renewal, follow=True)
    assert answer.redirect_chain == [(reverse("dossiers:draft", args=[old.pk]), 302)]
    assert "được giữ" in answer.content.decode()
    assert page.get(renewal)["Location"] == reverse("dossiers:draft", args=[old.pk])


def test_what_is_being_typed_meanwhile_is_saved(cast: Cast, old: Draft) -> None:
    name = first_name(old)
    step = reverse("dossiers:step", args=[old.pk, first_section(old)])
    client_of(cast.citizen).post(step, {name: "Gõ Dở Dang", "_asked": name, "revision": str(old.revision)})
    old.refresh_from_db()
    assert old.answers[name] == "Gõ Dở Dang"
    assert renew(draft_id=old.pk, by=cast.citizen).answers[name] == "Gõ Dở Dang"


def test_renewed_it_keeps_answers_files_and_what_was_done_and_can_be_filed(cast: Cast, old: Draft) -> None:
    files = {file.sha256 for file in old.attachments.all()}
    renewed = renew(draft_id=old.pk, by=cast.citizen)
    version = make.version(CODE)
    assert renewed.version == version
    assert renewed.revision == old.revision + 1
    assert renewed.answers == old.answers
    assert renewed.done_sections == [first_section(old)]
    kept = renewed.attachments.filter(removed_at=None)
    assert {file.sha256 for file in kept} == files
    assert {file.document.version_id for file in kept if file.document} == {version.pk}
    assert filing.file_online(draft_id=old.pk, by=cast.citizen).version == version


def test_papers_and_questions_that_left_are_named_first_and_taken_back(cast: Cast) -> None:
    draft = drafted(cast)
    begun = make_drafts.begun(cast, CODE)
    content = copy.deepcopy(begun.content)
    given = draft.attachments.select_related("document").first()
    assert given is not None
    assert given.document is not None
    paper = next(paper for paper in content["papers"] if paper["code"] == given.document.code)
    paper["code"] = "paper_of_today"
    examples = [
        {**each, "expect": {**each["expect"], "papers": [
            "paper_of_today" if code == given.document.code else code for code in each["expect"]["papers"]
        ]}}
        for each in content["examples"]
    ]  # fmt: skip
    make_drafts.published_from(begun, cast, papers=content["papers"], examples=examples)
    draft = Draft.objects.get(pk=draft.pk)
    version = successor_of(draft)
    assert version is not None
    found = changes(draft, version, same_case(draft, version))
    assert [file.pk for file in found.gone_files] == [given.pk]
    assert given.document.name in found.new_papers
    text = client_of(cast.citizen).get(reverse("dossiers:renewal", args=[draft.pk])).content.decode()
    assert given.name in text
    renew(draft_id=draft.pk, by=cast.citizen)
    given.refresh_from_db()
    assert given.removed_at is not None
    with pytest.raises(filing.IncompleteDossier) as lacking:
        filing.file_online(draft_id=draft.pk, by=cast.citizen)
    assert [paper.code for paper in lacking.value.papers] == ["paper_of_today"]


def test_an_answer_not_asked_any_more_is_shown_and_stays(cast: Cast) -> None:
    newest = new_version(cast)
    draft = make.drafted(cast.citizen, CODE, cast.office, new_question="Đã trả lời")
    assert draft.version == newest
    begun = make_drafts.begun(cast, CODE)
    form = copy.deepcopy(begun.content["form"])
    form["sections"][-1]["fields"].pop()
    tomorrow = clock.today() + datetime.timedelta(days=1)
    make_drafts.published_from(begun, cast, tomorrow, form=form)
    draft = Draft.objects.get(pk=draft.pk)
    assert not is_outdated(draft)
    import time_machine

    with time_machine.travel(clock.now() + datetime.timedelta(days=1)):
        assert is_outdated(draft)
        version = successor_of(draft)
        assert version is not None
        assert changes(draft, version, None).gone_answers == [("Câu hỏi mới", "Đã trả lời")]
        assert renew(draft_id=draft.pk, by=cast.citizen).answers["new_question"] == "Đã trả lời"


def test_a_withdrawn_procedure_says_so_and_shows_what_was_typed(cast: Cast) -> None:
    draft = drafted(cast)
    procedure = Procedure.objects.get(code=CODE)
    publishing.withdraw(
        by=cast.publisher,
        procedure=procedure,
        day=clock.today(),
        decision="99/QĐ-UBND",
        reason="Gộp thủ tục.",
        successor=Procedure.objects.get(code=make.MARRIAGE),
    )
    page = client_of(cast.citizen)
    text = page.get(reverse("dossiers:draft", args=[draft.pk]), follow=True).content.decode()
    assert "Không nộp được nữa" in text
    assert make.MARRIAGE in text
    assert str(draft.answers[first_name(draft)]) in text
    with pytest.raises(ActionError, match="không nộp trực tuyến"):
        renew(draft_id=draft.pk, by=cast.citizen)
    with pytest.raises(OutdatedDraft):
        filing.file_online(draft_id=draft.pk, by=cast.citizen)
    assert page.post(reverse("dossiers:discard", args=[draft.pk])).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_renewed_from_two_tabs_at_once() -> None:
    from tests.cast import build_cast

    cast = build_cast()
    draft = drafted(cast)
    new_version(cast)
    found = at_once(4, lambda _n: renew(draft_id=draft.pk, by=cast.citizen).revision)
    assert found == [draft.revision + 1] * 4
    kept = Draft.objects.get(pk=draft.pk)
    assert kept.version == make.version(CODE)
    assert kept.attachments.filter(removed_at=None).count() == draft.attachments.count()
