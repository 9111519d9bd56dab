"""The person's store of papers: what is in it, what it serves for, who reads it."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dossiers.actions import drafts, storing
from dossiers.invariants_files import known_hashes
from dossiers.models import DossierReuse, StoredPaper
from dossiers.store import Store
from portal.lib import clock
from procedures.models import RequiredDocument
from procedures.paper_kinds import kind_of, plain, same_kind
from tests.cast import Cast
from tests.dossiers.test_two_at_once import at_once, crew  # noqa: F401 - a fixture
from tests.factories import dossiers as make


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Giấy khai sinh", "Bản sao Giấy khai sinh của trẻ em", True),
        ("Trích lục khai sinh (bản sao)", "Giấy khai sinh", True),
        ("Bản chụp thẻ căn cước", "Thẻ căn cước công dân", True),
        ("Giấy chứng nhận đăng ký kinh doanh", "Giấy chứng nhận đăng ký hộ kinh doanh", False),
        ("Đơn đề nghị", "Đơn đề nghị cấp lại", False),
        ("Văn bản ủy quyền", "Giấy ủy quyền có công chứng", True),
    ],
)
def test_papers_of_one_kind(one: str, other: str, same: bool) -> None:
    assert same_kind(one, other) is same


def test_a_kind_says_how_long_it_holds() -> None:
    kind = kind_of("Giấy xác nhận tình trạng hôn nhân")
    assert kind is not None
    assert kind.until(datetime.date(2026, 8, 31)) == datetime.date(2027, 2, 28)
    assert plain("Bản sao Giấy khai sinh") == "giay khai sinh"


@pytest.fixture
def citizen(cast: Cast, client: Client) -> Client:
    client.force_login(cast.citizen)
    return client


def paper(version: Any, name: str) -> RequiredDocument:
    """A paper of this name asked for by `version`."""
    return RequiredDocument.objects.create(version=version, code="giay-thu", name=name, copies=1)


def test_a_result_is_in_the_store_and_serves_for_its_kind(cast: Cast) -> None:
    dossier = make.finished(cast)
    result = dossier.result.document
    assert result is not None
    item = next(each for each in Store.of(cast.citizen).items() if each.row == result)
    current = make.version(make.EXTRACT)
    wanted = paper(current, f"Bản sao {result.title}")
    assert item.serves(wanted)
    draft = drafts.start_draft(by=cast.citizen, version=current)
    given = drafts.reuse_paper(draft_id=draft.pk, by=cast.citizen, document=wanted, key=item.key)
    again = drafts.reuse_paper(draft_id=draft.pk, by=cast.citizen, document=wanted, key=item.key)
    assert given == again
    assert (given.sha256, given.from_document) == (result.sha256, result)


def test_what_no_longer_holds_is_shown_and_not_given(citizen: Client, cast: Cast) -> None:
    issued = clock.today() - datetime.timedelta(days=400)
    kept = storing.store_paper(
        by=cast.citizen, title="Giấy xác nhận tình trạng hôn nhân", upload=make.pdf(), issued_on=issued
    )
    assert kept.valid_until is not None
    assert "Hết giá trị" in citizen.get(reverse("dossiers:store")).content.decode()
    current = make.version(make.BIRTH)
    draft = drafts.start_draft(by=cast.citizen, version=current)
    wanted = paper(current, "Giấy xác nhận tình trạng hôn nhân")
    with pytest.raises(drafts.ActionError):
        drafts.reuse_paper(draft_id=draft.pk, by=cast.citizen, document=wanted, key=f"s{kept.pk}")


def test_putting_in_and_taking_out(citizen: Client, cast: Cast) -> None:
    address = reverse("dossiers:store")
    post = {"title": "  Giấy   khai sinh ", "issued_on": "01/02/2020", "file": make.pdf()}
    assert citizen.post(address, post).status_code == 302
    kept = StoredPaper.objects.get()
    assert (kept.title, kept.user) == ("Giấy khai sinh", cast.citizen)
    assert known_hashes([kept.sha256]) == {kept.sha256}
    assert citizen.get(reverse("dossiers:stored", args=[kept.pk])).status_code == 200
    assert citizen.post(address, {"remove": kept.pk}).status_code == 302
    assert citizen.get(reverse("dossiers:stored", args=[kept.pk])).status_code == 404
    assert Store.of(cast.citizen).items() == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": ""}, "Cần ghi tên giấy tờ."),
        ({"issued_on": "31/12/2090"}, "Ngày này chưa đến."),
        ({"file": ""}, "Chưa chọn tệp nào."),
    ],
)
def test_a_bad_paper_is_told_beside_its_cause(citizen: Client, change: dict[str, str], said: str) -> None:
    post: dict[str, Any] = {"title": "Giấy khai sinh", "issued_on": "", "file": make.pdf(), **change}
    answer = citizen.post(reverse("dossiers:store"), post)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not StoredPaper.objects.exists()


def test_only_the_owner_sees_and_removes(cast: Cast, client: Client) -> None:
    kept = storing.store_paper(by=cast.citizen, title="Giấy khai sinh", upload=make.pdf())
    storing.remove_paper(by=cast.other_citizen, paper_id=kept.pk)
    kept.refresh_from_db()
    assert kept.removed_at is None
    assert Store.of(cast.other_citizen).find(f"s{kept.pk}") is None
    client.force_login(cast.other_citizen)
    assert "Giấy khai sinh" not in client.get(reverse("dossiers:store")).content.decode().split("<form")[0]


def test_papers_given_again_are_counted(cast: Cast) -> None:
    from dossiers.actions import filing

    first = make.filed(cast)
    assert DossierReuse.objects.get(dossier=first).papers_known == 0
    current = make.version(make.BIRTH)
    draft = drafts.start_draft(by=cast.citizen, version=current)
    answers = {**make.example(make.BIRTH), "birth_evidence": "witness"}
    drafts.save_answers(draft_id=draft.pk, by=cast.citizen, answers=answers)
    drafts.choose(draft_id=draft.pk, by=cast.citizen, unit=cast.office.unit, delivery="online")
    [wanted] = make.needed(current, answers)
    kept = storing.store_paper(by=cast.citizen, title=wanted.name[:200], upload=make.pdf())
    drafts.reuse_paper(draft_id=draft.pk, by=cast.citizen, document=wanted, key=f"s{kept.pk}")
    fact = DossierReuse.objects.get(dossier=filing.file_online(draft_id=draft.pk, by=cast.citizen))
    assert (fact.papers, fact.papers_known) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_the_same_paper_put_in_twice_at_once_is_kept_once(crew: Cast) -> None:  # noqa: F811
    content = make.pdf().read()

    def put(_number: int) -> Any:
        upload = make.pdf()
        upload.seek(0)
        upload.truncate()
        upload.write(content)
        upload.seek(0)
        upload.size = len(content)
        return storing.store_paper(by=crew.citizen, title="Giấy khai sinh", upload=upload)

    outcomes = at_once(4, put)
    assert {each.pk for each in outcomes} == {StoredPaper.objects.get().pk}
