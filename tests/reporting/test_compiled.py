"""Statements that are built once and filled in: the same as those built anew, and never for the wrong days or units."""

import datetime

import pytest
from django.db.models import Q

from dossiers.models import Dossier
from reporting import by_procedure, compiled, counting
from reporting.facts import BASES, STOCK_BASES

FIRST, LAST = datetime.date(2026, 2, 27), datetime.date(2026, 3, 1)


def built(pairs_of_runs, stock):
    """The statement as Django builds it for these very days and units."""
    arms = [counting._arm(basis, counting._condition(basis, pairs_of_runs)) for basis in BASES]
    arms += [counting._arm(basis, Q() if stock is None else basis.of_units(stock)) for basis in STOCK_BASES]
    return counting._united(arms).query.sql_with_params()


def same(left, right):
    """Whether two statements are the same; wrapped JSON parameters are never equal by themselves."""
    return left[0] == right[0] and repr(left[1]) == repr(right[1])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("runs", "stock"),
    [
        ([(FIRST, LAST, [7])], [3, 4]),
        ([(FIRST, FIRST, [3, 5]), (LAST, LAST, [5])], None),
        ([(FIRST, LAST, [1, 2, 3, 4])], [9]),
    ],
)
def test_a_filled_statement_is_the_one_django_would_build(runs, stock):
    lengths = tuple(len(units) for _, _, units in runs)
    made = counting._template(lengths, None if stock is None else len(stock))
    days = [day for first, last, _ in runs for day in (first, last)]
    units = [unit for _, _, units in runs for unit in units] + (stock or [])
    assert same(made.filled(days, units), built(runs, stock))


@pytest.mark.django_db
def test_the_days_of_a_rebuild_are_filled_in_too():
    arms = [counting._arm(basis, basis.between(FIRST, LAST), stored=True) for basis in BASES]
    assert same(counting.statement(FIRST, LAST), counting._united(arms).query.sql_with_params())
    city = by_procedure._union(FIRST, LAST, Q(), None, "procedure_id").query.sql_with_params()
    assert same(by_procedure.statement(FIRST, LAST), city)


def test_units_are_padded_with_one_of_their_own():
    assert counting._padded([]) == []
    assert counting._padded({5}) == [5]
    assert counting._padded({9, 2, 4}) == [2, 4, 9, 9]
    assert len(counting._padded(range(126))) == 128


@pytest.mark.django_db
def test_a_statement_that_forgets_a_day_or_a_unit_is_refused():
    with pytest.raises(ValueError, match="names 1"):
        compiled.template(lambda _days, units: Dossier.objects.filter(receiving_unit__in=units), 1, 1)
