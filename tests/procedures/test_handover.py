"""Where the pages of procedures of other systems send people."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import translation

from procedures import handover
from procedures.models import Procedure

pytestmark = pytest.mark.django_db


def test_every_system_of_the_catalogue_says_where_it_receives() -> None:
    known = set(Procedure.objects.exclude(vertical_system="").values_list("vertical_system", flat=True))
    assert known == set(handover.load().systems)


def test_notes_are_about_procedures_of_other_systems_and_lead_to_ours() -> None:
    file = handover.load()
    ours = {code for note in file.procedures.values() for code in note.before}
    theirs = Procedure.objects.filter(code__in=file.procedures).exclude(vertical_system="")
    assert theirs.count() == len(file.procedures)
    assert Procedure.objects.filter(code__in=ours, setup="full", vertical_system="").count() == len(ours)


def test_residence_is_handed_over_with_what_the_commune_confirms_first(client: Client) -> None:
    page = client.get("/thu-tuc/1.004222/").content.decode()
    assert "Công an xã, phường nơi cư trú" in page
    assert 'href="https://dichvucong.gov.vn"' in page
    assert 'href="/thu-tuc/1.013314/"' in page
    assert "/nop-ho-so/" not in page.split("<main")[1].split("</main>")[0]


def test_it_is_said_in_english_too() -> None:
    with translation.override("en"):
        found = handover.of(Procedure.objects.get(code="1.010039"), online=True)
    assert found is not None
    assert found.portal == "National Public Service Portal"
    assert found.ready[0].startswith("A changed name")
    assert [row.code for row in found.before] == ["1.004859"]


def test_without_an_online_channel_no_address_is_offered_and_ours_are_not_handed_over() -> None:
    found = handover.of(Procedure.objects.get(code="1.000253"), online=False)
    assert found is not None
    assert (found.url, found.ready) == ("", ())
    assert handover.of(Procedure.objects.get(code="1.001193"), online=True) is None
