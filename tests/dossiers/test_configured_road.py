"""Every procedure configured in full can be taken at a counter, and its fee is told as it is known."""

from __future__ import annotations

import pytest

from dossiers.actions import intake
from dossiers.documents.results import BLANK, preview
from dossiers.states import Money, State
from payments.models import FeeAssessment
from procedures.importing.configured_file import read_all
from tests.cast import Cast
from tests.factories import dossiers as make

pytestmark = pytest.mark.django_db
FILES = {file.code: file for file in read_all()}


@pytest.mark.parametrize("code", FILES)
def test_a_walk_in_is_taken_and_the_result_can_be_drafted(cast: Cast, code: str) -> None:
    dossier = make.at_counter(cast, code)
    assert dossier.state == State.ACCEPTED
    assert dossier.due_at
    unknown = "counter" in FILES[code].fee_unknown
    assert (dossier.money == Money.UNKNOWN) is unknown
    assert FeeAssessment.objects.filter(dossier=dossier).exists() is not unknown
    for kind in dossier.version.resultkinds.all():
        rows = preview(kind, dossier)
        assert not rows or any(row["value"] != BLANK for row in rows), kind.name


def test_a_charge_of_the_council_is_zero_online_and_unknown_at_the_counter(cast: Cast) -> None:
    online = intake.accept(code=make.filed(cast, "1.004873").code, by=cast.office.counter)
    assert online.money == Money.NONE
    (line,) = FeeAssessment.objects.get(dossier=online).lines
    assert (line["payable"], line["legal_basis"]) == (0, "Nghị quyết 77/2025/NQ-HĐND")
    assert make.at_counter(cast, "1.004873").money == Money.UNKNOWN
