"""Blank papers: added once, chosen for a paper of a version, downloadable by everybody from the day it is published."""

from __future__ import annotations

import copy

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from dossiers.invariants_files import known_hashes
from portal.accounts.models import User
from portal.lib.errors import ActionError
from portal.lib.uploads import BadUpload
from procedures.actions.templates import add_template
from procedures.drafting import places
from procedures.models import PaperTemplate, RequiredDocument
from tests.cast import Cast
from tests.factories import dossiers as make
from tests.factories import drafts as make_drafts
from tests.two_at_once import at_once

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_added_and_listed(cast: Cast) -> None:
    page = client_of(cast.catalogue)
    url = reverse("procedures:templates")
    assert "Chưa có mẫu nào" in page.get(url).content.decode()
    answer = page.post(url, {"name": "Mẫu văn bản ủy quyền", "file": make.pdf("uy-quyen.pdf")})
    assert answer["Location"] == url
    text = page.get(url).content.decode()
    assert "Mẫu văn bản ủy quyền" in text
    assert "uy-quyen.pdf" in text
    kept = PaperTemplate.objects.get()
    assert known_hashes([kept.sha256]) == {kept.sha256}  # the nightly sweep of the store leaves it


def test_what_is_wrong_is_said_there_and_the_name_stays(cast: Cast) -> None:
    page, url = client_of(cast.catalogue), reverse("procedures:templates")
    word = SimpleUploadedFile("mau.docx", b"PK\x03\x04" + b"x" * 200)
    for data, said in (
        ({"name": "Mẫu A"}, "Tệp mẫu"),
        ({"name": "Mẫu A", "file": word}, "PDF"),
    ):
        answer = page.post(url, data)
        assert answer.status_code == 422
        assert 'value="Mẫu A"' in answer.content.decode()
        assert said in answer.content.decode()
    assert not PaperTemplate.objects.exists()


def test_who_may(cast: Cast) -> None:
    for by in (cast.publisher, cast.citizen, cast.office.head):
        with pytest.raises(PermissionDenied):
            add_template(by=by, name="Mẫu", upload=make.pdf())
    with pytest.raises(ActionError, match="tên"):
        add_template(by=cast.catalogue, name="  ", upload=make.pdf())
    with pytest.raises(BadUpload):
        add_template(by=cast.catalogue, name="Mẫu", upload=SimpleUploadedFile("a.pdf", b""))
    assert client_of(cast.publisher).post(reverse("procedures:templates"), {}).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_the_same_file_twice_at_once_is_one_template() -> None:
    from tests.cast import build_cast

    cast = build_cast()
    data = make.pdf().read()
    found = at_once(
        4,
        lambda n: add_template(by=cast.catalogue, name=f"Mẫu {n}", upload=SimpleUploadedFile("m.pdf", data)),
    )
    assert len({one.pk for one in found}) == PaperTemplate.objects.count() == 1


def test_from_the_library_to_the_citizen(cast: Cast) -> None:
    kept = add_template(by=cast.catalogue, name="Mẫu ủy quyền", upload=make.pdf("uy-quyen.pdf"))
    url = reverse("procedures:template", args=[kept.sha256])
    visitor = Client()
    assert visitor.get(url).status_code == 404
    assert client_of(cast.publisher).get(url).status_code == 200
    draft = make_drafts.begun(cast, make.EXTRACT)
    papers = copy.deepcopy(draft.content["papers"])
    papers[0]["template"] = kept.sha256
    version = make_drafts.published_from(draft, cast, papers=papers)
    paper = version.requireddocuments.get(template=kept.sha256)
    answer = visitor.get(url)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    assert url in visitor.get(reverse("procedures:detail", args=[make.EXTRACT])).content.decode()
    told = visitor.get(f"/api/v1/procedures/{make.EXTRACT}").json()
    assert [one["template"] for one in told["papers"] if one["code"] == paper.code] == [url]
    assert RequiredDocument.objects.filter(template=kept.sha256).count() == 1


def test_an_unknown_template_stands_in_the_way(cast: Cast) -> None:
    content = copy.deepcopy(make_drafts.begun(cast, make.EXTRACT).content)
    assert places(content) == []
    content["papers"][0]["template"] = "0" * 64
    assert [(place.path, place.message) for place in places(content)] == [
        ("papers.0.template", "unknown template")
    ]
    content["papers"][0]["template"] = "no hash"
    assert [place.path for place in places(content)] == ["papers.0.template"]
