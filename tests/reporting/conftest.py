"""Units and rows for the figures."""

from __future__ import annotations

import datetime

import pytest

from portal.accounts.models import Unit
from reporting import fill
from tests.reporting.rows import Rows

MONDAY = datetime.date(2026, 3, 2)


@pytest.fixture
def ward(db: None) -> Unit:
    """Ba Đình."""
    return Unit.objects.get(code="00004")


@pytest.fixture
def other_ward(db: None) -> Unit:
    """Hoàn Kiếm."""
    return Unit.objects.get(code="00070")


@pytest.fixture
def rows(db: None) -> Rows:
    """The writer of dossiers."""
    return Rows()


@pytest.fixture
def filled(db: None) -> None:
    """A first fill, so that later ones only follow marks."""
    fill.fill_all()
