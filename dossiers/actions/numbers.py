"""Dossier codes: agency-yyMMdd-NNNN from a locked counter, restarting each day (TT 01/2018/TT-VPCP; domain 3.2)."""

from django.db import connection

from portal.accounts.models import Unit
from portal.lib import clock

_TAKE = """
    INSERT INTO dossiers_dossiersequence (agency_code, day, last) VALUES (%s, %s, 1)
    ON CONFLICT (agency_code, day) DO UPDATE SET last = dossiers_dossiersequence.last + 1
    RETURNING last
"""


def next_code(unit: Unit) -> str:
    """The next code of `unit` today; the counter row stays locked until the transaction ends, so no gap.

    Four digits, more when a day has over 9,999 dossiers.
    """
    day = clock.today()
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [unit.agency_code, day])
        (last,) = cursor.fetchone()
    return f"{unit.agency_code}-{day:%y%m%d}-{last:04d}"
