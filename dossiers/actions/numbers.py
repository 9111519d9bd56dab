"""Dossier codes: agency-yyMMdd-NNNN from a locked counter, restarting each day (TT 01/2018/TT-VPCP; domain 3.2)."""

from dossiers.models import DossierSequence
from portal.accounts.models import Unit
from portal.lib import clock, counters


def next_code(unit: Unit) -> str:
    """The next code of `unit` today; the counter row stays locked until the transaction ends, so no gap.

    Four digits, more when a day has over 9,999 dossiers.
    """
    day = clock.today()
    last = counters.take(DossierSequence, agency_code=unit.agency_code, day=day)
    return f"{unit.agency_code}-{day:%y%m%d}-{last:04d}"
