"""The tax authority as an adapter: where the daily summary of receipts goes.

`authority()` gives the service of the settings; none when no address is configured, and then summaries wait to be
handed in by a person. A new service is a module and a line here.
"""

from __future__ import annotations

from django.conf import settings

from payments.tax.base import TaxAnswer, TaxAuthority, TaxError
from payments.tax.http import HttpAuthority

__all__ = ["TaxAnswer", "TaxAuthority", "TaxError", "authority"]


def authority() -> TaxAuthority | None:
    """The configured service, or None."""
    return HttpAuthority(settings.TAX_URL, settings.TAX_TOKEN) if settings.TAX_URL else None
