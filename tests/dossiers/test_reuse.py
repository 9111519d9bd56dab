"""Tell us once: what is offered, from where, taken only by the person, and counted."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dossiers.actions import drafts, filing, reuse
from dossiers.models import AnswerSource, Dossier, DossierReuse, Draft, SourceKind
from dossiers.reuse import Card, Memory, Offers
from portal.accounts.models import User
from procedures.form_engine import section_form
from procedures.form_schema import load
from tests.cast import Cast
from tests.dossiers.test_two_at_once import at_once, crew  # noqa: F401 - a fixture
from tests.factories import dossiers as make

STATUS = "1.004873"  # certificate of marital status: subject and partner are people with numbers


def begun(user: User, code: str) -> Draft:
    return drafts.start_draft(by=user, version=make.version(code))


def cards(user: User, draft: Draft, section: str) -> list[Card]:
    schema = load(draft.version)
    assert schema is not None
    form = section_form(schema, section, initial=draft.answers)
    return Offers(Memory.of(user), draft.version, form, section).cards


def values(card: Card) -> dict[str, Any]:
    return {offer.field: offer.value for offer in card.offers}


def test_a_mother_once_told_is_offered_for_the_next_child(cast: Cast) -> None:
    dossier = make.filed(cast)
    told = make.example(make.BIRTH)
    found = cards(cast.citizen, begun(cast.citizen, make.BIRTH), "mother")
    mother = next(card for card in found if values(card).get("mother_name") == told["mother_name"])
    assert values(mother)["mother_id"] == told["mother_id"]
    assert {offer.source.dossier for offer in mother.offers} == {dossier}
    assert dossier.code in mother.offers[0].source.text
    number = next(offer for offer in mother.offers if offer.field == "mother_id")
    assert number.text == "•" * 8 + told["mother_id"][-4:]


def test_a_child_without_a_number_is_never_offered(cast: Cast) -> None:
    make.filed(cast)
    assert cards(cast.citizen, begun(cast.citizen, make.BIRTH), "child") == []


def test_only_ones_own_dossiers_answer(cast: Cast) -> None:
    make.filed(cast)
    other = begun(cast.other_citizen, make.BIRTH)
    told = make.example(make.BIRTH)
    offered = [values(card) for card in cards(cast.other_citizen, other, "mother")]
    assert told["mother_id"] not in {each.get("mother_id") for each in offered}


def test_facts_follow_the_number_into_another_form(cast: Cast) -> None:
    """What was told of the father is offered in another form once the number is typed."""
    make.filed(cast)
    told = make.example(make.BIRTH)
    draft = begun(cast.citizen, STATUS)
    drafts.save_answers(draft_id=draft.pk, by=cast.citizen, answers={"subject_id": told["father_id"]})
    draft.refresh_from_db()
    [card] = [card for card in cards(cast.citizen, draft, "subject") if "subject_name" in values(card)]
    assert values(card)["subject_name"] == told["father_name"]
    assert values(card)["subject_residence"].startswith("Số 12 phố Hàng Bông")


def test_a_refused_dossier_tells_nothing(cast: Cast) -> None:
    from dossiers.actions import intake

    dossier = make.filed(cast)
    intake.refuse(
        code=dossier.code, by=cast.office.head, reason="Không thuộc thẩm quyền.", legal_basis="Điều 5"
    )
    names = [
        values(card).get("mother_id")
        for card in cards(cast.citizen, begun(cast.citizen, make.BIRTH), "mother")
    ]
    assert make.example(make.BIRTH)["mother_id"] not in names


def test_an_issued_result_answers_for_the_register(cast: Cast) -> None:
    dossier = make.finished(cast)
    document = dossier.result.document
    assert document is not None
    draft = begun(cast.citizen, make.EXTRACT)
    schema = load(draft.version)
    assert schema is not None
    found = [
        offer
        for section in schema.sections
        for card in cards(cast.citizen, draft, section.code)
        for offer in card.offers
        if offer.source.kind == SourceKind.RESULT
    ]
    assert document.number in {offer.value for offer in found}
    assert all(document.number in offer.source.text for offer in found)


# --- Taking ---


@pytest.fixture
def citizen(cast: Cast, client: Client) -> Client:
    client.force_login(cast.citizen)
    return client


def mother_url(draft: Draft) -> str:
    return reverse("dossiers:step", args=[draft.pk, "mother"])


def mother_card(cast: Cast, draft: Draft) -> Card:
    told = make.example(make.BIRTH)["mother_id"]
    return next(
        card for card in cards(cast.citizen, draft, "mother") if values(card).get("mother_id") == told
    )


def test_nothing_is_taken_by_looking(citizen: Client, cast: Cast) -> None:
    make.filed(cast)
    draft = begun(cast.citizen, make.BIRTH)
    page = citizen.get(mother_url(draft)).content.decode()
    assert "Dùng tất cả" in page
    assert make.example(make.BIRTH)["mother_id"] not in page
    draft.refresh_from_db()
    assert "mother_name" not in draft.answers


def test_one_answer_is_taken_and_says_where_it_comes_from(citizen: Client, cast: Cast) -> None:
    earlier = make.filed(cast)
    draft = begun(cast.citizen, make.BIRTH)
    offer = next(each for each in mother_card(cast, draft).offers if each.field == "mother_name")
    typed = {"parents": "married", "_asked": "parents mother_name", "mother_residence": "Gõ dở"}
    answer = citizen.post(mother_url(draft), {**typed, "go": "take", "take": offer.key, "revision": 0})
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert draft.answers["mother_name"] == offer.value
    assert draft.answers["mother_residence"] == "Gõ dở"
    assert "mother_id" not in draft.answers or not draft.answers["mother_id"]
    row = draft.sources.get(field="mother_name")
    assert (row.kind, row.from_dossier, row.taken_by) == ("dossier", earlier, cast.citizen)
    assert f"từ hồ sơ {earlier.code}" in citizen.get(mother_url(draft)).content.decode()


def test_a_made_up_offer_takes_nothing(citizen: Client, cast: Cast) -> None:
    make.filed(cast)
    draft = begun(cast.citizen, make.BIRTH)
    citizen.post(
        mother_url(draft), {"go": "take", "take": ["mother_name|dossier-999999", "x"], "revision": 0}
    )
    draft.refresh_from_db()
    assert not draft.answers.get("mother_name")
    assert not draft.sources.filter(field="mother_name").exists()


def _again(cast: Cast) -> tuple[Draft, Dossier]:
    """A second birth registration whose mother is taken whole from the first, one answer then changed by hand."""
    make.filed(cast)
    draft = begun(cast.citizen, make.BIRTH)
    reuse.take(draft_id=draft.pk, by=cast.citizen, offers=mother_card(cast, draft).offers)
    mother = {spec.name for spec in load(draft.version).section("mother").fields}  # type: ignore[union-attr]
    rest = {
        name: value
        for name, value in make.example(make.BIRTH).items()
        if name not in mother and not name.startswith("declarant")
    }
    rest |= {"parents": "married", "mother_residence": "Chỗ ở mới", "declarant_address": "Số 2 phố Mới"}
    drafts.save_answers(draft_id=draft.pk, by=cast.citizen, answers=rest)
    drafts.choose(draft_id=draft.pk, by=cast.citizen, unit=cast.office.unit, delivery="online")
    for paper in make.needed(draft.version, {**draft.answers, **rest}):
        drafts.attach(draft_id=draft.pk, by=cast.citizen, document=paper, upload=make.pdf())
    return draft, filing.file_online(draft_id=draft.pk, by=cast.citizen)


def test_sources_go_with_the_dossier_and_are_counted(cast: Cast, client: Client) -> None:
    _draft, dossier = _again(cast)
    names = set(dossier.sources.values_list("field", flat=True))
    assert {"mother_name", "mother_id", "declarant_name"} <= names
    assert not {"mother_residence", "declarant_address"} & names  # changed by hand: typed
    assert not AnswerSource.objects.filter(dossier=dossier, taken_at=None).exists()
    fact = DossierReuse.objects.get(dossier=dossier)
    assert fact.answers_known == len(names)
    assert fact.answers > fact.answers_known
    client.force_login(cast.office.counter)
    page = client.get(reverse("dossiers:desk", args=[dossier.code])).content.decode()
    assert "từ hồ sơ" in page
    assert "từ trang cá nhân" in page


def test_a_walk_in_without_earlier_answers_counts_as_typed(cast: Cast) -> None:
    fact = DossierReuse.objects.get(dossier=make.at_counter(cast))
    assert fact.answers > 0
    assert fact.answers_known == 0


@pytest.mark.django_db(transaction=True)
def test_taking_twice_at_once_writes_one_source(crew: Cast) -> None:  # noqa: F811
    make.filed(crew)
    draft = begun(crew.citizen, make.BIRTH)
    offers = mother_card(crew, draft).offers
    at_once(4, lambda _n: reuse.take(draft_id=draft.pk, by=crew.citizen, offers=offers))
    assert draft.sources.filter(kind="dossier").count() == len(offers)


# --- At the counter ---


def intake_url() -> str:
    return reverse("dossiers:take-in", args=[make.BIRTH])


def test_the_counter_takes_what_is_on_file_of_the_number(cast: Cast, client: Client) -> None:
    make.filed(cast)
    told = make.example(make.BIRTH)
    client.force_login(cast.office.counter)
    number = cast.citizen.id_number
    page = client.post(intake_url(), {"id_number": number, "fill": "1"}).content.decode()
    assert "Dùng tất cả" in page
    keys = re.findall(r'name="take" value="(mother_[a-z_]+\|dossier-\d+)"', page)
    assert any(key.startswith("mother_id|") for key in keys)
    taken = client.post(intake_url(), {"id_number": number, "go": "take", "take": keys}).content.decode()
    assert f'value="{told["mother_name"]}"' in taken
    assert all(f'name="taken" value="{key}"' in taken for key in keys)


def test_another_wards_counter_sees_nothing_on_file(cast: Cast, client: Client) -> None:
    make.filed(cast)
    client.force_login(cast.other_office.counter)
    page = client.post(intake_url(), {"id_number": cast.citizen.id_number, "fill": "1"}).content.decode()
    assert "Dùng tất cả" not in page
    assert make.example(make.BIRTH)["mother_name"] not in page


def test_what_the_counter_took_goes_with_the_dossier(cast: Cast, client: Client) -> None:
    earlier = make.filed(cast)
    version = make.version(make.BIRTH)
    client.force_login(cast.office.counter)
    answers = make.example(make.BIRTH)
    papers = {f"paper-{paper.pk}-state": "original" for paper in make.needed(version, answers)}
    post = {
        **{name: value for name, value in answers.items() if value not in (None, False)},
        "name": cast.citizen.full_name,
        "id_number": cast.citizen.id_number,
        "client_key": str(uuid.uuid4()),
        "unit": cast.office.unit.pk,
        "channel": "counter",
        "delivery": "counter",
        "acting": "relative",
        "filer_relation": "Cô của cháu",
        "taken": [f"mother_name|dossier-{earlier.pk}", "mother_id|dossier-999999"],
        "file": "1",
        **papers,
    }
    answer = client.post(intake_url(), post)
    assert answer.status_code == 302, re.findall(r"field-error[^>]*>(.*?)</p>", answer.content.decode())
    dossier = Dossier.objects.exclude(pk=earlier.pk).get()
    row = dossier.sources.get()
    assert (row.field, row.from_dossier, row.taken_by) == ("mother_name", earlier, cast.office.counter)
    assert DossierReuse.objects.get(dossier=dossier).answers_known == 1


# --- Figures ---


def test_the_board_says_no_data_before_there_is_any(client: Client, db: None) -> None:
    assert "không có dữ liệu" in client.get(reverse("procedures:board")).content.decode()
    assert "không có dữ liệu" in client.get(reverse("dossiers:reuse")).content.decode()


def test_the_figure_and_its_list_agree(cast: Cast, client: Client) -> None:
    first, second = make.filed(cast), make.filed(cast)
    facts = DossierReuse.objects.filter(dossier__in=[first, second])
    known, answers = (sum(getattr(each, name) for each in facts) for name in ("answers_known", "answers"))
    assert known > 0
    board = client.get(reverse("procedures:board")).content.decode()
    assert f"{known}/{answers}" in board
    assert f"{known}/{answers}" in client.get(reverse("dossiers:reuse")).content.decode()
    client.force_login(cast.monitor)
    page = client.get(reverse("dossiers:reuse-list", args=[make.BIRTH])).content.decode()
    assert first.code in page
    assert f"{known}/{answers}" in page
    client.force_login(cast.other_office.counter)
    page = client.get(reverse("dossiers:reuse-list", args=[make.BIRTH])).content.decode()
    assert first.code not in page
