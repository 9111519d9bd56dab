"""The authorisation matrix, walked by everybody over everything there is to look at."""

from __future__ import annotations

import pytest

from tests.architecture.matrix import ROWS, WITHOUT_ROW, expected
from tests.architecture.test_views import patterns
from tests.architecture.tree import listed
from tests.architecture.visitors import Visitors, changed, fault_of, fingerprint, get, statuses
from tests.architecture.world import PERSONS, World


def test_every_address_has_a_row() -> None:
    """A new address is not allowed without saying who gets what there."""
    names = {name for name, _view in patterns()}
    rows = {row.name for row in ROWS}
    assert names - rows == WITHOUT_ROW, listed(sorted(names - rows))
    assert not rows - names, listed(sorted(rows - names))


def test_every_row_names_the_outcome_of_everybody() -> None:
    for row in ROWS:
        for person in PERSONS:
            for posted in (False, True):
                assert expected(row, person, posted=posted) is not None, (row.name, person)


def test_public_marks_say_what_the_matrix_says() -> None:
    """What anonymous visitors get a page of is marked `@public`, and nothing else is."""
    open_to_all = {row.name for row in ROWS if 200 in statuses(expected(row, "anonymous", posted=False))}
    views = {name: view for name, view in patterns() if not name.startswith("account_")}
    marked = {name for name, view in views.items() if getattr(view, "is_public", False)}
    shown = {name for name in open_to_all if not name.startswith("account_")}
    assert shown <= marked, shown - marked
    # A gateway's return, a wall's secret address, the signs of life and the root of the API answer everybody, only not
    # with 200 here.
    assert marked - shown <= {
        "dossiers:petition-file",  # only with the secret of its petition
        "procedures:template",  # only once a published version names it
        "payments:return",
        "reporting:wall",
        "payments:national-notice",
        "payments:national-return",
        "healthz",
        "api:api-root",
        "set-language",
    }, marked - shown


@pytest.mark.once
@pytest.mark.timeout(900)  # some thousands of requests
def test_who_sees_what_and_looking_changes_nothing(world: World) -> None:
    visitors = Visitors(world)
    before = fingerprint()
    faults = [
        fault_of(row, person, get(row, world, visitors.of(person)), posted=False)
        for row in ROWS
        for person in PERSONS
    ]
    assert not any(faults), listed([fault for fault in faults if fault])
    assert changed(before) == []
