"""The demonstration month: made by the actions, and whoever signs in as a shown citizen finds dossiers of his own."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Sum

from dossiers.models import Dossier, DossierReuse
from portal.accounts.models import User
from portal.outbox.actions import drain_all
from reporting.demo.month import STORIES
from reporting.demo.people import CITIZENS

pytestmark = pytest.mark.django_db


def test_the_month_and_the_citizens_one_can_sign_in_as(settings: Any, tmp_path: Any) -> None:
    settings.DATA_DIR = tmp_path
    told = io.StringIO()
    call_command("seed_demo", dossiers=8, verbosity=0, stdout=told)
    drain_all()
    assert f"{8 + len(STORIES)} demo dossiers (0 refused by the rules)" in told.getvalue()
    assert Dossier.objects.filter(is_demo=True).count() == 8 + len(STORIES)
    first, second = (User.objects.get(username=row[0]) for row in CITIZENS)
    own = {dossier.procedure.code: dossier for dossier in Dossier.objects.of_account(first)}
    assert {code: (one.state, one.money) for code, one in own.items()} == {
        "2.000635": ("returned", "none"),
        "1.001612": ("finished", "due"),
        "1.001193": ("supplement", "none"),
    }
    assert {one.owner_name for one in own.values()} == {first.full_name}
    assert set(Dossier.objects.of_account(second).values_list("state", flat=True)) == {
        "returned",
        "processing",
    }
    known = DossierReuse.objects.aggregate(asked=Sum("answers"), known=Sum("answers_known"))
    assert 0.05 < known["known"] / known["asked"] < 0.9
    call_command("seed_demo", dossiers=8, verbosity=0, stdout=told)
    assert Dossier.objects.count() == 8 + len(STORIES)
