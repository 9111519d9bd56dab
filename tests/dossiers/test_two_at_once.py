"""Two at once: one wins, the other is told; nothing is doubled. Real transactions, real threads."""

from __future__ import annotations

import pytest

from dossiers.actions import filing, intake, processing
from dossiers.models import Dossier
from dossiers.workflow import WrongState
from tests.cast import Cast, build_cast
from tests.factories import dossiers as make
from tests.two_at_once import at_once

NAMES = ("An", "Bình", "Chi", "Dung", "Giang", "Hà", "Khôi", "Lan")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def crew(transactional_db: None) -> Cast:
    return build_cast()


def test_one_of_eight_acceptances_wins(crew: Cast) -> None:
    dossier = make.filed(crew)
    outcomes = at_once(8, lambda _n: intake.accept(code=dossier.code, by=crew.office.counter))
    assert sum(isinstance(each, Dossier) for each in outcomes) == 1
    assert sum(isinstance(each, WrongState) for each in outcomes) == 7
    assert dossier.events.filter(kind="accepted").count() == 1
    assert dossier.documents.count() == 1


def test_filing_one_draft_eight_times_gives_one_dossier(crew: Cast) -> None:
    draft = make.drafted(crew.citizen, office=crew.office)
    outcomes = at_once(8, lambda _n: filing.file_online(draft_id=draft.pk, by=crew.citizen))
    assert {each.code for each in outcomes} == {Dossier.objects.get().code}


def test_codes_of_a_day_have_no_gap_and_no_double(crew: Cast) -> None:
    drafts = [
        make.drafted(crew.citizen, office=crew.office, child_name=f"Nguyễn Minh {name}") for name in NAMES
    ]
    at_once(8, lambda n: filing.file_online(draft_id=drafts[n].pk, by=crew.citizen))
    numbers = sorted(int(code.rsplit("-", 1)[1]) for code in Dossier.objects.values_list("code", flat=True))
    assert numbers == list(range(1, 9))


def test_sign_and_send_back_at_the_same_moment(crew: Cast) -> None:
    dossier = make.signing(crew)

    def decide(index: int) -> Dossier:
        if index:
            return processing.send_back(code=dossier.code, by=crew.office.leader, reason="Sửa")
        return processing.sign(code=dossier.code, by=crew.office.leader)

    outcomes = at_once(2, decide)
    assert sum(isinstance(each, WrongState) for each in outcomes) == 1
    dossier.refresh_from_db()
    last = dossier.events.order_by("-seq").first()
    assert last is not None
    assert last.to_state == dossier.state
